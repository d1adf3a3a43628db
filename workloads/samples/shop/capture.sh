#!/bin/sh
# capture.sh - makes capture.log: shoppers (curl) browse and buy at an nginx that answers from its
# configuration alone, and nginx writes its access log. Needs nginx, curl, awk, sha256sum.
#
#     sh capture.sh [FILE]        # takes some three minutes; FILE: capture.log beside this script
#
# Everything but FILE is written to a temporary folder; nginx listens on loopback only.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/capture.log}
port=${SHOP_PORT:-18080}
PATH=$PATH:/usr/sbin:/sbin
for tool in nginx curl awk sha256sum; do
    command -v "$tool" >/dev/null || { echo "capture.sh: $tool is missing" >&2; exit 2; }
done

work=$(mktemp -d)
shoppers=
finish() {
    for pid in $shoppers; do kill "$pid" 2>/dev/null || :; done
    [ ! -s "$work/nginx.pid" ] || kill "$(cat "$work/nginx.pid")" 2>/dev/null || :
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# ---- nginx: a shop front of fixed answers ----

cat >"$work/nginx.conf" <<EOF
daemon on;
worker_processes 1;
pid $work/nginx.pid;
error_log $work/error.log;
events { worker_connections 256; }
http {
    access_log $work/access.log combined;
    client_body_temp_path $work/body;
    proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi;
    uwsgi_temp_path $work/uwsgi;
    scgi_temp_path $work/scgi;
    server_tokens off;
    default_type text/html;
    large_client_header_buffers 4 2k;
    map \$arg_token \$denied { default 0; "" 1; valid 0; forged 1; expired 1; "~^manager" 1; "~\\.1735689600\\." 1; }
    map \$arg_qty \$charged { default 201; %32 201; 99 402; 0 400; "" 400; "~[^0-9]" 400; }
    map \$arg_sku \$sold { default \$charged; "~^10(0[1-9]|10)\$" 409; "" 400; "~[^0-9]" 400; }
    map \$arg_qty \$refunded { default 200; "~^([6-9]|[1-9][0-9]+)\$" 403; 0 403; "" 403; }
    server {
        listen 127.0.0.1:$port;
        location = / { return 200 "<h1>The shop</h1><p>Kettles, lamps, baskets, clocks, blankets.\n"; }
        location = /cart { return 200 "<h1>Your cart</h1>\n"; }
        location = /login { return 302 /; }
        location ~ ^/item/([1-9][0-9]?[0-9]?|1000)\$ {
            return 200 "<h1>Item \$1</h1><p><a href='/order?sku=\$1&qty=1'>buy</a>\n";
        }
        location /static/ { return 200 "body { margin: 2em; font-family: serif }\n"; }
        location = /order {
            if (\$request_method != POST) { return 405; }
            if (\$denied) { return 401; }
            if (\$sold = 409) { return 409; }
            if (\$sold = 402) { return 402; }
            if (\$sold = 400) { return 400; }
            return 201 "ordered\n";
        }
        location = /refund {
            if (\$request_method != POST) { return 405; }
            if (\$denied) { return 401; }
            if (\$refunded = 403) { return 403; }
            return 200 "refunded\n";
        }
        location / { return 404; }
    }
}
EOF
nginx -e "$work/error.log" -p "$work" -c "$work/nginx.conf"

# ---- tokens, signed with the shop's key (token.c) ----

# The key xor a byte, padded to a block, as octal escapes for printf %b.
key_pad() {
    printf %s "the shop's key, known to everybody" | od -An -v -tu1 | tr -s ' ' '\n' |
        while read -r byte; do
            [ -z "$byte" ] || printf '\\0%03o' $((byte ^ $1))
        done
    i=34 # the length of the key
    while [ $i -lt 64 ]; do
        printf '\\0%03o' "$1"
        i=$((i + 1))
    done
}
inner_pad=$(key_pad 54)
outer_pad=$(key_pad 92)

# Hex digits as octal escapes for printf %b.
octal() {
    awk '{ digits = "0123456789abcdef"
           for (i = 1; i < 64; i += 2) {
               high = index(digits, substr($0, i, 1)) - 1
               low = index(digits, substr($0, i + 1, 1)) - 1
               printf "\\0%03o", 16 * high + low
           } }'
}
token() { # USER EXPIRY
    inner=$( (printf %b "$inner_pad"; printf %s "$1.$2") | sha256sum | octal)
    mac=$(printf %b "$outer_pad$inner" | sha256sum)
    echo "$1.$2.${mac%% *}"
}

# ---- shoppers: one curl each, from an address of its own ----

