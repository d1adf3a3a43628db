# flames.sh - -folded and -flamegraph: each sum against another view, hostile names, whole files.
# usage: flames.sh BUILD SOURCE
. "$(dirname "$0")/lib.sh"
profiles=$source/tests/golden/pprof/profiles
tiny=$profiles/tiny.pb.gz
export TZ=UTC
command -v xmllint >/dev/null || { echo "skipped: no xmllint (libxml2-utils)"; exit 77; }
mkdir "$folder/made"
"$build/tests/flame_profiles" "$folder/made" || fail "flame_profiles"

report() {
    waymark report -symbolize=none "$@"
    [ "$status" -eq 0 ] || { fail "$*: exit $status"; cat "$folder/err"; }
}

# ---- -folded ----
report -folded -by=path "$tiny"
cat >"$folder/wanted" <<'EOF'
GET /;main;handle 10000000
GET /;main;handle;parse;hash 50000000
POST /;main;rec;rec;hash 10000000
POST /;main;rec;rec;rec 30000000
EOF
cmp -s "$folder/wanted" "$folder/out" || { fail "-folded -by=path"; cat "$folder/out"; }
report -folded -focus=hash -lines -noinlines -sample_index=samples "$tiny"
said '^main src/main.c:10;rec src/util.c:30;rec src/util.c:31;hash src/util.c:7 1$' "-folded -lines"
said '^main src/main.c:10;handle src/srv.c:22;hash src/util.c:7 5$' "-folded -noinlines"
report -folded -diff_base "$folder/made/before.pb.gz" "$folder/made/after.pb.gz"
said '^main;gone -7000000$' "-folded -diff_base: what is gone"
said '^main;grown 20000000$' "-folded -diff_base: what grew"
grep -q same "$folder/out" && fail "-folded shows what did not change"
waymark report -folded -mean "$tiny"
expect 2 "-folded -mean"
[ -s "$folder/out" ] && fail "a refusal printed something"
# Written anew, in another order, it is the same profile: the same bytes.
for view in -folded -flamegraph=-; do
    report $view "$profiles/orders-a1.pb.gz"
    cp "$folder/out" "$folder/once"
    report -proto -output="$folder/again.pb.gz" "$profiles/orders-a1.pb.gz"
    report $view "$folder/again.pb.gz"
    cmp -s "$folder/once" "$folder/out" || fail "$view of the same profile differs"
done

# ---- Sums ----

# frames SVG: "TAB<tab>A;B;C<tab>VALUE<tab>SELF" of every frame, names as -folded writes them.
frames() {
    awk -v OFS='\t' '
        function plain(text) {
            gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&quot;/, "\"", text)
            gsub(/&#39;/, "\047", text); gsub(/&amp;/, "\\&", text); gsub(/;/, ":", text)
            return text
        }
        /^<names>$/ { in_names = 1; next }
        /^<\/names>$/ { in_names = 0; next }
        in_names { name = $0; sub(/^[^ ]* [^ ]* /, "", name); names[count++] = plain(name); next }
        /^<tab name="/ {
            tab = $0; sub(/^<tab name="/, "", tab); sub(/" note=".*/, "", tab); tab = plain(tab)
            value = $0; sub(/.* value="/, "", value); sub(/".*/, "", value)
            self = $0; sub(/.* self="/, "", self); sub(/".*/, "", self)
            print tab, "", value, self; in_tab = 1; path[0] = ""; next }
        /^<\/tab>$/ { in_tab = 0 }
        in_tab { path[$1] = ($1 > 1 ? path[$1 - 1] ";" : "") names[$2]
                 print tab, path[$1], $3, $4 }' "$1"
}

# The same of folded lines: every beginning of a stack, as tab "all" and as that of its root.
sums() {
    awk -v OFS='\t' '
        { gsub(/\357\277[\276\277]/, "\357\277\275") # no XML may have these
          value = $NF; line = $0; sub(/ [^ ]*$/, "", line)
          count = split(line, part, ";"); root = part[1]; path = ""
          for (i = 1; i <= count; i++) {
              path = i > 2 ? path ";" part[i] : i == 2 ? part[i] : ""
              total[root OFS path] += value; total["all" OFS path] += value }
          self[root OFS path] += value; self["all" OFS path] += value }
        END { for (i in total) printf "%s\t%.0f\t%.0f\n", i, total[i], self[i] }' "$1"
}

