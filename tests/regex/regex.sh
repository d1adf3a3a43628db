# regex.sh - regex.c finds what Go's regexp finds and refuses what it refuses, on many pairs.
# usage: regex.sh PAIRS_PROGRAM COUNT
set -eu
command -v go >/dev/null || { echo "skipped: no go"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export HOME="$folder" GOCACHE="$folder/cache" GOFLAGS=-mod=mod GO111MODULE=off

cat >"$folder/ask.go" <<'GO'
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"strings"
)

func unhex(word string) string {
	bytes, err := hex.DecodeString(strings.TrimPrefix(word, "="))
	if err != nil {
		panic(err)
	}
	return string(bytes)
}

func main() {
	pairs, matches, refusals, differences := 0, 0, 0, 0
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) != 3 {
			fmt.Println("no pair:", lines.Text())
			differences++
			continue
		}
		pattern, text, wanted := unhex(words[0]), unhex(words[1]), "0"
		expression, err := regexp.Compile(pattern)
		if err != nil {
			wanted = "E"
			refusals++
		} else if expression.MatchString(text) {
			wanted = "1"
			matches++
		}
		pairs++
		if words[2] != wanted {
			fmt.Printf("%+q on %+q: %s, Go says %s\n", pattern, text, words[2], wanted)
			differences++
		}
	}
	fmt.Printf("%d pairs, %d found, %d refused, %d differences\n", pairs, matches, refusals, differences)
	if differences > 0 || matches < pairs/10 {
		os.Exit(1)
	}
}
GO
go build -o "$folder/ask" "$folder/ask.go"
"$1" "$2" | "$folder/ask"
