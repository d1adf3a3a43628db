#!/bin/sh
# run.sh - builds waymark with warnings as errors and runs every test. Arguments go to ctest: -R
# replay runs the tests that have it in their names, -N lists them, -V shows what each prints. Its
# last lines and its exit code are ctest's.
#
# Writes to the build folder only (build/check in the checkout, or $WAYMARK_BUILD/check); missing
# packages are installed with apt. May be run again at any time, from anywhere.
set -eu

case ${1-} in
-h | --help)
    sed -n '2,/^set/{/^# \{0,1\}/s///p;}' "$0"
    exit 0
    ;;
esac

root=$(cd "$(dirname "$0")/.." && pwd)
build=${WAYMARK_BUILD:-$root/build}/check
case $build in
/*) ;;
*) build=$PWD/$build ;;
esac

sh "$root/harness/packages.sh" build tests
sh "$root/harness/build.sh" "$build" "$build/build.log" -DBUILD_TESTING=ON -DWAYMARK_WERROR=ON

# Two at a time; what measures time or CPU shares runs alone (RUN_SERIAL, label timing).
exec ctest --test-dir "$build" --output-on-failure -j 2 "$@"
