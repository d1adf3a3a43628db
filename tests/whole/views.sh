# views.sh - every view of the profiles in tests/golden/pprof, as go tool pprof 1.19.8 printed it.
# usage: views.sh BUILD SOURCE [PROFILE]
#
# PROFILE.txt is a book of cases: a line "%%% OPTIONS", then what is printed, or "%%% refused".
# With WM_UPDATE_GOLDEN=1 the books' answers are written anew, by the live go tool pprof.
. "$(dirname "$0")/lib.sh"
cd "$source/tests/golden/pprof"
export TZ=UTC HOME="$folder" PPROF_BINARY_PATH="$folder" PPROF_TMPDIR="$folder"
book=$folder/book
passed=0

# The cases of a book as $folder/case.N.options and $folder/case.N.wanted.
split_book() {
    rm -f "$folder"/case.*
    awk -v prefix="$folder/case." '
        /^%%% refused$/ { print "refused" >wanted; next }
        /^%%% / { close(options); close(wanted); name = prefix sprintf("%04d", ++count)
                  options = name ".options"; wanted = name ".wanted"
                  print substr($0, 5) >options; printf "" >wanted; next }
        { print >wanted }' "$1"
}

# answer PROFILE OPTIONS...: what the tool says of it, in $folder/out.
answer() {
    profile=$1
    shift
    status=0 refusal=2
    if [ "${WM_UPDATE_GOLDEN:-}" = 1 ]; then
        refusal=1 # what go makes of pprof's 2
        go tool pprof -symbolize=none "$@" "$profile" >"$folder/out" 2>"$folder/err" || status=$?
    else
        "$build/bin/waymark" report -symbolize=none "$@" "$profile" >"$folder/out" \
            2>"$folder/err" || status=$?
    fi
    [ "$status" -eq "$refusal" ] && [ ! -s "$folder/out" ] && echo refused >"$folder/out"
    return 0
}

check_book() { # PROFILE_FILE BOOK
    split_book "$2"
    : >"$book"
    for options in "$folder"/case.*.options; do
        wanted=${options%.options}.wanted
        eval "answer '$1' $(cat "$options")"
        { printf '%%%%%% '; cat "$options"; sed 's/^refused$/%%% refused/' "$folder/out"; } >>"$book"
        if cmp -s "$wanted" "$folder/out"; then
            passed=$((passed + 1))
        else
            fail "${2%.txt}: $(cat "$options") (exit $status)"
            [ "$failed" -gt 1 ] || diff "$wanted" "$folder/out" | head -n 12
            head -n 3 "$folder/err"
        fi
    done
}

for file in profiles/*; do
    name=$(basename "$file" .gz)
    name=$(basename "$name" .pb)
    [ -n "${1:-}" ] && [ "$1" != "$name" ] && continue
    check_book "$file" "$name.txt"
    if [ "${WM_UPDATE_GOLDEN:-}" = 1 ]; then
        cp "$book" "$name.txt"
        failed=0
    fi
done
echo "$passed cases"
[ "$passed" -gt 0 ] || fail "there are no cases"
finish
