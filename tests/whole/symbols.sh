# symbols.sh - names of 10,000 addresses each of a C, a C++ and a stripped binary of Debian's, as
# `waymark report` finds them, against eu-addr2line; what differs is held against llvm-symbolizer
# and the symbol tables. No difference goes without a name.
# usage: symbols.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
for tool in eu-addr2line llvm-symbolizer nm readelf; do
    command -v $tool >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
export HOME="$folder" PPROF_BINARY_PATH="$folder/none" DEBUGINFOD_URLS=
cd "$folder"

# A line for each address: "FUNCTION|FILE:LINE" for each frame, innermost first, between tabs.
frames_of_report() {
    awk '/^Locations$/ { on = 1; next }
         /^Mappings$/ { on = 0 }
         !on { next }
         /^ +[0-9]+: 0x/ { if (count++) print row; row = ""; sub(/^ +[0-9]+: 0x[0-9a-f]+ M=[0-9]+ /, "") }
         { sub(/^             /, "") }
         / s=0/ { match($0, / s=0(\(.*\))?$/)
                  linkage = substr($0, RSTART + 5, RLENGTH - 6); $0 = substr($0, 1, RSTART - 1)
                  place = $0; sub(/.* /, "", place)
                  name = substr($0, 1, length($0) - length(place) - 1)
                  row = row "\t" (linkage != "" ? linkage : name) "|" place }
         END { print row }' "$1"
}

