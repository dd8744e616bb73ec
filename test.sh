#!/usr/bin/env bash
# ./test.sh  sets up and runs every suite: unit tests, the published native binary, and ARM64 under emulation where
# the emulator is at hand. Ends with "N passed, N failed, N skipped" over all suites; exits 1 when one failed.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")"
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
export EDGESIM_CACHE=${EDGESIM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/edgesim}
export EDGESIM_STAMPS=$EDGESIM_CACHE/data/tuxpaint-stamps-default/usr/share/tuxpaint/stamps
export EDGESIM_ROOT=$PWD
say() { echo "test: $*" >&2; }

scripts/setup.sh test

passed=0 failed=0 skipped=0 broken=()
logs=artifacts/logs
mkdir -p "$logs"

# suite NAME COMMAND...: runs an xUnit v3 executable and adds its counts. A suite that prints no counts has failed.
suite() {
  local name=$1; shift
  say "$name"
  local log=$logs/$name.log code=0
  "$@" >"$log" 2>&1 || code=$?
  local counts; counts=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$log" | tail -n 1) || true
  if [[ -z $counts ]]; then
    say "$name did not run (exit $code):"; tail -n 30 "$log" >&2
    failed=$((failed + 1)); broken+=("$name"); return
  fi
  local total errors fails skips
  read -r total errors fails skips <<<"${counts//[!0-9 ]/}"
  passed=$((passed + total - fails - skips)) failed=$((failed + fails + errors)) skipped=$((skipped + skips))
  say "$name: $counts"
  grep -E '^\s+.*\[SKIP\]|^\[.*\] .*\(reason' "$log" >&2 || true
  if ((fails + errors > 0 || (code != 0 && fails + errors == 0))); then
    ((fails + errors == 0)) && failed=$((failed + 1))
    broken+=("$name")
    grep -vE '^\s*(Discover|Starting|Finished)' "$log" | tail -n 80 >&2
  fi
}

# check NAME COMMAND...: a command that says by its exit code whether it passed. Counts as one.
check() {
  local name=$1; shift
  say "$name"
  if "$@" >"$logs/$name.log" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1)); broken+=("$name")
    tail -n 80 "$logs/$name.log" >&2
  fi
}

say "building"
mkdir -p artifacts/net10.0
touch artifacts/net10.0/run.stamp.new
scripts/dotnet-build.sh build EdgeSim.sln -c Release
# ./run.sh takes this build as it is; a test starts it.
mv artifacts/net10.0/run.stamp.new artifacts/net10.0/run.stamp
bin=artifacts/net10.0/bin

# One model folder for all suites. Installing is the product's own command.
export EDGESIM_MODELS=$EDGESIM_CACHE/models
dotnet $bin/EdgeSim/release/edgesim.dll models install --all >&2

