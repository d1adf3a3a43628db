#!/bin/sh
# servers.sh - requests to servers at full speed and at a rate, next to the tools that people know.
#
#   closed loop   HTTP over 32 connections on one thread against wrk -t1 -c32; RESP over 50 against
#                 redis-benchmark -c 50. Medians of ROUNDS runs each, which take turns.
#   the agent     HTTP again, the server as it is against the server with the agent in it, sampled
#                 at 250 Hz. Left out where `waymark run` does not know --server.
#   open loop     5,000/s, constant: how late requests leave; and of the sending alone, next to the
#                 way of wrk2 (bench_late).
#
# Prints figures and ratios; passes or fails nothing.
# usage: servers.sh BUILD [ROUNDS [SECONDS]]
set -eu
build=$1 rounds=${2:-5} seconds=${3:-3}
bench=$build/bench/bench_net
folder=$(mktemp -d)
servers=
trap 'kill $servers 2>/dev/null || :; wait; rm -rf "$folder"' EXIT

free_port() {
    port=$((20000 + ($$ * 7 + ${tries:=0}) % 30000))
    tries=$((tries + 1))
    ss -Hltn "sport = :$port" | grep -q . && free_port || :
}

# await PORT: until somebody accepts.
await() {
    until ss -Hltn "sport = :$1" | grep -q .; do sleep 0.05; done
}

# nginx_conf FILE PORT
nginx_conf() {
    cat >"$1" <<END
worker_processes 1; daemon off; pid {dir}/pid; error_log stderr crit;
events { worker_connections 1024; }
http {
    access_log off; keepalive_requests 1000000000;
    client_body_temp_path {dir}/1; proxy_temp_path {dir}/2; fastcgi_temp_path {dir}/3;
    uwsgi_temp_path {dir}/4; scgi_temp_path {dir}/5;
    server { listen 127.0.0.1:{port}; root $folder/www; }
}
END
}

start_servers() {
    mkdir "$folder/www"
    head -c 100 /dev/zero | tr '\0' x >"$folder/www/index.html"
    chmod 755 "$folder" "$folder/www"
    nginx_conf "$folder/nginx.conf"
    free_port
    http=$port
    sed "s|{dir}|$folder|g; s|{port}|$http|g" "$folder/nginx.conf" >"$folder/own.conf"
    nginx -c "$folder/own.conf" 2>"$folder/nginx.log" &
    servers=$!
    free_port
    resp=$port
    redis-server --port "$resp" --save '' --appendonly no >"$folder/redis.log" &
    servers="$servers $!"
    await "$http"
    await "$resp"
    printf 'label,weight,target\npage,1,/\n' >"$folder/http.csv"
    printf 'label,weight,command\nget,1,GET key:{uniform 0 999}\n' >"$folder/get.csv"
    printf 'label,weight,command\nset,1,SET key:{uniform 0 999} xxx\n' >"$folder/set.csv"
}

# word NAME: the figure behind it in bench_net's line.
word() {
    awk -v name="$1" '{ for (i = 1; i < NF; i++) if ($i == name) print $(i + 1) }'
}

# note SERIES FIGURE
note() {
    echo "$2" >>"$folder/$1.series"
}

median() {
    sort -n "$folder/$1.series" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# against SERIES THAN WHAT
against() {
    awk -v a="$(median "$1")" -v b="$(median "$2")" -v what="$3" -v than="$2" \
        'BEGIN { printf "  %-28s %10.0f/s %10.0f/s  %s  ratio %.3f\n", what, a, b, than, a / b }'
}

closed_loops() {
    for _ in $(seq "$rounds"); do
        note http "$("$bench" http "$http" "$folder/http.csv" connections 32 seconds "$seconds" | word per_second)"
        note wrk "$(wrk -t1 -c32 -d"$seconds" "http://127.0.0.1:$http/" | awk '/^Requests\/sec/ { print $2 }')"
        for command in get set; do
            note "$command" "$("$bench" resp "$resp" "$folder/$command.csv" connections 50 seconds "$seconds" | word per_second)"
            note "redis-benchmark_$command" "$(redis-benchmark -p "$resp" -c 50 -n $((seconds * 60000)) -r 1000 -t "$command" --csv |
                awk -F'","' 'NR > 1 { gsub(/"/, ""); split($0, part, ","); print part[2] }')"
        done
    done
    echo "closed loop, medians of $rounds runs in turns, waymark first:"
    against http wrk 'HTTP, 32 connections'
    against get redis-benchmark_get 'RESP GET, 50 connections'
    against set redis-benchmark_set 'RESP SET, 50 connections'
}

# rate OPTIONS...: requests per second of one waymark run.
rate() {
    "$build/bin/waymark" run --protocol http --workload "$folder/http.csv" --concurrency 32 \
        --duration "${seconds}s" --force -o "$folder/run" "$@" >"$folder/out" 2>&1 || cat "$folder/out" >&2
    awk -F'[:,]' '/^ *"seconds"/ { s = $2 } /^ *"requests"/ { r = $2 } END { print r / s }' "$folder/run/run.json"
}

with_the_agent() {
    "$build/bin/waymark" run --help 2>&1 | grep -q -e --server || {
        echo "the agent: this build's waymark run has no --server yet"
        return
    }
    for _ in $(seq "$rounds"); do
        note plain "$(rate --connect "127.0.0.1:$http")"
        note agent "$(rate --server "nginx -c {dir}/nginx.conf" --hz 250)"
    done
    echo "the agent, sampling at 250 Hz, against the server without it:"
    against agent plain 'HTTP, 32 connections'
}

open_loop() {
    echo "open loop, 5,000/s constant: how late requests leave, us"
    for protocol in http resp; do
        eval "port=\$$protocol"
        mix=$folder/http.csv
        [ "$protocol" = http ] || mix=$folder/get.csv
        "$bench" "$protocol" "$port" "$mix" connections 32 rate 5000 seconds $((seconds * 3)) >"$folder/line"
        printf '  %-28s p50 %6.1f  p99 %6.1f  p99.9 %7.1f  max %7.1f\n' "$protocol" "$(word late_p50 <"$folder/line")" \
            "$(word late_p99 <"$folder/line")" "$(word late_p999 <"$folder/line")" "$(word late_max <"$folder/line")"
    done
    "$build/bench/bench_late" 5000 $((seconds * 3)) | sed 's/^/  /'
}

start_servers
closed_loops
with_the_agent
open_loop
