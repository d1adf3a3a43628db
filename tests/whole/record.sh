# record.sh - what was run is known, and kept by tag: identity, --tag, log, show, trends.
# usage: record.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
mix=$folder/mix.csv
run=$folder/run
printf 'entry,weight,op,sku,qty,token\nHandleRequest,1,order,{zipf 1.1 100},1,valid\n' >"$mix"
export WAYMARK_HOME="$folder/home"
cd "$folder"
unset GIT_DIR GIT_WORK_TREE
export GIT_CEILING_DIRECTORIES="$folder" GIT_CONFIG_NOSYSTEM=1

# small ARGUMENTS...: a run of the shop that takes a moment.
small() {
    waymark run --app "$shop" --workload "$mix" --requests 2000 "$@"
}

# identity KEY: of the last run in $run; "" where it is not known.
identity() {
    sed -n '/"identity": {/,/}/p' "$run/run.json" | sed -n "s/^ *\"$1\": \"\(.*\)\",\{0,1\}\$/\1/p"
}

# known KEY VALUE WHAT: identity has it so.
known() {
    got=$(identity "$1")
    [ "$got" = "$2" ] || fail "$3: $1 is '$got', expected '$2'"
}

# ---- What was run ----
small -o "$run"
expect 0 "a run outside of any repository"
known commit "" "no repository"
known dirty "" "no repository"
if command -v readelf >/dev/null; then
    known build_id "$(readelf -n "$shop" | sed -n 's/.*Build ID: //p')" "the app"
fi
hash=$(identity work_hash)
echo "$hash" | grep -qE '^[0-9a-f]{16}$' || fail "work_hash is '$hash'"
cp "$mix" "$folder/same.csv"
waymark run --app "$shop" --workload "$folder/same.csv" --requests 10 -o "$run" --force
known work_hash "$hash" "the same bytes under another name"
printf '\n' >>"$folder/same.csv"
waymark run --app "$shop" --workload "$folder/same.csv" --requests 10 -o "$run" --force
[ "$(identity work_hash)" != "$hash" ] || fail "other bytes have the same work_hash"
waymark run --app "$shop" --trace - --speed max -o "$run" --force <"$samples/capture.log"
known work_hash "" "standard input"

if command -v git >/dev/null; then
    repo=$folder/repo
    mkdir "$repo"
    git -C "$repo" init -q
    git -C "$repo" config user.name tester
    git -C "$repo" config user.email tester@example.com
    # in_repo FOLDER: a run that is started there.
    in_repo() {
        (cd "$1" && small -o "$run" --force && exit "$status")
        status=$?
        expect 0 "a run in $1"
    }
    in_repo "$repo"
    known commit "" "before the first commit"
    known dirty "" "before the first commit"
    echo one >"$repo/file"
    git -C "$repo" add file
    git -C "$repo" commit -q -m one
    commit=$(git -C "$repo" rev-parse HEAD)
    in_repo "$repo"
    known commit "$commit" "a clean repository"
    known dirty false "a clean repository"
    echo new >"$repo/untracked"
    mkdir "$repo/below"
    in_repo "$repo/below"
    known commit "$commit" "a folder below"
    known dirty false "files that git does not track"
    echo two >"$repo/file"
    in_repo "$repo"
    known dirty true "a changed file"
    git -C "$repo" commit -q -a -m two
    git -C "$repo" checkout -q --detach HEAD~1
    in_repo "$repo"
    known commit "$commit" "a detached HEAD"
    known dirty false "a detached HEAD"
    git -C "$repo" worktree add -q "$folder/tree" HEAD
    in_repo "$folder/tree"
    known commit "$commit" "a worktree"
    # Asked in passing: nothing of the repository's own is run, and nothing written.
    mkdir -p "$repo/.git/hooks"
    for hook in post-index-change monitor; do
        printf '#!/bin/sh\ntouch "%s/ran-%s"\n' "$folder" $hook >"$repo/.git/hooks/$hook"
        chmod +x "$repo/.git/hooks/$hook"
    done
    git -C "$repo" config core.fsmonitor "$repo/.git/hooks/monitor"
    touch "$repo/file" # the index would be renewed for this
    index=$(cksum <"$repo/.git/index")
    in_repo "$repo"
    known dirty false "a file that was only touched"
    [ -z "$(ls "$folder" | grep '^ran-')" ] || fail "a hook of the repository was run"
    [ "$(cksum <"$repo/.git/index")" = "$index" ] || fail "git's index was written"