# All with the best class of kernels that this processor has, as the program itself lists them; what calls kernels with
# every other one too. Storage and payloads call none but through search.
available=$(dotnet $bin/EdgeSim/release/edgesim.dll doctor --json | sed -E 's/.*"kernelsAvailable":\[([^]]*)\].*/\1/; s/[",]/ /g')
[[ $available == *scalar* ]] || { say "doctor names no kernels"; exit 1; }
without_storage=(-namespace- 'EdgeSim.Index.Tests.Storage*' -namespace- 'EdgeSim.Index.Tests.Payloads*')
best=${available% }; best=${best##* }
for kernel in $available; do
  only=(); [[ $kernel == "$best" ]] || only=("${without_storage[@]}")
  suite index-$kernel env EDGESIM_KERNELS=$kernel dotnet $bin/EdgeSim.Index.Tests/release/EdgeSim.Index.Tests.dll "${only[@]}"
done
suite messagepack dotnet $bin/MessagePack.Tests/release/MessagePack.Tests.dll
suite encoders dotnet $bin/EdgeSim.Encoders.Tests/release/EdgeSim.Encoders.Tests.dll
suite program dotnet $bin/EdgeSim.Tests/release/EdgeSim.Tests.dll

# The native binary. net9.0 is a stand-in built from the same sources: its compiler packs can be restored where those of
# net10.0 cannot. EDGESIM_NATIVE_FRAMEWORK=net10.0 publishes what users publish.
framework=${EDGESIM_NATIVE_FRAMEWORK:-net9.0}
profile=linux-x64
[[ $(uname -m) == aarch64 ]] && profile=linux-arm64
say "publishing $profile for $framework"
scripts/dotnet-build.sh publish src/EdgeSim -c Release -p:EdgeSimTargetFramework="$framework" -p:PublishProfile=$profile
export EDGESIM_BINARY=$PWD/artifacts/$framework/publish/EdgeSim/release_$profile/edgesim EDGESIM_PROFILE=$profile
suite published dotnet $bin/EdgeSim.Published.Tests/release/EdgeSim.Published.Tests.dll

# ARM64. On an ARM64 machine all of the above was that already.
emulator=${EDGESIM_ARM64_RUN:-../shared/tools/arm64-run/arm64-run}
if [[ $(uname -m) == aarch64 ]]; then
  say "this machine is ARM64: no emulation needed"
  check arm64-disassembly scripts/arm64-disassembly.sh
elif [[ -x $emulator ]]; then
  # Under the emulator the concurrent collector and code that is patched through a second mapping crash at random.
  export EDGESIM_EMULATED=1 DOTNET_TieredCompilation=0 DOTNET_gcConcurrent=0 DOTNET_EnableWriteXorExecute=0
  # The processors of a Raspberry Pi 4 (no SDOT), of a Pi 5, and everything that the emulator knows. The kernel tests
  # fail if one has other kernels than these.
  declare -A kernels=([cortex-a72]="scalar neon" [cortex-a76]="scalar neon neon-dot" [max]="scalar neon neon-dot")
  for cpu in cortex-a72 cortex-a76 max; do
    only=(); [[ $cpu == cortex-a72 ]] || only=("${without_storage[@]}")
    suite index-arm64-$cpu env EDGESIM_EXPECT_KERNELS="${kernels[$cpu]}" "$emulator" --cpu $cpu \
      $bin/EdgeSim.Index.Tests/release/EdgeSim.Index.Tests.dll -showLiveOutput "${only[@]}"
    say "index-arm64-$cpu has $(grep -oE 'kernels: [a-z0-9 -]+' "$logs/index-arm64-$cpu.log" | head -n 1)"
  done
  check arm64-disassembly scripts/arm64-disassembly.sh
  # The encoder tests: ONNX Runtime for ARM64 lies beside them, the picture libraries are told to the emulated loader.
  arm64=$PWD/artifacts/arm64/EdgeSim.Encoders.Tests
  libraries=$(scripts/arm64-native-libs.sh)
  rm -rf "$arm64"; mkdir -p "$(dirname "$arm64")"
  cp -r $bin/EdgeSim.Encoders.Tests/release "$arm64"
  cp "$EDGESIM_CACHE/npm/onnxruntime-node-1.30.0/package/bin/napi-v6/linux/arm64/libonnxruntime.so.1" "$arm64/libonnxruntime.so"
  for cpu in cortex-a72 cortex-a76; do
    suite encoders-arm64-$cpu env QEMU_SET_ENV="LD_LIBRARY_PATH=$libraries" "$emulator" --cpu $cpu "$arm64/EdgeSim.Encoders.Tests.dll" \
      -trait- emulated=no
  done
  unset EDGESIM_EMULATED DOTNET_TieredCompilation DOTNET_gcConcurrent DOTNET_EnableWriteXorExecute
else
  say "ARM64 run SKIPPED: no emulator at $emulator (set EDGESIM_ARM64_RUN)"
fi

[[ ${#broken[@]} -gt 0 ]] && say "failed suites: ${broken[*]}; their output is in $logs"
echo "$passed passed, $failed failed, $skipped skipped"
((failed == 0))
