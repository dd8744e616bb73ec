#!/usr/bin/env bash
# ./run.sh          sets up, builds and runs the demo on real pictures and sentences
# ./run.sh ARGS...  sets up, builds and runs: edgesim ARGS...
# Works from any folder: relative paths among ARGS are the caller's.
set -euo pipefail
root=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_TieredPGO=0
export EDGESIM_CACHE=${EDGESIM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/edgesim}
cache=$EDGESIM_CACHE

# Sets command to the first words of ARGS that are neither options nor an option's value, and models_given when
# --models is among ARGS.
read_arguments() {
  local words=()
  while (($# > 0)); do
    case $1 in
      --models | --models[=:]*) models_given=1 ;;&
      --help | -h | '-?' | --version) words=("help"); break ;;
      --models | --data | --ram | --threads) (($# > 1)) && shift ;;
      -*) ;;
      *) words+=("$1") ;;
    esac
    shift
  done
  command="${words[*]:0:2}"
}

# Models of run.sh's own are kept in the cache, so that --data DIR does not install them again. A folder that the
# user names is the user's: nothing is installed there unasked, except for the demo. Nor is one model installed
# beside another: the user may have removed it to save memory.
needs_models() {
  case "$command " in models\ * | doctor\ * | "bench kernels "* | "bench store "* | "bench ann "* | "bench fetch "* | help\ *) return 1 ;; esac
  [[ -z $models_given && -z $models_named && -z $(compgen -G "$EDGESIM_MODELS/*/manifest.json") ]]
}

models_given='' models_named=${EDGESIM_MODELS:-} command=''
read_arguments "$@"
[[ -n $models_given ]] || export EDGESIM_MODELS=${EDGESIM_MODELS:-$cache/models}

parts=(run)
if [[ $# -eq 0 ]]; then parts=(demo models); elif needs_models; then parts=(run models); fi
"$root/scripts/setup.sh" "${parts[@]}"

# Built again only when a source is newer than the last build. From the repository's folder: there, no global.json of
# the caller's chooses another SDK.
program=$root/artifacts/net10.0/bin/EdgeSim/release/edgesim.dll
(
  cd "$root"
  stamp=artifacts/net10.0/run.stamp
  if [[ ! -f $program || ! -f $stamp || -n $(find src models Directory.* -newer "$stamp" -print -quit) ]]; then
    echo "run: building" >&2
    mkdir -p artifacts/net10.0
    touch "$stamp.new"
    scripts/dotnet-build.sh build src/EdgeSim -c Release
    mv "$stamp.new" "$stamp"
  fi
)

if [[ $# -eq 0 ]] || needs_models; then dotnet "$program" models install --all --quiet; fi
if [[ $# -eq 0 ]]; then
  exec dotnet "$program" demo --pictures "$cache/data/tuxpaint-stamps-default/usr/share/tuxpaint/stamps"
fi
exec dotnet "$program" "$@"