else
    echo "skipped: git is not here"
fi

# Without git, and with one that hangs.
mkdir "$folder/empty" "$folder/slow"
printf '#!/bin/sh\nexec sleep 60\n' >"$folder/slow/git"
chmod +x "$folder/slow/git"
path=$PATH
for place in empty slow; do
    started=$(date +%s)
    PATH=$folder/$place:$([ $place = slow ] && echo "$path" || :) small -o "$run" --force
    PATH=$path
    expect 0 "a run with git: $place"
    known commit "" "git: $place"
    [ $(($(date +%s) - started)) -lt 10 ] || fail "git: $place: the run waited for it"
done

# ---- Tags ----
waymark log
expect 0 "an empty record"
said "no tags in .*home: waymark run --tag NAME" "an empty record"
[ -e "$WAYMARK_HOME" ] && fail "log made a folder"
small --tag first
expect 0 "--tag"
said "written to $WAYMARK_HOME/first/1; next:" "--tag"
[ -e "$WAYMARK_HOME/first/1/profile.pb.gz" ] || fail "--tag: no run was filed"
[ -e "$WAYMARK_HOME/first/tag.json" ] || fail "--tag: no tag.json"
[ -e runs ] && fail "--tag wrote to runs/ too"
small --tag first
expect 0 "the same tag again"
[ "$(json runs "$WAYMARK_HOME/first/tag.json")" = 2 ] || fail "the second run did not join the first"
[ "$(json requests "$WAYMARK_HOME/first/tag.json")" = 4000 ] || fail "the requests were not added"
before=$(cksum <"$WAYMARK_HOME/first/tag.json")
waymark run --app "$shop" --workload "$mix" --requests 3000 --tag first
expect 2 "another load under a tag"
said "waymark: first: the tag holds other runs: --requests was 2000 and is 3000; .*--force" "another load"
waymark run --app "$apps/libnull.so" --workload "$mix" --requests 2000 --tag first
expect 2 "another build under a tag"
said "first: the tag holds other runs: the build id was [0-9a-f]+ and is [0-9a-f]+" "another build"
[ "$(cksum <"$WAYMARK_HOME/first/tag.json")" = "$before" ] || fail "a refusal changed the tag"
[ "$(ls "$WAYMARK_HOME/first" | tr '\n' ' ')" = "1 2 tag.json " ] || fail "a refusal left something"
waymark run --app "$shop" --workload "$mix" --requests 3000 --tag first --force
expect 0 "--tag --force"
[ "$(ls "$WAYMARK_HOME/first" | tr '\n' ' ')" = "1 tag.json " ] || fail "--force kept older runs"
[ "$(json requests "$WAYMARK_HOME/first/tag.json")" = 3000 ] || fail "--force: the old results stayed"

small --tag both -o "$folder/own"
expect 0 "--tag and -o"
cmp -s "$folder/own/run.json" "$WAYMARK_HOME/both/1/run.json" || fail "--tag -o: two different runs"
for name in '' . .. ../up a/b /abs .hidden -dash "$(printf 'a\nb')" "$(printf 'bad\377')" \
    "$(printf '%0101d' 1)"; do
    small --tag="$name"
    expect 2 "the tag '$name'"
    said "cannot be a tag's name|the value is empty" "the tag '$name'"
