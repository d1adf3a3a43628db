# binaries.sh - where `waymark report` finds the binaries of a profile, which it refuses, and what it
# says then.
# usage: binaries.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
export HOME="$folder/home" DEBUGINFOD_URLS=
unset PPROF_BINARY_PATH
cd "$folder"
fixtures=$build/tests/symbols
nameless=$build/tests/nameless
cp "$fixtures/symbols_c.so" lib.so
id=$(readelf -n lib.so | sed -n 's/.*Build ID: //p')
two=$(echo "$id" | cut -c1-2) rest=$(echo "$id" | cut -c3-)
all='\[FN\]\[FL\]\[LN\]\[IN\]$'

# profile NAME [BUILDID]: of lib.so under another name, in profile.pb.gz.
profile() {
    "$nameless" sample lib.so 60 profile.pb.gz "$@" >/dev/null
}

# names FLAGS WHAT OPTIONS...: the report has this end of its mapping's line, and says nothing else.
names() {
    flags=$1 what=$2
    shift 2
    waymark report -raw "$@" profile.pb.gz
    expect 0 "$what"
    tail -n 1 out | grep -q -- "$flags" || fail "$what: $(tail -n 1 out)"
    [ ! -s err ] || fail "$what: $(cat err)"
}

# nothing PATTERN WHAT: the report has no names, and says once why.
nothing() {
    waymark report -raw profile.pb.gz
    expect 0 "$2"
    grep -q ' s=0' out && fail "$2: there are names"
    grep -qE -- "$1" err || fail "$2: nothing like '$1' in '$(cat err)'"
    [ "$(wc -l <err)" -eq 1 ] || fail "$2: $(cat err)"
}

# quiet NAME: such a mapping has no names, and nobody expects any.
quiet() {
    profile "$1" ""
    waymark report -raw profile.pb.gz
    expect 0 "$1"
    if grep -q ' s=0' out || [ -s err ]; then fail "$1: $(cat err)"; fi
}

# ---- By the mapping's own name ----
profile "$folder/lib.so"
names "$all" "the mapping's file"
cp out wanted
names '[0-9a-f] *$' "-symbolize=none" -symbolize=none
names '[0-9a-f] *$' "-symbolize=no" -symbolize=local:no
names '\[FN\]\[IN\]$' "-symbolize=fastlocal" -symbolize=fastlocal
names "$all" "-symbolize=LOCAL" -symbolize=LOCAL:Force
profile "$folder/lib.so" ""
names "$all" "a mapping without a build id"

# ---- Refused ----
profile "$folder/lib.so" 0123456789abcdef0123456789abcdef01234567
nothing 'lib.so is not the file that ran \(its build id differs\)' "another build id"
profile "$folder/lib.so" go-build-id/of-another-kind
nothing 'its build id differs' "a build id of another kind"
profile "$folder/gone.so" 0123456789abcdef0123456789abcdef01234567
nothing 'gone.so is gone' "a file that is gone"
profile "" ""
nothing 'does not say which file' "neither file nor build id"
profile "" 0123456789abcdef0123456789abcdef01234567
nothing 'no file with the build id 0123' "a build id that nobody has"
profile "$(printf '/gone/\033[2Jlib\nso')" ""
nothing 'gone/\\x1b\[2Jlib\\x0aso is gone' "a name that would clear the terminal"
mkfifo pipe.so
profile "$folder/pipe.so" ""
nothing 'pipe.so is not a regular file' "a pipe"
profile "$folder" ""
nothing 'is not a regular file' "a folder"
head -c 40 lib.so >cut.so
profile "$folder/cut.so" ""
nothing 'cut.so cannot be read as a program' "a binary that is cut off"
for name in '[vdso]' '[vsyscall]' '[kernel.kallsyms]' '[kernel.kallsyms]_text' '[anon]' '//anon' \
    '[heap]' linux-vdso.so.1 /dev/dri/card0 '/memfd:jit (deleted)' http://host/lib.so; do
    quiet "$name"
done

# ---- $PPROF_BINARY_PATH ----
# found AT NAME [BUILDID]: lib.so lies at bin/AT and is found there; the profile then says so.
found() {
    mkdir -p "bin/$(dirname "$1")"
    cp lib.so "bin/$1"
    at=$1
    shift
    profile "$@"
    names " $folder/bin/$at .*$all" "$* in bin/$at"
    sed '/^Mappings/,$d' out >places
    sed '/^Mappings/,$d' wanted | cmp -s - places || fail "$* in bin/$at: other names"
    rm -r bin
}
export PPROF_BINARY_PATH="$folder/nowhere:$folder/bin"
found "$id/lib.so" /gone/lib.so
found "$id/any.name" /gone/lib.so
found "gone/lib.so/$id" /gone/lib.so
found "$two/$rest.debug" /gone/lib.so
found lib.so /gone/lib.so
found gone/lib.so /gone/lib.so
found "$id/lib.so" '' "$id"
found "$id/vmlinux" '[kernel.kallsyms]_text' "$id"
mkdir -p bin
cp "$fixtures/symbols_cxx.so" bin/lib.so
profile /gone/lib.so
nothing 'bin/lib.so is not the file that ran' "only another file of that name"
rm -r bin

# The default, and what a user's own folder does for a mapping without a build id.
unset PPROF_BINARY_PATH
mkdir -p home/pprof/binaries
cp lib.so home/pprof/binaries/
profile /gone/lib.so ""
names "home/pprof/binaries/lib.so *$all" "the folder in the home"
rm -r home

# ---- Debug files alone ----
export PPROF_BINARY_PATH="$folder/bin"
mkdir -p "bin/$two"
cp "$fixtures/.debug/linked.debug" "bin/$two/$rest.debug"
profile /gone/lib.so
names "$all" "a debug file alone"
sed '/^Mappings/,$d' out >places
sed '/^Mappings/,$d' wanted | cmp -s - places || fail "a debug file alone: other names"
rm -r bin

# ---- Names that are there already ----
profile "$folder/lib.so"
waymark report -proto -output=named.pb.gz profile.pb.gz
expect 0 "a named profile"
mv lib.so away.so
waymark report -raw named.pb.gz
cmp -s wanted out || fail "names that are there are not kept"
[ "$(grep -c gone err)" -eq 0 ] || fail "a binary was asked for nothing"
waymark report -raw -symbolize=force named.pb.gz
cmp -s wanted out || fail "names that are there are lost by force"
mv away.so lib.so

"$nameless" sample "$fixtures/symbols_cxx.so" 90 profile.pb.gz >/dev/null
waymark report -raw -symbolize=demangle=none profile.pb.gz
grep -q ' _ZN.* s=0$' out || fail "demangle=none"
waymark report -raw -symbolize=demangle=full profile.pb.gz
grep -q ' shop::.*(.*) .* s=0(_ZN' out || fail "demangle=full: $(grep -m1 _ZN out)"
waymark report -raw profile.pb.gz
grep -q ' shop::[A-Za-z:~]* .* s=0(_ZN' out || fail "demangled: $(grep -m1 _ZN out)"

waymark report -top -symbolize=quick:local profile.pb.gz
said "'quick' is passed over" "an unknown word"
waymark report -top -symbolize=remote profile.pb.gz
said 'nothing is looked up' "-symbolize=remote"
finish
