# series.sh - several runs, one after the other: --repeat, --interleave, and what ends them.
# usage: series.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
mix=$folder/mix.csv
set=$folder/set
printf 'entry,weight\nHandleRequest,1\n' >"$mix"
export WAYMARK_HOME="$folder/home"

# listed FOLDER WANTED WHAT: the folder holds just that.
listed() {
    got=$(cd "$1" && ls -A | tr '\n' ' ')
    [ "$got" = "$2" ] || fail "$3: $1 holds '$got', expected '$2'"
}

waymark run --app "$shop" --workload "$mix" --requests 2000 --repeat 3 -o "$set"
expect 0 "--repeat"
listed "$set" "1 2 3 " "--repeat"
for words in '^run +requests +time' '^3 +2,000 ' '^CPU/request +median .* to .*, spread [<0-9.]+%' \
    "3 runs in .*set; next:" "waymark compare OTHER $set"; do
    said "$words" "--repeat"
done
[ "$(json requests "$set/3/run.json")" = 2000 ] || fail "the third run is not whole"

# What shows one run names one of a set, also to who names the folder of all.
waymark paths "$set"
expect 2 "paths of a set"
said "no run.json in it, but runs: name one, as $set/1" "paths of a set"
waymark report -paths "$set"
expect 2 "report -paths of a set"
said "name one, as $set/1" "report -paths of a set"
waymark report -top "$folder"
expect 2 "a folder of sets"
said "name one, as $set/1" "a folder of sets"
waymark report -top "$set"
expect 0 "a set"

# ---- Refusals ----
waymark run --app "$shop" --workload "$mix" --requests 10 --repeat 2 -o "$set"
expect 2 "a set that is there"
said "the folder holds 3 runs: .*--force" "a set that is there"
waymark run --app "$shop" --workload "$mix" --requests 10 --repeat 2 -o "$set/1" --force
expect 2 "a set in a run"
said "the folder holds a single run" "a set in a run"
mkdir -p "$folder/other/1" && echo mine >"$folder/other/1/notes" && echo mine >"$folder/other/thesis"
waymark run --app "$shop" --workload "$mix" --requests 10 --repeat 2 -o "$folder/other" --force
expect 2 "somebody's folder"
rm "$folder/other/thesis"
waymark run --app "$shop" --workload "$mix" --requests 10 --repeat 2 -o "$folder/other" --force
expect 2 "somebody's folder with a number"
listed "$folder/other/1" "notes " "somebody's folder with a number"
waymark run --app "$shop" --workload "$mix" --requests 10 --repeat 2 -o "$mix" --force
expect 2 "a set that is a file"
for wrong in "--repeat 0" "--repeat many" "--repeat 1001" "--repeat 2 --save-trace $folder/x.wmt" \
    "--interleave $shop --tag x" "--interleave $folder/nothere.so"; do
    # shellcheck disable=SC2086 # words
    waymark run --app "$shop" --workload "$mix" --requests 10 $wrong -o "$folder/wrong"
    expect 2 "$wrong"
    [ -e "$folder/wrong" ] && fail "$wrong: left a folder"
done

# An app that cannot be run replaces nothing.
waymark run --app "$apps/libnoentry.so" --workload "$mix" --repeat 2 -o "$set" --force
expect 2 "an app without entry points"
listed "$set" "1 2 3 " "a refused series"

# ---- By turns ----
waymark run --app "$shop" --workload "$mix" --requests 2000 --repeat 2 --interleave "$shop" -o "$set" \
    --force
expect 0 "--interleave"
listed "$set" "a b " "--interleave --force"
listed "$set/a" "1 2 " "--interleave"
listed "$set/b" "1 2 " "--interleave"
[ "$(sed -n 's/^\([ab]\/[12]\) .*/\1/p' "$folder/out" | tr '\n' ' ')" = "a/1 b/1 a/2 b/2 " ] ||
    fail "not by turns: $(cat "$folder/out")"
said "b against a, medians: CPU/request [-+][0-9.]+%" "--interleave"
said "waymark compare $set/a $set/b" "--interleave"
started=$(for one in a/1 b/1 a/2 b/2; do json started "$set/$one/run.json"; done)
[ "$started" = "$(echo "$started" | sort)" ] || fail "the runs were not made by turns"

