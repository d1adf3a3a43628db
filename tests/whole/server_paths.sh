# server_paths.sh - how a server's run is told: its own work, folded or not, its functions, and that
# all of it adds up.
# usage: server_paths.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
command -v redis-server >/dev/null || { echo "skipped: no redis-server"; exit 77; }

cat >"$folder/mix.csv" <<'END'
weight,command
60,GET key:{uniform 1 1000}
20,LPUSH list x
20,LRANGE list 0 99
END
cat >"$folder/list.txt" <<'END'
readQueryFromClient
  processCommand
writeToClient
  processCommand
END
redis='redis-server --port {port} --save ""'
waymark run --server "$redis" --protocol resp --workload "$folder/mix.csv" --concurrency 8 \
    --duration 3s --segments "$folder/list.txt" -o "$folder/run"
expect 0 "a run of redis"
[ "$(json target "$folder/run/run.json")" = server ] || fail "the target"

# sum COLUMN FILE: of all rows.
sum() {
    column "$1" "$2" | awk '{ sum += $1 } END { printf "%.0f\n", sum }'
}

# row NAME COLUMN FILE
row() {
    awk -F, -v name="$1" -v wanted="$2" 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
        $col["path"] == name { print $col[wanted] }' "$3"
}

used=$(json app_cpu_ns "$folder/run/run.json")
told=$(sum cpu_ns "$folder/run/paths.csv")
echo "rows $told ns, the server $used ns"
awk -v a="$told" -v b="$used" 'BEGIN { exit !(b > 1e8 && a / b > 0.97 && a / b < 1.03) }' ||
    fail "the rows add up to $told ns, the server used $used ns"
[ "$told" = "$(json cpu_ns "$folder/run/run.json")" ] || fail "the rows are not the profile"
background=$(row '(background)' cpu_ns "$folder/run/paths.csv")
[ "${background:-0}" -gt 0 ] || fail "nothing in the background: $(cat "$folder/run/paths.csv")"
[ "$background" = "$(json background_cpu_ns "$folder/run/run.json")" ] ||
    fail "background_cpu_ns is not the row's"

# Folded, nothing is lost, and every request has paid the same.
waymark paths "$folder/run" --fold-background --format csv
expect 0 "folded"
[ "$(sum cpu_ns "$folder/out")" = "$told" ] || fail "folded, the sum is another"
[ "$(sum samples "$folder/out")" = "$(sum samples "$folder/run/paths.csv")" ] ||
    fail "folded, there are other samples"
grep -q '(background)' "$folder/out" && fail "folded, and still there"
cp "$folder/out" "$folder/folded.csv"
for path in GET LPUSH LRANGE; do
    awk -v before="$(row $path cpu_ns "$folder/run/paths.csv")" -v all="$background" \
        -v after="$(row $path cpu_ns "$folder/folded.csv")" \
        -v mine="$(row $path requests "$folder/folded.csv")" \
        -v of="$(sum requests "$folder/folded.csv")" 'BEGIN {
            part = all * mine / of; got = after - before
            exit !(mine > 0 && got - part < 2 && part - got < 2) }' ||
        fail "the part of $path"
done
waymark paths "$folder/run" --fold-background
said 'note: \(background\), .* is shared out over the paths by their requests' "what was done"
waymark paths "$folder/run"
said '\(background\): .*: work of no one request' "what it is"
grep -q 'segments* reached\|no segments' "$folder/out" && fail "coverage of nothing"

# Redis exports its functions' names: its commands run below the reading of queries.
said 'readQueryFromClient ' "a function"
said '└─ processCommand ' "one below it"
said 'processCommand .*on no stack \(list.txt:4\)' "one that is never below another"
waymark report -by_path "$folder/run"
expect 0 "-by_path"
said 'in no request, so in no column: .*\(background\)' "what has no column"
waymark report -by_path -fold_background "$folder/run"
expect 0 "-by_path -fold_background"
said 'shared out over the columns by their requests: \(background\)' "where it went"
waymark report -top -fold_background "$folder/run"
expect 2 "-fold_background without columns"
waymark report -by=segment "$folder/run"
expect 0 "-by=segment"
said ' /processCommand' "columns of functions"
go version >/dev/null 2>&1 && {
    go tool pprof -top -tagfocus 'path=^\(background\)$' "$folder/run/profile.pb.gz" \
        >"$folder/top" 2>/dev/null
    grep -qE 'epoll|aeProcessEvents|aeMain' "$folder/top" ||
        fail "go tool pprof does not find the event loop: $(cat "$folder/top")"
}
finish
