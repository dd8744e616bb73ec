#!/usr/bin/env bash
# Fetches the picture libraries for linux-arm64 from the distribution and prints the folder that holds them. For running
# the tests under emulation on another processor; a board installs the packages as usual: apt-get install libturbojpeg0 libspng0.
#
#   scripts/arm64-native-libs.sh            fetch what is missing, print the folder
#
# The libraries lie in the folder under the names the loader asks for: put it into LD_LIBRARY_PATH. (Beside the
# program they are found too, but not the zlib that libspng asks for.) Kept in EDGESIM_CACHE, else XDG_CACHE_HOME/edgesim, else ~/.cache/edgesim.
# Exit codes: 0 done, 3 not a Debian-like system, 4 the packages cannot be fetched.
set -euo pipefail

cache=${EDGESIM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/edgesim}
target=$cache/arm64-libs
# What the program loads, and what those need beyond the C library, which comes with every arm64 system root.
packages=(libturbojpeg0 libspng0 zlib1g)
libraries=(libturbojpeg.so.0 libspng.so.0 libz.so.1)

say() { echo "arm64-native-libs: $*" >&2; }

complete() {
  local library
  for library in "${libraries[@]}"; do
    [[ -f $target/$library ]] || return 1
  done
}

if complete; then
  echo "$target"
  exit 0
fi

for tool in apt-get dpkg-deb; do
  command -v "$tool" >/dev/null || { say "$tool is needed: this runs on Debian-like systems only"; exit 3; }
done

# Two runs at once would fetch into the same place.
mkdir -p "$cache"
exec 9>"$cache/arm64-libs.lock"
flock 9
if complete; then
  echo "$target"
  exit 0
fi

# A package database of its own, for arm64, beside the system's: nothing is installed and root is not needed.
work=$(mktemp -d "$cache/arm64-libs.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/apt/{state/lists/partial,cache/archives/partial} "$work/root" "$work/libs"
: >"$work/apt/status"
apt=(-qq -o Dir::State="$work/apt/state" -o Dir::State::status="$work/apt/status" -o Dir::Cache="$work/apt/cache"
  -o APT::Architecture=arm64 -o APT::Architectures=arm64 -o APT::Sandbox::User="$(id -un)")

say "fetching ${packages[*]} for arm64"
# Other sources than the distribution's own may have no arm64; the download below tells whether it was enough.
apt-get "${apt[@]}" update >&2 || say "some package lists could not be fetched"
(cd "$work/apt" && apt-get "${apt[@]}" download "${packages[@]}" >&2) || {
  say "cannot download ${packages[*]} for arm64: is there a network, and do the sources serve arm64?"
  exit 4
}
for package in "$work"/apt/*.deb; do
  dpkg-deb -x "$package" "$work/root"
done

for library in "${libraries[@]}"; do
  found=$(find "$work/root" -name "$library" -print -quit)
  [[ -n $found ]] || { say "$library is in none of ${packages[*]}"; exit 4; }
  cp --dereference "$found" "$work/libs/$library"
done

rm -rf "$target"
mv "$work/libs" "$target"
echo "$target"
