#!/usr/bin/env bash
# scripts/dotnet-build.sh build|publish PROJECT ARGS...: dotnet, quietly. Exit code 3 when packages are missing that
# only a network would bring; what to do was printed. Any other failure ends as dotnet ends.
set -euo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
code=0
dotnet "$@" -v quiet --nologo -clp:ErrorsOnly >"$log" 2>&1 || code=$?
# NU1101-NU1103: a source was read and has no such package; NU1301: a source cannot be reached.
if ((code != 0)) && grep -qE 'NU110[123]|NU1301' "$log"; then
  # The same few sentences come once a project and attempt.
  grep -oE 'NU[0-9]{4}: .*' "$log" | sed 's/ \[[^]]*\]$//' | sort -u | head -n 10 >&2
  echo "build: cannot go on: NuGet packages are missing and could not be fetched (no network?)" >&2
  echo "build: with network run:  dotnet restore $2" >&2
  echo "build: or copy ${NUGET_PACKAGES:-$HOME/.nuget/packages} from a machine where this was built" >&2
  exit 3
fi
# On success dotnet has nothing to say but that it succeeded.
((code == 0)) || cat "$log" >&2
exit "$code"
