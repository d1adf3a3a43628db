# server_run.sh - stock servers, started or connected to, under load: counts, CPU, ends, refusals.
# usage: server_run.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin:/sbin
run=$folder/run
chmod 755 "$folder" # nginx's workers are somebody else
export TMPDIR="$folder/temporary"
mkdir -m 755 "$TMPDIR"
redis='redis-server --port {port} --save ""'
redis_mix=$source/workloads/samples/redis/mix.csv

# No server and no folder of one is left behind.
nothing_left() {
    [ -z "$(ls "$TMPDIR")" ] || fail "$*: left behind: $(ls "$TMPDIR")"
}

# sum COLUMN: over all rows of paths.csv.
sum() {
    column "$1" "$run/paths.csv" | awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

# near A B PERCENT WHAT...
near() {
    a=$1 b=$2 percent=$3
    shift 3
    awk -v a="$a" -v b="$b" -v p="$percent" \
        'BEGIN { d = a - b; if (d < 0) d = -d; exit !(d <= b * p / 100) }' ||
        fail "$*: $a and $b are more than $percent % apart"
}

# ---- redis: CPU by command, all of it ----

# The judge is getrusage, as the shell around it prints it: all of the server's life, so that its
# start and end are in it as well.
judged="sh -c 'trap : TERM; redis-server --port {port} --save \"\"; times >$folder/times'"
waymark run --server "$judged" --protocol resp --workload "$redis_mix" --concurrency 16 \
    --duration 4s -o "$run"
expect 0 "redis"
nothing_left "redis"
cat "$folder/out"
[ "$(json errors "$run/run.json")" -eq 0 ] || fail "redis answered with errors"
[ "$(json protocol "$run/run.json")" = resp ] || fail "no protocol in run.json"
for command in SET GET LPUSH LRANGE ZADD SADD SORT; do
    cut -d, -f3 "$run/paths.csv" | grep -qx "$command" || fail "no path $command"
done
[ "$(sum requests)" -eq "$(json requests "$run/run.json")" ] || fail "requests do not add up"
used=$(tr 'ms' '  ' <"$folder/times" |
    awk 'NR == 2 { printf "%.0f\n", ($1 * 60 + $2 + $3 * 60 + $4) * 1e9 }')
near "$(sum cpu_ns)" "$(json app_cpu_ns "$run/run.json")" 3 "rows and the server's clocks"
near "$(sum cpu_ns)" "$used" 5 "rows and getrusage, start and end included"
# What reads one word and what sorts 200 do not cost the same.
per_request() {
    awk -F, -v name="$1" '$3 == name { print $12 }' "$run/paths.csv"
}
awk -v sort="$(per_request SORT)" -v get="$(per_request GET)" 'BEGIN { exit !(sort > 2 * get) }' ||
    fail "a SORT costs $(per_request SORT), a GET $(per_request GET)"

# ---- nginx, daemon or not: each request is in its own log ----
for daemon in on off; do
    mkdir "$folder/$daemon"
    sed "s|{dir}/access.log|$folder/$daemon/access.log|; 1i daemon $daemon;" \
        "$samples/../nginx/nginx.conf" >"$folder/$daemon/nginx.conf"
    cp -r "$samples/../nginx/html" "$samples/../nginx/mix.csv" "$folder/$daemon"
    chmod -R a+rX "$folder/$daemon"
    waymark run --server 'nginx -p {dir} -c {dir}/nginx.conf' --protocol http \
        --workload "$folder/$daemon/mix.csv" --concurrency 16 --requests 20000 --fail-on-mismatch \
        -o "$run" --force
    expect 0 "nginx, daemon $daemon"
    nothing_left "nginx, daemon $daemon"
    [ "$(json errors "$run/run.json")" -eq 0 ] || fail "nginx: requests failed"
    logged=$(wc -l <"$folder/$daemon/access.log")
    [ "$logged" -eq 20000 ] || fail "nginx logged $logged requests of 20000"
    [ "$(grep -c '" 404 ' "$folder/$daemon/access.log")" -eq \
        "$(awk -F, '$3 == "missing:404" { print $5 }' "$run/paths.csv")" ] ||
        fail "404s are not counted as nginx has them"
    near "$(sum cpu_ns)" "$(json app_cpu_ns "$run/run.json")" 3 "nginx, daemon $daemon: CPU"
done
cat "$folder/out"
pgrep -f "$TMPDIR" >/dev/null && fail "nginx still runs"

# A trace, straight from an access log.
waymark run --server 'nginx -p {dir} -c {dir}/nginx.conf' --protocol http \
    --trace "$samples/../nginx/access.log" --speed 20 -o "$run" --force
expect 0 "an access log"
[ "$(json requests "$run/run.json")" -eq 640 ] || fail "not all of the log was sent"
grep -q '"GET /missing/{id}:404"\|GET /missing/{id}:404' "$run/paths.csv" ||
    fail "targets are not called by their pattern"

# More than the server takes: what waited and what was never sent is told.
waymark run --server "$redis" --protocol resp --workload "$redis_mix" --rate 2000000/s \
    --connections 4 --duration 500ms -o "$run" --force
expect 0 "a rate that is too high"
said "requests waited for a connection" "a rate that is too high"
said "requests that were due and never sent" "a rate that is too high"
[ "$(json queue_max "$run/run.json")" -gt 1000 ] || fail "no queue at a rate that is too high"

# ---- Somebody's server: only its outside ----
port=$((20000 + $$ % 9000))
redis-server --port "$port" --save '' >"$folder/redis.log" 2>&1 &
somebody=$!
trap 'kill "$somebody" 2>/dev/null || :; rm -rf "$folder"' EXIT
until redis-cli -p "$port" ping >/dev/null 2>&1; do sleep 0.05; done
waymark run --connect "127.0.0.1:$port" --protocol resp --workload "$redis_mix" --rate 4000/s \
    --connections 8 --requests 8000 -o "$run" --force
expect 0 "--connect"
calls=$(redis-cli -p "$port" info commandstats | tr -d '\r' |
    sed -n 's/^cmdstat_\(ping\|config\|info\).*//; s/^cmdstat_.*:calls=\([0-9]*\),.*/\1/p' |
    awk '{ sum += $1 } END { print sum }')
[ "$calls" -eq 8000 ] || fail "redis counted $calls commands of 8000"
[ "$(json samples "$run/run.json")" -eq 0 ] || fail "--connect has samples"
said "no CPU" "--connect has nothing to say of CPU"
redis-cli -p "$port" ping >/dev/null || fail "--connect ended somebody's server"
waymark run --server "redis-server --port $port" --port "$port" --protocol resp \
    --workload "$redis_mix" -o "$run" --force
expect 2 "a port that is taken"
said "somebody listens" "a port that is taken"
kill "$somebody"

# ---- What cannot be run ----
waymark run --workload "$redis_mix"
expect 2 "nothing to run"
waymark run --server "$redis" --app "$shop" --protocol resp --workload "$redis_mix"
expect 2 "an app and a server"
waymark run --server "$redis" --workload "$redis_mix"
expect 2 "no protocol"
said "http, resp or memcache" "no protocol"
waymark run --server "$redis" --protocol resp --entry X --trace "$redis_mix"
expect 2 "an entry point of a server"
waymark run --server "$redis" --protocol resp --connections 3 --workload "$redis_mix"
expect 2 "connections of a closed loop"
waymark run --server 'redis-server' --protocol resp --workload "$redis_mix"
expect 2 "a command without its port"
waymark run --server 'no-such-server {port}' --protocol resp --workload "$redis_mix"
expect 2 "a program that is not there"
said "no-such-server: cannot start" "a program that is not there"
WAYMARK_AGENT=$folder/nowhere.so waymark run --server "$redis" --protocol resp \
    --workload "$redis_mix"
expect 2 "no agent"
for sanitizer in address thread; do
    echo 'int answer(int *at) { return *at; }' >"$folder/agent.c"
    cc -shared -fPIC "-fsanitize=$sanitizer" -o "$folder/agent.so" "$folder/agent.c"
    WAYMARK_AGENT=$folder/agent.so waymark run --server "$redis" --protocol resp \
        --workload "$redis_mix"
    expect 2 "an agent with the $sanitizer sanitizer"
    said "built with the $sanitizer sanitizer" "an agent with the $sanitizer sanitizer"
    WAYMARK_AGENT=$folder/agent.so waymark agent -- redis-server --port "$port"
    expect 2 "waymark agent with the $sanitizer sanitizer"
done
ulimit -S -n 100
ulimit -H -n 400
waymark run --server "$redis" --protocol resp --workload "$redis_mix" --concurrency 380
expect 2 "more connections than open files"
said "380 connections need 452 open files, and 400 are allowed" "more connections than open files"
waymark run --server "$redis" --protocol resp --workload "$redis_mix" --concurrency 320 \
    --requests 3200 -o "$run" --force
expect 0 "as many connections as open files allow"
waymark run --server "$redis --no-such-option 1" --protocol resp --workload "$redis_mix" \
    -o "$folder/none"
expect 3 "a server that ends at once"
said "exit code 1 before it was ready" "a server that ends at once"
said "no-such-option" "its last words"
waymark run --server "sh -c 'echo waiting {port}; sleep 100'" --ready 200ms --protocol resp \
    --workload "$redis_mix" -o "$folder/none"
expect 3 "a server that never is ready"
said "within 200 ms" "a server that never is ready"
said "waiting [0-9]+" "its last words"
[ ! -e "$folder/none" ] || fail "a run was written of a server that never answered"
nothing_left "servers that failed"

# The agent is in what starts it only.
waymark run --server "env -i $(command -v redis-server) --port {port} --save ''" --protocol resp \
    --workload "$redis_mix" --duration 500ms -o "$run" --force
expect 0 "a server without the agent"
said "note: the agent saw no read" "a server without the agent"
finish