# same_sums WHAT OPTIONS... PROFILE: every frame of every tab against -folded.
same_sums() {
    what=$1
    shift
    report -folded -by=path "$@"
    sums "$folder/out" | LC_ALL=C sort >"$folder/wanted"
    report -flamegraph="$folder/a.svg" -trim=false "$@"
    xmllint --noout --huge "$folder/a.svg" || fail "$what: no XML"
    # without the label there is but one tab
    frames "$folder/a.svg" | LC_ALL=C sort >"$folder/drawn"
    grep -q '^[^a]' "$folder/drawn" || sed -i '/^(no path)/d' "$folder/wanted"
    [ -s "$folder/drawn" ] || fail "$what: nothing is drawn"
    cmp -s "$folder/wanted" "$folder/drawn" && return 0
    fail "$what: the sums of -folded and -flamegraph differ"
    diff "$folder/wanted" "$folder/drawn" | head -n 8
}

for name in tiny orders-a1 orders-a2 go-shop1-heap go-shop2-heap scene-heap edge-recursion-1 \
    edge-native-1 edge-labels-1; do
    same_sums "$name" "$profiles/$name.pb.gz"
done
for name in paths names deep; do
    same_sums "$name" "$folder/made/$name.pb.gz"
done
orders=$profiles/orders-a1.pb.gz
same_sums "by lines" -lines "$orders"
same_sums "by addresses" -addresses "$orders"
same_sums "without inlines" -noinlines "$orders"
same_sums "with filters" -focus=mix -hide=main -tagfocus=checkout "$orders"
same_sums "a tag as the root" -tagroot=path "$orders"
same_sums "another type" -sample_index=samples "$orders"

# Each function once per stack is what -top -cum counts.
report -top -cum -trim=false -unit=ns -compact_labels "$orders"
awk '/ flat  flat%/ { rows = 1; next } rows { value = $4; sub(/ns$/, "", value); name = $6
     for (i = 7; i <= NF; i++) if ($i !~ /^\((partial-)?inline\)$/) name = name " " $i
     print name "\t" value }' "$folder/out" | LC_ALL=C sort >"$folder/wanted"
report -flamegraph="$folder/a.svg" -trim=false "$orders"
frames "$folder/a.svg" | awk -F'\t' '
    $1 == "all" && $2 != "" { count = split($2, part, ";")
        for (i = 1; i < count; i++) if (part[i] == part[count]) next
        total[part[count]] += $3 }
    END { for (name in total) printf "%s\t%.0f\n", name, total[name] }' | LC_ALL=C sort >"$folder/drawn"
cmp -s "$folder/wanted" "$folder/drawn" || {
    fail "-top -cum and the picture differ"
    diff "$folder/wanted" "$folder/drawn" | head -n 8
}

# widths SVG: what is wrong in the still picture: widths by value, callees within their callers.
widths() {
    awk '
        /^<title>|^<g class="frame/ { next }
        /<rect x=.*fill=/ && /<\/g>$/ {
            x = $0; sub(/.*<rect x="/, "", x); sub(/".*/, "", x)
            y = $0; sub(/.*<rect x="[^"]*" y="/, "", y); sub(/".*/, "", y)
            width = $0; sub(/.*<rect [^>]* width="/, "", width); sub(/".*/, "", width)
            drawn++; xs[drawn] = x + 0; depths[drawn] = y / 18; widths[drawn] = width + 0 }
        /^<tab name="/ && !tabs++ {
            whole = $0; sub(/.* value="/, "", whole); sub(/".*/, "", whole); at = 1
            if (widths[1] != 1176) print "the root is " widths[1] " wide"
            start[0] = xs[1]; end[0] = xs[1] + widths[1]; next }
        tabs == 1 && /^[0-9]/ {
            at++
            wanted = $3 / whole * 1176
            if (depths[at] != $1) print "row " at ": depth " depths[at] ", not " $1
            if (widths[at] - wanted > 0.01 || wanted - widths[at] > 0.01)
                print "row " at ": width " widths[at] ", not " wanted
            if (xs[at] < start[$1 - 1] - 0.01 || xs[at] + widths[at] > end[$1 - 1] + 0.01)
                print "row " at " is not within its caller"
            if ($1 in end && start[$1] >= start[$1 - 1] - 0.01 && xs[at] < end[$1] - 0.01 &&
                last[$1] == at_parent[$1 - 1]) print "row " at " lies on its neighbour"
            start[$1] = xs[at]; end[$1] = xs[at] + widths[at]
            at_parent[$1] = at; last[$1] = at_parent[$1 - 1] }
        END { if (at != drawn || at < 2) print at " frames as data, " drawn " drawn" }' "$1"
}
for name in orders-a1 scene-heap; do
    report -flamegraph="$folder/a.svg" "$profiles/$name.pb.gz"
    widths "$folder/a.svg" >"$folder/wrong"
    [ -s "$folder/wrong" ] && { fail "$name: widths"; head -n 5 "$folder/wrong"; }
done

