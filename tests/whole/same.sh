# same.sh - one seed, the same requests: for 1 and 4 threads, in three runs each, byte for byte.
. "$(dirname "$0")/lib.sh"
first=
for threads in 1 4; do
    for turn in 1 2 3; do
        waymark run --app "$shop" --workload "$samples/mix.csv" --requests 20000 --seed 7 \
            --threads $threads --concurrency $threads --hz 250 --save-trace "$folder/$threads-$turn.wmt" \
            -o "$folder/run-$threads-$turn"
        expect 0 "threads $threads, run $turn"
        [ -n "$first" ] || first=$folder/$threads-$turn.wmt
        cmp "$first" "$folder/$threads-$turn.wmt" || fail "threads $threads, run $turn: other requests"
    done
done
waymark run --app "$shop" --workload "$samples/mix.csv" --requests 20000 --seed 8 \
    --save-trace "$folder/other.wmt" -o "$folder/run-other"
expect 0 "another seed"
cmp -s "$first" "$folder/other.wmt" && fail "another seed made the same requests"

# What was saved replays, and takes the same paths as often.
waymark run --app "$shop" --trace "$first" --speed max -o "$folder/replayed"
expect 0 "a replay of what was saved"
paths() {
    cut -d, -f1,5 "$1/paths.csv" | grep -v '^,' | sort
}
paths "$folder/run-1-1" >"$folder/a"
paths "$folder/replayed" >"$folder/b"
cmp "$folder/a" "$folder/b" || fail "the replay took other paths"
[ "$(json requests "$folder/replayed/run.json")" = 20000 ] || fail "not 20,000 requests"
finish
