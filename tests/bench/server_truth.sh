#!/bin/sh
# server_truth.sh - what each kind of request costs a server, as one mixed run with the agent tells
# it and as the server's own CPU clock does when the kind comes alone, without an agent.
#
# The mixed run's rows are folded (waymark paths --fold-background). Alone means: the same server,
# filled alike, at the same concurrency; its CPU between two readings of schedstat (what getrusage
# adds up, in nanoseconds) over the requests that it answered. Medians of ROUNDS runs each, which
# take turns. FAR: more than 10 % apart.
# usage: server_truth.sh BUILD redis|nginx [ROUNDS [SECONDS]]
set -eu
build=$1 kind=$2 rounds=${3:-5} seconds=${4:-3}
waymark=$build/bin/waymark
folder=$(mktemp -d)
server=
end_server() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || :
    [ -z "$server" ] || wait "$server" 2>/dev/null || :
    server=
}
trap 'end_server; rm -rf "$folder"' EXIT

free_port() {
    port=$((20000 + ($$ * 7 + ${tries:=0}) % 30000))
    tries=$((tries + 1))
    ss -Hltn "sport = :$port" | grep -q . && free_port || :
}

# ---- What is asked: kind NAME, weight in the mix, then the row's cells ----

redis_columns='command'
redis_rows='GET 40 GET word
LPUSH 20 LPUSH grown {string 8}
LRANGE 15 LRANGE list 0 299
ZADD 20 ZADD board {uniform 1 100000} m{uniform 1 200}
SORT 5 SORT numbers'
nginx_columns='target'
nginx_rows='tiny 40 /tiny.html
large 20 /large.bin
missing 20 /nothing.html
moved 20 /moved'
eval "columns=\$${kind}_columns rows=\$${kind}_rows"

mixes() {
    echo "label,weight,$columns" >"$folder/all.csv"
    echo "$rows" | while read -r name weight cells; do
        echo "$name,$weight,$cells" >>"$folder/all.csv"
        printf 'label,weight,%s\n%s,1,%s\n' "$columns" "$name" "$cells" >"$folder/$name.csv"
    done
}

# ---- The servers ----

redis_prepare() {
    redis-server --port "$port" --save '' --appendonly no --dir "$folder" \
        --dbfilename truth.rdb >"$folder/prepare.log" &
    server=$!
    until redis-cli -p "$port" ping >/dev/null 2>&1; do sleep 0.05; done
    redis-cli -p "$port" <<EOF >/dev/null
SET word $(printf '%0100d' 7)
RPUSH list $(seq -f element-%g 400 | tr '\n' ' ')
RPUSH numbers $(seq 100 | awk '{ printf "%d ", $1 * 7919 % 1000 }')
ZADD board $(seq 200 | awk '{ printf "%d m%d ", $1 * 31 % 99991, $1 }')
SAVE
EOF
    [ -s "$folder/truth.rdb" ] || { echo "redis-server saved nothing" >&2; exit 1; }
    end_server
}
redis_command='redis-server --port {port} --save "" --appendonly no --dir '$folder' --dbfilename truth.rdb'

nginx_prepare() {
    mkdir "$folder/html"
    echo '<p>tiny</p>' >"$folder/html/tiny.html"
    head -c 102400 /dev/urandom >"$folder/html/large.bin"
    cat >"$folder/nginx.conf" <<EOF
daemon off;
master_process off;
worker_processes 1;
pid {dir}/nginx.pid;
error_log stderr crit;
events { worker_connections 256; }
http {
    access_log off;
    log_not_found off;
    keepalive_requests 1000000000;
    client_body_temp_path {dir}/body;
    proxy_temp_path {dir}/proxy;
    fastcgi_temp_path {dir}/fastcgi;
    uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    server {
        listen 127.0.0.1:{port};
        root $folder/html;
        location = /moved { return 301 /tiny.html; }
    }
}
EOF
}
nginx_command='nginx -p {dir} -c {dir}/nginx.conf'
redis_protocol=resp nginx_protocol=http

start_alone() {
    mkdir -p "$folder/run"
    sed "s|{port}|$port|g; s|{dir}|$folder/run|g" "$folder/nginx.conf" >"$folder/run/nginx.conf" 2>/dev/null || :
    eval "command=\$${kind}_command"
    command=$(echo "$command" | sed "s|{port}|$port|g; s|{dir}|$folder/run|g")
    eval "exec $command" >"$folder/alone.log" 2>&1 &
    server=$!
    until ss -Hltn "sport = :$port" | grep -q .; do sleep 0.05; done
}

cpu_ns() { cat "/proc/$server/task/"*/schedstat | awk '{ s += $1 } END { printf "%.0f\n", s }'; }

# ---- The two ways ----

# alone NAME: "alone NAME NS".
alone() {
    free_port
    start_alone
    "$waymark" run --connect "127.0.0.1:$port" --protocol "$protocol" --workload "$folder/$1.csv" \
        --concurrency 16 --duration 300ms --force -o "$folder/warm" >/dev/null 2>&1
    before=$(cpu_ns)
    "$waymark" run --connect "127.0.0.1:$port" --protocol "$protocol" --workload "$folder/$1.csv" \
        --concurrency 16 --duration "${seconds}s" --force -o "$folder/alone" >/dev/null 2>"$folder/err" ||
        { cat "$folder/err" >&2; exit 1; }
    after=$(cpu_ns)
    end_server
    requests=$(sed -n 's/^ *"requests": *\([0-9]*\).*/\1/p' "$folder/alone/run.json" | head -n 1)
    echo "alone $1 $(((after - before) / requests))"
}

# mixed: a line "mixed NAME NS" for each kind.
mixed() {
    "$waymark" run --server "$command_line" --protocol "$protocol" --workload "$folder/all.csv" \
        --concurrency 16 --warmup 300ms --duration "$((seconds * 3))s" --hz 250 --force \
        -o "$folder/mixed" >"$folder/out" 2>"$folder/err" || { cat "$folder/err" >&2; exit 1; }
    "$waymark" paths "$folder/mixed" --fold-background --format csv |
        awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
                 $at["requests"] > 0 { print "mixed", $at["entry"], $at["cpu_ns_per_request"] }'
}

eval "protocol=\$${kind}_protocol command_line=\$${kind}_command"
free_port
mixes
"${kind}_prepare"
for round in $(seq "$rounds"); do
    echo "round $round of $rounds" >&2
    mixed
    echo "$rows" | while read -r name rest; do alone "$name" </dev/null; done
done >"$folder/figures"
[ $# -lt 5 ] || cp "$folder/figures" "$5"

sort -k1,2 -k3n "$folder/figures" | awk -v names="$(echo "$rows" | awk '{ print $1 }')" '
    { key = $1 " " $2; value[key, ++count[key]] = $3 }
    function median(key,   n) { n = count[key]; return n ? (value[key, int((n + 1) / 2)] + value[key, int((n + 2) / 2)]) / 2 : 0 }
    END {
        printf "%-10s %14s %14s %8s\n", "request", "mixed, ns", "alone, ns", "ratio"
        n = split(names, list, "\n")
        for (i = 1; i <= n; i++) {
            m = median("mixed " list[i]); a = median("alone " list[i]); r = a ? m / a : 0
            printf "%-10s %14.0f %14.0f %8.3f %s\n", list[i], m, a, r, (r > 1.1 || r < 0.9) ? "FAR" : ""
        }
    }'