# The same of what the others say: "0xADDRESS", then pairs of lines.
frames_of_pairs() {
    awk '/^0x[0-9a-f]+$/ { if (count++) print row; row = ""; name = ""; next }
         name == "" { name = $0; sub(/ inlined at .*/, "", name); next }
         $0 == "" { next }
        { sub(/ \(discriminator.*/, ""); place = $0
           if (place ~ /:[0-9]+:[0-9]+$/) sub(/:[0-9]+$/, "", place)
           if (place ~ /^\?\?:/) place = ":0"
           if (name == "??") name = ""
           if (name != "" || place != ":0") row = row "\t" name "|" place
           name = "" }
         END { print row }' "$1"
}

# The file that has the debug information of a binary.
debug_file() {
    id=$(readelf -n "$1" 2>/dev/null | sed -n 's/.*Build ID: //p')
    debug=/usr/lib/debug/.build-id/$(echo "$id" | sed 's|^..|&/|').debug
    if [ -e "$debug" ]; then echo "$debug"; else echo "$1"; fi
}

# symbols BINARY DEBUG: "ADDRESS SIZE NAME" in decimal, of all its functions.
symbols() {
    { nm -S -t d "$1"; nm -D -S -t d "$1"; nm -S -t d "$2"; } 2>/dev/null |
        awk 'NF == 4 && $3 ~ /[TtWiu]/ { sub(/@.*/, "", $4); print $1 + 0, $2 + 0, $4 }
             NF == 3 && $2 ~ /[TtWiu]/ { sub(/@.*/, "", $3); print $1 + 0, 0, $3 }' | sort -u -k1,1n -k3,3
}

# Reads symbols, then lines "ADDRESS <tab> OURS ; EUS ; LLVMS": each gets the name of its class.
classify() {
    awk -v RS='\n' '
        FILENAME == "symbols" { at[++n] = $1; end[n] = $1 + $2; names[$1] = names[$1] " " $3 " "
                                alias[$1, $3] = 1; address[$3] = $1; next }
        # whether a function with a size lies around it; addresses come in order
        function covered(a) { while (next_symbol < n && at[next_symbol + 1] <= a) {
                                  next_symbol++
                                  if (end[next_symbol] > furthest) furthest = end[next_symbol] }
                              return a < furthest }
        function split_last(row) { cut = match(row, /\t[^\t]*$/); last = substr(row, cut + 1)
                                   bar = match(last, /\|[^|]*$/); last_name = substr(last, 1, bar - 1)
                                   rest = substr(row, 1, cut) substr(last, bar) }
        # What DWARF calls "message" is _ZN...7messageEi to the linker.
        function bare(name, mangled) { sub(/^~/, "", name); sub(/<.*/, "", name)
                                       return mangled ~ /^_[ZR]/ && name !~ /^_[ZR]/ &&
                                              (name ~ /^operator/ ||
                                               index(mangled, length(name) name) > 0) }
        function same_place(ours, theirs) {
            split_last(ours); our_name = last_name; our_rest = rest; split_last(theirs)
            if (our_rest != rest) return ""
            if (our_name == last_name) return "same"
            if (bare(last_name, our_name)) return "bare"
            if (our_name in address && (address[our_name], last_name) in alias) return "alias"
            gsub(/[CD][0-9]E/, "CDE", our_name); gsub(/[CD][0-9]E/, "CDE", last_name)
            return our_name == last_name ? "alias" : "" }
        { split($0, part, " ; "); known = covered(part[1] + 0)
          ours = part[2]; eus = part[3]; llvms = part[4]
          class = ours == eus ? "same" : same_place(ours, eus)
          if (class == "" && !known && ours !~ /\t[^|]+\|/) class = "between"
          if (class == "" && (ours == llvms || same_place(ours, llvms) != "")) class = "llvm"
          if (class == "") { class = "unknown"; print "UNKNOWN " $0 }
          count[class]++; named += ours ~ /\t[^|\t]+\|/ }
        END { print "named", named + 0
              split("same alias bare between llvm unknown", classes, " ")
              for (i = 1; i <= 6; i++) print classes[i], count[classes[i]] + 0 }' symbols -
}

# agree BINARY COUNT NAMED_AT_LEAST BARE_AT_LEAST WHAT
agree() {
    debug=$(debug_file "$1")
    "$build/tests/nameless" sample "$1" "$2" profile.pb.gz >addresses
    waymark report -raw profile.pb.gz
    expect 0 "a report of bare addresses in $1"
    [ ! -s err ] || fail "$1: $(cat err)"
    frames_of_report out >ours
    eu-addr2line -a -i -f -e "$1" <addresses >answers 2>/dev/null || : # 1 without DWARF
    frames_of_pairs answers >eus
    llvm-symbolizer -a -i -demangle=false -e "$debug" <addresses >answers
    frames_of_pairs answers >llvms
    symbols "$1" "$debug" >symbols
    # shellcheck disable=SC2046 # ten thousand words
    printf '%d\n' $(cat addresses) >decimal
    paste -d '\n' decimal ours eus llvms | awk '{ row = row (NR % 4 == 1 ? "" : " ; ") $0 }
                                               NR % 4 == 0 { print row; row = "" }' |
        classify >classes
    grep '^UNKNOWN' classes | head -n 5
    echo "$5: $(grep -v '^UNKNOWN' classes | tr '\n' ' ')"
    grep -q '^unknown 0$' classes || fail "$1: differences without a name"
    [ "$(sed -n 's/^named //p' classes)" -ge "$3" ] || fail "$1: too few names"
    [ "$(sed -n 's/^bare //p' classes)" -ge "$4" ] || fail "$1: too few whole names"
    [ "$(wc -l <ours)" -eq "$2" ] || fail "$1: not $2 answers"
}

find_library() { # NAME: as the loader finds it
    ldconfig -p | sed -n "s/.*$1 .*x86-64.* => //p" | head -n 1
}

cat <<'END'
same: as eu-addr2line says, every function, file and line
alias: another name for the same function, from the same address of the symbol table
bare: the symbol table's whole name where eu-addr2line has DWARF's last part of it
between: no function's code but padding; eu-addr2line gives it to an inlined call nearby
llvm: as llvm-symbolizer says; eu-addr2line takes another of several scopes or leaves one out
END
libc=$(find_library 'libc\.so\.6')
agree "$libc" 10000 9000 0 "C, debug information by build id ($libc)"
agree /usr/lib/x86_64-linux-gnu/debug/libstdc++.so.6 10000 9000 1000 "C++, with its own debug information"
agree /usr/bin/redis-cli 10000 4000 0 "stripped, .dynsym alone (redis-cli)"

# Programs as they are mapped otherwise: at their one address; by lld, which lays out its segments so
# that offsets and addresses drift apart and pages of the file are shared.
mkdir shop # the checkout may have blanks in its name, which the tools print as they are
cp "$samples"/*.[ch] shop
build_shop() {
    cc -O2 -g -Wl,--build-id -I"$build/include" -I"$source" "$@" shop/shop.c shop/sha256.c \
        -Wl,--unresolved-symbols=ignore-all -Wl,-e,0 2>errors ||
        fail "cannot be built: $(head -n 3 errors)"
}
build_shop -no-pie -o fixed
readelf -h fixed | grep -q 'EXEC' || fail "fixed can lie anywhere"
agree "$folder/fixed" 1000 900 0 "at one address"
build_shop -shared -fPIC -fuse-ld=lld -o lld.so
readelf -lW lld.so | sed -n 's/^ *LOAD *0x0*\([0-9a-f]*\) 0x0*\([0-9a-f]*\) .*/\1 \2/p' |
    awk '$1 != $2 { drift = 1 } END { exit !drift }' || fail "lld's addresses are its offsets"
agree "$folder/lld.so" 1000 900 0 "linked by lld"
finish
