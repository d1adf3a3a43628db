# compare.sh - what compare and baseline say of an app that is as it was, and of one made slower.
# usage: compare.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
WAYMARK_HOME=$folder/record
export WAYMARK_HOME
mix=$folder/mix.csv
printf 'entry,weight,path\nSteady,50,a\nSteady,50,b\n' >"$mix"

# steady SLOWER REQUESTS FOLDER OPTIONS...: a run of the app that has been made slower so much.
steady() {
    slower=$1 requests=$2 into=$3
    shift 3
    waymark run --app "$apps/libsteady$slower.so" --workload "$mix" --requests "$requests" \
        --hz 1997 -o "$into" "$@"
    expect 0 "a run of steady$slower"
}

# row SUBJECT UNIT COLUMN: a cell of the comparison in $folder/out, as CSV.
row() {
    awk -F, -v subject="$1" -v unit="$2" -v column="$3" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i }
        $2 == subject && $3 == unit { print $at }' "$folder/out"
}

# is WHAT GOT WANTED
is() {
    [ "$2" = "$3" ] || fail "$1: '$2', expected '$3'"
}

for run in 1 2 3 4 5 6; do
    steady 0 4000 "$folder/old/$run"
    steady 20 8000 "$folder/slow/$run"
    steady 0 4000 "$folder/same/$run"
done

# ---- One of two paths takes 20 % more, and is asked for twice as often ----
waymark compare "$folder/old" "$folder/slow" --format csv
expect 0 "compare"
for unit in CPU/request p50; do
    is "PathB $unit" "$(row PathB $unit verdict)" more
    is "PathB $unit" "$(row PathB $unit evidence)" ranks
    awk -v change="$(row PathB $unit change)" 'BEGIN { exit !(change > 0.1 && change < 0.3) }' ||
        fail "PathB $unit changed by $(row PathB $unit change), made to be 0.2"
done
is "PathA" "$(row PathA p50 verdict)" same
is "PathA's allocations" "$(row PathA allocs/request after)" 1

waymark compare "$folder/old" "$folder/slow"
expect 0 "compare"
said '^before .*/old \(6 runs\)   after .*/slow \(6 runs\), in turns$' "the sides"
said '^  PathB +[0-9.]+ µs +[0-9.]+ µs +\+[12][0-9.]+% ' "the change"
said 'What moved' "what moved"
said '^    \+[0-9.]+ µs +± [0-9.]+ [nµ]s +[0-9.]+ µs +[0-9.]+ µs +function +sum$' "the function"
said ' line +sum .*steady\.c:[0-9]+$' "the line"
said 'Mann-Whitney U, corrected for [0-9]+ questions at once' "what p is"
waymark compare "$folder/old" "$folder/slow" --format json
expect 0 "compare as JSON"
awk -F '[:,]' '
    /"path": "PathB"/ { path = 1 }
    path && /"function": "sum"/ { sum = 1 }
    sum && /"before_ns"/ { before = $2 }
    sum && /"after_ns"/ { after = $2 }
    sum && /"evident"/ { evident = $2 ~ /true/; sum = path = 0 }
    /"in_turns": true/ { turns = 1 }
    /"before_values"/ { rows++; values = 0 }
    /^        [0-9.]+,?$/ { values++ }
    END { exit !(evident && after > before && turns && rows == 8 && values == 12) }' "$folder/out" ||
    fail "the JSON is not as it should be: $(cat "$folder/out")"
waymark compare "$folder/old" "$folder/slow" --threshold 60% --format csv
is "below the threshold" "$(row PathB p50 verdict)" same

# ---- What changed, as a profile ----
waymark compare "$folder/old" "$folder/slow" --diff "$folder/diff.pb.gz"
expect 0 "compare --diff"
waymark report -top -unit=ms "$folder/diff.pb.gz"
expect 0 "report of a diff"
cp "$folder/out" "$folder/ours"
go tool pprof -top -unit=ms "$folder/diff.pb.gz" >"$folder/out" 2>"$folder/err" ||
    fail "go tool pprof does not open it: $(cat "$folder/err")"
