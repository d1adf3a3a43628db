#!/bin/sh
# known.sh - known functions as waymark bench and as Google Benchmark (libbenchmark-dev) read them,
# side by side: interleaved, so that both meet the same machine; the median of each.
# usage: known.sh BUILD [ROUNDS]
set -eu
build=$1 rounds=${2:-7}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for round in $(seq "$rounds"); do
    "$build/bin/waymark" bench --app "$build/bench/libknown.so" --bench . --count 1 \
        --benchtime 200ms --hz 0 --force -o "$folder/run" 2>"$folder/notes" |
        awk '/^Benchmark/ { name = substr($1, 10)
             for (i = 3; i < NF; i += 2) print "waymark", name, $(i + 1), $i }' >>"$folder/all"
    "$build/bench/bench_known_google" --benchmark_min_time=0.2 --benchmark_format=csv \
        2>/dev/null | tr -d '"' |
        awk -F, 'seen { print "google", $1, "ns/op", $3; print "google", $1, "cpu-ns/op", $4 }
                 $1 == "name" { seen = 1 }' >>"$folder/all"
done

# The median of one tool's values of one function.
median() {
    awk -v tool="$1" -v name="$2" -v unit="$3" \
        '$1 == tool && $2 == name && $3 == unit { print $4 }' "$folder/all" | sort -g |
        awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

printf '%-8s %14s %14s %8s    %14s %14s %8s\n' "" "ns/op waymark" google apart "CPU waymark" google apart
for name in 0.3ns 1ns 10ns 1us 1ms; do
    printf '%s %s %s %s %s\n' $name "$(median waymark $name ns/op)" "$(median google $name ns/op)" \
        "$(median waymark $name cpu-ns/op)" "$(median google $name cpu-ns/op)"
done | awk 'function apart(a, b) { d = a - b; if (d < 0) d = -d
                return sprintf("%.1f%%%s", 100 * d / b, d <= 0.2 || d <= 0.05 * b ? "" : " FAR") }
            { printf "%-8s %14.3f %14.3f %8s    %14.3f %14.3f %8s\n",
                     $1, $2, $3, apart($2, $3), $4, $5, apart($4, $5) }'
