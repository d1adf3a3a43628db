# idle.sh - in an open loop far from saturation the workers sleep and wake more than the app works:
# what that costs is the harness's, not the requests'.
# usage: idle.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
cat >"$folder/mix.csv" <<'END'
entry,weight,path,cpu_us,prepare_us
Burn,80,a,4,1
Burn,20,b,4,1
END
for hz in 997 250; do
    BURN_TRUTH="$folder/truth.csv" "$build/bin/waymark" run --app "$apps/libburn.so" \
        --workload "$folder/mix.csv" --rate 5000/s --duration 6s --hz $hz -o "$folder/run" --force \
        >"$folder/out" 2>"$folder/err" || fail "a run at $hz Hz"
    # The truth leaves out the call itself and reads a clock thrice: some 0.5 µs of 7 at each request.
    awk -F, -v hz=$hz '
        FNR == 1 { file++; for (i = 1; i <= NF; i++) col[file, $i] = i; next }
        file == 1 { truth += $col[1, "cpu_ns"]; next }
        $col[2, "requests"] > 0 { told += $col[2, "cpu_ns"] }
        END {
            printf "%d Hz: requests used %.0f ms, told are %.0f ms: %.2f times as much\n",
                hz, truth / 1e6, told / 1e6, told / truth
            exit !(told / truth > 0.85 && told / truth < 1.25)
        }' "$folder/truth.csv" "$folder/run/paths.csv" || { fail "what waiting costs is in the rows"
                                                            cat "$folder/out"; }
done
finish
