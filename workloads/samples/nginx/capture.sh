#!/bin/sh
# capture.sh - makes access.log: eight readers (curl), each from a loopback address of its own, ask an
# nginx with this folder's nginx.conf for its pages, and nginx logs them. Needs nginx, curl, awk.
#
#     sh capture.sh [FILE]        # takes some 20 s; FILE: access.log beside this script
#
# Everything but FILE is written to a temporary folder; nginx listens on loopback only.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/access.log}
port=${NGINX_PORT:-18081}
PATH=$PATH:/usr/sbin:/sbin
work=$(mktemp -d)
chmod 755 "$work" # nginx's workers are somebody else
finish() {
    [ ! -s "$work/nginx.pid" ] || kill "$(cat "$work/nginx.pid")" 2>/dev/null || :
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

sed "s|{port}|$port|g; s|{dir}|$work|g; s|{files}|$here|g" "$here/nginx.conf" >"$work/nginx.conf"
nginx -e "$work/error.log" -p "$work" -c "$work/nginx.conf" 2>/dev/null # pages that are missing are meant

# reader NUMBER: 80 requests, as the mix has them.
reader() {
    awk -v seed="$1" 'BEGIN {
        srand(seed)
        for (i = 0; i < 80; i++) {
            kind = rand()
            print kind < .6 ? "/tiny.html" : kind < .75 ? "/big.html" : \
                kind < .9 ? "/missing/" int(rand() * 999) : "/old/" int(rand() * 999)
        }
    }' | while read -r target; do
        curl -s -o /dev/null --interface "127.0.0.$1" "http://127.0.0.1:$port$target"
        sleep 0.1
    done
}
readers=
for number in 2 3 4 5 6 7 8 9; do
    reader "$number" &
    readers="$readers $!"
done
for pid in $readers; do
    wait "$pid"
done
cp "$work/access.log" "$out"
echo "$(wc -l <"$out") requests in $out"