# ---- What is left out is said ----
report -flamegraph=- -nodefraction=0.2 "$tiny"
grep -q 'Not drawn: 1 frame narrower than 20% of the tab, with what they call: 10.00% of it' \
    "$folder/out" || fail "frames below the fraction"
report -flamegraph=- -nodecount=3 "$tiny"
grep -q 'or than the widest 3' "$folder/out" || fail "frames beyond the count"
report -flamegraph=- -nodefraction=0.0005 "$folder/made/paths.pb.gz"
[ "$(grep -c '^<tab name=' "$folder/out")" -eq 42 ] || fail "forty paths, all, and none: 42 tabs"
grep '^<tab name=' "$folder/out" | sed -n 2p | grep -q 'GET /page/39' || fail "the dearest first"

# ---- A comparison ----
report -flamegraph="$folder/a.svg" -diff_base "$folder/made/before.pb.gz" "$folder/made/after.pb.gz"
xmllint --noout "$folder/a.svg" || fail "a comparison: no XML"
grep -q '<tab name="all" note="All frames are drawn. Red grew, blue fell; .* none: 7ms." value="83000000" base="77000000"' \
    "$folder/a.svg" || fail "a comparison: the sums"
grep -q '^2 [0-9]* 5000000 5000000 0 20000000 -7$' "$folder/a.svg" || fail "a comparison: a frame that fell"
grep -q '^2 [0-9]* 8000000 8000000 0 0 5$' "$folder/a.svg" || fail "a comparison: a new frame"
report -flamegraph="$folder/a.svg" -base "$folder/made/before.pb.gz" "$folder/made/after.pb.gz"
grep -q '<text class="title".*cpu · 28ms more, less 22ms<' "$folder/a.svg" || fail "-base: the title"
grep -q '<tab name="all" .*widths are of what grew, .*none: 22ms." value="28000000" base="22000000"' \
    "$folder/a.svg" || fail "-base: the sums"

# ---- Foreign names ----
report -flamegraph="$folder/a.svg" "$folder/made/names.pb.gz"
count() { xmllint --xpath "count($1)" "$folder/a.svg"; }
[ "$(count '//*[local-name()="script"]')" -eq 1 ] || fail "a name became a script"
[ "$(count '//@*[starts-with(name(), "on")]')" -eq 0 ] || fail "a name became a handler"
[ "$(count '//*[local-name()="img"]')" -eq 0 ] || fail "a name became an element"
[ "$(count '//*[local-name()="tab"]')" -eq 15 ] || fail "a name broke the tabs"
LC_ALL=C grep -q '[[:cntrl:]]' "$folder/a.svg" && fail "a control character in the file"
grep -qE 'https?:' "$folder/a.svg" &&
    grep -E 'https?:' "$folder/a.svg" | grep -vqE 'www.w3.org/(2000/svg|1999/xhtml)' &&
    fail "the file names an address"

# ---- Files ----
waymark report -flamegraph="$folder/none/a.svg" "$tiny"
expect 2 "a folder that is not there"
echo old >"$folder/kept.svg"
waymark report -flamegraph="$folder/kept.svg" -sample_index=none "$tiny"
expect 2 "a type that is not there"
[ "$(cat "$folder/kept.svg")" = old ] || fail "a refusal changed the file"
waymark report -flamegraph="$folder/a.svg" -output="$folder/b.svg" "$tiny"
expect 2 "two files"
waymark report -flamegraph="$folder/a.svg" -top "$tiny"
expect 2 "two views"
report -flamegraph="$folder/a.svg" "$tiny"
said 'written to .*a.svg' "where it went"
mkfifo "$folder/pipe"
cat "$folder/pipe" >"$folder/piped.svg" &
report -flamegraph="$folder/pipe" "$tiny"
wait
cmp -s "$folder/a.svg" "$folder/piped.svg" || fail "a pipe gets something else"
[ -p "$folder/pipe" ] || fail "a pipe was replaced"
report -flamegraph="$folder/a.svg" -focus=nothing "$tiny"
xmllint --noout "$folder/a.svg" || fail "nothing selected: no XML"
grep -q 'note="No sample costs anything."' "$folder/a.svg" || fail "nothing selected is not told"

# ---- Many different stacks: a bounded file, and still a correct one ----
"$build/bench/bench_bigprofile" "$folder/big.pb.gz" 30000 >"$folder/out" || fail "bench_bigprofile"
report -flamegraph="$folder/a.svg" "$folder/big.pb.gz"
[ "$(wc -c <"$folder/a.svg")" -lt 5000000 ] || fail "$(wc -c <"$folder/a.svg") bytes of picture"
widths "$folder/a.svg" >"$folder/wrong"
[ -s "$folder/wrong" ] && { fail "30000 samples: widths"; head -n 5 "$folder/wrong"; }
finish
