#!/bin/sh
# libwaymark.so exports what its map says and needs nothing but libc.
# usage: exports.sh LIBRARY MAP
set -eu
library=$1 map=$2
bad=0
named=$(sed -n '/global:/,/local:/p' "$map" | grep -oE '[A-Za-z_0-9]+;' | tr -d ';' | sort -u)
exported=$(nm -D --defined-only "$library" | awk '{ print $3 }' | sort -u)
for symbol in $exported; do
    case $symbol in wm_probe_*) continue ;; esac
    echo "$named" | grep -qx "$symbol" || { echo "exported, but not in the map: $symbol"; bad=1; }
done
for symbol in $named; do
    echo "$exported" | grep -qx "$symbol" || { echo "in the map, but not exported: $symbol"; bad=1; }
done
for needed in $(readelf -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    case $needed in
    libc.so.6 | ld-linux-x86-64.so.2) ;;
    *) echo "needs $needed"; bad=1 ;;
    esac
done
tls=$(readelf -lW "$library" | awk '$1 == "TLS" { print $6 }')
[ $((tls)) -lt 1024 ] || { echo "thread-local storage of $tls bytes: keep it below 1024"; bad=1; }
exit $bad
