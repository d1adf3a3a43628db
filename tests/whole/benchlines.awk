# benchlines.awk - Go's benchmark format (golang.org/design/14313-benchmark-format), line by line and
# field by field; anything else on standard output is told. -v wanted=N: that many results.
#
# "A configuration line is a key-value pair of the form key: value, where key begins with a lower
# case character, contains no space characters nor upper case"; "a result line: the name begins with
# Benchmark and what follows is no lower case letter; the number of iterations; then value-unit pairs".

function tell(what) {
    print "line " NR ": " what ": " $0
    bad = 1
}

/^[a-z][^ \t:A-Z]*: ./ { configured[substr($1, 1, length($1) - 1)]++; next }

/^Benchmark/ {
    if ($0 !~ /^[^ ]+\t[0-9]+(\t[0-9.]+ [^ \t]+)+$/)
        tell("not name, iterations and pairs, with tabs between")
    if (substr($1, 10) ~ /^[a-z]/)
        tell("a lower case letter follows Benchmark")
    if ($2 !~ /^[1-9][0-9]*$/)
        tell("iterations are no whole number above 0")
    if (NF < 4 || NF % 2 != 0)
        tell("values and units do not pair")
    delete units
    for (i = 3; i < NF; i += 2) {
        if ($i !~ /^[0-9]+(\.[0-9]+)?$/)
            tell("field " i " is no decimal")
        if ($(i + 1) ~ /^[0-9.]/)
            tell("field " i + 1 " is no unit")
        if (units[$(i + 1)]++)
            tell("a unit twice")
    }
    if (!("ns/op" in units) && !("ns/request" in units))
        tell("no time")
    results++
    next
}

{ tell("neither configuration nor result") }

END {
    count = split("goos goarch pkg", keys, " ")
    for (i = 1; i <= count; i++)
        if (configured[keys[i]] != 1) {
            print "not told once: " keys[i]
            bad = 1
        }
    if (results != wanted) {
        print results + 0 " results, expected " wanted
        bad = 1
    }
    exit bad
}
