# server_end.sh - servers that die under load, and runs that are ended: nothing that was measured is
# lost, and no process is left.
# usage: server_end.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
run=$folder/run
export TMPDIR="$folder/temporary"
mkdir "$TMPDIR"
redis='redis-server --port {port} --save ""'
mix=$source/workloads/samples/redis/mix.csv
port=$((20000 + $$ % 9000))

# info KEY: a number that the server tells of itself; 0: it does not answer yet.
info() {
    number=$(redis-cli -p "$port" info 2>/dev/null | tr -d '\r' | sed -n "s/^$1:\([0-9]*\)\$/\1/p")
    echo "${number:-0}"
}

# until_more KEY NUMBER: … is above that.
until_more() {
    for _ in $(seq 400); do
        [ "$(info "$1")" -le "$2" ] || return 0
        sleep 0.05
    done
    fail "the server's $1 stays below $2"
}

# until_said WORDS: waymark has said that.
until_said() {
    for _ in $(seq 200); do
        ! grep -q -- "$1" "$folder/err" || return 0
        sleep 0.05
    done
    fail "waymark never said '$1'"
}

# start OPTIONS...: a run of a minute in the background, its process in $pid and the server's in
# $server, when that is under load.
start() {
    rm -rf "$run"
    env --default-signal=INT "$build/bin/waymark" run --server "$redis" --protocol resp \
        --workload "$mix" --port "$port" --concurrency 8 --duration 60s -o "$run" "$@" >"$folder/out" \
        2>"$folder/err" &
    pid=$!
    server=
    for _ in $(seq 200); do
        server=$(pgrep -P "$pid" redis-server) && break
        sleep 0.05
    done
    [ -n "$server" ] || fail "the server did not start"
    until_more total_commands_processed 100000
}

# ended STATUS WHAT...: it ends so, within 10 s, and its server with it.
ended() {
    wanted=$1
    shift
    timeout 10 tail --pid="$pid" -f /dev/null || { fail "$*: still runs"; kill -9 "$pid"; }
    status=0
    wait "$pid" || status=$?
    expect "$wanted" "$*"
    for _ in $(seq 60); do
        kill -0 "$server" 2>/dev/null || return 0
        sleep 0.05
    done
    fail "$*: the server still runs"
    kill -9 "$server"
}

start
kill -9 "$server"
ended 3 "a server that is killed"
said "the server died by SIGKILL" "a server that is killed"
said "in flight: request [0-9,]+: [A-Z]+ command=" "a server that is killed"
grep -q '"signal": 9' "$run/crash.json" || fail "no signal in crash.json"
[ "$(grep -c '"index"' "$run/crash.json")" -eq 8 ] || fail "not 8 requests were in flight"
[ "$(json samples "$run/run.json")" -gt 50 ] || fail "samples of a killed server are lost"
[ "$(json requests "$run/run.json")" -gt 1000 ] || fail "requests of a killed server are lost"
[ "$(json app_cpu_ns "$run/run.json")" -gt 100000000 ] || fail "no CPU of a killed server"
waymark report -top "$run"
expect 0 "report on the run of a killed server"

# One that has waited for long is in flight as well, however many came after it.
cat >"$folder/slow.csv" <<'END'
weight,command
1,BLPOP nobody 0
20000,GET a
END
mix=$folder/slow.csv
start
mix=$source/workloads/samples/redis/mix.csv
until_more blocked_clients 0
until_more total_commands_processed $(($(info total_commands_processed) + 20000))
kill -9 "$server"
ended 3 "a server with slow requests"
[ "$(grep -c '"index"' "$run/crash.json")" -eq 8 ] || fail "not 8 requests were in flight"
grep -q 'BLPOP' "$run/crash.json" || fail "the request that was in flight for longest is not told"

start
redis-cli -p "$port" shutdown nosave 2>/dev/null || :
ended 3 "a server that ends by itself"
said "the server ended with exit code 0" "a server that ends by itself"

start
kill -INT "$pid"
ended 0 "Ctrl-C"
said "ended by a signal" "Ctrl-C"
[ "$(json samples "$run/run.json")" -gt 50 ] || fail "Ctrl-C: samples are lost"

