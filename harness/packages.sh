#!/bin/sh
# packages.sh - the Debian packages that waymark needs: says which are missing and installs them.
#
#     sh harness/packages.sh build [tests]
#
# Exit 0 when all of them are there, 2 when some are missing and cannot be installed from here.
set -eu

# A set on each line; quickstart.sh needs the first, tests/run.sh both.
build="gcc g++ libc6-dev cmake ninja-build pkg-config libunwind-dev libprotobuf-c-dev
       protobuf-c-compiler libcsv-dev libuv1-dev libdw-dev libpcre2-dev
       libdeflate-dev zlib1g-dev libhttp-parser-dev"
tests="libcmocka-dev golang-go clang lld llvm binutils util-linux elfutils debuginfod iproute2 libc6-dbg
       libstdc++6-12-dbg redis-tools libbenchmark-dev libxml2-utils git
       nginx-light redis-server memcached wrk libhiredis-dev"

wanted=
for set in "$@"; do
    case $set in
    build) wanted="$wanted $build" ;;
    tests) wanted="$wanted $tests" ;;
    *)
        echo "packages.sh: there is no set '$set', only build and tests" >&2
        exit 2
        ;;
    esac
done

missing=
for package in $wanted; do
    status=$(dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null || :)
    case $status in
    *not-installed*) missing="$missing $package" ;;
    *installed*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

give_up() {
    echo "waymark needs these Debian packages, and $1:$missing" >&2
    exit 2
}
command -v apt-get >/dev/null || give_up "apt-get is not here to install them"
as_root=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || give_up "installing them takes root or sudo"
    as_root=sudo
fi

echo "installing:$missing" >&2
apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" >&2
}
apt update || give_up "apt-get update failed"
# shellcheck disable=SC2086 # a list
apt install --no-install-recommends $missing || give_up "apt-get could not install them"
