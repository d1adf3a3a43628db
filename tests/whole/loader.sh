# loader.sh - apps that load libraries of their own: the right ones are found, and no storm of
# dlopen, dlclose, dl_iterate_phdr and malloc hangs or crashes while it is sampled.
# usage: loader.sh BUILD SOURCE [seconds of storm]
. "$(dirname "$0")/lib.sh"
seconds=${1:-20}
printf 'entry,weight\nPlugin,1\n' >"$folder/plugin.csv"
waymark run --app "$apps/libplugin.so" --workload "$folder/plugin.csv" --requests 2000 \
    --hz 4000 -o "$folder/plugin"
expect 0 "a plugin found by bare name through the app's RUNPATH"
[ "$(json errors "$folder/plugin/run.json")" = 0 ] || fail "the plugin was not found"

# storm SECONDS COMMAND...: the storm for so long, waymark started by the command.
storm() {
    length=$1
    shift
    printf 'entry,weight,seconds\nStorm,1,%s\n' "$length" >"$folder/storm.csv"
    status=0
    timeout -k 5 $((length + 40)) "$@" "$build/bin/waymark" run --app "$apps/libstorm.so" \
        --workload "$folder/storm.csv" --requests 1 --hz 4000 -o "$folder/storm" --force \
        >"$folder/out" 2>"$folder/err" || status=$?
    expect 0 "the storm ends by itself"
    cat "$folder/out"
    [ "$(json errors "$folder/storm/run.json")" = 0 ] || fail "the storm met failures"
    [ "$(json samples "$folder/storm/run.json")" -gt $((length * 100)) ] || fail "hardly sampled"
}
storm "$seconds" env
storm 5 setarch --uname-2.6 # the signal of kernels before Linux 6.11
storm 5 "$build/tests/noperf"
finish
