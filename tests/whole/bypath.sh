# bypath.sh - costs per request of each path, and what changed between two runs, against an app that
# knows what it burns.
# usage: bypath.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"

# burn NAME SHARE_A SHARE_B CPU_A CPU_B: a run, and in NAME.truth what its paths really used.
burn() {
    cat >"$folder/$1.csv" <<END
entry,weight,path,cpu_us,prepare_us
Burn,$2,a,$4,100
Burn,$3,b,$5,100
END
    BURN_TRUTH=$folder/$1.truth
    export BURN_TRUTH
    waymark run --app "$apps/libburn.so" --workload "$folder/$1.csv" --requests 12000 --hz 1997 \
        -o "$folder/$1"
    expect 0 "a run of burn"
}

# truth NAME PATH: CPU for each request, in microseconds.
truth() {
    awk -F, -v path="$2" 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
        $col["path"] == path && $col["requests"] > 0 {
            printf "%.3f\n", $col["cpu_ns"] / $col["requests"] / 1000 }' "$folder/$1.truth"
}

# told TITLE PATH: the figure of a path in the line of the last report with this title.
told() {
    awk -v title="$1" -v path="$2" '
        !column { for (i = 1; i <= NF; i++) if ($i == path) column = i }
        $0 ~ title "$" { print $column + 0; exit }' "$folder/out"
}

# near WHAT A B TOLERANCE
near() {
    echo "$1: told $2, true $3"
    awk -v a="$2" -v b="$3" -v far="$4" 'BEGIN { exit !(a != "" && a - b < far && b - a < far) }' ||
        fail "$1: $2 is not within $4 of $3"
}

burn before 70 30 200 200
burn mixed 20 80 200 200  # other shares, the same costs
burn slower 20 80 200 400 # and PathB's own part takes twice as long

# 1,400 samples of the smallest path: its standard error is at most 2.7 %, and that of a change 3 %.
for run in before mixed slower; do
    waymark report -by_path -unit=us "$folder/$run"
    expect 0 "-by_path of $run"
    for path in PathA PathB; do
        true=$(truth $run $path)
        near "$run $path" "$(told cpu/request $path)" "$true" \
            "$(awk -v t="$true" 'BEGIN { print t * 0.08 }')"
    done
done

# change RUN PATH: what the truth says, in percent.
change() {
    awk -v a="$(truth before "$2")" -v b="$(truth "$1" "$2")" \
        'BEGIN { printf "%.2f\n", 100 * (b / a - 1) }'
}

for base in -base -diff_base; do
    for run in mixed slower; do
        waymark report -by_path $base "$folder/before" "$folder/$run"
        expect 0 "-by_path $base"
        cp "$folder/out" "$folder/changes"
        sed 's/ ± [0-9.]*/ /g' "$folder/changes" >"$folder/out" # so that a figure is a field
        for path in PathA PathB; do
            near "$base $run $path, change in %" "$(told 'interval' $path)" \
                "$(change $run $path)" 10
        done
    done
    # All of the change is in the function that burns: it comes first, with the path's own change.
    awk '$NF == "cum" { getline; print; exit }' "$folder/changes" >"$folder/row"
    grep -q ' spin_steps' "$folder/row" || fail "spin_steps is not first: $(cat "$folder/row")"
done

# A page is as wide as it is told, and 160 columns in a pipe: what does not fit stands below.
"$build/tests/flame_profiles" "$folder" || fail "flame_profiles"
for width in 160 60 300; do
    [ $width = 160 ] || export COLUMNS=$width
    waymark report -by_path "$folder/paths.pb.gz"
    unset COLUMNS
    expect 0 "$width columns"
    sed '/^sums, since/,$d' "$folder/out" >"$folder/table"
    widest=$(LC_ALL=C.UTF-8 wc -L <"$folder/table")
    [ "$widest" -le $width ] || fail "a table of $widest columns, not $width"
    [ "$widest" -gt $((width - 40)) ] || fail "a table of $widest columns leaves room in $width"
done

# The colours of a flame graph tell the same: another mix is no change, a cost that doubled is one.
for base in -base -diff_base; do
    waymark report -flamegraph="$folder/changes.svg" $base "$folder/before" "$folder/slower"
    expect 0 "-flamegraph $base"
    said 'base is scaled, path by path, from its 12,000 requests to the 12,000 of now' "$base"
    for path in PathA PathB; do
        told=$(sed -n "s/^<tab name=\"$path\".* value=\"\([0-9]*\)\" base=\"\([0-9]*\)\".*/\1 \2/p" \
            "$folder/changes.svg" | awk '{ printf "%.2f\n", 100 * ($1 / $2 - 1) }')
        near "-flamegraph $base $path, change in %" "$told" "$(change slower $path)" 10
    done
done

