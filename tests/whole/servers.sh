# servers.sh - debug files from servers: only if $DEBUGINFOD_URLS is set, and never waited for long.
# usage: servers.sh BUILD SOURCE
#
# Runs in a network of its own, where there is nothing but a loopback: Debian's debuginfod listens on
# every address that it finds.
if [ "${IN_OWN_NETWORK:-}" != 1 ]; then
    for tool in debuginfod debuginfod-find unshare ip perl; do
        command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
    done
    unshare -rn true 2>/dev/null || { echo "skipped: no network of its own to be had"; exit 77; }
    IN_OWN_NETWORK=1 exec unshare -rn sh "$0" "$@"
fi
. "$(dirname "$0")/lib.sh"
ip link set lo up
export HOME="$folder" PPROF_BINARY_PATH="$folder/none" DEBUGINFOD_CACHE_PATH="$folder/cache"
cd "$folder"
servers=
trap 'kill $servers 2>/dev/null || :; rm -rf "$folder"' EXIT

mkdir served
fixtures=$build/tests/symbols
cp "$fixtures/symbols_c.so" whole.so
cp "$fixtures/.debug/linked.debug" served/app.debug
cp "$fixtures/dynsym.so" app.so
"$build/tests/nameless" sample app.so 50 app.pb.gz >addresses
"$build/tests/nameless" sample whole.so 50 whole.pb.gz >addresses
build_id=$(readelf -n app.so | sed -n 's/.*Build ID: //p')
waymark report -raw whole.pb.gz
expect 0 "a report with debug information"
sed 's/whole\.so/app.so/' out >wanted
grep -q '\[FN\]\[FL\]\[LN\]\[IN\]' wanted || fail "the fixture has no lines"

waymark report -raw app.pb.gz
expect 0 "a report without servers"
grep -q 'fixture_outer :0' out || fail "no name by .dynsym"
grep -q '\[FN\]\[IN\]' out || fail "lines came from nowhere"
[ ! -s err ] || fail "without servers: $(cat err)"

debuginfod -F -p 8002 -d :memory: served >server.log 2>&1 &
servers="$servers $!"
waited=0
until DEBUGINFOD_URLS=http://127.0.0.1:8002 DEBUGINFOD_CACHE_PATH="$folder/poll$waited" \
    debuginfod-find debuginfo "$build_id" >/dev/null 2>&1; do
    waited=$((waited + 1))
    [ "$waited" -lt 60 ] || { fail "debuginfod serves nothing"; cat server.log; finish; }
    sleep 0.5
done
export DEBUGINFOD_URLS=http://127.0.0.1:8002
waymark report -raw -symbolize=fastlocal app.pb.gz
grep -q '\[FN\]\[IN\]' out || fail "fastlocal asked a server"
waymark report -raw app.pb.gz
expect 0 "a report with a server"
diff wanted out >differences || fail "what the server's file says: $(head -n 4 differences)"
[ ! -s err ] || fail "with a server: $(cat err)"

# The binary itself is gone: its debug file alone has the names, and says where its code was.
mv app.so gone.so
waymark report -raw app.pb.gz
diff wanted out >differences || fail "a binary that is gone: $(head -n 4 differences)"
mv gone.so app.so

# timed SECONDS WHAT: the next report ends within them, with names and one note.
timed() {
    rm -rf cache
    began=$(date +%s)
    waymark report -raw app.pb.gz
    expect 0 "$2"
    took=$(($(date +%s) - began))
    [ "$took" -le "$1" ] || fail "$2: took $took s"
    grep -q 'fixture_outer :0' out || fail "$2: no names"
    [ "$(wc -l <err)" -eq 1 ] || fail "$2: $(cat err)"
}
export DEBUGINFOD_URLS=http://127.0.0.1:9
timed 2 "a server that is dead"
said 'DEBUGINFOD_URLS cannot be asked \(Connection refused\)' "a server that is dead"

perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1",
    LocalPort => 9001) or die; sleep 100' &
servers="$servers $!"
sleep 0.5
export DEBUGINFOD_URLS=http://127.0.0.1:9001
timed 14 "a server that says nothing"
said 'sent nothing for 10 s' "a server that says nothing"
[ "$took" -ge 9 ] || fail "a server that says nothing was waited for $took s only"
finish
