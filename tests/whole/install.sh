# install.sh - an app builds against an installed waymark, with pkg-config and with CMake, and the
# installed waymark runs it.
. "$(dirname "$0")/lib.sh"
cmake --install "$build" --prefix "$folder/usr" >"$folder/log" || { cat "$folder/log"; fail "install"; }
cp "$source/tests/probe/sites.c" "$folder/app.c"
printf 'entry,weight\nHandle,1\n' >"$folder/mix.csv"
PKG_CONFIG_PATH=$(dirname "$(find "$folder/usr" -name waymark.pc)")
export PKG_CONFIG_PATH

run() { # LIBRARY
    status=0
    "$folder/usr/bin/waymark" run --app "$1" --workload "$folder/mix.csv" --requests 1000 \
        -o "$folder/run" --force >"$folder/out" 2>"$folder/err" || status=$?
    expect 0 "the installed waymark with $1"
    said '3 of 4 segments reached' "with $1"
}
# shellcheck disable=SC2046 # the flags are words
cc -shared -fPIC -O2 "$folder/app.c" -o "$folder/libapp.so" $(pkg-config --cflags --libs waymark) ||
    fail "pkg-config --cflags --libs waymark"
run "$folder/libapp.so"

mkdir "$folder/cmake"
cat >"$folder/cmake/CMakeLists.txt" <<'EOF'
cmake_minimum_required(VERSION 3.25)
project(app C)
find_package(waymark REQUIRED)
add_library(app SHARED ../app.c)
target_link_libraries(app PRIVATE waymark::waymark)
EOF
cmake -S "$folder/cmake" -B "$folder/cmake/build" -DCMAKE_PREFIX_PATH="$folder/usr" >"$folder/log" &&
    cmake --build "$folder/cmake/build" >>"$folder/log" || { cat "$folder/log"; fail "find_package"; }
run "$folder/cmake/build/libapp.so"

# A server gets the installed agent.
printf 'weight,command\n1,PING\n' >"$folder/ping.csv"
status=0
"$folder/usr/bin/waymark" run --server 'redis-server --port {port} --save ""' --protocol resp \
    --workload "$folder/ping.csv" --duration 500ms -o "$folder/run" --force >"$folder/out" \
    2>"$folder/err" || status=$?
expect 0 "the installed waymark with a server"
[ "$(json processes "$folder/run/run.json")" -eq 1 ] || fail "the agent is not in the server"

# Without a harness the app is just a library: its entry points stay callable, nothing happens.
cat >"$folder/alone.c" <<'EOF'
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    void *app = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL;
    puts(app != NULL ? "loaded" : dlerror());
    return app == NULL;
}
EOF
cc "$folder/alone.c" -o "$folder/alone"
LD_LIBRARY_PATH=$(dirname "$(find "$folder/usr" -name 'libwaymark.so')") "$folder/alone" \
    "$folder/libapp.so" >"$folder/out" 2>&1 || { cat "$folder/out"; fail "without a harness"; }
finish
