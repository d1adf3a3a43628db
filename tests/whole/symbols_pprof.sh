# symbols_pprof.sh - profiles of runs, stripped of all names, named again by `waymark report`, by
# google/pprof with GNU binutils (the library that Go's distribution carries, as a program), and by
# the live go tool pprof, which has its own reader of DWARF.
# usage: symbols_pprof.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
for tool in go addr2line nm objdump; do
    command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
vendored=$(go env GOROOT)/src/cmd/vendor/github.com
[ -d "$vendored/google/pprof/driver" ] || { echo "skipped: no sources of google/pprof"; exit 77; }
mkdir -p "$folder/go/src/pprof" "$folder/tools" "$folder/tmp"
export TZ=UTC HOME="$folder" PPROF_BINARY_PATH="$folder/none" PPROF_TMPDIR="$folder/tmp"
export DEBUGINFOD_URLS=
cd "$folder"

cp -r "$vendored" go/src/
cat >go/src/pprof/main.go <<'END'
package main

import (
	"fmt"
	"os"

	"github.com/google/pprof/driver"
)

func main() {
	if err := driver.PProf(&driver.Options{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}
END
GOPATH=$folder/go GO111MODULE=off GOFLAGS= go build -o google-pprof pprof
for tool in addr2line nm objdump; do # and no llvm-symbolizer, which it would prefer
    ln -s "$(command -v $tool)" tools/$tool
done

cat >burn.csv <<'END'
entry,weight,path,outcome,cpu_us,prepare_us
Burn,40,a,,100,50
Burn,60,d,common,30,40
END
waymark run --app "$shop" --workload "$samples/mix.csv" -o shop --requests 60000 --seed 1
expect 0 "a run of the shop"
waymark run --app "$apps/libburn.so" --workload burn.csv -o burn --requests 3000 --seed 2
expect 0 "a run of burn"

# What is said of the addresses in our own binaries, the first two mappings. (Of libc GNU addr2line
# names other source files than eu-addr2line and llvm-symbolizer do, which symbols.sh asks.) Where
# there is no file, addr2line's "??:?" is taken for one; and clones bear the symbol table's name.
ours_alone() {
    sed -e 's/ ?*:?:0 s=/ :0 s=/' -e 's/ ??:0 s=/ :0 s=/' \
        -e 's/\.\(isra\|constprop\|part\|cold\)\(\.[0-9]*\)\{0,1\} / /g' "$1" |
        awk '/^Mappings/ { print; mappings = 1; next }
             mappings { print; next }
             /^ +[0-9]+: 0x/ { on = / M=[12] / }
             on'
}

# The go tool knows no inlined functions and no name that DWARF
# gives by reference: the line of the innermost frame, and the name of the outermost or none.
as_go_tool() { # OURS THEIRS
    awk '/^ +[0-9]+: 0x/ { on = / M=1 / } /^Mappings/ { on = 0 } on' "$1" |
        awk '/^ +[0-9]+: 0x/ { if (row) print row, name; row = $2 " " $(NF - 1) }
             { name = $(NF - 2) }
             END { print row, name }' >ours.rows
    awk '/^ +[0-9]+: 0x/ && / M=1 / { print $2, $(NF - 1), (NF > 5 ? $(NF - 2) : "") }
         /^Mappings/ { exit }' "$2" >theirs.rows
    paste -d ' ' ours.rows theirs.rows |
        awk '$1 != $4 || $2 != $5 || ($6 != "" && $3 != $6) { print; wrong++ }
             END { exit wrong > 0 || NR == 0 }'
}

for run in shop burn; do
    "$build/tests/nameless" strip $run/profile.pb.gz nameless.pb.gz
    waymark report -raw -symbolize=none nameless.pb.gz
    grep -qE 'M=[12] .* s=' out && fail "$run is not nameless"
    PATH=$folder/tools ./google-pprof -raw nameless.pb.gz >wanted.raw 2>errors || fail "google/pprof"
    waymark report -raw nameless.pb.gz
    expect 0 "names for $run"
    cp out out.raw
    ours_alone wanted.raw >wanted
    ours_alone out.raw >out
    cmp -s wanted out || fail "$run: $(diff wanted out | head -n 8)"
    locations=$(grep -c ' M=[12] ' out)
    inlined=$(grep -c '^             ' out)
    [ "$locations" -ge 10 ] && [ "$inlined" -ge 10 ] || fail "$run has $locations addresses only"
    go tool pprof -raw nameless.pb.gz >live.raw 2>errors || fail "go tool pprof"
    as_go_tool out.raw live.raw || fail "$run: not as go tool pprof"
    echo "$run: $locations addresses, $inlined inlined calls, as google/pprof; $(wc -l <ours.rows) of" \
        "them as go tool pprof"
    for view in -top '-tree -lines' -raw; do # names that are there already
        # shellcheck disable=SC2086 # options
        PATH=$folder/tools ./google-pprof $view $run/profile.pb.gz >wanted 2>errors
        # shellcheck disable=SC2086
        waymark report $view $run/profile.pb.gz
        cmp -s wanted out || fail "$run, $view: $(diff wanted out | head -n 4)"
    done
    # what the run itself said of them, but for the start lines, which pprof's look-up lacks
    waymark report -top -lines -nodecount=40 nameless.pb.gz
    cp out named
    waymark report -top -lines -nodecount=40 -symbolize=force "$run/profile.pb.gz"
    cmp -s named out || fail "$run: forced is not as stripped: $(diff named out | head -n 4)"
done
finish
