# stacks.sh - functions that are listed are segments of any app: what they cost is what they burn.
# usage: stacks.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"

cat >"$folder/walk.csv" <<'END'
entry,weight
Walk,1
END

# cpu SEGMENT RUN: what segments.csv says of it; nothing where it has no such row.
cpu() {
    awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
        $col["segment"] == name { print $col["cpu_ns"] }' "$folder/$2/segments.csv"
}

# In Walk one leg is of one part, and two others, of the same name, of ten each.
cat >"$folder/list.txt" <<'END'
# a tree, and a name that is not there
walk
  others = /^wm_test_other/
    leg
  leg
no_such_function
END
waymark run --app "$apps/libuncalls.so" --workload "$folder/walk.csv" --duration 3s \
    --segments "$folder/list.txt" -o "$folder/tree"
expect 0 "a run with a list of functions"
said 'no_such_function .* on no stack \(list.txt:6\)' "a function that was never seen"
said '└─ leg|├─ leg' "the tree"
awk -v all="$(cpu walk tree)" -v own="$(cpu walk/leg tree)" -v others="$(cpu walk/others tree)" \
    -v legs="$(cpu walk/others/leg tree)" 'BEGIN {
        print "walk " all " = leg " own " + others " others " (legs " legs ")"
        exit !(all > 2e8 && own / all > 0.03 && own / all < 0.07 &&
               others / all > 0.92 && others / all < 0.97 && legs / others > 0.97) }' ||
    fail "the parts are not 1 : 20"
[ "$(column nodes "$folder/tree/paths.csv" | sort -u)" = "" ] ||
    fail "a path was told by functions: $(cat "$folder/tree/paths.csv")"
column requests "$folder/tree/segments.csv" | grep -q . && fail "requests that nobody counted"

# The profile says it too.
waymark report -top -tagfocus=segment=others -relative_percentages "$folder/tree"
expect 0 "the label of a segment"
said ' leg$' "the function in it"
go version >/dev/null 2>&1 && {
    go tool pprof -tags "$folder/tree/profile.pb.gz" >"$folder/tags" 2>/dev/null
    grep -q 'walk/others/leg' "$folder/tags" || fail "no tag for go tool pprof"
}
waymark report -by=segment "$folder/tree"
expect 0 "-by=segment"
said 'walk/others/leg' "columns of segments"

# A recursion is one visit.
printf 'recurse\nfib\n' >"$folder/fib.txt"
printf 'entry,weight\nRecurse,1\n' >"$folder/recurse.csv"
waymark run --app "$apps/libuncalls.so" --workload "$folder/recurse.csv" --duration 1s \
    --segments "$folder/fib.txt" -o "$folder/recursion"
expect 0 "a run of a recursion"
[ "$(column segment "$folder/recursion/segments.csv" | sort | tr '\n' ' ')" = "recurse recurse/fib " ] ||
    fail "a recursion: $(cat "$folder/recursion/segments.csv")"

# Where an app marks its segments these stay, and functions are what is around them.
printf '/./\n' >"$folder/all.txt"
waymark run --app "$shop" --workload "$samples/mix.csv" --requests 50000 \
    --segments "$folder/all.txt" -o "$folder/marked"
expect 0 "a run of an app with marks"
said 'ProcessOrder .*█' "the marked tree"
said '12 of 12 segments reached' "its coverage"

# What is wrong is told with its line, and before anything runs.
printf 'walk\n/(/\n' >"$folder/wrong.txt"
waymark run --app "$apps/libuncalls.so" --workload "$folder/walk.csv" \
    --segments "$folder/wrong.txt" -o "$folder/refused"
expect 2 "a list with a mistake"
said 'wrong.txt:2' "its line"
[ ! -e "$folder/refused" ] || fail "a folder was made for nothing"
finish
