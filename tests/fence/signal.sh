#!/bin/sh
# The objects that the signal handler runs use only the symbols of signal_symbols.txt, and all but
# those with a question mark behind them.
# usage: signal.sh OBJECT...
set -eu
here=$(dirname "$0")
listed=$(sed 's/#.*//' "$here/signal_symbols.txt" | awk 'NF { print $1 }' | sort -u)
used=$(nm -u "$@" | awk '$1 == "U" { print $2 }' | sort -u)
test -n "$used" || { echo "no objects to look at"; exit 1; }
bad=0
for symbol in $used; do
    echo "$listed" | grep -qx "$symbol?\{0,1\}" || { echo "not argued in: $symbol"; bad=1; }
done
for symbol in $listed; do
    case $symbol in *\?) continue ;; esac
    echo "$used" | grep -qx "$symbol" || { echo "listed, but not used: $symbol"; bad=1; }
done
exit $bad
