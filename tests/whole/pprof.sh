# pprof.sh - Debian's go tool pprof opens what a run wrote.
. "$(dirname "$0")/lib.sh"
command -v go >/dev/null || { echo "skipped: no go"; exit 77; }
export HOME="$folder" TZ=UTC
waymark run --app "$shop" --workload "$samples/mix.csv" --requests 300000 --hz 4000 -o "$folder/run"
expect 0 "a run of the shop"
profile=$folder/run/profile.pb.gz

pprof() {
    go tool pprof "$@" >"$folder/out" 2>"$folder/err" || fail "go tool pprof $*: $(cat "$folder/err")"
}
pprof -top "$profile"
said '^File: libshop\.so' "-top names the app"
said '^Type: cpu' "the default type is CPU time"
said ' sha256_' "-top knows the app's functions"
pprof -top -tagfocus=path=ProcessOrder "$profile"
said 'tagfocus=path=ProcessOrder' "-tagfocus"
said ' sha256_' "-tagfocus keeps the orders' functions"
pprof -top -tagfocus=path=NoSuchPath "$profile"
said 'of 0 total|Showing nodes accounting for 0' "a path that is not there has no samples"
pprof -tags "$profile"
said '^ *path: Total' "-tags lists paths"
said 'ProcessOrder:approved' "-tags names paths"
said '^ *segment: Total' "-tags lists segments"
said 'HandleRequest/Authenticate/ValidateToken' "-tags names active paths"
said '^ *outcome: Total' "-tags lists outcomes"
said '^ *entry: Total' "-tags lists entries"
pprof -top -lines "$profile"
said 'sha256\.c:[0-9]+' "-lines knows source lines"

# CPU spent before the branch is counted to the path that the request took in the end.
pprof -tags -tagfocus=path=Authenticate:denied "$profile"
said 'ValidateToken' "denied requests own their ValidateToken"
pprof -tags -tagfocus=path=ProcessOrder:declined "$profile"
said 'ValidateToken' "declined orders own theirs"
finish
