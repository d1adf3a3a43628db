# truth.sh - shares and conservation against an app that knows what it burns (tests/apps/burn.c).
# usage: truth.sh BUILD SOURCE perf|older|refused|user
#   perf     as this user may: perf events where the kernel lets us
#   older    the same on a kernel that calls itself older than 6.11: its other signal
#   refused  perf_event_open refused by a seccomp filter, as in containers
#   user     as an unprivileged user
. "$(dirname "$0")/lib.sh"
mode=$1
cat >"$folder/mix.csv" <<'EOF'
entry,weight,expect,path,outcome,cpu_us,prepare_us
Burn,40,Prepare+PathA,a,,200,300
Burn,20,Prepare+PathB,b,,200,100
Burn,25,Prepare+PathC,c,,1000,100
Burn,11,PathD:common,d,common,150,400
Burn,4,PathD:rare,d,rare,150,400
EOF
chmod 755 "$folder"
mkdir "$folder/w"
chmod 777 "$folder/w"
export BURN_TRUTH="$folder/w/truth.csv"
samples_wanted=10000

case $mode in
perf) set -- && hz=1997 requests=14000 ;;
older) set -- setarch --uname-2.6 && hz=1997 requests=14000 ;;
refused) set -- "$build/tests/noperf" && hz=997 requests=80000 ;;
user) set -- setpriv --reuid=65534 --regid=65534 --clear-groups && hz=997 requests=80000 ;;
esac
if [ "$mode" = user ] && [ "$(id -u)" -ne 0 ]; then
    echo "skipped: only root can become somebody else"
    exit 77
fi

status=0
"$@" "$build/bin/waymark" run --app "$apps/libburn.so" --workload "$folder/mix.csv" --threads 2 \
    --concurrency 2 --requests "$requests" --hz "$hz" --fail-on-mismatch -o "$folder/w/run" \
    >"$folder/out" 2>"$folder/err" || status=$?
expect 0 "a run of burn"
cat "$folder/out"
run=$folder/w/run
[ -e "$run/run.json" ] || { fail "no run.json"; finish; }

if [ "$mode" = perf ] || [ "$mode" = older ]; then
    [ "$(json sampler "$run/run.json")" = perf_event ] ||
        echo "note: no perf events here: sampled by $(json sampler "$run/run.json")"
else
    [ "$(json sampler "$run/run.json")" = timer ] || fail "did not fall back to timers"
    said "perf_event_open was refused" "the fallback says so"
    [ "$(grep -c "perf_event_open was refused" "$folder/out")" -eq 1 ] || fail "in one line"
fi
samples=$(json samples "$run/run.json")
echo "$samples samples"
[ "$samples" -ge "$samples_wanted" ] || fail "$samples samples are too few: $samples_wanted needed"

# Promise 1: all rows = the profile's total = what the process used, within 2 %.
awk -F, -v app="$(json app_cpu_ns "$run/run.json")" -v total="$(json cpu_ns "$run/run.json")" '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == "cpu_ns") c = i; next }
    { sum += $c }
    END {
        printf "rows %.4f s, profile %.4f s, process %.4f s: %+.2f %%\n",
            sum / 1e9, total / 1e9, app / 1e9, 100 * (sum / app - 1)
        exit !(sum == total && sum / app > 0.98 && sum / app < 1.02)
    }' "$run/paths.csv" || fail "CPU is not conserved"

# Shares within 2 points of the truth, and the truth within the interval that is told (half a point
# wider: one row in twenty may lie outside); the part before the branch belongs to the path taken.
awk -F, '
    FNR == 1 { file++; for (i = 1; i <= NF; i++) col[file, $i] = i; next }
    file == 1 { name = $col[1, "path"]; if ($col[1, "outcome"] != "") name = name ":" $col[1, "outcome"]
                truth[name] = $col[1, "cpu_ns"]; prepared[name] = $col[1, "prepare_ns"]
                all += truth[name]; if (name == "PathC") system_part = $col[1, "system_ns"] / truth[name]
                next }
    { share[$col[2, "path"]] = $col[2, "cpu_share"]
      low[$col[2, "path"]] = $col[2, "cpu_share_low"] - 0.005
      high[$col[2, "path"]] = $col[2, "cpu_share_high"] + 0.005 }
    END {
        for (name in truth) {
            points = 100 * (share[name] - truth[name] / all)
            printf "%-14s true %6.2f %%, told %6.2f %%: %+.2f points (%.0f %% of it before the branch)\n",
                name, 100 * truth[name] / all, 100 * share[name], points, 100 * prepared[name] / truth[name]
            if (points > 2 || points < -2) bad = 1
            if (truth[name] / all < low[name] || truth[name] / all > high[name]) bad = 1
            n++
        }
        printf "PathC spends %.0f %% of its time in system calls\n", 100 * system_part
        exit bad || n != 5 || system_part < 0.47
    }' "$folder/w/truth.csv" "$run/paths.csv" || fail "shares are off"
finish
