#!/bin/sh
# Every include between rooms is an edge of edges.txt.
# usage: edges.sh CHECKOUT
set -eu
here=$(dirname "$0")
cd "$1"
includes=$(grep -rnoE '^#include "[^"]+"' --include='*.c' --include='*.h' \
    harness workloads drivers profiles | grep -v '^workloads/samples/')
test -n "$includes" || { echo "no includes to look at"; exit 1; }
echo "$includes" | sed 's/:#include "/ /; s/"$//' | awk -v table="$here/edges.txt" '
    BEGIN {
        while ((getline line < table) > 0) {
            sub(/#.*/, "", line)
            n = split(line, word, " ")
            if (n == 0) continue
            room[word[1]] = 1
            for (i = 2; i <= n; i++) may[word[1], word[i]] = 1
        }
    }
    function folder(path) { sub(/\/[^\/]*$/, "", path); return path }
    {
        file = $1; sub(/:.*/, "", file)
        from = folder(file); to = folder($2)
        if (!(from in room)) { print $1 ": " from " is no room"; bad = 1; next }
        if (to == $2 || from == to) next       # a generated header, or the same room
        if ((from, to) in may || (from, $2) in may) next
        print $1 ": " from " may not include " $2
        bad = 1
    }
    END { exit bad }'