cmp -s "$folder/ours" "$folder/out" || fail "go tool pprof and report differ on the diff"
# The old runs made half of the requests: brought to as many, they are what go compares with.
awk '/Total samples/ { sub(/.*samples = /, ""); total = $0 + 0 } $6 == "sum" { sum = $1 + 0 }
    END { exit !(total > 0 && sum > 0.05 * total && sum < 0.2 * total) }' "$folder/out" ||
    fail "sum() should have grown by some 11 % of the total: $(cat "$folder/out")"
total=$(awk '/Total samples/ { sub(/.*samples = /, ""); print $0 + 0 }' "$folder/out")
truth=$(for run in 1 2 3 4 5 6; do json cpu_ns "$folder/old/$run/run.json"; done |
    awk '{ sum += $1 } END { print 2 * sum / 1e6 }')
awk -v a="$total" -v b="$truth" 'BEGIN { exit !(a > 0.9 * b && a < 1.1 * b) }' ||
    fail "the base has $total ms in the diff, expected some $truth"

# ---- The bar ----
waymark baseline check "$folder/slow"
expect 2 "a check without a baseline"
said 'there is no such baseline' "a check without a baseline"
waymark baseline set "$folder/old"
expect 0 "baseline set"
said '^baseline main is now .*/old: 6 runs$' "baseline set"
rm -r "$folder/old" # the bar stays
waymark baseline check "$folder/slow"
expect 1 "a check of what got slower"
said '^  worse +PathB +CPU/request ' "the path"
said '^  moved most in PathB: sum \+[0-9.]+ µs a request$' "the function"
grep -q 'worse *PathA' "$folder/out" && fail "PathA is no worse"
waymark baseline check "$folder/same"
expect 0 "a check of what did not"
said 'no path and no benchmark is worse' "a check of what did not"
waymark baseline set "$folder/slow"
waymark baseline check "$folder/same"
expect 0 "a check of what got faster"

# ---- Names ----
mkdir -p "$WAYMARK_HOME"
mv "$folder/same" "$WAYMARK_HOME/v1"
mv "$folder/slow" "$WAYMARK_HOME/v2"
cd "$folder"
waymark compare v1 v2 --format csv
expect 0 "compare of tags"
is "PathB of tags" "$(row PathB p50 verdict)" more
waymark compare "$WAYMARK_HOME/v1/1" "$WAYMARK_HOME/v2/1"
expect 0 "compare of single runs"
said '^  PathB .* samples of 1 \+ 1 †$' "the evidence of single runs"
said '^  †: of one run of a side, so p and interval know the noise of sampling alone' "what it is worth"
waymark compare v1/1 v2/1
expect 2 "a path that is not there"
said 'v1/1: is no run folder, set, file of benchmark results, or tag in' "a path that is not there"
waymark compare "$WAYMARK_HOME/v1/1" "$WAYMARK_HOME/v2/1" --format csv
expect 0 "compare of two runs"
is "one run each" "$(row PathB CPU/request evidence)" sampling
is "one run each" "$(row PathB p50 evidence)" none
waymark baseline set v1 --name ../v1
expect 2 "a baseline outside"
waymark baseline keep v1
expect 2 "baseline of nothing known"

# ---- A bar of a run so short that a path may have no sample ----
steady 0 20 "$folder/tiny"
waymark baseline set "$folder/tiny" --name tiny
waymark baseline check v1 --name tiny --allow-missing
expect 0 "a check of long runs against a short one"

# ---- What cannot be compared ----
steady 0 500 "$folder/often" --hz 499
waymark compare "$WAYMARK_HOME/v1/1" often
expect 2 "another sampler"
said 'sampler differs: [a-z_]+ at 1997 Hz and [a-z_]+ at 499 Hz; --anyway compares' "another sampler"
waymark compare "$WAYMARK_HOME/v1/1" often --anyway
expect 0 "another sampler, anyway"
said 'note: sampler differs' "another sampler, anyway"
steady 0 500 "$folder/two" --threads 2
waymark compare "$WAYMARK_HOME/v1/1" two
expect 2 "another load"
said 'load differs: closed loop, 1 thread and closed loop, 2 threads' "another load"

sed 's/,a/,A/' "$mix" >other.csv
waymark run --app "$apps/libsteady0.so" --workload other.csv --requests 500 --hz 1997 -o work
waymark compare "$WAYMARK_HOME/v1/1" work
expect 2 "other work"
said 'work .hash of the mix.* differs: [0-9a-f]+ and [0-9a-f]+; --anyway compares' "other work"

