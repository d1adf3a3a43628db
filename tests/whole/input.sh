# input.sh - bad input: each kind is refused in one line that says where, with exit 2, and nothing
# is left behind; what can be skipped is counted and shown.
# usage: input.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
mix=$folder/mix.csv
run=$folder/run

# refused PATTERN WHAT: the last waymark refused its input so, and no run folder is there.
refused() {
    expect 2 "$2"
    said "$1" "$2"
    [ "$(grep -c . "$folder/err")" -eq 1 ] || { fail "$2: not in one line"; cat "$folder/err"; }
    [ -s "$folder/out" ] && { fail "$2: printed on standard output"; cat "$folder/out"; }
    [ -e "$run" ] && fail "$2: left a run folder"
    rm -rf "$run"
    return 0
}

# refuses_mix PATTERN WHAT: so is the mix on standard input.
refuses_mix() {
    cat >"$mix"
    waymark run --app "$shop" --workload "$mix" --requests 10 -o "$run"
    refused "$1" "$2"
}

# ---- Apps ----
printf 'entry,weight\nHandleRequest,1\n' >"$mix"
waymark run --app "$folder/libnothere.so" --workload "$mix" -o "$run"
refused "libnothere.so.*(No such file|cannot open)" "an app that is not there"
waymark run --app "$apps/libnoentry.so" --workload "$mix" -o "$run"
refused "libnoentry.so: registers no entry point" "an app without entry points"
waymark run --app "$mix" --workload "$mix" -o "$run"
refused "mix.csv: " "an app that is no shared object"

# ---- Mixes ----
printf 'entry,weight\nHandleRequest,1\nNoSuchEntry,1\n' |
    refuses_mix "mix.csv:3: the app has no entry point 'NoSuchEntry'; it has: HandleRequest" \
        "an unknown entry"
printf 'entry,weight\nHandleRequest,many\n' | refuses_mix "mix.csv:2: weight: .*many" \
    "a weight that is not a number"
printf 'entry,weight\nHandleRequest,-1\n' | refuses_mix "mix.csv:2: weight: " "a negative weight"
printf 'entry,weight,sku\nHandleRequest,1,{gauss 1 2}\n' | refuses_mix "mix.csv:2: sku: .*gauss" \
    "an unknown generator"
printf 'entry,weight,sku\nHandleRequest,1,{uniform 5 1}\n' | refuses_mix "mix.csv:2: sku: .*A not above B" \
    "a generator's bad range"
printf 'entry,weight,sku\nHandleRequest,1,"open\n' | refuses_mix "mix.csv:2: a quote opens here" \
    "an unclosed quote"
printf '' | refuses_mix "mix.csv: .*empty" "an empty file"
printf 'entry,weight\n' | refuses_mix "mix.csv: .*no row" "a mix without rows"
printf 'entry,weight\nHandleRequest,1,2,3\n' | refuses_mix "mix.csv:2: " "too many cells"
head -c 4096 "$build/bin/waymark" | refuses_mix "mix.csv: is a binary file" "a binary file"
waymark run --app "$shop" --workload "$folder/nothere.csv" -o "$run"
refused "nothere.csv.*No such file" "a mix that is not there"
waymark run --app "$shop" --workload "$folder" -o "$run"
refused "directory" "a folder for a mix"

# ---- Traces ----
head -c 4096 /dev/urandom >"$folder/noise"
waymark run --app "$shop" --trace "$folder/noise" -o "$run"
refused "noise: " "noise for a capture"
: >"$folder/empty.log"
waymark run --app "$shop" --trace "$folder/empty.log" -o "$run"
refused "empty.log: " "an empty capture"

waymark import "$samples/capture.log" -o "$folder/shop.wmt"
expect 0 "import"
size=$(wc -c <"$folder/shop.wmt")
whole=$(sed -n 's/^\([0-9,]*\) requests.*/\1/p' "$folder/out" "$folder/err" | tr -d ,)
head -c $((size * 2 / 3)) "$folder/shop.wmt" >"$folder/cut.wmt"
waymark run --app "$shop" --trace "$folder/cut.wmt" --speed max -o "$run"
expect 0 "a trace that is cut off"
said "cut\.wmt.*cut off" "the cut is told"
sent=$(json requests "$run/run.json")
[ "$sent" -gt 0 ] && [ "$sent" -lt "$whole" ] ||
    fail "$sent of $whole requests from two thirds of a trace"
