# report.sh - every view of profiles that waymark just made, against the live go tool pprof.
# usage: report.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
command -v go >/dev/null || { echo "skipped: no go"; exit 77; }
mkdir "$folder/home" "$folder/binaries" "$folder/tmp"
export TZ=UTC HOME="$folder/home" PPROF_BINARY_PATH="$folder/binaries" PPROF_TMPDIR="$folder/tmp"
cd "$folder"
compared=0 profiles=0

cat >burn.csv <<'END'
entry,weight,path,outcome,cpu_us,prepare_us
Burn,40,a,,100,50
Burn,20,b,,50,20
Burn,25,c,,200,10
Burn,11,d,common,30,40
Burn,4,d,rare,30,40
END

# One a line: APP MIX OPTIONS.
cp "$samples/mix.csv" .
cat >runs <<END
shop mix.csv --requests 20000 --seed 1
shop mix.csv --requests 20000 --seed 2 --threads 2
shop mix.csv --requests 5000 --seed 3 --hz 4000
shop mix.csv --requests 40000 --seed 4 --hz 200
shop mix.csv --requests 3000 --seed 5 --rate 5000/s
shop mix.csv --requests 3000 --seed 6 --rate 20000/s --arrivals poisson
shop mix.csv --requests 30000 --seed 7 --threads 3 --hz 2000
shop mix.csv --requests 1000 --seed 8
shop mix.csv --requests 100 --seed 9 --hz 10
shop mix.csv --requests 20000 --seed 10 --warmup 100ms
shop mix.csv --duration 400ms --seed 11 --threads 4 --hz 500
shop mix.csv --requests 10 --seed 12 --hz 0
burn burn.csv --requests 1000 --seed 1
burn burn.csv --requests 1000 --seed 2 --threads 2 --concurrency 2
burn burn.csv --requests 500 --seed 3 --hz 4000
burn burn.csv --requests 2000 --seed 4 --hz 100
burn burn.csv --requests 500 --seed 5 --rate 1000/s
burn burn.csv --requests 500 --seed 6 --rate 2000/s --arrivals poisson
burn burn.csv --duration 500ms --seed 7 --threads 4
burn burn.csv --requests 200 --seed 8 --hz 9000
burn burn.csv --requests 1000 --seed 9 --hz 1997 --threads 2
burn burn.csv --requests 50 --seed 10
END

# @ stands for the profile before, of the same app. Left out is what the reference itself prints in
# another order each time: calls of equal size between nodes of equal names, as -dot -files has them.
cat >views <<'END'
-top
-top -cum -lines
-top -files -nodecount=7
-top -filefunctions -noinlines -unit=us
-top -addresses -trim=false
-top -focus=sha256|spin -relative_percentages
-top -hide=^main|libc -show=. -divide_by=3
-top -show_from=Handle|Burn -cum
-top -prune_from=order|path
-top -tagfocus=path=Process|PathA
-top -tagignore=path:Auth|PathC -lines
-top -tagroot=path,segment -cum
-top -filefunctions -tagleaf=segment
-top -sample_index=0
-top -mean -lines
-top -compact_labels -nodefraction=0.1 -drop_negative
-text -trim_path=/ -lines -unit=ms
-top -filefunctions -source_path=/elsewhere/src:/elsewhere/shop
-top -normalize -base=@
-top -diff_base=@
-tree
-tree -lines -cum -nodecount=20
-tree -tagroot=path -relative_percentages -focus=a
-peek=sha|spin|burn
-peek=. -lines -sample_index=0
-list=Handle|burn|sha256|spin
-list=. -sample_index=0 -unit=auto
-traces
-traces -addresses -focus=compress|spin
-traces -lines -tagshow=path
-tags
-tags -unit=us -tagfocus=outcome
-raw
-raw -base=@
-dot
-dot -filefunctions -mean
-dot -addresses -nodefraction=0.02 -edgefraction=0.05
-dot -lines -nodecount=15
-dot -tagroot=path -cum
-callgrind
-callgrind -noinlines -drop_negative
-callgrind -tagroot=path -cum
-comments
-proto
-proto -diff_base=@ -focus=a
-topproto -lines
END

# unpack VIEW FILE: profiles are compared as what gzip packed.
unpack() {
    case $1 in
    -proto* | -topproto*) gzip -dc "$2" >"$2.plain" 2>/dev/null && mv "$2.plain" "$2" ;;
    esac
    return 0
}

compare() { # VIEW PROFILE
    # shellcheck disable=SC2086 # options, none with a blank in it
    { go tool pprof -symbolize=none $1 "$2" >wanted 2>errors || echo refused >wanted; } </dev/null
    # shellcheck disable=SC2086
    "$build/bin/waymark" report -symbolize=none $1 "$2" >out 2>err || echo refused >out
    unpack "$1" wanted
    unpack "$1" out
    compared=$((compared + 1))
    cmp -s wanted out && return 0
    fail "$1 of $2"
    diff wanted out | head -n 6
    head -n 2 err
}

before= app_before=
while read -r name mix options; do
    profiles=$((profiles + 1))
    case $name in
    shop) app=$shop ;;
    burn) app=$apps/lib$name.so ;;
    esac
    # shellcheck disable=SC2086 # options of a run
    waymark run --app "$app" --workload "$mix" -o "run$profiles" $options
    expect 0 "a run of $app $options"
    [ "$status" -eq 0 ] || continue
    profile=run$profiles/profile.pb.gz
    [ "$app" = "$app_before" ] || before=$profile
    while read -r view; do
        compare "$(echo "$view" | sed "s|@|$before|")" "$profile"
    done <views
    before=$profile app_before=$app
done <runs
[ "$profiles" -ge 20 ] || fail "$profiles profiles are not 20"
made=$compared

# What the books cannot hold: profiles as results.
for profile in "$source"/tests/golden/pprof/profiles/*; do
    for view in -proto '-proto -divide_by=3' '-proto -tagroot=path -hide=main' -topproto \
        '-topproto -addresses -cum'; do
        compare "$view" "$profile"
    done
done
echo "$made views of $profiles profiles just made, $((compared - made)) profiles as results"
finish