# Another build is told by its runs.
cp "$apps/libburn.so" "$folder/libother.so"
waymark run --app "$apps/libnull.so" --workload /dev/stdin --requests 10 --repeat 1 -o "$folder/x" </dev/null
expect 2 "a mix that can be read only once"
printf 'entry,weight\nNull,1\n' >"$folder/null.csv"
cp "$apps/libnull.so" "$folder/libnull2.so"
waymark run --app "$apps/libnull.so" --workload "$folder/null.csv" --requests 100 --repeat 2 \
    --interleave "$folder/libnull2.so" -o "$folder/two"
expect 0 "two apps"
grep -q '"app": ".*libnull.so"' "$folder/two/a/2/run.json" || fail "side a does not name its app"
grep -q '"app": ".*libnull2.so"' "$folder/two/b/1/run.json" || fail "side b does not name its app"

# ---- Tags, captures, traces ----
waymark run --app "$shop" --workload "$mix" --requests 2000 --repeat 2 --tag set
expect 0 "--repeat --tag"
listed "$WAYMARK_HOME/set" "1 2 tag.json " "--repeat --tag"
waymark run --app "$shop" --workload "$mix" --requests 2000 --repeat 2 --tag set
listed "$WAYMARK_HOME/set" "1 2 3 4 tag.json " "more of the same"
said '^3 +2,000 ' "the numbers of the tag"
waymark run --app "$shop" --trace - --speed max --repeat 2 -o "$folder/capture" <"$samples/capture.log"
expect 0 "a capture twice, read once"
[ "$(json requests "$folder/capture/2/run.json")" = "$(json requests "$folder/capture/1/run.json")" ] ||
    fail "the second replay of a capture is another"
waymark import "$samples/capture.log" -o "$folder/shop.wmt"
waymark run --app "$shop" --trace "$folder/shop.wmt" --speed max --repeat 2 -o "$folder/trace"
expect 0 "a trace twice"
[ "$(json requests "$folder/trace/2/run.json")" -gt 1000 ] || fail "the second replay of a trace is short"

# Files are not left open from run to run.
status=0
(ulimit -n 40 && "$build/bin/waymark" run --app "$shop" --workload "$mix" --requests 50 --repeat 45 \
    -o "$folder/many") >"$folder/out" 2>"$folder/err" || status=$?
expect 0 "many runs with few files"
[ "$(ls "$folder/many" | grep -c .)" -eq 45 ] || fail "not all of 45 runs are there"

# ---- What ends a series ----
printf 'entry,weight,how\nCrash,100,\nCrash,1,segv\n' >"$folder/crash.csv"
waymark run --app "$apps/libcrash.so" --workload "$folder/crash.csv" --requests 20000 --repeat 3 \
    -o "$folder/crash"
expect 3 "a crash"
listed "$folder/crash" "1 " "a crash ends the series"
[ -e "$folder/crash/1/crash.json" ] || fail "the crash is not told in its run"
said "the app died by SIGSEGV" "a crash"
said "the series was ended after 1 of 3 runs; they are kept" "a crash"

printf 'entry,weight,expect\nHandleRequest,1,ProcessOrder:approved\n' >"$folder/strict.csv"
waymark run --app "$shop" --workload "$folder/strict.csv" --requests 100 --fail-on-mismatch --repeat 2 \
    -o "$folder/strict"
expect 1 "a check that fails"
listed "$folder/strict" "1 2 " "a failed check does not end the series"

# interrupted COUNT: Ctrl-C in the middle of run COUNT + 1.
env --default-signal=INT "$build/bin/waymark" run --app "$shop" --workload "$mix" --duration 2s \
    --repeat 5 -o "$folder/cut" >"$folder/out" 2>"$folder/err" &
pid=$!
for _ in $(seq 200); do
    [ -e "$folder/cut/1/run.json" ] && break
    sleep 0.05
done
sleep 0.5
kill -INT "$pid"
status=0
wait "$pid" || status=$?
expect 0 "Ctrl-C in the second run"
listed "$folder/cut" "1 " "Ctrl-C keeps what is whole"
said "the series was ended after 1 of 5 runs; they are kept" "Ctrl-C"
env --default-signal=INT "$build/bin/waymark" run --app "$shop" --workload "$mix" --duration 5s \
    --repeat 5 -o "$folder/none" >"$folder/out" 2>"$folder/err" &
pid=$!
sleep 1
kill -INT "$pid"
status=0
wait "$pid" || status=$?
expect 130 "Ctrl-C in the first run"
[ -e "$folder/none" ] && fail "a series without a whole run left a folder"
finish