# Writes a shopper's way through the shop as a curl configuration: session after session of the
# window, some items, and often an order, then a refund, or something odd.
# $1 number, $2 requests at least, $3 token, $4 a token that ran out.
shopper() {
    awk -v shopper="$1" -v wanted="$2" -v token="$3" -v expired="$4" -v base="http://127.0.0.1:$port" '
    function pick(n) { return int(rand() * n) }
    # Low item numbers sell best.
    function popular() { return int(exp(rand() * log(1000))) }
    function go(method, target, more) {
        if (sent++ > 0)
            print "next"
        printf "url = \"%s%s\"\noutput = /dev/null\ninterface = 127.0.0.%d\n", base, target, shopper
        printf "globoff\npath-as-is\nuser-agent = \"%s\"\n", agent
        if (referer != "")
            printf "referer = \"%s\"\n", referer
        if (method == "HEAD")
            print "head"
        else if (method != "GET")
            printf "request = %s\n", method
        if (more != "")
            print more
    }
    function look(target) {
        go("GET", target)
        referer = base target
    }
    function buy(sku, qty, with) {
        go("POST", "/order?sku=" sku "&qty=" qty "&token=" with)
    }
    function session(   items, i, sku, dice) {
        referer = rand() < 0.3 ? "https://search.example/?q=" (rand() < 0.5 ? "lamp" : "warm+blanket") : ""
        look("/")
        if (rand() < 0.5)
            go("GET", "/static/shop.css")
        if (rand() < 0.3)
            go("GET", "/static/logo.svg?v=" pick(4))
        items = 1 + pick(6)
        for (i = 0; i < items; i++) {
            sku = popular()
            look("/item/" sku)
            if (rand() < 0.15)
                go("GET", "/static/item-" sku ".jpg")
        }
        if (rand() < 0.25)
            return
        look("/cart")
        if (rand() < 0.2)
            go("GET", "/login?next=%2Fcart")
        dice = rand()
        if (dice < 0.70) buy(sku, 1 + pick(5), token)
        else if (dice < 0.78) buy(sku, 99, token)
        else if (dice < 0.84) buy(1001 + pick(10), 1 + pick(3), token)
        else if (dice < 0.87) buy(sku, "two", token)
        else if (dice < 0.91) buy(sku, 1, expired)
        else if (dice < 0.94) buy(sku, 1, "manager" substr(token, 10))
        else if (dice < 0.96) go("POST", "/order?sku=" sku "&qty=1")
        else go("POST", "/order?sku=" sku "&qty=%32&token=" token "&card=4000123412341234")
        if (rand() < 0.3)
            go("POST", "/refund?sku=" sku "&qty=" (rand() < 0.9 ? 1 : 20) "&token=" token)
    }
    function odd(   dice, long) {
        referer = ""
        dice = pick(13)
        if (dice == 0) go("GET", "/item/" 2000 + pick(1000))
        else if (dice == 1) go("GET", "/favicon.ico")
        else if (dice == 2) go("HEAD", "/")
        else if (dice == 3) go("OPTIONS", "/", "request-target = *")
        else if (dice == 4) go("GET", "/robots.txt", "http1.0")
        else if (dice == 5) go("GET", "/item/%31%37", "http1.0")
        else if (dice == 6) go("GET", "/caf%C3%A9/men%C3%BC?q=%22tea%22%20%26%20cake")
        else if (dice == 7) go("DELETE", "/item/" popular())
        else if (dice == 8) go("GET", "/../../etc/passwd")
        else if (dice == 9) go("PUT", "/order?sku=1&qty=1")
        else if (dice == 10) go("GET", "/wp-login.php?x=\\\"><script>|alert</script>")
        else if (dice == 11) go("GET", "/item/17%zz")
        else {
            long = "/search?q="
            while (length(long) < 2500)
                long = long "lamps-and-more-lamps-"
            go("GET", long)
        }
    }
    BEGIN {
        srand(1000 + shopper)
        count = split("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0|" \
                      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36|" \
                      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1|" \
                      "ShopApp/3.2 (Android 14)|PriceBot/1.0 (+https://prices.example/bot)", agents, "|")
        agent = agents[1 + shopper % count]
        while (sent < wanted) {
            session()
            if (rand() < 0.35)
                odd()
        }
    }'
}

# What no HTTP client says: sent raw, one connection each.
say() {
    printf "$1" | curl -s -m 2 --interface "$2" -o "$work/said" "telnet://127.0.0.1:$port" ||
        : # nginx closes, which curl may call an error
}
strangers() {
    round=0
    while [ $round -lt 6 ]; do
        say 'hello?\r\n\r\n' 127.0.0.12
        say '\026\003\001\002\000\001\000\001\374\003\003' 127.0.0.13
        say 'GET /item/17 with blanks HTTP/1.1\r\nHost: shop\r\n\r\n' 127.0.0.12
        say 'GET /cart\r\n' 127.0.0.14
        say 'get / HTTP/1.1\r\nHost: shop\r\n\r\n' 127.0.0.14
        say 'GET / HTTP/1.1\r\n\r\n' 127.0.0.12
        sleep 12
        round=$((round + 1))
    done
}

expired_at=1735689600 # a year before the shop's clock
number=2
while [ $number -le 10 ]; do
    requests=$((270 + number * 35 % 200))
    shopper $number $requests "$(token "shopper$((number + 20))" 4102444800)" \
        "$(token "shopper$((number + 20))" $expired_at)" >"$work/shopper$number"
    # Requests a second, a pace of its own for each.
    curl -s --rate "$((2 + number % 4))/s" -K "$work/shopper$number" >/dev/null 2>&1 &
    shoppers="$shoppers $!"
    number=$((number + 1))
done
strangers &
shoppers="$shoppers $!"
for pid in $shoppers; do
    wait "$pid" || :
done
shoppers=

kill -QUIT "$(cat "$work/nginx.pid")"
for attempt in 1 2 3 4 5 6 7 8 9 10; do
    [ -s "$work/nginx.pid" ] || break
    sleep 1
done
cp "$work/access.log" "$out.new"
mv "$out.new" "$out"
echo "$out: $(wc -l <"$out") lines"
