#!/bin/sh
# clang-format for the C++ sources, from Debian's packages: the version that .clang-format is for.
set -eu

command -v clang-format-14 >/dev/null && exit 0
if ! command -v apt-get >/dev/null; then
  echo "clang-format: needs apt-get (Debian, Ubuntu). Elsewhere install clang-format 14." >&2
  exit 1
fi
sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get -q -y update >&2
DEBIAN_FRONTEND=noninteractive $sudo apt-get -q -y install --no-install-recommends clang-format-14 >&2
