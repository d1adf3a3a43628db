#!/bin/sh
# Segment sites survive every compiler and linker option that an app may use: each library is
# loaded by waymark-host in a run of one request, whose coverage must know all sites.
# usage: sites.sh BUILD SOURCE
set -eu
build=$1 source=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
printf 'entry,weight\nHandle,1\n' >"$folder/mix.csv"
cp "$source/tests/probe/sites.c" "$folder/sites.c"
cp "$source/tests/probe/sites.c" "$folder/sites.cc"

failed=0 tried=0
try() { # COMPILER FILE SITES OPTIONS...
    compiler=$1 file=$2 sites=$3
    shift 3
    command -v "$compiler" >/dev/null || { echo "skipped: no $compiler"; return 0; }
    tried=$((tried + 1))
    rm -rf "$folder/libsites.so" "$folder/run"
    if ! "$compiler" "$@" -Wall -Wextra -Werror -fPIC -shared -I"$build/include" \
        -o "$folder/libsites.so" "$folder/$file" -L"$build/lib" -lwaymark; then
        echo "FAILED to build: $compiler $file $*"
        failed=1
        return 0
    fi
    "$build/bin/waymark" run --app "$folder/libsites.so" --workload "$folder/mix.csv" \
        --requests 1 -o "$folder/run" >"$folder/out" 2>&1 || { cat "$folder/out"; failed=1; }
    grep -q "^ *$((sites - 1)) of $sites segments reached" "$folder/out" &&
        grep -q 'never reached: NeverReached (sites\.cc\?:[0-9]*)' "$folder/out" && return 0
    echo "FAILED: $compiler $file $*:"
    cat "$folder/out"
    failed=1
}

for flags in "-O0" "-O2" "-O3 -ffunction-sections -fdata-sections -Wl,--gc-sections" \
    "-O2 -fvisibility=hidden" "-O2 -flto" "-O2 -flto -fvisibility=hidden -Wl,--gc-sections"; do
    for compiler in gcc clang g++ clang++; do
        linker=
        case $compiler$flags in
        clang*-flto*) # the system's linker has no plugin for clang's bitcode
            command -v ld.lld >/dev/null || { echo "skipped: clang's LTO needs lld"; continue; }
            linker=-fuse-ld=lld
            ;;
        esac
        # shellcheck disable=SC2086 # the flags are words
        case $compiler in
        *++) try "$compiler" sites.cc 5 $flags $linker ;;
        *) try "$compiler" sites.c 4 $flags $linker ;;
        esac
    done
done
echo "$tried libraries built and run"
test "$tried" -ge 12
exit $failed
