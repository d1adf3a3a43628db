#!/bin/sh
# same.sh - how often `waymark compare` and `waymark baseline check` see a change where there is
# none: the same build against itself, again and again, in turns.
#
# A row is a path and a measure; a comparison changed if any of its rows did. What p says before it
# is corrected is told too: some 5 % of the rows are below 0.05 by chance.
# usage: same.sh BUILD [COMPARISONS [RUNS [REQUESTS]]]
set -eu
build=$1 comparisons=${2:-100} runs=${3:-6} requests=${4:-5000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
WAYMARK_HOME=$folder/record
export WAYMARK_HOME

printf 'entry,weight,path\nSteady,50,a\nSteady,50,b\n' >"$folder/mix.csv"
changed=0 alarms=0 number=0
while [ "$number" -lt "$comparisons" ]; do
    number=$((number + 1))
    rm -rf "$folder/a" "$folder/b"
    run=0
    while [ "$run" -lt "$runs" ]; do
        run=$((run + 1))
        for side in a b; do
            "$build/bin/waymark" run --app "$build/tests/apps/libsteady0.so" --workload \
                "$folder/mix.csv" --requests "$requests" -o "$folder/$side/$run" >"$folder/out" \
                2>&1 || { cat "$folder/out"; exit 1; }
        done
    done
    "$build/bin/waymark" compare "$folder/a" "$folder/b" --format csv >"$folder/csv"
    awk -F, 'NR > 1' "$folder/csv" >>"$folder/rows"
    rows=$(awk -F, 'NR > 1 && $12 != "same"' "$folder/csv" | wc -l)
    [ "$rows" -gt 0 ] && changed=$((changed + 1))
    "$build/bin/waymark" baseline set "$folder/a" >"$folder/out"
    "$build/bin/waymark" baseline check "$folder/b" >"$folder/check" || alarms=$((alarms + 1))
    echo "$number: $rows rows changed; $changed comparisons changed, $alarms checks failed so far"
done

echo "of $comparisons comparisons of $runs and $runs runs, $requests requests each:"
echo "  $changed with a changed row (p < 0.05, corrected)"
echo "  $alarms that baseline check failed (3 %)"
awk -F, '{ rows[$2 " " $3]++; below[$2 " " $3] += $9 != "" && $9 < 0.05; said[$2 " " $3] += $12 != "same" }
    END { for (row in rows)
              printf "  %-24s %d of %d with p < 0.05 uncorrected, %d changed\n", row, below[row],
                     rows[row], said[row] }' "$folder/rows" | sort
