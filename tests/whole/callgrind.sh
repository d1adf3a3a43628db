# callgrind.sh - valgrind's callgrind_annotate reads -callgrind and finds the functions' own costs
# that -top prints.
# usage: callgrind.sh BUILD SOURCE
#
# pprof writes "calls=0", since it knows no counts, and so do we of its profiles, byte for byte.
# kcachegrind takes that for a call; callgrind_annotate takes it for none and adds the callee's cost
# to the caller's own. So it gets the same file with "calls=1", which is what a run's folder gives.
. "$(dirname "$0")/lib.sh"
command -v callgrind_annotate >/dev/null || { echo "skipped: no callgrind_annotate"; exit 77; }
cd "$source/tests/golden/pprof"

waymark run --app "$shop" --workload "$samples/mix.csv" --requests 30000 --seed 1 -o "$folder/run"
expect 0 "a run of the shop"

for name in orders-a1 orders-a2 go-shop1-mutex scene-heap run; do
    profile=profiles/$name.pb.gz
    [ "$name" != run ] || profile=$folder/run
    waymark report -symbolize=none -top -trim=false -sample_index=0 "$profile"
    expect 0 "-top of $name"
    # What has no name, only a binary, has none there either.
    awk 'rows && $1 != "0" && $6 !~ /^\[/ { print $6 "=" $1 + 0 } $1 == "flat" { rows = 1 }' \
        "$folder/out" | sort >"$folder/top"
    waymark report -symbolize=none -callgrind -sample_index=0 "$profile"
    expect 0 "-callgrind of $name"
    if [ "$name" = run ]; then
        grep -q '^calls=0' "$folder/out" && fail "calls=0 of a run"
        cp "$folder/out" "$folder/callgrind.out"
    else
        sed 's/^calls=0/calls=1/' "$folder/out" >"$folder/callgrind.out"
    fi
    callgrind_annotate --threshold=100 --auto=no "$folder/callgrind.out" >"$folder/annotated"
    # "1,234 (56.78%)  file:function [object]"; a function may stand in several files.
    sed -n 's/^ *\([0-9,]*\) *( *[0-9.]*%)  [^:]*:\([^ ]*\).*$/\2 \1/p' "$folder/annotated" |
        awk '{ gsub(/,/, "", $2); sum[$1] += $2 }
             END { for (name in sum) if (sum[name] != 0) print name "=" sum[name] }' |
        sort >"$folder/functions"
    [ -s "$folder/top" ] || fail "$name: -top has no rows"
    cmp -s "$folder/top" "$folder/functions" && continue
    fail "$name: other totals than -top's"
    diff "$folder/top" "$folder/functions" | head -n 12
done
finish
