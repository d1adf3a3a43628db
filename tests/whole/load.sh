# load.sh - the laws of load, coverage, expectations, and the kinds of apps, each in a run.
# usage: load.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
run=$folder/run
mix=$folder/mix.csv

# replay APP ARGUMENTS...: a run of $mix that goes well.
replay() {
    app=$1
    shift
    waymark run --app "$app" --workload "$mix" -o "$run" --force "$@"
    expect 0 "run $*"
}

# between LOW VALUE HIGH WHAT: numbers, which may have decimals.
between() {
    awk -v low="$1" -v value="$2" -v high="$3" 'BEGIN { exit !(low <= value && value <= high) }' ||
        fail "$4: $2 is not in $1..$3"
    echo "$4: $2"
}

# ---- Coverage ----
reached() { # COUNT NEVER...: what `run` says of the shop's twelve segments
    count=$1
    shift
    said "^ *$count of 12 segments reached" "coverage"
    for segment in "$@"; do
        line=$(grep -n "WM_SEGMENT(\"$segment\")" "$source/workloads/samples/shop/shop.c" |
            cut -d: -f1)
        said "never reached.*$segment \\(shop\\.c:$line\\)" "coverage"
    done
}
grep -v refund "$samples/mix.csv" >"$mix"
replay "$shop" --requests 5000
reached 9 ProcessRefund ValidateRefund IssueRefund
grep -v 'refund,.*,1,valid' "$samples/mix.csv" >"$mix"
replay "$shop" --requests 5000
reached 11 IssueRefund
said '11 of 12 segments reached, [0-9]+ paths; never reached: IssueRefund \(shop\.c:[0-9]+\)$' "coverage"
waymark run --app "$shop" --workload "$mix" --requests 5000 -o "$run" --force --require-coverage 92
expect 1 "less coverage than required"
said '11 of 12|91\.' "less coverage than required"
replay "$shop" --requests 5000 --require-coverage 91
cp "$samples/mix.csv" "$mix"
replay "$shop" --requests 50000 --require-coverage 100 --fail-on-mismatch
said '12 of 12 segments reached' "the sample mix reaches everything"

# ---- Expectations ----
cat >"$mix" <<'END'
entry,weight,expect,op,sku,qty,token
HandleRequest,9,ProcessOrder:approved,order,1,1,valid
HandleRequest,1,ProcessOrder:approved,refund,1,1,valid
END
replay "$shop" --requests 1000
[ "$(json mismatches "$run/run.json")" -gt 50 ] || fail "mismatches were not counted"
said 'ProcessOrder:approved.*ProcessRefund' "expected and taken"
said 'op=refund' "an example request"
[ "$(sed -n 2p "$run/mismatches.csv" | cut -d, -f1)" = ProcessOrder:approved ] ||
    { fail "mismatches.csv"; cat "$run/mismatches.csv"; }
waymark run --app "$shop" --workload "$mix" --requests 1000 -o "$run" --force --fail-on-mismatch
expect 1 "--fail-on-mismatch"
head -n 2 "$mix" | sed 's/ProcessOrder:/ProcesOrder:/' >"$folder/slip.csv"
waymark run --app "$shop" --workload "$folder/slip.csv" --requests 100 -o "$run" --force
expect 0 "a slip in an expectation"
said "slip.csv:2: expect names 'ProcesOrder', which is no segment of the app; did you mean ProcessOrder" \
    "a slip in an expectation"
# An entry point without segments is visited by its name.
printf 'entry,weight,expect\nPing,1,Ping\nPong,1,ReturnBall+!Ping\n' >"$mix"
replay "$apps/libpair.so" --requests 1000 --fail-on-mismatch --save-trace "$folder/pair.wmt"
said 'expectations held: all of 1,000 requests' "expectations that hold"

# ---- A trace that names its entry points ----
waymark run --app "$apps/libpair.so" --trace "$folder/pair.wmt" --speed max -o "$run" --force
expect 0 "a saved trace of two entry points"
said 'ReturnBall +[0-9]+' "a saved trace of two entry points"
[ "$(json requests "$run/run.json")" -eq 1000 ] || fail "not all of the saved trace"
waymark run --app "$apps/libpair.so" --trace "$samples/capture.log" --speed max --requests 10 \
    --entry Pong -o "$run" --force
expect 0 "a capture with its entry point named"
grep -q '"seed"' "$run/run.json" && fail "a seed was recorded that meant nothing"

