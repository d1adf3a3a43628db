#!/bin/sh
# planted.sh - whether a path that takes 3 % more is found, with the function: the comparison of
# one build with the other, 10 runs each, in turns. As often as told; the last one is shown.
# usage: planted.sh BUILD [TIMES [RUNS [REQUESTS [SLOWER]]]]
set -eu
build=$1 times=${2:-1} runs=${3:-10} requests=${4:-40000} slower=${5:-3} hz=1997
. "$(dirname "$0")/turns.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

found=0 elsewhere=0 function=0 evident=0 time=0
while [ "$time" -lt "$times" ]; do
    time=$((time + 1))
    turns "$folder" "$slower" "$runs" "$requests"
    "$build/bin/waymark" compare "$folder/a" "$folder/b" --format csv >"$folder/csv" 2>"$folder/out"
    "$build/bin/waymark" compare "$folder/a" "$folder/b" >"$folder/text" 2>"$folder/out"
    grep -q '^path,PathB,.*,more,' "$folder/csv" && found=$((found + 1))
    grep -qE '^path,PathA,.*,(more|less),' "$folder/csv" && elsewhere=$((elsewhere + 1))
    # told with certainty, or as what moved most: sum() either way, and nothing else
    awk '/What moved/ { on = 1; next } on && / function +|; most: / && $NF == "sum" { found = 1 }
        on && / function +|; most: / && $NF != "sum" { other = 1 } END { exit !(found && !other) }' \
        "$folder/text" && function=$((function + 1))
    grep -q ' function  *sum$' "$folder/text" && evident=$((evident + 1))
    echo "$time: found in PathB $found times, in PathA $elsewhere, sum() named $function times," \
        "$evident of them beyond noise"
done
cat "$folder/text"
