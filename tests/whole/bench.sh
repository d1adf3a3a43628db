# bench.sh - waymark bench: lines, counts, profile, refusals, endings.
# usage: bench.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
run=$folder/run
benches=$apps/libbenches.so

# bench ARGUMENTS...: into $run, anew.
bench() {
    waymark bench -o "$run" --force "$@"
}

# value NAME UNIT: of the first line of a benchmark.
value() {
    awk -v name="Benchmark$1" -v unit="$2" \
        '$1 == name { for (i = 3; i < NF; i += 2) if ($(i + 1) == unit) { print $i; exit } }' "$folder/out"
}

# holds NAME UNIT VALUE: it is that.
holds() {
    got=$(value "$1" "$2")
    [ "$got" = "$3" ] || fail "$1: '$got' $2, expected $3"
}

# between LEAST MOST VALUE WHAT
between() {
    awk -v least="$1" -v most="$2" -v value="$3" 'BEGIN { exit !(value >= least && value <= most) }' ||
        fail "$4: $3, expected $1 to $2"
}

# grammar WANTED: the last output is nothing but that many results and their configuration.
grammar() {
    outputs=$((${outputs:-0} + 1))
    awk -v wanted="$1" -f "$(dirname "$0")/benchlines.awk" "$folder/out" >"$folder/grammar" ||
        { fail "output $outputs is not Go's benchmark format:"; cat "$folder/grammar"; }
    cmp -s "$folder/out" "$run/bench.txt" || fail "bench.txt is not what was printed"
}

# ---- What is allocated, exactly ----

bench --app "$benches" --bench 'Malloc|Calloc|Realloc|Memalign|Aligned|Strdup|New' --count 2 \
    --benchtime 1000x --hz 0