rm -rf "$run"
head -c 10 "$folder/shop.wmt" >"$folder/stump.wmt"
waymark run --app "$shop" --trace "$folder/stump.wmt" --speed max -o "$run"
refused "stump.wmt: " "a trace without a whole member"
head -c $((size / 2)) "$folder/shop.wmt" >"$folder/damaged.wmt"
printf 'damage' >>"$folder/damaged.wmt"
tail -c +$((size / 2 + 7)) "$folder/shop.wmt" >>"$folder/damaged.wmt"
waymark run --app "$shop" --trace "$folder/damaged.wmt" --speed max -o "$run"
refused "damaged.wmt:byte [0-9]+: .*damaged" "a damaged trace"

# ---- Lines that are no requests: counted, shown, skipped ----
{
    echo '127.0.0.1 - - [22/Nov/2026:10:00:00 +0000] "GET /item/7 HTTP/1.1" 200 512 "-" "test"'
    echo '127.0.0.1 - - [22/Nov/2026:10:00:01 +0000] "-" 400 0 "-" "-"'
    echo 'not a line of an access log'
    echo '127.0.0.1 - - [22/Nov/2026:10:00:02 +0000] "GET /item/8 HTTP/1.1" 200 512 "-" "test"'
} >"$folder/bad.log"
waymark import "$folder/bad.log" -o "$folder/bad.wmt"
expect 0 "bad lines in a log"
said '2 requests in 2.00 s, 2 lines not readable as requests \(first: line 2, byte 45: expected METHOD target HTTP/1.1, found: -\)' "bad lines"
waymark run --app "$shop" --trace "$folder/bad.log" --speed max -o "$run"
expect 0 "bad lines in a replay"
said '2 lines not readable as requests' "bad lines in a replay"
grep -q '2 lines not readable as requests (first: line 2, ' "$run/run.json" ||
    fail "the run does not tell of the bad lines"
[ "$(json requests "$run/run.json")" -eq 2 ] || fail "the two good lines were not replayed"
rm -rf "$run"

sed -n 2,3p "$folder/bad.log" >"$folder/none.log"
waymark import "$folder/none.log" -o "$folder/none.wmt"
refused 'none.log: .*no request' "a log without any request"
[ -e "$folder/none.wmt" ] && fail "a log without any request left a trace"

# The real logs, where they are; counted by others (captures/README.md).
if [ -d "${WM_SHARED:-}/captures/accesslog" ]; then
    logs=$WM_SHARED/captures/accesslog
    while read -r count log; do
        rm -f "$folder/real.wmt"
        waymark import "$logs/$log" -o "$folder/real.wmt"
        got=$(sed -n 's/^\([0-9,]*\) requests\{0,1\} .*/\1/p' "$folder/out" "$folder/err" | tr -d ,)
        if [ "$count" -eq 0 ]; then
            refused 'no request' "$log"
            [ -e "$folder/real.wmt" ] && fail "$log left a trace"
            echo "$log: none, refused"
        elif [ "$status" -eq 0 ] && [ "${got:-none}" = "$count" ]; then
            echo "$log: $count requests"
        else
            fail "$log: ${got:-none} requests, expected $count"
            cat "$folder/out" "$folder/err"
        fi
    done <<END
7000 elastic-apache-combined-7k.log
1000 lnav-shop-nginx-xff.log
0 crowdsec-nginx-malformed.log
16 crowdsec-calibre-ipv6-h2.log
75 crowdsec-apache-common-probing.log
6 beats-nginx-xff-ipv6-empty.log
15 plaso-apache-mixed-vhost.log
3996 ocatak-w3af-quoted-lines.log
END
else
    echo "skipped: the shared captures are not here"
fi

# ---- The output ----
printf 'entry,weight\nHandleRequest,1\n' >"$mix"
waymark run --app "$shop" --workload "$mix" --requests 10 -o "$run"
expect 0 "a small run"
before=$(cksum <"$run/run.json")
waymark run --app "$shop" --workload "$mix" --requests 20 -o "$run"
expect 2 "a folder that holds a run"
said "run.*--force" "a folder that holds a run"
[ "$(cksum <"$run/run.json")" = "$before" ] || fail "the run that was there was touched"
waymark run --app "$shop" --workload "$mix" --requests 20 -o "$run" --force
expect 0 "--force"
[ "$(json requests "$run/run.json")" -eq 20 ] || fail "--force did not replace the run"
mkdir "$folder/other" && echo mine >"$folder/other/notes"
waymark run --app "$shop" --workload "$mix" --requests 20 -o "$folder/other" --force
expect 2 "--force on a folder that holds something else"
[ -e "$folder/other/notes" ] || fail "--force removed somebody's file"
[ "$(ls "$folder/other")" = notes ] || fail "something was left in a foreign folder"
waymark run --app "$shop" --workload "$mix" -o "$mix/run"
expect 2 "an output below a file"

