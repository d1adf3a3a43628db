# sources.sh - what `waymark report` takes, merges, passes over, refuses and writes.
# usage: sources.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
profiles=$source/tests/golden/pprof/profiles
tiny=$profiles/tiny.pb.gz
export TZ=UTC

# ---- Sources ----
mkdir "$folder/run"
cp "$tiny" "$folder/run/profile.pb.gz"
waymark report "$folder/run"
expect 0 "a run folder"
said '^ *60ms 60.00% 60.00% *60ms 60.00%  hash$' "a run folder, -top unless told"
gzip -dc "$tiny" >"$folder/plain"
waymark report -top "$folder/plain" "$folder/run" "$tiny"
expect 0 "three sources"
said '^Duration: 600ms, Total samples = 300ms' "sources are added up"
waymark report -top "$folder/missing" "$tiny" "$folder"
expect 0 "two of three sources are no profiles"
said 'missing: .*No such file' "the missing source is told"
said '1 of 3 profiles' "how many were read"
said 'Total samples = 100ms' "the one that could be read"
waymark report -top "$folder/missing" "$folder/other"
expect 2 "no source can be read"
[ -s "$folder/out" ] && fail "a refusal printed something"
waymark report -top "$tiny" -lines
expect 2 "an option behind the profile"
[ -s "$folder/out" ] && fail "a refused option printed the report"
said '-lines: .*options go before' "an option behind the profile"
waymark report -top http://localhost:1/profile
expect 2 "a URL"
said 'curl' "a URL: what to do"
waymark report -top -base "$folder/missing" "$tiny"
expect 2 "a base that is not there"

# ---- The program's name ----
waymark report -top "$shop" "$tiny"
expect 0 "a program before the profile"
said '^File: libshop.so' "it names the first binary"
waymark report -top c0ffee "$tiny"
said '^Build ID: c0ffee' "so does a build id"
waymark report -top -buildid=abc "$tiny"
said '^Build ID: abc' "-buildid"
waymark report -comments -add_comment='made by hand' "$tiny"
said '^made by hand$' "-add_comment"

# ---- A limit on what a source unpacks to ----
head -c 3000000 /dev/zero | gzip -9 >"$folder/bomb"
waymark report -top -unpacked_max=0.001 "$folder/bomb"
expect 2 "a source above the limit"
said 'unpack' "a source above the limit"

# ---- The result ----
waymark report -top -output="$folder/top.txt" "$tiny"
expect 0 "-output"
[ -s "$folder/out" ] && fail "-output printed to standard output too"
said "top.txt" "-output is told"
waymark report -top "$tiny"
cmp -s "$folder/out" "$folder/top.txt" || fail "-output differs from standard output"
waymark report -top -output="$folder/none/top.txt" "$tiny"
expect 2 "-output into a folder that is not there"
waymark report -proto "$tiny"
gzip -t "$folder/out" || fail "-proto is no gzip"
cp "$folder/out" "$folder/again"
waymark report -raw "$folder/again"
expect 0 "a profile that -proto wrote"
cp "$folder/out" "$folder/raw"
waymark report -raw "$tiny"
cmp -s "$folder/out" "$folder/raw" || fail "-proto changed the profile"
if command -v dot >/dev/null; then
    waymark report -svg "$tiny"
    expect 0 "-svg"
    said '^<svg' "-svg"
    waymark report -png "$tiny"
    expect 0 "-png"
fi
status=0
env PATH=/nowhere "$build/bin/waymark" report -svg "$tiny" >"$folder/out" 2>"$folder/err" || status=$?
expect 2 "-svg without graphviz"
said 'graphviz.*-dot' "-svg without graphviz: what to do"
waymark report --help
expect 0 "help"
said '-show_from RE' "help lists pprof's options"

# A result that goes nowhere is an error, whether the place is full or closed.
status=0
"$build/bin/waymark" report -top "$source/tests/golden/pprof/profiles/tiny.pb.gz" >&- 2>"$folder/err" ||
    status=$?
: >"$folder/out"
expect 2 "standard output is closed"
said 'standard output: cannot write' "standard output is closed"
finish
