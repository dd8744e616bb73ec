#!/usr/bin/env bash
# Puts on this machine what EdgeSim needs and lacks. Fetches nothing that is there already; without network it
# then needs none. Everything of ours goes into one cache folder (EDGESIM_CACHE, default ~/.cache/edgesim).
#
#   scripts/setup.sh [run] [models] [demo] [test]
#     run     the SDK, distribution libraries, ONNX Runtime (default)
#     models  the packages that models are made of; those that EDGESIM_MODELS holds already are left out
#     demo    run + the demo's pictures
#     test    demo + what the native build and the tests need + every model's package
#
# Exit code 3: something is missing and cannot be installed from here; what to install was printed.
set -euo pipefail
umask 022

root=$(dirname "$(dirname "$(realpath "${BASH_SOURCE[0]}")")")
cache=${EDGESIM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/edgesim}
mkdir -p "$cache/npm"
exec 9>"$cache/setup.lock"
flock 9

say() { echo "setup: $*" >&2; }
cannot() {
  echo "setup: cannot go on: $1" >&2
  echo "setup: what to do:  $2" >&2
  exit 3
}

as_root() {
  if [[ $EUID -eq 0 ]]; then "$@"
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then sudo "$@"
  else return 126
  fi
}

need_dotnet() {
  command -v dotnet >/dev/null && dotnet --list-sdks | grep -q '^10\.' && return
  cannot "the .NET 10 SDK is missing (dotnet --list-sdks shows no 10.x)" \
    "your distribution's package dotnet-sdk-10.0, or https://dot.net"
}

need_npm() {
  command -v npm >/dev/null && command -v node >/dev/null && return
  cannot "npm is missing (it fetches ONNX Runtime and the models)" "sudo apt-get install -y nodejs npm"
}

has_library() { # soname
  ldconfig -p 2>/dev/null | grep -q "$1" || /sbin/ldconfig -p 2>/dev/null | grep -q "$1"
}