# A file system of 64 KiB, in a mount namespace of its own.
mkdir "$folder/small"
if unshare -m mount -t tmpfs none "$folder/small" 2>/dev/null; then
    # $1 and on: waymark and its arguments, then what is left in the small file system
    # shellcheck disable=SC2016 # for the inner shell
    in_small='mount -t tmpfs -o size=64k none "$1" && head -c 60000 /dev/zero >"$1/filler"
              folder=$1; shift; status=0; "$@" || status=$?; ls -A "$folder" >&3; exit $status'
    status=0
    unshare -m sh -c "$in_small" sh "$folder/small" "$build/bin/waymark" run --app "$shop" \
        --workload "$mix" --requests 20000 -o "$folder/small/run" \
        3>"$folder/left" >"$folder/out" 2>"$folder/err" || status=$?
    expect 2 "no space for a run"
    said "No space left on device" "no space for a run"
    [ "$(cat "$folder/left")" = filler ] || { fail "half a run was left:"; cat "$folder/left"; }
    status=0
    unshare -m sh -c "$in_small" sh "$folder/small" "$build/bin/waymark" import \
        "$samples/capture.log" -o "$folder/small/shop.wmt" \
        3>"$folder/left" >"$folder/out" 2>"$folder/err" || status=$?
    expect 2 "no space for a trace"
    said "No space left on device" "no space for a trace"
    [ "$(cat "$folder/left")" = filler ] || { fail "half a trace was left:"; cat "$folder/left"; }
else
    echo "skipped: no mount namespace for a full file system"
fi

# ---- Usage ----
rm -rf "$run"
waymark run --app "$shop"
refused "workload" "neither mix nor trace"
waymark run --app "$shop" --workload "$mix" --trace "$samples/capture.log" -o "$run"
refused "--trace" "both mix and trace"
waymark run --app "$shop" --workload "$mix" --hz lots -o "$run"
refused "--hz.*lots" "a rate that is not a number"
waymark run --app "$shop" --workload "$mix" --rqeuests 7 -o "$run"
refused "rqeuests" "an unknown option"
waymark run --app "$shop" --trace "$samples/capture.log" --seed 7 -o "$run"
refused "--seed: cannot be used with --trace" "a seed for a trace"
waymark run --app "$shop" --trace "$samples/capture.log" --fail-on-mismatch -o "$run"
refused "--fail-on-mismatch: cannot be used with --trace: .*expect" "expectations of a trace"
waymark run --app "$shop" --workload "$mix" --fail-on-mismatch -o "$run"
refused "--fail-on-mismatch: no row of .*mix.csv expects a path: add a column expect" \
    "a mix that expects nothing"
waymark run --app "$apps/libpair.so" --trace "$samples/capture.log" -o "$run"
expect 2 "several entry points"
said "--entry: .*name no entry point, .* choose one of Ping, Pong" "several entry points"
[ -e "$run" ] && fail "several entry points: left a run folder"
printf 'entry,weight\nPing,1\n' >"$mix"
waymark run --app "$apps/libpair.so" --workload "$mix" --requests 5 --save-trace "$folder/ping.wmt" \
    -o "$run"
rm -rf "$run"
waymark run --app "$apps/libpair.so" --trace "$folder/ping.wmt" --entry Pong -o "$run"
refused "--entry: means nothing here: each request of .*ping.wmt names" "an entry for named ones"
waymark run --app "$shop" --trace "$folder/ping.wmt" --speed max -o "$run"
refused "request 0 is for the entry point 'Ping', which is not there" "a trace for another app"
waymark dance
refused "dance" "an unknown verb"
for verb in paths report import; do
    waymark $verb
    refused "^waymark: .*(is missing|no profile is named); usage: waymark $verb " "$verb without an operand"
done
waymark help
expect 0 "help"
said '^Usage: waymark VERB' "help"
waymark help run
expect 0 "help run"
said '^Usage: waymark run' "help run"
said '^ +A\+!B +A is visited and B is not' "help run: expect"
said '^ +think ' "help run: think"
waymark help dance
refused "dance: unknown verb" "help for an unknown verb"
waymark paths "$folder/nothere"
refused "nothere" "a run that is not there"
finish