expect 0 "what is allocated"
grammar 16
for truth in Malloc:100:1 Calloc:120:1 Realloc:100016:2 PosixMemalign:200:1 AlignedAlloc:96:1 \
    Strdup:13:1 New:72:1 NewArray:1000:1; do
    name=${truth%%:*} allocs=${truth##*:} bytes=${truth#*:}
    holds "$name" B/op "${bytes%:*}"
    holds "$name" allocs/op "$allocs"
done

# ---- Columns of one's own; iterations as told ----

for iterations in 1 2 65535 65536 131071 1000000; do
    bench --app "$benches" --bench Metric --count 1 --benchtime "${iterations}x" --hz 0
    grammar 1
    holds Metric agreed 1
    holds Metric hits/op 2.500
    [ "$(awk '/^Bench/ { print $2 }' "$folder/out")" = "$iterations" ] || fail "not $iterations times"
    [ "$(json requests "$run/run.json")" = "$iterations" ] || fail "run.json: not $iterations"
done

bench --app "$benches" --bench Order --count 1 --benchtime 100x --hz 0 --cpu 2
holds Order-2 ten 15
holds Order-2 thousands 3000
holds Order-2 only 70
bench --app "$benches" --bench Crowd --count 3 --benchtime 100x --hz 0
holds Crowd h 1
said "note: 6 values of wm_bench_metric.. were not kept" "a unit too long, and one too many"

# ---- Pauses are neither timed, nor counted, nor sampled ----

bench --app "$benches" --bench Paused --count 40 --benchtime 5ms
expect 0 "pauses"
grammar 40
holds Paused B/op 0
ns=$(awk '/^Bench/ { print $3 }' "$folder/out" | sort -g | head -n 1)
between 19500 60000 "$ns" "a loop of 20 us with pauses of 60 us, at best"
# By CPU time, a pause is three quarters of the loop; what is sampled is the other quarter.
cpu=$(json cpu_ns "$run/run.json") requests=$(json requests "$run/run.json")
between 15000 30000 $((cpu / requests)) "sampled CPU of an iteration of 20 us"
grep -q harness "$run/paths.csv" && fail "the harness has a row in a benchmark's run"
waymark report -tags "$run"
said 'path' "labels of the profile"
grep -q '(harness)' "$folder/out" && fail "the profile has more than what was timed"

# ---- An entry point: fixed requests, threads, errors, quantiles ----

bench --app "$benches" --entry '^Allocate$' --field size=300 --count 3 --benchtime 2000x --cpu 1,2
grammar 6
holds Allocate B/op 300
holds Allocate-2 allocs/op 1
[ "$(json requests "$run/run.json")" = 12000 ] || fail "not 12,000 requests counted"
waymark paths "$run"
said '^ *Allocate:small +12,000 +100.0%' "the path of a fixed request"
bench --app "$benches" --entry Allocate --count 1 --benchtime 100x
grammar 1
holds Allocate errors/op 1
bench --app "$benches" --entry Flip --count 1 --benchtime 101x
said "note: 101 requests were in measurements where some .* took another path" "requests that stray"
bench --app "$benches" --entry Wait --count 2 --benchtime 50ms
grammar 2
between 29000 60000 "$(value Wait p50-ns)" "the median of 30 us"
between "$(value Wait p50-ns)" 1e9 "$(value Wait p99-ns)" "p99 is not below p50"
[ -n "$(value Wait cpu-ns/op)" ] || fail "no CPU time of 50 ms"

# ---- A mix ----

bench --app "$shop" --workload "$samples/mix.csv" --count 2 --benchtime 20000x \
    --callgrind "$folder/callgrind.out"
expect 0 "the shop's mix"
grammar 2
waymark paths "$run"
said '12 of 12 segments reached' "the shop's segments"
[ -e "$run/mismatches.csv" ] && fail "requests of the mix took other paths than they should"
[ "$(json requests "$run/run.json")" = 40000 ] || fail "not 40,000 requests counted"
# What was allocated on each path adds up to what the lines say of all.
between 0.999 1.001 "$(awk -v lines="$(awk '/^Bench/ { for (i = 3; i < NF; i += 2)
        if ($(i + 1) == "allocs/op") sum += $i * $2 } END { print sum }' "$run/bench.txt")" \
    -v paths="$(column allocs "$run/paths.csv" | awk '{ sum += $1 } END { print sum }')" \
    'BEGIN { print paths / lines }')" "allocations of the paths and of the lines"

# ---- callgrind_annotate finds the totals of -top ----

if command -v callgrind_annotate >/dev/null; then
    waymark report -top -trim=false "$run"
    awk 'rows && $1 + 0 > 0 { n = $1 + 0; if ($1 ~ /us$/) n /= 1000; else if ($1 ~ /[0-9]s$/) n *= 1000
             sum += n } $1 == "flat" { rows = 1 } END { print sum }' "$folder/out" >"$folder/top"
    grep -q '^events: cpu(us)' "$folder/callgrind.out" || fail "callgrind's unit is another"
    sed 's/^calls=0/calls=1/' "$folder/callgrind.out" >"$folder/called.out"
    callgrind_annotate --threshold=100 --auto=no "$folder/called.out" >"$folder/annotated"
    total=$(sed -n 's/^ *\([0-9,]*\) *(100.0%)  PROGRAM TOTALS.*/\1/p' "$folder/annotated" | tr -d ,)
    [ -n "$total" ] || fail "callgrind_annotate gives no total"
    between 0.999 1.001 "$(awk -v a="$total" -v b="$(cat "$folder/top")" 'BEGIN { print a / 1e3 / b }')" \
        "callgrind_annotate's total by that of -top"
fi

# ---- More kinds of requests than fit ----

