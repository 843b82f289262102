#!/bin/sh
# A Chromium for the browser tests, from Debian's packages; does nothing where there is one.
set -eu

for name in "${RESNET_CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome; do
  if [ -n "$name" ] && command -v "$name" >/dev/null; then
    echo "chromium: $(command -v "$name")" >&2
    exit 0
  fi
done
if ! command -v apt-get >/dev/null; then
  echo "chromium: needs apt-get (Debian, Ubuntu). Elsewhere install Chromium and set RESNET_CHROMIUM." >&2
  exit 1
fi
sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
$sudo apt-get -q -y update >&2
# Screenshots are looked at: they need letters.
DEBIAN_FRONTEND=noninteractive $sudo apt-get -q -y install --no-install-recommends chromium fonts-dejavu-core >&2