done
odd='Käse & "Brot" $(x) 100%'
small --tag "$odd"
expect 0 "an odd but fine name"
waymark show "$odd"
expect 0 "show of an odd name"
said 'Käse & "Brot" \$\(x\) 100%  1 run, 2,000 requests' "show of an odd name"
grep -qF "waymark compare '$odd' OTHER" "$folder/out" || fail "show quotes no odd name for a shell"

# An app that is refused, or dies, leaves no tag behind; but its crash is worth keeping.
waymark run --app "$apps/libnoentry.so" --workload "$mix" --tag none
expect 2 "an app without entry points"
[ -e "$WAYMARK_HOME/none" ] && fail "a refused run left a tag"
printf 'entry,weight,how\nCrash,100,\nCrash,1,segv\n' >"$folder/crash.csv"
waymark run --app "$apps/libcrash.so" --workload "$folder/crash.csv" --requests 9000 --tag crashed
expect 3 "a crash under a tag"
[ -e "$WAYMARK_HOME/crashed/1/crash.json" ] || fail "the crash was not filed"
waymark log
said "note: crashed: the app crashed in 1 of its runs" "log tells of the crash"

# Several at once under one name: each is filed, and the sum is of all of them.
pids=
for _ in 1 2 3 4; do
    "$build/bin/waymark" run --app "$shop" --workload "$mix" --requests 2000 --tag crowd \
        >/dev/null 2>>"$folder/crowd.err" &
    pids="$pids $!"
done
for pid in $pids; do
    wait "$pid" || { fail "one of several at once failed"; cat "$folder/crowd.err"; }
done
[ "$(json runs "$WAYMARK_HOME/crowd/tag.json")" = 4 ] || fail "four at once: not all were filed"
[ "$(ls "$WAYMARK_HOME/crowd" | tr '\n' ' ')" = "1 2 3 4 tag.json " ] || fail "four at once: $(ls "$WAYMARK_HOME/crowd")"

