#!/bin/sh
# What a C++ exception through 20 frames costs with libwaymark and without: the best of 5 turns.
# usage: throw.sh BUILD    (LD_PRELOAD puts libwaymark where waymark-host has it: before libc)
set -eu
build=$1
best() { # the smaller of two numbers
    [ -z "$1" ] || [ "$2" -lt "$1" ] && echo "$2" || echo "$1"
}
plain='' with=''
for _ in 1 2 3 4 5; do
    plain=$(best "$plain" "$("$build/bench/bench_throw")")
    with=$(best "$with" "$(LD_PRELOAD=$build/lib/libwaymark.so "$build/bench/bench_throw")")
done
echo "$plain $with" | awk '{ printf "throw and catch over 20 frames: %d ns without, %d ns with libwaymark: %+.1f %%\n", $1, $2, 100 * ($2 / $1 - 1) }'
