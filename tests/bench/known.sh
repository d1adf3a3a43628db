#!/bin/sh
# known.sh - known functions, and an entry point of some 14 ns, as waymark bench and as Google
# Benchmark (libbenchmark-dev) read them, side by side. They take turns, function by function, so that
# both meet the same machine, with measurements so short that some fit between two disturbances; the
# least of each is told. FAR: more than 5 % and more than 0.2 ns apart.
# usage: known.sh BUILD [ROUNDS]
set -eu
build=$1 rounds=${2:-10}
names="0.3ns 1ns 10ns 1us 1ms entry"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# measure NAME: by each of the two; lines "TOOL NAME UNIT VALUE".
measure() {
    kind=--bench
    [ "$1" = entry ] && kind=--entry
    "$build/bin/waymark" bench --app "$build/bench/libknown.so" $kind "^$1\$" --count 20 \
        --benchtime 2ms --hz 0 --force -o "$folder/run" 2>/dev/null |
        awk '/^Benchmark/ { name = substr($1, 10)
             for (i = 3; i < NF; i += 2) print "waymark", name, $(i + 1), $i }'
    "$build/bench/bench_known_google" --benchmark_min_time=0.002 --benchmark_repetitions=20 --benchmark_format=csv \
        --benchmark_filter="^$1\$" 2>/dev/null | tr -d '"' |
        awk -F, 'seen && $1 !~ /_(mean|median|stddev|cv)$/ { print "google", $1, "ns/op", $3; print "google", $1, "cpu-ns/op", $4 }
                 $1 == "name" { seen = 1 }'
}

for round in $(seq "$rounds"); do
    for name in $names; do
        measure "$name"
    done
done >"$folder/all"

awk -v names="$names" '
    { key = $1 " " $2 " " $3; if (!(key in least) || $4 < least[key]) least[key] = $4 }
    function row(name, unit,   a, b, d) {
        a = least["waymark " name " " unit]; b = least["google " name " " unit]
        d = a > b ? a - b : b - a
        printf "   %12.3f %12.3f %6.1f%% %-3s", a, b, 100 * d / b, d <= 0.2 || d <= 0.05 * b ? "" : "FAR"
    }
    END {
        printf "%-6s   %12s %12s %7s       %12s %12s %7s\n", "", "ns/op: wm", "google", "apart",
               "CPU: wm", "google", "apart"
        count = split(names, list, " ")
        for (i = 1; i <= count; i++) {
            printf "%-6s", list[i]; row(list[i], "ns/op"); row(list[i], "cpu-ns/op"); printf "\n"
        }
    }' "$folder/all"
