# record_proxy.sh - `waymark record` before redis and nginx: nothing is changed on its way, all of it
# is in the trace, and what was recorded can be sent again, in the same order on each connection.
# usage: record_proxy.sh BUILD SOURCE
# Mounts of its own, so that the small file system below is gone with it, whatever happens.
[ -n "${WM_OWN_MOUNTS:-}" ] || ! unshare -m true 2>/dev/null ||
    exec env WM_OWN_MOUNTS=1 unshare -m sh "$0" "$@"
. "$(dirname "$0")/lib.sh"
for tool in redis-server redis-cli redis-benchmark nginx wrk; do
    command -v $tool >/dev/null || [ -x /usr/sbin/$tool ] || { echo "no $tool"; exit 77; }
done
PATH=$PATH:/usr/sbin
cd "$folder"

pids=
cleanup() {
    # shellcheck disable=SC2086 # a list
    [ -z "$pids" ] || kill $pids 2>/dev/null || :
    wait
    umount disk 2>/dev/null || :
    rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 143' INT TERM

# started PID: whether that server takes connections, within some seconds: both write their pid
# once they listen.
started() {
    for _ in $(seq 100); do
        kill -0 "$1" 2>/dev/null || return 1
        [ ! -s server.pid ] || return 0
        sleep 0.05
    done
    return 1
}

# serve COMMAND: a server on a free port, which is its argument; in $port.
tries=0
serve() {
    while [ $tries -lt 50 ]; do
        tries=$((tries + 1))
        port=$((10000 + ($$ * 131 + tries * 7919) % 22000))
        rm -f server.pid
        "$1" $port >>server.log 2>&1 &
        pids="$pids $!"
        started $! && return 0
        kill $! 2>/dev/null || :
    done
    fail "no server came up"
    cat server.log
    exit 1
}

redis() {
    exec redis-server --port "$1" --bind 127.0.0.1 --save '' --dir "$folder" --pidfile "$folder/server.pid"
}

nginx_at() {
    cat >nginx.conf <<END
daemon off; master_process off; pid $folder/server.pid; error_log $folder/error.log;
events { worker_connections 1024; }
http {
    access_log $folder/access.log; keepalive_requests 1000000;
    client_body_temp_path $folder/body; proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi; uwsgi_temp_path $folder/uwsgi; scgi_temp_path $folder/scgi;
    server { listen 127.0.0.1:$1; root $folder/www; }
}
END
    exec nginx -p "$folder" -c "$folder/nginx.conf"
}

# record TO PROTOCOL FILE: a recorder, in $recorder and $proxy (its port).
record() {
    : >rec.err # no words of the one before
    "$build/bin/waymark" record --listen 127.0.0.1:0 --to "127.0.0.1:$1" --protocol "$2" \
        -o "$3" >rec.out 2>rec.err &
    recorder=$!
    pids="$pids $recorder"
    for _ in $(seq 100); do
        proxy=$(sed -n 's/^recording 127.0.0.1:\([0-9]*\) .*/\1/p' rec.err)
        [ -z "$proxy" ] || return 0
        sleep 0.05
    done
    fail "the recorder did not begin: $(cat rec.err)"
    exit 1
}

# ended WHAT: Ctrl-C for the recorder, which says what it has; its exit is in $status.
ended() {
    kill -INT "$recorder"
    status=0
    wait "$recorder" || status=$?
    cat rec.out
    [ "$status" -eq 0 ] || fail "$1: the recorder ended with $status: $(cat rec.err)"
    [ "$(wc -l <rec.err)" -eq 1 ] || fail "$1: notes: $(cat rec.err)"
}

traced=$build/tests/traced
# sequences FILE: what each session sent, a hash for each, sorted: equal traffic has equal ones.
sequences() {
    "$traced" "$1" | sort -s -t '	' -k 1,1n | awk -F '\t' '
        $1 != last { if (last != "") close(command); last = $1; command = "md5sum" }
        { print $3 | command }' | sort
}

# --- redis -----------------------------------------------------------------------------------
serve redis
server_port=$port
record "$server_port" resp a.wmt
redis-cli -p "$server_port" config resetstat >/dev/null
redis-benchmark -p "$proxy" -c 200 -n 4000 -r 100000 -q -t set,get,incr,lpush,rpush >bench.out 2>&1 ||
    fail "redis-benchmark: $(cat bench.out)"
ended "redis"
redis-cli -p "$server_port" info commandstats | tr -d '\r' |
    sed -n 's/^cmdstat_\(set\|get\|incr\|lpush\|rpush\):calls=\([0-9]*\),.*/\1 \2/p' | sort >seen
"$traced" a.wmt | awk -F '\t' '{ split($3, word, " "); n[tolower(word[1])]++ }
    END { for (w in n) print w, n[w] }' | grep -v config | sort >recorded
cmp -s seen recorded || fail "commands that redis saw, and that were recorded: $(diff seen recorded)"
awk '{ n += $2 } END { exit n != 20000 }' recorded || fail "not 20,000 requests: $(cat recorded)"
"$traced" a.wmt | cut -f 2 | sort -u | grep -qx ok || fail "no answers were recorded"
"$traced" a.wmt | cut -f 2 | grep -vqx ok && fail "something went wrong, by the trace"

# Replies pass untouched: the same commands, straight and through the proxy.
awk 'BEGIN { for (i = 0; i < 300; i++) printf "SET k%d \"%0*d\\x00\\r\\n\\xff\"\nGET k%d\nLRANGE l 0 -1\nRPUSH l %d\nNOSUCH\n", i, i * 7, i, i, i }' >commands
record "$server_port" resp b.wmt
redis-cli -p "$server_port" flushall >/dev/null
redis-cli -p "$server_port" --no-raw <commands >straight
redis-cli -p "$server_port" flushall >/dev/null
redis-cli -p "$proxy" --no-raw <commands >through
cmp straight through || fail "replies changed on their way"
[ "$(wc -l <through)" -gt 1500 ] || fail "few replies: $(wc -l <through)"
ended "redis-cli"
[ "$("$traced" b.wmt | cut -f 2 | grep -c error)" -eq 300 ] || fail "errors were not recorded as such"

# What was recorded, sent again through a second recorder.
replays() {
    "$build/bin/waymark" run --help | grep -q -- --connect
}
# again TO PROTOCOL TRACE: TRACE replayed through a recorder into again.wmt; the same sequences.
again() {
    replays || return 0
    sessions=$("$traced" "$3" | cut -f 1 | sort -u | wc -l)
    record "$1" "$2" again.wmt
    waymark run --connect "127.0.0.1:$proxy" --protocol "$2" --trace "$3" --speed max \
        --concurrency "$sessions" -o again --force
    expect 0 "the replay of $3"
    ended "the replay of $3"
    sequences "$3" >first
    sequences again.wmt >second
    cmp first second || fail "$3: other commands, or in another order: $(diff first second | head -n 5)"
    [ "$(wc -l <first)" -eq "$sessions" ] || fail "$3: $(wc -l <first) sequences of $sessions sessions"
}
again "$server_port" resp a.wmt
again "$server_port" resp b.wmt

# --- nginx -----------------------------------------------------------------------------------
mkdir www
for i in 1 2 3 4 5 6 7 8 9; do head -c $((i * 11111)) /dev/urandom >www/$i.bin; done
serve nginx_at
record "$port" http c.wmt
cat >paths.lua <<'END'
local i = 0
request = function()
    i = i + 1
    return wrk.format("GET", "/" .. i % 10 .. ".bin?n=" .. i)
end
END
: >access.log
for _ in 1 2 3 4 5 6 7 8; do # as long as it takes for so many requests
    [ "$(wc -l <access.log)" -ge 21000 ] || wrk -t 1 -c 200 -d 2s -s paths.lua "http://127.0.0.1:$proxy" >wrk.out
done
ended "nginx"
"$traced" c.wmt >c.txt
requests=$(wc -l <c.txt)
answered=$(grep -cv '	-	' c.txt)
logged=$(grep -c 'GET /[0-9].bin?n=' access.log)
[ "$requests" -ge 20000 ] || fail "only $requests requests"
[ "$answered" -le "$logged" ] && [ "$logged" -le "$requests" ] ||
    fail "$requests requests, $answered answered, but $logged logged"
[ $((requests - answered)) -le $((200 * 8)) ] || # what was on its way when wrk ended
    fail "$((requests - answered)) without an answer"
grep -c '	404	 GET /0.bin' c.txt >/dev/null || fail "no 404 was recorded"
grep -v '	404	\|	-	' c.txt | grep -v '	200	 GET /[1-9].bin?n=[0-9]*header.Host' | head -n 3 >odd
[ -s odd ] && fail "recorded otherwise: $(cat odd)"
again "$port" http c.wmt

# --- what goes wrong -------------------------------------------------------------------------
waymark record --listen "127.0.0.1:$server_port" --to 127.0.0.1:1 --protocol http -o x.wmt
expect 2 "a port that is taken"
said "127.0.0.1:$server_port: cannot listen: address already in use" "a port that is taken"
[ ! -e x.wmt ] || fail "a trace of nothing was written"
waymark record --listen 127.0.0.1:0 --to 127.0.0.1 --protocol http -o x.wmt
expect 2 "an address without a port"
said "write HOST:PORT" "an address without a port"
waymark record --listen 127.0.0.1:0 --to 127.0.0.1:80 --protocol htpp -o x.wmt
expect 2 "an unknown protocol"
said "did you mean http" "an unknown protocol"
waymark record --listen 127.0.0.1:0 --protocol http -o x.wmt
expect 2 "no server named"

record 1 resp refused.wmt
redis-cli -p "$proxy" ping >ping.out 2>&1 && fail "a ping that nobody answers: $(cat ping.out)"
kill -INT "$recorder"
wait "$recorder" || fail "the recorder of a server that is not there ended with $?"
grep -q "127.0.0.1:1: connection refused" rec.err || fail "refused: $(cat rec.err)"
grep -q "connections\{0,1\} that the server refused" rec.out || fail "refused: $(cat rec.out)"

record "$server_port" http wrong.wmt
[ "$(redis-cli -p "$proxy" ping)" = PONG ] || fail "traffic of another protocol did not go on"
kill -INT "$recorder"
wait "$recorder" || fail "the recorder of another protocol ended with $?"
grep -q "recorded no further, its traffic goes on: a request: " rec.err || fail "$(cat rec.err)"
grep -q "1 connection not understood" rec.out || fail "not understood: $(cat rec.out)"

waymark record --listen 127.0.0.1:0 --to 127.0.0.1:1 --protocol http -o short.wmt --duration 100ms
expect 0 "a duration"
said "short.wmt  0 requests" "a duration"

# A disk that fills: a small file system where we may make one, else a limit of the file's size.
mkdir disk
if [ -n "${WM_OWN_MOUNTS:-}" ] && mount -t tmpfs -o size=128k waymark-test disk; then
    record "$server_port" resp disk/full.wmt
else
    limit=$(ulimit -f)
    ulimit -S -f 200
    record "$server_port" resp disk/full.wmt
    ulimit -S -f "$limit"
fi
redis-benchmark -p "$proxy" -c 50 -n 60000 -r 100000000 -q -t set >bench.out 2>&1 ||
    fail "traffic did not go on over a full disk: $(cat bench.out)"
kill -INT "$recorder"
status=0
wait "$recorder" || status=$?
cat rec.out
[ "$status" -eq 2 ] || fail "a full disk ended with $status"
[ "$(grep -c 'recording has stopped, traffic goes on' rec.err)" -eq 1 ] || fail "$(cat rec.err)"
kept=$("$traced" disk/full.wmt | wc -l)
[ "$kept" -gt 1000 ] && [ "$kept" -lt 60000 ] || fail "$kept requests are left of a full disk"
# redis-benchmark asks for two settings first
lost=$(sed -n 's/.*, \([0-9,]*\) requests lost$/\1/p' rec.out | tr -d ,)
[ $((kept + lost)) -eq 60002 ] || fail "$kept kept and $lost lost are not all"
grep -q "^disk/full.wmt  $(printf '%d,%03d' $((kept / 1000)) $((kept % 1000))) requests" rec.out ||
    fail "it says otherwise: $(cat rec.out)"
[ -z "$(find . -name '*.tmp')" ] || fail "left behind: $(find . -name '*.tmp')"
finish
