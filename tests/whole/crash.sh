# crash.sh - apps that die, and runs that are ended: told, saved, and nothing that was seen is lost.
# usage: crash.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
run=$folder/run

# has PATTERN FILE: one of its lines matches.
has() {
    grep -qE -- "$1" "$2" || { fail "nothing like '$1' in $2:"; cat "$2"; }
}

# dies HOW PATTERN KEY STACK: the app ends so, with these words and this pair in crash.json; one of
# the stack's functions is STACK ("" where the process has no last words).
dies() {
    how=$1 pattern=$2 pair=$3 stack=$4
    printf 'entry,weight,how\nCrash,2000,\nCrash,1,%s\n' "$how" >"$folder/mix.csv"
    waymark run --app "$apps/libcrash.so" --workload "$folder/mix.csv" --requests 20000 \
        -o "$run" --force
    expect 3 "an app that ends by $how"
    said "$pattern" "$how"
    said "request [0-9,]+: Crash how=$how" "the request of $how"
    has "$pair" "$run/crash.json"
    has '"active_path": "Crash/EndBadly"' "$run/crash.json"
    has "\"how\": \"$how\"" "$run/crash.json"
    [ -z "$stack" ] || has "^ *\"$stack \\([a-z]+\\.c:[0-9]+\\)\"" "$run/crash.json"
    # What was sampled until then is there and opens.
    samples=$(json samples "$run/run.json")
    [ "$samples" -gt 0 ] || fail "$how: no samples were saved"
    waymark report -top "$run"
    expect 0 "report on the run that ended by $how"
    [ "$(json requests "$run/run.json")" -gt 100 ] || fail "$how: the requests before are lost"
    echo "$how: $samples samples saved"
}

dies segv "the app died by SIGSEGV .*at address 0x8" '"signal_name": "SIGSEGV"' end_segv
dies abort "the app died by SIGABRT" '"signal_name": "SIGABRT"' end_abort
dies fpe "the app died by SIGFPE" '"signal_name": "SIGFPE"' end_fpe
dies trap "the app died by SIGTRAP" '"signal_name": "SIGTRAP"' end_trap
dies overflow "the app died by SIGSEGV" '"signal_name": "SIGSEGV"' deeper
dies heap "the app died by SIGABRT" '"signal_name": "SIGABRT"' end_heap
dies exit "the app ended with exit code 3" '"exit_code": 3' end_exit
dies _exit "the app ended with exit code 4" '"exit_code": 4' ""
dies kill "the app died by SIGKILL" '"signal_name": "SIGKILL"' ""

# An exception that nobody catches.
printf 'entry,weight,how\nCxx,1,uncaught\n' >"$folder/mix.csv"
waymark run --app "$apps/libcxx.so" --workload "$folder/mix.csv" --requests 10 -o "$run" --force
expect 3 "an uncaught exception"
said "the app died by SIGABRT" "an uncaught exception"
has '"active_path": "Cxx/Throwing"' "$run/crash.json"

# An older crash does not stay beside a run that went well.
printf 'entry,weight,how\nCrash,1,\n' >"$folder/mix.csv"
waymark run --app "$apps/libcrash.so" --workload "$folder/mix.csv" --requests 10 -o "$run" --force
expect 0 "a run that goes well"
[ -e "$run/crash.json" ] && fail "the old crash.json is still there"

# Requests that fail are counted, and no crash.
printf 'entry,weight,how\nCrash,1,error\n' >"$folder/mix.csv"
waymark run --app "$apps/libcrash.so" --workload "$folder/mix.csv" --requests 10 -o "$run" --force
expect 0 "requests that fail"
[ "$(json errors "$run/run.json")" -eq 10 ] || fail "ten errors were not counted"

# Sampling does not need more of the app's own signal stack than there is.
printf 'entry,weight\nSmallStack,1\n' >"$folder/mix.csv"
waymark run --app "$apps/libsmallstack.so" --workload "$folder/mix.csv" --requests 20000 -o "$run" \
    --force
expect 0 "an app with small signal stacks"
[ "$(json samples "$run/run.json")" -gt 50 ] || fail "small signal stacks were not sampled"
[ $(($(json samples_truncated "$run/run.json") * 10)) -lt "$(json samples "$run/run.json")" ] ||
    fail "on small signal stacks the unwinder has no room"

# ---- Ended from outside ----
printf 'entry,weight\nHandleRequest,1\n' >"$folder/mix.csv"

# start APP: waymark with a run of a minute in the background, its process in $pid and the app's in
# $host; waits for the run to be under way. A shell starts background processes with SIGINT ignored.
start() {
    rm -rf "$run"
    env --default-signal=INT "$build/bin/waymark" run --app "$1" --workload "$folder/mix.csv" \
        --duration 60s -o "$run" >"$folder/out" 2>"$folder/err" &
    pid=$!
    host=
    for _ in $(seq 100); do
        host=$(tr -d ' ' <"/proc/$pid/task/$pid/children")
        [ -n "$host" ] && break
        sleep 0.05
    done
    sleep 0.5
}

start "$shop"
kill -INT "$pid"
status=0
wait "$pid" || status=$?
expect 0 "Ctrl-C"
[ "$(json requests "$run/run.json")" -gt 0 ] || fail "Ctrl-C lost the requests"
said "ending the load; once more ends at once" "Ctrl-C is told"
said "ended by a signal, before the end of the plan" "the run says so"

start "$shop"
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
expect 0 "SIGTERM"
[ -e "$run/run.json" ] || fail "SIGTERM lost the run"

# The second one ends at once, with an app that does not let go.
printf 'entry,weight,how\nCrash,1,hang\n' >"$folder/mix.csv"
# Two in one moment are one: timeout signals its child, and then the group.
start "$apps/libcrash.so"
kill -INT "$pid"
kill -TERM "$pid"
sleep 0.5
kill -0 "$pid" || fail "the first Ctrl-C did not wait for the request in flight"
kill -INT "$pid"
status=0
wait "$pid" || status=$?
[ "$status" -eq 130 ] || fail "the second Ctrl-C: exit $status, expected 130"
sleep 0.2
kill -0 "$host" 2>/dev/null && fail "the app's process was left behind"

# Who waits is told what for, and one signal ends it, if late.
start "$apps/libcrash.so"
sleep 12
has 'waiting for request 0, Crash in Crash/EndBadly: in flight for 10 s' "$folder/err"
kill -TERM "$pid"
sleep 9
kill -0 "$pid" || fail "a request in flight was not given its 10 s"
status=0
wait "$pid" || status=$?
[ "$status" -eq 130 ] || fail "a request that hangs: exit $status, expected 130"
has 'ended 10 s after a signal: requests in flight did not end' "$run/run.json"
kill -0 "$host" 2>/dev/null && fail "the app's process was left behind"

# The harness itself is killed: the app's process goes too.
start "$apps/libcrash.so"
kill -KILL "$pid"
wait "$pid" 2>/dev/null || :
for _ in $(seq 40); do
    kill -0 "$host" 2>/dev/null || break
    sleep 0.05
done
kill -0 "$host" 2>/dev/null && fail "the app's process outlived the harness"
finish