# The columns are all of the requests: their samples add up to those of the path table.
waymark report -by_path -sample_index=samples -unit=count "$folder/mixed"
expect 0 "samples by path"
told=$(awk '/samples\/request$/ { print $2 * b + $3 * a; exit }
    / requests$/ { b = $2; a = $3; gsub(",", "", a); gsub(",", "", b) }' "$folder/out")
true=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "samples") c = i; next }
    $1 != "" && $c > 0 && $0 !~ /\(/ { sum += $c } END { print sum }' "$folder/mixed/paths.csv")
near "samples of all requests" "$told" "$true" "$(awk -v n="$true" 'BEGIN { print 0.01 * n }')"

# Names are joint: the run without PathA names PathB otherwise, and yet the columns meet.
burn alone 0.0001 99.9999 200 200
waymark report -by_path "$folder/alone" "$folder/before"
expect 0 "two runs as one"
said ' PathB' "the joint name"

# -path finds a path under the joint name, whatever its own run called it; a run whose tables are
# damaged is left out with its profile; calls are counted of one run only.
waymark report -top -path=PathB -relative_percentages -sample_index=samples "$folder/before"
one=$(sed -n 's/.*accounting for .* of \([0-9]*\) total/\1/p' "$folder/out")
waymark report -top -path=PathB -relative_percentages -sample_index=samples "$folder/before" \
    "$folder/alone"
both=$(sed -n 's/.*accounting for .* of \([0-9]*\) total/\1/p' "$folder/out")
[ "$both" -gt "$((one + one / 2))" ] || fail "-path over two runs: $both samples, one alone has $one"
cp -r "$folder/mixed" "$folder/damaged"
echo '{' >"$folder/damaged/run.json"
waymark report -by_path -unit=us "$folder/before" "$folder/damaged" "$folder/slower"
expect 0 "a damaged run among others"
said '2 of 3 profiles were read' "a damaged run among others"
cp "$folder/out" "$folder/without"
waymark report -by_path -unit=us "$folder/before" "$folder/slower"
cmp -s "$folder/out" "$folder/without" || fail "a damaged run changed the costs of the others"

# The same by other labels; what has no columns is refused by name.
waymark report -by=segment "$folder/before"
expect 0 "-by=segment"
waymark report -by_path -peek=spin "$folder/before"
expect 0 "-by_path -peek"
said 'exact calls|\| spin_steps' "a block"
waymark report -by_path -dot "$folder/before"
expect 2 "-by_path -dot"
said 'those that have: -top -tree -peek' "the views with columns"
waymark report -by=colour "$folder/before"
expect 2 "a label that is not there"
said "labels here: .*path" "the labels that are"
waymark report -by_path -normalize -base "$folder/before" "$folder/mixed"
expect 2 "-normalize beside -by"

# Of a profile alone there are no requests: sums, and it is said.
waymark report -by_path "$folder/before/profile.pb.gz"
expect 0 "-by_path of a profile"
said 'name the run' "what to do for costs per request"

# -peek of a run counts calls of functions with segments, exactly; of its profile it is pprof's.
waymark run --app "$shop" --workload "$samples/mix.csv" --requests 20000 --seed 1 -o "$folder/shop"
expect 0 "a run of the shop"
orders=$(awk -F, '$1 ~ /\/ProcessOrder$/ { print $5 }' "$folder/shop/segments.csv")
# Requests of paths without a sample are requests, too; a set stands for its runs; a name with signs
# of an expression is a name.
waymark run --app "$shop" --workload "$samples/mix.csv" --requests 2000 --hz 97 --repeat 2 \
    -o "$folder/set"
expect 0 "a set"
waymark report -by_path "$folder/set"
expect 0 "-by_path of a set"
awk '/ requests$/ { exit $1 != "4,000" } END { if (!NR) exit 1 }' "$folder/out" ||
    fail "not all requests: $(cat "$folder/out")"
waymark report -top -path='no+such' "$folder/shop"
said 'no path is .no\+such.; there are .*ProcessOrder:approved' "a path that is not there"

waymark report -peek=process_order "$folder/shop"
expect 0 "-peek of a run"
awk '{ gsub(",", "") } / process_order$/ { print $(NF - 2) }' "$folder/out" >"$folder/calls"
[ "$(cat "$folder/calls")" = "$orders" ] || fail "calls: $(cat "$folder/calls"), not $orders"
waymark report -peek=process_order "$folder/shop" "$folder/shop"
expect 0 "-peek of two runs"
grep -q 'exact calls' "$folder/out" && fail "counts of one run beside the costs of two"
waymark report -peek=process_order "$folder/shop/profile.pb.gz"
expect 0 "-peek of a profile"
grep -q 'exact calls' "$folder/out" && fail "counts of calls from a profile"
waymark paths "$folder/shop"
cp "$folder/out" "$folder/paths"
waymark report -paths "$folder/shop"
expect 0 "-paths"
cmp -s "$folder/out" "$folder/paths" || fail "-paths is not what waymark paths prints"
finish
