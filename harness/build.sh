#!/bin/sh
# build.sh - builds waymark: build.sh FOLDER LOG [OPTION OF CMAKE]...
#
# For quickstart.sh and tests/run.sh. Everything goes to LOG; a terminal is shown how far it is. What
# failed is shown, and then the exit code is 1.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
build=$1
log=$2
shift 2

# Until this script has made the build, or is gone.
progress() {
    while kill -0 $$ 2>/dev/null && [ -e "$log.on" ]; do
        printf '\r\033[K%s' "$(tail -n 1 "$log" | cut -c 1-78)" >&2
        sleep 0.5
    done
    printf '\r\033[K' >&2
}

make() {
    [ -e "$build/CMakeCache.txt" ] || set -- -G Ninja "$@"
    cmake -S "$root" -B "$build" "$@" && cmake --build "$build" --parallel "$(nproc)"
}

mkdir -p "$build"
echo "building in $build ..." >&2
: >"$log"
if [ -t 2 ]; then
    : >"$log.on"
    progress &
fi
failed=
make "$@" >"$log" 2>&1 || failed=yes
rm -f "$log.on"
wait
if [ -n "$failed" ]; then
    grep -i -E -A 12 'error|FAILED' "$log" | head -n 80 >&2
    echo "the build failed; all of it is in $log" >&2
    exit 1
fi