# With 64 threads there are 32 groups: none is taken for one of another row.
{
    echo "entry,weight,expect,size"
    for size in $(seq 1 30); do
        echo "Allocate,1,Allocate:small,$size"
        echo "Allocate,1,Allocate:large,$((size + 900))"
    done
} >"$folder/kinds.csv"
bench --app "$benches" --workload "$folder/kinds.csv" --count 1 --benchtime 6400x --cpu 64 --hz 0
expect 0 "sixty rows on 64 threads"
[ -e "$run/mismatches.csv" ] && fail "rows were mixed up: $(head -n 3 "$run/mismatches.csv")"
said "note: [0-9,]+ requests were of kinds .* past those that fit" "the rest"
bench --app "$benches" --workload "$folder/kinds.csv" --count 1 --benchtime 6400x --hz 0
grep -q "past those that fit" "$folder/err" && fail "sixty rows did not fit on one thread"

# ---- A function inside ----

# By turns and the least of each: such a machine may be half as fast for a while.
for leg in short_leg:3 long_leg:1 short_leg:3 long_leg:1 short_leg:3 long_leg:1 short_leg:3 long_leg:1; do
    bench --app "$apps/libhooked.so" --function "${leg%:*}" --count 30 --benchtime 3ms
    grammar 30
    holds "Walk/${leg%:*}" calls/request "${leg#*:}"
    said "${leg%:*} in .*hooked.c" "its lines"
    grep -E '^ +0 +0%' "$folder/err" && fail "lines that cost nothing are among those that cost most"
    awk '/^Bench/ { print $3 }' "$folder/out" >>"$folder/${leg%:*}"
done
for leg in short_leg long_leg; do
    sort -g "$folder/$leg" | head -n 1 >"$folder/least" && mv "$folder/least" "$folder/$leg"
done
between 7 13 "$(awk -v a="$(cat "$folder/long_leg")" -v b="$(cat "$folder/short_leg")" \
    'BEGIN { print a / b }')" "a leg ten times as long"
# Of one that calls itself the outermost call is timed, with the 464 in it: more than 1 ns each.
bench --app "$apps/libcalls.so" --entry Recurse --function fib --count 3 --benchtime 500x --hz 0
grammar 3
holds Recurse/fib calls/request 1
holds Recurse/fib nested-calls/op 464
between 464 1e6 "$(value Recurse/fib ns/op)" "ns of fib(12)"
# One of two calls is left by longjmp: told, and the others are timed as before.
bench --app "$apps/libcalls.so" --entry Leave --function risky --count 2 --benchtime 500x --hz 0
grammar 2
holds Leave/risky calls/request 1
said "note: 1,000 calls of the function never returned" "calls that were left"
# Two functions of one name are told apart by their file.
for leg in calls.c:1 calls_other.c:2; do
    bench --app "$apps/libcalls.so" --entry Walk --function "${leg%:*}:leg" --count 20 --benchtime 3ms
    grammar 20
    holds "Walk/${leg%:*}:leg" calls/request "${leg#*:}"
    awk '/^Bench/ { print $3 }' "$folder/out" | sort -g | head -n 1 >"$folder/${leg%:*}"
done
between 3 30 "$(awk -v a="$(cat "$folder/calls_other.c")" -v b="$(cat "$folder/calls.c")" \
    'BEGIN { print a / b }')" "the other leg, ten times as long"
bench --app "$apps/libuncalls.so" --entry Walk --function calls_other.c:leg --count 3 --benchtime 100ms
said 'Walk/calls_other.c:leg: from [0-9,]+ samples, .*: 9[0-9.]* % ±' "40 of 42 parts of the time"
bench --app "$apps/libunhooked.so" --function long_leg --count 3 --benchtime 100ms
grammar 4
said 'from [0-9,]+ samples, not from its calls: [0-9.]* % ± [0-9.]* of' "a share and its error"
# The share is 10 of 13; of a hundred runs five are off by more than the told error, by half more
# than that three of a thousand.
sed -n 's/.*not from its calls: \([0-9.]*\) % ± \([0-9.]*\) of.*/\1 \2/p' "$folder/err" |
    awk '{ off = $1 - 1000 / 13; if (off < 0) off = -off; bad = off > 1.53 * $2 || $2 > 10 }
        END { exit bad || NR != 1 }' || fail "ten of thirteen parts of the time: $(cat "$folder/err")"
