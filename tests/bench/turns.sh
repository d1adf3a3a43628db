# turns.sh - runs of two builds of the app `steady` in turns. Sourced with $build set, and $hz or not.

# turns FOLDER SLOWER RUNS REQUESTS [REQUESTS_OF_B [RUNS_OF_B]]: FOLDER/a/1 … as it is, FOLDER/b/1 … with one of its two paths
# made longer by SLOWER percent (0, 3 or 20).
turns() {
    printf 'entry,weight,path\nSteady,50,a\nSteady,50,b\n' >"$1/mix.csv"
    rm -rf "$1/a" "$1/b"
    turn=0
    while [ "$turn" -lt "$3" ]; do
        turn=$((turn + 1))
        for side in a b; do
            app=0 length=$4
            [ "$side" = a ] || app=$2 length=${5:-$4}
            [ "$side" = a ] || [ "$turn" -le "${6:-$3}" ] || continue
            "$build/bin/waymark" run --app "$build/tests/apps/libsteady$app.so" \
                --workload "$1/mix.csv" --requests "$length" --hz "${hz:-997}" -o "$1/$side/$turn" >"$1/out" 2>&1 || {
                cat "$1/out"
                exit 1
            }
        done
    done
}
