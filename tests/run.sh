#!/bin/sh
# run.sh - builds waymark with warnings as errors and runs every test; arguments go to ctest, such
# as -R replay. Its last lines and its exit code are ctest's.
#
# Writes to the build folder only (build/check in the checkout, or $WAYMARK_BUILD/check); missing
# packages are installed with apt. May be run again at any time, from anywhere.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build=${WAYMARK_BUILD:-$root/build}/check
case $build in
/*) ;;
*) build=$PWD/$build ;;
esac

sh "$root/harness/packages.sh" build tests

mkdir -p "$build"
echo "building in $build ..." >&2
generator=
[ -e "$build/CMakeCache.txt" ] || generator="-G Ninja"
# shellcheck disable=SC2086 # none, or an option and its value
{
    cmake -S "$root" -B "$build" $generator -DBUILD_TESTING=ON -DWAYMARK_WERROR=ON &&
        cmake --build "$build" --parallel "$(nproc)"
} >"$build/build.log" 2>&1 || {
    grep -E -A 12 'error|FAILED' "$build/build.log" | head -n 80 >&2
    echo "run.sh: the build failed; all of it is in $build/build.log" >&2
    exit 1
}

# Two at a time; what measures time or CPU shares runs alone (RUN_SERIAL, label timing).
exec ctest --test-dir "$build" --output-on-failure -j 2 "$@"