# Installs distribution packages by name; of names separated by | the first that this distribution knows.
missing_packages=()
want() { missing_packages+=("$1"); }
install_missing() {
  [[ ${#missing_packages[@]} -eq 0 ]] && return
  local names=() choice candidate
  command -v apt-get >/dev/null || cannot "apt-get is missing; this script knows Debian, Ubuntu and Raspberry Pi OS" \
    "the packages ${missing_packages[*]//|/ or } in your system's way"
  [[ -n $(find /var/lib/apt/lists -maxdepth 1 -name '*Packages*' -print -quit 2>/dev/null) ]] \
    || as_root apt-get update -qq >&2 || true
  for choice in "${missing_packages[@]}"; do
    for candidate in ${choice//|/ }; do
      if apt-cache show "$candidate" >/dev/null 2>&1; then names+=("$candidate"); continue 2; fi
    done
    names+=("${choice%%|*}")
  done
  say "installing ${names[*]}"
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${names[@]}" >&2; then
    as_root apt-get update -qq >&2 || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${names[@]}" >&2 \
      || cannot "these packages are missing and cannot be installed without root, sudo or network" \
        "sudo apt-get install -y ${names[*]}"
  fi
  missing_packages=()
}

# npm_tarball NAME VERSION INTEGRITY: sets tarball to the .tgz of an exact version, checked by hash. It is in the cache
# under the name that npm pack gives it (where edgesim models install looks too), or is fetched to there.
npm_tarball() {
  local name=$1 version=$2 integrity=$3 file
  file=${name#@}
  file=${file//\//-}-$version.tgz
  tarball=$cache/npm/$file
  if [[ ! -f $tarball ]]; then
    need_npm
    say "fetching $name $version"
    local work; work=$(mktemp -d "$cache/npm/.fetch.XXXX")
    # Without --silent: with it npm says nothing at all, not even why it failed.
    (cd "$work" && npm pack --no-progress --loglevel=error "$name@$version" >"$work/log" 2>&1 && [[ -f $file ]]) || {
      # The reason stands first; a stack trace and hints follow.
      grep -vE '^npm (error|ERR!) *(at |[{}]|[a-z]+: |$)|complete log of this run' "$work/log" | head -n 6 >&2 || true
      rm -rf "$work"
      cannot "$name $version could not be fetched (no network?)" \
        "on a machine with network: npm pack $name@$version; put $file into $cache/npm, then run this again"
    }
    mv "$work/$file" "$tarball"
    rm -rf "$work"
  fi
  local actual; actual=sha512-$(sha512_base64 "$tarball")
  if [[ $actual != "$integrity" ]]; then
    mv "$tarball" "$tarball.refused"
    cannot "$name $version has the wrong hash: $actual instead of $integrity" \
      "nothing; it is kept as $tarball.refused. Ask who serves your npm packages, or fetch it from elsewhere"
  fi
}

# npm_package NAME VERSION INTEGRITY FILES...: unpacks the named files of an exact version, checked by hash.
npm_package() {
  local name=$1 version=$2 integrity=$3 tarball; shift 3
  local folder=$cache/npm/${name}-${version}
  [[ -f $folder/complete ]] && return
  npm_tarball "$name" "$version" "$integrity"
  local work; work=$(mktemp -d "$cache/npm/.fetch.XXXX")
  mkdir "$work/out"
  tar -xzf "$tarball" -C "$work/out" --no-same-owner --wildcards "$@"
  touch "$work/out/complete"
  rm -rf "$folder"; mv "$work/out" "$folder"; rm -rf "$work"
  rm -f "$tarball"
}

# As npm writes it. With coreutils and sed alone: a package that somebody brought on a stick needs no npm here.
sha512_base64() { printf '%b' "$(sha512sum "$1" | cut -c 1-128 | sed 's/../\\x&/g')" | base64 -w 0; }

# debian_data NAME: unpacks a distribution package into the cache; installs nothing, needs no root.
debian_data() {
  local name=$1 folder=$cache/data/$1
  [[ -f $folder/complete ]] && return
  say "fetching $name"
  local work; mkdir -p "$cache/data"; work=$(mktemp -d "$cache/data/.fetch.XXXX")
  chmod 755 "$work"
  if ! (cd "$work" && apt-get download -qq -o APT::Sandbox::User=root "$name" >&2); then
    as_root apt-get update -qq >&2 || true
    (cd "$work" && apt-get download -qq -o APT::Sandbox::User=root "$name" >&2) || {
      rm -rf "$work"
      cannot "the package $name could not be fetched (no network?)" "apt-get download $name  (with network), then run this again"
    }
  fi
  mkdir "$work/out"
  dpkg-deb -x "$work"/*.deb "$work/out"
  touch "$work/out/complete"
  rm -rf "$folder"; mv "$work/out" "$folder"; rm -rf "$work"
}

setup_run() {
  need_dotnet
  has_library libturbojpeg.so.0 || want 'libturbojpeg0|libturbojpeg'
  has_library libspng.so.0 || want libspng0
  has_library libicuuc.so || want "$(apt-cache pkgnames libicu 2>/dev/null | grep -E '^libicu[0-9]+$' | sort -V | tail -n 1 | grep . || echo libicu72)"
  install_missing
  # The official C# binding of ONNX Runtime as source (MIT), and the official native libraries for both architectures.
  npm_package com.github.asus4.onnxruntime 0.4.9 \
    sha512-BkzxduSZ9IkeDP6Q8lz2TFU2ie7hSSvS7ZIfzMooExoq0CNzJnuuGaUJ7IsojBgqO4ouD1jXah8OYyJbCN29Fg== \
    'package/Runtime/*.cs' 'package/package.json'
  npm_package onnxruntime-node 1.30.0 \
    sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw== \
    'package/bin/napi-v6/linux/*/libonnxruntime.so.1' 'package/package.json'
}

# origin FILE FIELD: a string of a model's manifest, where each stands on a line of its own.
origin() { sed -n "s/^ *\"$2\": \"\([^\"]*\)\",\{0,1\}\$/\1/p" "$1" | head -n 1; }

setup_models() {
  local manifest tarball name package
  for manifest in "$root"/models/*/manifest.json; do
    name=$(origin "$manifest" name) package=$(origin "$manifest" package)
    [[ -f ${EDGESIM_MODELS:-$cache/models}/$name/manifest.json ]] && continue
    npm_tarball "$package" "$(origin "$manifest" version)" "$(origin "$manifest" integrity)"
  done
}

setup_demo() {
  setup_run
  debian_data tuxpaint-stamps-default
}

setup_test() {
  setup_demo
  # Some tests convert again, so every package is needed, installed or not.
  EDGESIM_MODELS=/nowhere setup_models
  # What MessagePack looks like, by an author of neither side: every value with all of its encodings (MIT).
  npm_package msgpack-test-suite 1.0.0 \
    sha512-GTuEtmh0KMcuxvRKmlYraapxjaTGw9+kOGvkprf1mgBoP9hNPAyyn/4sf6lmqvFSm9sFt1cnJ5WVsyIbZRfzDQ== \
    'package/dist/msgpack-test-suite.json'
  # Glosses: the texts that the int8 text model was calibrated and is judged on.
  debian_data wordnet-base
  command -v clang >/dev/null || want clang
  command -v ld.lld >/dev/null || want lld
  command -v curl >/dev/null || want curl
  [[ -f /usr/include/zlib.h ]] || want zlib1g-dev
  install_missing
}

for part in "${@:-run}"; do
  case $part in
    run) setup_run ;;
    models) setup_models ;;
    demo) setup_demo ;;
    test) setup_test ;;
    *) echo "setup: unknown part '$part'; known: run, models, demo, test" >&2; exit 2 ;;
  esac
done
