#!/usr/bin/env bash
# ./run.sh          sets up, builds and runs the demo on real pictures and sentences
# ./run.sh ARGS...  sets up, builds and runs: edgesim ARGS...
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_TieredPGO=0
cache=${EDGESIM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/edgesim}
export EDGESIM_CACHE=$cache

part=run
[[ $# -eq 0 ]] && part=demo
scripts/setup.sh "$part"

# Built again only when a source is newer than the last build.
program=artifacts/net10.0/bin/EdgeSim/release/edgesim.dll
stamp=artifacts/net10.0/run.stamp
if [[ ! -f $program || ! -f $stamp || -n $(find src models Directory.* -newer "$stamp" -print -quit) ]]; then
  echo "run: building" >&2
  mkdir -p artifacts/net10.0
  touch "$stamp.new"
  dotnet build src/EdgeSim -c Release -v quiet --nologo -clp:ErrorsOnly >&2
  mv "$stamp.new" "$stamp"
fi

dotnet "$program" models install --all --quiet
if [[ $# -eq 0 ]]; then
  exec dotnet "$program" demo --pictures "$cache/data/tuxpaint-stamps-default/usr/share/tuxpaint/stamps"
fi
exec dotnet "$program" "$@"
