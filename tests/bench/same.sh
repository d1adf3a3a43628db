#!/bin/sh
# same.sh - how often `waymark compare` and `waymark baseline check` see a change where there is
# none: the same build against itself, again and again, in turns.
#
# A row is a path and a measure; a comparison changed if any of its rows did. What p says before it
# is corrected is told too: some 5 % of the rows are below 0.05 by chance.
# AFTER_REQUESTS, and AFTER_RUNS at most RUNS, make the runs of the other side longer or shorter, and
# fewer. CHECKED=after sets the bar by that side.
# usage: [CHECKED=after] same.sh BUILD [COMPARISONS [RUNS [REQUESTS [AFTER_REQUESTS [AFTER_RUNS]]]]]
set -eu
build=$1 comparisons=${2:-100} runs=${3:-6} requests=${4:-5000}
after_requests=${5:-$requests} after_runs=${6:-$runs}
bar=a held=b
[ "${CHECKED:-before}" = before ] || bar=b held=a
. "$(dirname "$0")/turns.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
WAYMARK_HOME=$folder/record
export WAYMARK_HOME

changed=0 alarms=0 number=0
while [ "$number" -lt "$comparisons" ]; do
    number=$((number + 1))
    turns "$folder" 0 "$runs" "$requests" "$after_requests" "$after_runs"
    "$build/bin/waymark" compare "$folder/$bar" "$folder/$held" --format csv >"$folder/csv" 2>"$folder/out"
    awk -F, 'NR > 1' "$folder/csv" >>"$folder/rows"
    rows=$(awk -F, 'NR > 1 && $12 != "same"' "$folder/csv" | wc -l)
    [ "$rows" -eq 0 ] || {
        changed=$((changed + 1))
        awk -F, 'NR > 1 && $12 != "same"' "$folder/csv"
    }
    "$build/bin/waymark" baseline set "$folder/$bar" >"$folder/out"
    "$build/bin/waymark" baseline check "$folder/$held" >"$folder/out" || {
        alarms=$((alarms + 1))
        cat "$folder/out"
    }
    echo "$number: $rows rows changed; so far $changed comparisons changed, $alarms checks failed"
done

echo "of $comparisons comparisons of $runs runs of $requests and $after_runs of $after_requests requests:"
echo "  $changed with a changed row (p < 0.05, corrected)"
echo "  $alarms that baseline check failed (3 %)"
awk -F, '{ row = $2 " " $3; rows[row]++
           below[row] += $9 != "" && $9 < 0.05
           said[row] += $12 != "same" }
    END { for (row in rows)
              printf "  %-24s p < 0.05 uncorrected in %d of %d, changed in %d\n", row, below[row],
                     rows[row], said[row] }' "$folder/rows" | sort