start
kill -STOP "$server"
kill -INT "$pid"
until_said "once more ends at once"
sleep 0.5
kill -INT "$pid"
ended 130 "Ctrl-C twice"

start
kill -KILL "$pid"
ended 137 "the harness is killed"
rm -rf "$TMPDIR"/waymark-server-*

# Before anything was sent.
rm -rf "$run"
env --default-signal=INT "$build/bin/waymark" run --server "sh -c 'sleep 100; : {port}'" \
    --protocol resp --workload "$mix" -o "$run" >"$folder/out" 2>"$folder/err" &
pid=$!
until server=$(pgrep -P "$pid"); do sleep 0.05; done
kill -INT "$pid"
ended 130 "Ctrl-C while the server is awaited"
[ ! -e "$run" ] || fail "a run without a request was written"

# Somebody's server that hangs: it is left as it is, and not waited for after a second Ctrl-C.
redis-server --port "$port" --save '' >/dev/null 2>&1 &
server=$!
until redis-cli -p "$port" ping >/dev/null 2>&1; do sleep 0.05; done
rm -rf "$run"
env --default-signal=INT "$build/bin/waymark" run --connect "127.0.0.1:$port" --protocol resp \
    --workload "$mix" --concurrency 8 --duration 60s -o "$run" >"$folder/out" 2>"$folder/err" &
pid=$!
until_more total_commands_processed 100000
kill -STOP "$server"
kill -INT "$pid"
until_said "once more ends at once"
sleep 0.5
kill -0 "$pid" 2>/dev/null || fail "requests in flight were not waited for"
kill -INT "$pid"
timeout 3 tail --pid="$pid" -f /dev/null || { fail "--connect, Ctrl-C twice: still runs"; kill -9 "$pid"; }
status=0
wait "$pid" || status=$?
expect 130 "--connect, Ctrl-C twice"
[ "$(json unfinished "$run/run.json")" -eq 8 ] || fail "not 8 requests were let go of"
kill -CONT "$server"
redis-cli -p "$port" shutdown nosave >/dev/null 2>&1 || :
wait "$server" || :

# ---- waymark agent ----

# watch OPTIONS...: redis under the agent; its process in $server.
watch() {
    rm -rf "$run"
    env --default-signal=INT "$build/bin/waymark" agent --label-by resp --hz 997 -o "$run" "$@" \
        -- redis-server --port "$port" --save '' >"$folder/out" 2>"$folder/err" &
    pid=$!
    until redis-cli -p "$port" ping >/dev/null 2>&1; do sleep 0.05; done
    server=$(pgrep -P "$pid" redis-server)
    timeout 30 redis-benchmark -p "$port" -t set,lpush -n "$requests" -q >/dev/null 2>&1 ||
        fail "redis-benchmark failed"
}

requests=40000
watch
kill -INT "$pid"
ended 0 "waymark agent, Ctrl-C"
grep -q "bye bye" "$folder/out" || fail "the server's output is not ours"
cat "$folder/out"
[ "$(awk -F, '$3 == "SET" { print $5 }' "$run/paths.csv")" -eq 40000 ] ||
    fail "the agent did not see 40000 SETs"
[ "$(awk -F, '$3 == "LPUSH" { print $5 }' "$run/paths.csv")" -eq 40000 ] ||
    fail "the agent did not see 40000 LPUSHes"
[ "$(json samples "$run/run.json")" -gt 100 ] || fail "the agent took no samples"
grep -q "sampling cost about" "$folder/out" || fail "the agent does not say what it costs"
grep -q "latencies" "$folder/out" && fail "the agent speaks of latencies, which it does not measure"

watch
kill -9 "$server"
ended 3 "waymark agent, the server is killed"
said "the server ended with signal 9" "waymark agent, the server is killed"
[ -s "$run/run.json" ] || fail "the run of a watched server that was killed is lost"

requests=1000 # long before
watch --duration 3s
ended 0 "waymark agent --duration"

waymark agent --label-by nothing -- true
expect 2 "a label that is none"
waymark agent
expect 2 "no command"
waymark agent -o "$run.none" -- no-such-server
expect 2 "a program that is not there"
[ ! -e "$run.none" ] || fail "a folder is left of a server that did not start"
[ -z "$(ls "$TMPDIR")" ] || fail "left behind: $(ls "$TMPDIR")"
finish
