#!/bin/sh
# A software Vulkan device for WebGPU tests on machines without a GPU.
#
# Prints the VK_DRIVER_FILES value on its last line of output; everything else goes to stderr.
# Unpacks Mesa's lavapipe (or, failing that, the SwiftShader of Debian's chromium) with its
# dependencies into the user's cache: needs apt-get and dpkg, but no root, and leaves the
# installed system as it is. Running it again does nothing. The tests find the result by
# themselves (tooling/test-config/webgpu.ts).
set -eu

cache="${RESNET_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/resnet}/software-gpu"
icd="$cache/icd.json"
say() { echo "software-gpu: $*" >&2; }

if [ -f "$icd" ]; then
  echo "$icd"
  exit 0
fi
if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
  say "needs apt-get and dpkg (Debian, Ubuntu). Elsewhere install Mesa's lavapipe and set VK_DRIVER_FILES."
  exit 1
fi

. /etc/os-release
work="$cache.$$"
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/archives/partial" "$work/lists/partial" "$work/root"

# The machine's own sources name the archive; a backports suite is added to the same lines, since
# Dawn refuses the lavapipe of Debian 12 itself (22.3).
mkdir "$work/sources"
target=""
case "$ID" in debian) target="$VERSION_CODENAME-backports" ;; esac
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
  [ -f "$list" ] || continue
  case "$list" in
    *.sources) awk -v base="$VERSION_CODENAME" -v extra="$target" '
        { lines[++n] = $0 }
        /^Suites:/ { for (i = 2; i <= NF; i++) if ($i == base && extra != "") lines[n] = lines[n] " " extra }
        END { for (i = 1; i <= n; i++) print lines[i] }' "$list" >"$work/sources/$(basename "$list")" ;;
    *.list) awk -v base="$VERSION_CODENAME" -v extra="$target" '
        { print }
        /^deb / && extra != "" { for (i = 2; i <= NF; i++) if ($i == base) { $i = extra; print; break } }' \
        "$list" >"$work/sources/$(basename "$list")" ;;
  esac
done

apt() {
  apt-get -q -y \
    -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/sources" \
    -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work" -o Dir::Cache::archives="$work/archives" \
    -o Debug::NoLocking=1 -o APT::Sandbox::User= "$@" >&2
}

unpack() { # PACKAGE...: download with what it depends on, unpack under root/
  apt --download-only --no-install-recommends ${target:+-t "$target"} install "$@" || return 1
  for deb in "$work"/archives/*.deb; do
    dpkg -x "$deb" "$work/root"
  done
}

apt update || { say "the package lists could not be fetched: see apt's message above."; exit 1; }

library=""
if unpack mesa-vulkan-drivers libvulkan1 patchelf; then
  library=$(find "$work/root/usr/lib" -name libvulkan_lvp.so | head -n 1)
fi
if [ -z "$library" ]; then
  say "no lavapipe here; taking the SwiftShader of the chromium package (10 times slower)."
  target="" # the chromium of the security suite
  unpack chromium libvulkan1 patchelf || { say "chromium could not be fetched either."; exit 1; }
  library=$(find "$work/root/usr/lib" -name libvk_swiftshader.so | head -n 1)
fi
[ -n "$library" ] || { say "no software Vulkan driver was found in the packages."; exit 1; }

# Keep the libraries only, in one folder, each looking for the others beside itself.
mkdir "$work/lib"
find "$work/root" \( -name '*.so' -o -name '*.so.*' \) -exec cp -dP {} "$work/lib/" \;
patchelf=$(command -v patchelf || find "$work/root" -name patchelf -type f | head -n 1)
for file in "$work"/lib/*; do
  [ -L "$file" ] || "$patchelf" --set-rpath '$ORIGIN' "$file" 2>/dev/null || true
done
printf '{ "file_format_version": "1.0.0", "ICD": { "library_path": "%s", "api_version": "1.3.0" } }\n' \
  "$cache/lib/$(basename "$library")" >"$work/icd.json"
rm -rf "$work/root" "$work/archives" "$work/lists" "$work/sources" "$work"/*.bin
rm -rf "$cache"
mv "$work" "$cache"
say "unpacked $(basename "$library") into $cache"
echo "$icd"