said 'compile the file that long_leg is in with -finstrument-functions' "what to do"
bench --app "$apps/libunhooked.so" --function long_le --count 1 --benchtime 20ms
expect 2 "no such function"
said 'waymark: long_le: no function of the app' "no such function"

# ---- The same again and again ----

while [ "$outputs" -lt 22 ]; do
    bench --app "$benches" --bench 'Malloc|Metric' --count $((outputs % 5 + 1)) \
        --benchtime $((outputs * 100))us --cpu 1,2
    grammar $((4 * (outputs % 5 + 1)))
done
echo "$outputs outputs read field by field"

# ---- Refusals: one line, 2 ----

refused() {
    pattern=$1
    shift
    waymark bench "$@"
    expect 2 "$*"
    said "$pattern" "$*"
    [ -s "$folder/out" ] && fail "$*: something was printed as a result"
    [ "$(wc -l <"$folder/err")" -eq 1 ] || { fail "$*: more than one line"; cat "$folder/err"; }
}
refused "say which app" --entry X
refused "cannot open" --app "$folder/none.so"
refused "matches no entry point .*it has: Allocate, Flip, Wait" --app "$benches" --entry Nope
refused "matches no benchmark .*: .*Malloc" --app "$benches" --bench Nope
refused "registers no entry point" --app "$apps/libnoentry.so"
refused "registers no benchmark" --app "$apps/libnull.so" --bench .
refused "matches no entry point" --app "$apps/libasync.so" --entry Later
refused "no regular expression" --app "$benches" --entry '('
refused "neither a time such as" --app "$benches" --benchtime soon
refused "neither a time such as" --app "$benches" --benchtime 0x
refused "neither a time such as" --app "$benches" --benchtime -1s
refused "leg: several functions .* by its file: calls.*:leg, calls.*:leg" --app "$apps/libcalls.so" --function leg
refused "list of at most" --app "$benches" --cpu 1,,2
refused "whole number from 1" --app "$benches" --count 0
refused "not NAME=VALUE" --app "$benches" --field size
refused "cannot be used with --entry" --app "$benches" --entry A --bench B
refused "cannot be used with --field" --app "$benches" --workload "$samples/mix.csv" --field a=b
refused "no entry point 'HandleRequest'" --app "$benches" --workload "$samples/mix.csv"
refused "before its loop was over" --app "$benches" --bench Broken -o "$folder/broken"
refused "loop ended paused" --app "$benches" --bench NotResumed -o "$folder/broken"
[ -e "$folder/broken" ] && fail "a refused benchmark left its folder"

# ---- A crash; a signal ----

bench --app "$apps/libcrash.so" --field how=segv --count 1 --benchtime 10x
expect 3 "a crash"
said "the app died by SIGSEGV" "a crash"
grep -q '"signal_name": "SIGSEGV"' "$run/crash.json" || fail "no crash.json"

rm -rf "$run"
env --default-signal=INT "$build/bin/waymark" bench --app "$benches" --bench Malloc --count 100 \
    --benchtime 100ms -o "$run" >"$folder/out" 2>"$folder/err" &
pid=$!
for _ in $(seq 100); do
    [ "$(grep -c ^Bench "$folder/out")" -ge 2 ] && break
    sleep 0.1
done
kill -INT "$pid"
status=0
wait "$pid" || status=$?
expect 0 "a Ctrl-C"
lines=$(grep -c ^Bench "$run/bench.txt")
[ "$lines" -ge 2 ] && [ "$lines" -lt 100 ] || fail "$lines lines after a Ctrl-C"
grammar "$lines"
waymark report -top "$run"
expect 0 "the profile after a Ctrl-C"
waymark bench --help
expect 0 "help"
said "--benchtime" "help"
finish