# ---- Benchmarks ----
bench() { # FILE CPU NS...: lines of a benchmark, of another one, and of one that the other lacks
    file=$1 cpu=$2
    shift 2
    printf 'goos: linux\ngoarch: amd64\npkg: shop\ncpu: %s\n' "$cpu" >"$file"
    for ns in "$@"; do
        printf 'BenchmarkHandle-2 1000 %s ns/op 24 B/op 1 allocs/op\n' "$ns" >>"$file"
        printf 'BenchmarkOnly%s-2 1000 %s ns/op\n' "$cpu" "$ns" >>"$file"
    done
}
bench old.txt X 10.1 10.2 10.0 10.3 9.9 10.4 9.8 10.5 9.7 10.6
bench new.txt X 11.1 11.2 11.0 11.3 10.9 11.4 10.8 11.5 10.75 11.6
sed -i 's/OnlyX/OnlyY/' new.txt
bench other.txt Y 10.1 10.2 10.0 10.3
waymark compare old.txt new.txt --format csv
expect 0 "compare of benchmarks"
is "ns/op" "$(row Handle-2 ns/op verdict)" more
# R 4.2.2: wilcox.test(old, new)$p.value is 1.082509e-05, as no value of new is among those of old.
is "p of ns/op" "$(row Handle-2 ns/op p)" 1.08250882e-05
is "B/op" "$(row Handle-2 B/op verdict)" same
is "B/op" "$(row Handle-2 B/op before)" 24
waymark compare old.txt new.txt
said 'only before: OnlyX-2' "a benchmark that is gone"
said 'only after: OnlyY-2' "a benchmark that is new"
waymark compare old.txt other.txt
expect 2 "another machine"
said 'cpu differs: X and Y' "another machine"
waymark baseline set old.txt --name bench
waymark baseline check new.txt --name bench
expect 1 "a check of benchmarks"
said '^  worse +Handle-2 +ns/op ' "a check of benchmarks"
waymark baseline check old.txt --name bench
expect 0 "a check of the same benchmarks"
printf 'BenchmarkHandle-2 1000 10 ns/op 24 B/op\n' >one.txt
printf 'BenchmarkHandle-2 1000 15 ns/op 32 B/op\n' >other.txt
waymark compare one.txt other.txt --format csv
is "one line each" "$(row Handle-2 ns/op verdict)" same
is "one line each, counted" "$(row Handle-2 B/op verdict)" more
waymark baseline set one.txt --name few
waymark baseline check one.txt --name few
expect 2 "a check that can find no time worse"
said 'too few lines of each benchmark to find any cost worse: make [0-9]+ of each' "such a check"
waymark baseline check other.txt --name few
expect 1 "such a check, of what is counted"
said '^  worse +Handle-2 +B/op ' "such a check, of what is counted"

# ---- What is gone, and what nobody can read ----
# The change is in the benchmark that has another name now.
grep -v '^BenchmarkHandle' old.txt >gone.txt
waymark baseline check gone.txt --name bench
expect 1 "a check of what is not there"
said '^  gone: Handle-2, which the baseline has, so it was not compared$' "what is gone"
waymark baseline check gone.txt --name bench --allow-missing
expect 0 "a check that allows it"
said '^  gone: Handle-2, ' "a check that allows it"
sed 's/ns\/op/\x1b[2Jns\/op/' old.txt >escape.txt
echo 'BenchmarkBroken many' >>escape.txt
waymark compare escape.txt escape.txt
expect 0 "compare of hostile units"
grep -q "$(printf '\033')" "$folder/out" && fail "a unit reaches the terminal"
said 'x1b\[2Jns/op' "a hostile unit"
said 'note: escape.txt: 1 line looks like a result and is none, left out .first: escape.txt:' \
    "a broken line"
mkdir -p "$WAYMARK_HOME/baselines/mine/src"
echo x >"$WAYMARK_HOME/baselines/mine/src/x"
waymark baseline set v1 --name mine
expect 2 "a baseline over somebody's folder"
[ -e "$WAYMARK_HOME/baselines/mine/src/x" ] || fail "somebody's file was removed"
waymark baseline set v1 --name -x
expect 2 "a baseline that looks like an option"
waymark compare old.txt v1
expect 2 "runs and benchmarks"
waymark compare old.txt v1 --anyway
expect 2 "runs and benchmarks, anyway"
finish
