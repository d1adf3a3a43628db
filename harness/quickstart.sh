#!/bin/sh
# quickstart.sh - from a fresh checkout to the first two profiles: builds waymark, replays the
# sample mix and the sample capture through the sample app, and shows what each path costs.
#
# Writes to the build folder only (build/ in the checkout, or $WAYMARK_BUILD); missing packages are
# installed with apt. May be run again at any time, from anywhere.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build=${WAYMARK_BUILD:-$root/build}
case $build in
/*) ;;
*) build=$PWD/$build ;;
esac
log=$build/quickstart.log
shop=$root/workloads/samples/shop

sh "$root/harness/packages.sh" build
sh "$root/harness/build.sh" "$build" "$log" -DBUILD_TESTING=OFF

# Replays into the run folder $1 and shows it; the other arguments say what to replay.
replay() {
    run=$build/quickstart/$1
    shift
    mkdir -p "$build/quickstart"
    "$build/bin/waymark" run --app "$build/lib/libshop.so" "$@" -o "$run" --force >"$log" 2>&1 || {
        status=$?
        cat "$log" >&2
        exit $status
    }
    "$build/bin/waymark" paths "$run"
}

printf '\n== The sample mix: %s\n\n' "$shop/mix.csv"
replay mix --workload "$shop/mix.csv" --requests 200000
printf '\n== The sample capture, as fast as it goes: %s\n\n' "$shop/capture.log"
replay capture --trace "$shop/capture.log" --speed max

cat <<EOF

== Next

  cd $root
  PATH=\$PATH:$build/bin
  waymark report -top $build/quickstart/mix              # which functions cost it
  waymark run --app $build/lib/libshop.so --workload workloads/samples/shop/mix.csv --rate 5000/s --threads 2
  waymark run --app $build/lib/libshop.so --trace workloads/samples/shop/capture.log --speed 10
  waymark import workloads/samples/shop/capture.log -o shop.wmt
  waymark --help
EOF