# ---- Closed loop ----
printf 'entry,weight\nNull,1\n' >"$mix"
replay "$apps/libnull.so" --duration 1s
between 0.95 "$(json seconds "$run/run.json")" 1.5 "seconds of --duration 1s"
replay "$apps/libnull.so" --requests 1000 --warmup 300ms
[ "$(json requests "$run/run.json")" -eq 1000 ] || fail "the warm-up was counted"
waymark run --app "$apps/libnull.so" --workload "$mix" --requests 10 --concurrency 4 -o "$run" --force
expect 2 "more in flight than threads, synchronously"
said 'concurrency.*--threads 4' "more in flight than threads"

# ---- Open loop ----
replay "$apps/libnull.so" --rate 2000/s --duration 3s
between 5990 "$(json requests "$run/run.json")" 6010 "requests of 2000/s in 3 s"
replay "$apps/libnull.so" --rate 2000/s --arrivals poisson --duration 3s
between 5600 "$(json requests "$run/run.json")" 6400 "requests of 2000/s poisson in 3 s"
# Twice the load that one thread can carry: the queue is in the latency, since due times stand.
printf 'entry,weight,path,cpu_us\nBurn,1,a,1000\n' >"$mix"
replay "$apps/libburn.so" --rate 2000/s --requests 2000
between 300e6 "$(column latency_p99_ns "$run/paths.csv" | head -n 1)" 60e9 "p99 ns behind a queue"
between 300e6 "$(json late_p99_ns "$run/run.json")" 60e9 "lateness ns behind a queue"
# What was due and never sent is counted and told, with the rate that was reached.
replay "$apps/libburn.so" --rate 20000/s --duration 1s
unsent=$(json unsent "$run/run.json")
sent=$(json requests "$run/run.json")
[ $((unsent + sent)) -eq 20000 ] || fail "$sent sent and $unsent unsent are not the 20,000 due"
said 'never sent: [0-9,]+ of 20,000; the app with 1 thread did not keep up, it took [0-9,]+/s' \
    "an overloaded open loop"

# ---- A trace at its own times ----
for second in 00 01 02; do
    echo "127.0.0.1 - - [22/Nov/2026:10:00:$second +0000] \"GET /item/7 HTTP/1.1\" 200 9 \"-\" \"t\""
done >"$folder/three.log"
waymark run --app "$shop" --trace "$folder/three.log" --speed 4 -o "$run" --force
expect 0 "a trace at four times its speed"
between 0.5 "$(json seconds "$run/run.json")" 1.0 "seconds of a 2 s trace, 4 times as fast"
[ "$(json requests "$run/run.json")" -eq 3 ] || fail "not the three requests"
said 'three.log: 3 requests at their recorded times take 500 ms' "the length of a trace"
waymark run --app "$shop" --trace "$folder/three.log" --speed 4 --duration 400ms -o "$run" --force
said 'three.log: 2 of 3 requests at their recorded times take 250 ms' "the part of a trace"
waymark run --app "$shop" --trace "$samples/capture.log" --speed max -o "$run" --force
expect 0 "the sample capture"
[ "$(json requests "$run/run.json")" -gt 3000 ] || fail "the capture is a few thousand requests"

# ---- Kinds of apps ----
printf 'entry,weight,delay_us\nLater,1,500\n' >"$mix"
replay "$apps/libasync.so" --requests 2000 --concurrency 32
[ "$(json errors "$run/run.json")" -eq 0 ] || fail "errors of the async app"
# 32 in flight, each half a millisecond long: one at a time would take a second.
between 0.01 "$(json seconds "$run/run.json")" 0.9 "seconds of 2000 asynchronous requests"
said 'Later +2,000' "the segment that stays open across"
said 'Accept +2,000' "the segment on the caller's thread"
said 'Finish +2,000' "the segment on the app's thread"
between 500e3 "$(column latency_p50_ns "$run/paths.csv" | head -n 1)" 50e6 "p50 ns of 500 µs of waiting"

printf 'entry,weight,threads,cpu_us,carry\nThreads,1,2,2000,yes\n' >"$mix"
replay "$apps/libthreads.so" --requests 400
said 'Carried +400' "a request that goes on with another thread"
# Half of the CPU is the request's, half of a thread that has none.
between 0.45 "$(column cpu_share "$run/paths.csv" | head -n 1)" 0.55 "share of the carried half"

printf 'entry,weight,how\nCxx,1,throw\n' >"$mix"
replay "$apps/libcxx.so" --requests 1000
said 'caught +1,000' "exceptions through twenty frames"
finish
