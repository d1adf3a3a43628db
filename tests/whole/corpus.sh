# corpus.sh - the whole matrix of ../shared/pprof-corpus, where it lies beside the checkout.
# usage: corpus.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
corpus=${WM_SHARED:-$source/../shared}/pprof-corpus
[ -x "$corpus/check" ] || { echo "skipped: the shared corpus of profiles is not here"; exit 77; }
REPORT="$build/bin/waymark report -symbolize=none" "$corpus/check" >"$folder/result" || failed=1
tail -n 40 "$folder/result"
tail -n 1 "$folder/result" | grep -q '^[0-9]* passed, 0 failed$' || fail "not every case passed"
finish
