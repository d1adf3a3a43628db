# lib.sh - what the whole-program tests share. Sourced with $1 = build folder, $2 = checkout.
# Each test works in a folder of its own ($folder), which is removed at the end.
set -eu
build=$1 source=$2
shift 2
apps=$build/tests/apps
shop=$build/lib/libshop.so
samples=$source/workloads/samples/shop
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
unset WAYMARK_HOST LC_ALL COLUMNS

fail() {
    echo "FAILED: $*"
    failed=1
}

# waymark with its output in $folder/out and $folder/err and its exit code in $status.
waymark() {
    status=0
    "$build/bin/waymark" "$@" >"$folder/out" 2>"$folder/err" || status=$?
}

# expect STATUS WHAT...: the last waymark ended so; otherwise its words are shown.
expect() {
    wanted=$1
    shift
    [ "$status" -eq "$wanted" ] && return 0
    fail "$*: exit $status, expected $wanted"
    cat "$folder/out" "$folder/err"
}

# said PATTERN WHAT...: the last waymark said it, on standard output or error.
said() {
    pattern=$1
    shift
    cat "$folder/out" "$folder/err" | grep -qE -- "$pattern" && return 0
    fail "$*: nothing like '$pattern' in"
    cat "$folder/out" "$folder/err"
}

# json KEY FILE: a number or string at the top level of run.json.
json() {
    sed -n "s/^ *\"$1\": *\"\{0,1\}\([^\",]*\)\"\{0,1\},\{0,1\}\$/\1/p" "$2" | head -n 1
}

# column NAME FILE: the values of one column of a CSV file without quoted commas.
column() {
    awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i; next }
                          c { print $c }
                          END { if (!c) print "no column " name }' "$2"
}

finish() {
    [ "$failed" -eq 0 ] && echo "all is well"
    exit "$failed"
}
