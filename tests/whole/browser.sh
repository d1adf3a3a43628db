# browser.sh - a flame graph in Chromium, by real clicks and keys (browser.go), where it is there.
# usage: browser.sh BUILD SOURCE [SHOTS]; screenshots go to the folder SHOTS.
. "$(dirname "$0")/lib.sh"
for program in chromium chromedriver go; do
    command -v $program >/dev/null ||
        { echo "skipped: no $program (apt install chromium chromium-driver golang-go)"; exit 77; }
done
export TZ=UTC HOME="$folder" GOCACHE="$folder/cache" GO111MODULE=off
profiles=$source/tests/golden/pprof/profiles
"$build/tests/flame_profiles" "$folder" || fail "flame_profiles"

draw() { # NAME OPTIONS... PROFILE
    name=$1
    shift
    waymark report -symbolize=none -flamegraph="$folder/$name.svg" "$@"
    expect 0 "$name"
    waymark report -symbolize=none -folded -by=path "$@"
    mv "$folder/out" "$folder/$name.folded"
}

draw orders-a1 "$profiles/orders-a1.pb.gz"
for name in paths names deep; do
    draw $name "$folder/$name.pb.gz"
done
draw long -show_from=served "$folder/long.pb.gz"
draw changes -diff_base "$folder/before.pb.gz" "$folder/after.pb.gz"
go run "$(dirname "$0")/browser.go" "$folder" "$@" || fail "in the browser"
finish