# Where there is no place for a record.
(
    cd "$folder/empty"
    unset WAYMARK_HOME HOME
    small --tag plain
    expect 0 "no home at all"
    [ -e .waymark/plain/tag.json ] || fail "the record is not in the working directory"
    rm -r .waymark
    echo mine >.waymark
    small --tag plain
    expect 2 ".waymark is a file"
    said "waymark: .waymark(/plain)?: .*Not a directory" ".waymark is a file"
    [ "$(cat .waymark)" = mine ] || fail ".waymark, a file, was touched"
    waymark log
    expect 2 "log where .waymark is a file"
    exit "$failed"
) || failed=1
mkdir "$folder/small"
if unshare -m mount -t tmpfs none "$folder/small" 2>/dev/null; then
    # shellcheck disable=SC2016 # for the inner shell
    in_small='mount -t tmpfs -o size=64k none "$1" && head -c 60000 /dev/zero >"$1/filler"
              folder=$1; shift; status=0; "$@" || status=$?; ls -A "$folder" >&3; exit $status'
    status=0
    WAYMARK_HOME=$folder/small unshare -m sh -c "$in_small" sh "$folder/small" \
        "$build/bin/waymark" run --app "$shop" --workload "$mix" --requests 2000 --tag full \
        3>"$folder/left" >"$folder/out" 2>"$folder/err" || status=$?
    expect 2 "no space for a tag"
    said "No space left on device" "no space for a tag"
    [ "$(cat "$folder/left")" = filler ] || { fail "half a tag was left:"; cat "$folder/left"; }
    # An older benchmark stays where there is no room for the one that is to replace it.
    # shellcheck disable=SC2016 # for the inner shell
    WAYMARK_HOME=$folder/small unshare -m sh -c '
        home=$1 waymark=$2 app=$3
        mount -t tmpfs -o size=256k none "$home" || exit 9
        bench() {
            "$waymark" bench --app "$app" --field op=page --tag full "$@"
        }
        bench --count 1 --benchtime 10x || exit 8
        before=$(cat "$home"/full/*.* | cksum)
        cat /dev/zero >"$home/filler" 2>/dev/null
        status=0
        bench --count 400 --benchtime 10x --force >&2 || status=$?
        [ "$(cat "$home"/full/*.* | cksum)" = "$before" ] || echo "LOST: $(ls "$home/full")"
        exit "$status"' sh "$folder/small" "$build/bin/waymark" "$shop" \
        >"$folder/out" 2>"$folder/err" || status=$?
    expect 2 "no space for another benchmark"
    said "No space left on device" "no space for another benchmark"
    grep "LOST" "$folder/out" && fail "the older benchmark was lost"
    status=0
    # shellcheck disable=SC2016
    WAYMARK_HOME=$folder/small unshare -m sh -c 'mount -t tmpfs -o ro none "$1" && shift && "$@"' \
        sh "$folder/small" "$build/bin/waymark" run --app "$shop" --workload "$mix" \
        --requests 2000 --tag readonly >"$folder/out" 2>"$folder/err" || status=$?
    expect 2 "a record that cannot be written"
    said "Read-only file system" "a record that cannot be written"
else
    echo "skipped: no mount namespace for a full file system"
fi

# ---- Reading it ----
small --tag last
waymark log
expect 0 "log"
said "^tag +filed \(UTC\) +commit +app +runs +requests +CPU/request" "log"
[ "$(sed -n 2p "$folder/out" | cut -d' ' -f1)" = last ] || fail "log does not begin with the newest"
said "^first +20[0-9-]+ [0-9:]+ .* libshop.so +1 +3,000 +[0-9.]+ µs" "log of a tag"
waymark log --format csv
[ "$(column tag "$folder/out" | grep -c .)" -eq 6 ] || fail "log --format csv: $(cat "$folder/out")"
waymark log --format json
[ "$(grep -c '"tag":' "$folder/out")" -eq 6 ] || fail "log --format json: $(cat "$folder/out")"
waymark show last
expect 0 "show"
for words in "build id +[0-9a-f]+" "work hash +$hash" "machine .*cores [0-9]+" "settings .*--requests 2000" \
    "entry +HandleRequest +2,000 +1x" "files .*home/last: runs 1" "waymark paths .*home/last/1"; do
    said "$words" "show"
done
waymark show last --format json
cmp -s "$folder/out" "$WAYMARK_HOME/last/tag.json" || fail "show --format json is not tag.json"
waymark show nothere
expect 2 "a tag that is not there"
said "nothere: .*home holds no such tag" "a tag that is not there"
waymark show ../first
expect 2 "a tag that leads out of the record"

waymark log --trend '^HandleRequest$' --svg "$folder/trend.svg"
expect 0 "a trend"
said "^HandleRequest  entry, CPU/request" "a trend"
[ "$(grep -c 'µs ±' "$folder/out")" -eq 5 ] || { fail "a trend of five tags"; cat "$folder/out"; }
[ "$(grep -c '<circle' "$folder/trend.svg")" -eq 5 ] || fail "five points in the picture"
xmllint --noout "$folder/trend.svg" || fail "the picture is no XML"
grep -q 'Käse &amp; &quot;Brot&quot;' "$folder/trend.svg" || fail "a name was not escaped"
waymark log --trend approved --format csv
[ "$(column kind "$folder/out" | sort -u)" = path ] || fail "a trend of paths"
waymark log --trend nosuch
expect 2 "a trend of nothing"
said "nothing that was measured matches 'nosuch'; there are .*HandleRequest" "a trend of nothing"
waymark log --trend '('
expect 2 "a wrong expression"
waymark log --svg "$folder/x.svg"
expect 2 "--svg alone"
said "say what to draw: --trend RE" "--svg alone"
if command -v script >/dev/null; then
    script -qec "stty cols 60; '$build/bin/waymark' log --trend '^HandleRequest\$'" /dev/null \
        >"$folder/drawn" </dev/null
    grep -q '●' "$folder/drawn" || { fail "nothing was drawn:"; cat "$folder/drawn"; }
    longest=$(tr -d '\r' <"$folder/drawn" | LC_ALL=C.UTF-8 wc -L)
    [ "$longest" -le 60 ] || fail "the drawing is $longest columns wide, on a terminal of 60"
fi

# A damaged tag hides no other.
echo '{' >"$WAYMARK_HOME/both/tag.json"
waymark log
expect 0 "a damaged tag"
said "note: 1 tag could not be read \(.*both/tag.json" "a damaged tag"
said "^first " "the others beside a damaged tag"
small --tag both
expect 0 "a run mends a damaged tag.json"
[ "$(json runs "$WAYMARK_HOME/both/tag.json")" = 2 ] || fail "the damaged tag was not summed up anew"

# A benchmark is filed as one measurement: once, or anew by --force.
bench() {
    waymark bench --app "$shop" --field op=page --count 2 --benchtime 500x "$@"
}
bench --tag micro
expect 0 "bench --tag"
for file in bench.txt tag.json run.json profile.pb.gz; do
    [ -s "$WAYMARK_HOME/micro/$file" ] || fail "bench --tag: no $file"
done
bench --tag micro
expect 2 "a second benchmark under one tag"
said "micro: the tag holds a benchmark.*--force" "a second benchmark under one tag"
bench --tag micro --force
expect 0 "bench --tag --force"
bench --tag last --force
expect 0 "bench --tag --force over runs"
[ "$(ls "$WAYMARK_HOME/last" | grep -c '^[0-9]*$')" = 0 ] || fail "bench --force kept older runs"
small --tag micro --force
expect 0 "run --tag --force over a benchmark"
[ "$(ls "$WAYMARK_HOME/micro" | tr '\n' ' ')" = "1 tag.json " ] || fail "run --force kept a benchmark"
bench --tag micro --force
expect 0 "bench --tag --force over a run"
[ "$(grep -c '^Benchmark' "$WAYMARK_HOME/micro/bench.txt")" = 2 ] || fail "two benchmarks were mixed"
waymark log
said '^micro .* 2 ' "the benchmark in the log"
waymark log --trend HandleRequest --format csv
expect 0 "a trend of benchmarks"
said 'benchmark' "a trend of benchmarks"
bench --tag micro -o "$folder/b"
expect 2 "bench --tag and -o"

# Without a single measurement an older result stays, and no tag is made.
for tag in micro never; do
    "$build/bin/waymark" bench --app "$shop" --field op=page --count 2 --benchtime 60s --tag $tag \
        --force >"$folder/out" 2>"$folder/err" &
    pid=$!
    sleep 1
    kill -INT "$pid"
    status=0
    wait "$pid" || status=$?
    expect 130 "bench, interrupted before its first result"
    said 'nothing is written' "bench, interrupted before its first result"
done
[ "$(grep -c '^Benchmark' "$WAYMARK_HOME/micro/bench.txt")" = 2 ] || fail "the older result is gone"
[ ! -e "$WAYMARK_HOME/never" ] || fail "a tag of nothing was made"
waymark bench --app "$apps/libcrash.so" --field how=segv --count 1 --benchtime 10x --tag never
expect 3 "a crash in a benchmark"
[ ! -e "$WAYMARK_HOME/never" ] || fail "a tag of a crash was made"

# Of two at once one is filed, and the other says that it was not.
"$build/bin/waymark" bench --app "$shop" --field op=page --count 1 --benchtime 1s --tag twin \
    >"$folder/first" 2>&1 &
pid=$!
bench --benchtime 1s --count 1 --tag twin
second=$status first=0
wait "$pid" || first=$?
[ "$((first + second))" -eq 2 ] || fail "two benches of one tag: exit $first and $second"
cat "$folder/first" >>"$folder/err"
said 'twin: the tag holds a benchmark' "two benches of one tag"
finish
