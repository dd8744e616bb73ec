#!/usr/bin/env bash
# Shows what the JIT makes of the inner loop of the int8 dot product with four rows on ARM64, and holds it to bars.
#
#   scripts/arm64-disassembly.sh [--cpu cortex-a72|cortex-a76|max]...
#
# Its output is kept in tests/EdgeSim.Benchmarks/results/arm64-disassembly.txt. It runs one of the index tests: on an
# ARM64 machine as it is, elsewhere under the emulator at EDGESIM_ARM64_RUN, else ../shared/tools/arm64-run/arm64-run,
# once per --cpu (default cortex-a72 and cortex-a76). It counts instructions, which the emulator's JIT makes like a
# board's; it measures no time.
#
# Bars, per 16 bytes of row: neon-dot 3.0 instructions, by SDOT; neon 6.0, by SMULL, SMLAL and SADALP (short form, for
# queries without -128) or SMULL and SADALP (long form). No loop may store anything: a sum must stay in its register.
# Exit codes: 0 all bars hold, 1 one does not, 2 wrong arguments, 3 no emulator.
set -euo pipefail
cd "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/.."
say() { echo "arm64-disassembly: $*" >&2; }

cpus=()
while (($#)); do
  if [[ $1 == --cpu && -n ${2-} ]]; then
    cpus+=("$2"); shift 2
  else
    sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2
  fi
done

tests=$PWD/artifacts/net10.0/bin/EdgeSim.Index.Tests/release/EdgeSim.Index.Tests.dll
[[ -f $tests ]] || dotnet build tests/EdgeSim.Index.Tests -c Release -v quiet --nologo -clp:ErrorsOnly >&2

emulated=" (emulated)"
if [[ $(uname -m) == aarch64 ]]; then
  emulated=
  model=$(lscpu 2>/dev/null | sed -n 's/^Model name: *//p' | head -n 1)
  cpus=("${model:-this machine}")
else
  emulator=$(realpath -m "${EDGESIM_ARM64_RUN:-../shared/tools/arm64-run/arm64-run}")
  [[ -x $emulator ]] || { say "no emulator at $emulator (set EDGESIM_ARM64_RUN)"; exit 3; }
  ((${#cpus[@]})) || cpus=(cortex-a72 cortex-a76)
  # Under the emulator the concurrent collector and code that is patched through a second mapping crash at random.
  export EDGESIM_EMULATED=1 DOTNET_gcConcurrent=0 DOTNET_EnableWriteXorExecute=0
fi

# run CPU: the test that uses every form of the loop. One test, so one thread: listings of two would be mixed.
run() {
  local start=(dotnet)
  [[ -n $emulated ]] && start=("$emulator" --cpu "$1")
  "${start[@]}" "$tests" -method '*.Int8KernelTests.Extreme_Fills_GiveTheExactSums'
}

# has_dot CPU: whether that processor must have SDOT.
has_dot() {
  if [[ -n $emulated ]]; then [[ $1 == cortex-a76 || $1 == max* ]]; else grep -qw asimddp /proc/cpuinfo; fi
}

# Of each listing the longest loop that jumps back to its own label: what it consists of, and whether that will do.
# Of five registers that it loads one is the query's, and every register of a row must be multiplied once.
program='
function judge() {
  if (!right) return "FAILED: these are not the instructions it should use"
  if (products != row) return "FAILED: " row " registers of rows are loaded and " products " multiplied"
  if (stores) return "FAILED: " stores " stores in the loop"
  if (best / row > bar) return "FAILED: too many"
  return "ok"
}
function finish() {
  if (!best) return
  row = loads * 4 / 5
  bar = 6.0
  if (form == "neon-dot") {
    bar = 3.0; products = sdot; right = sdot && !smull
  } else if (form == "neon, short form") {
    products = smull; right = smull && smlal == smull && sadalp == smull && !sdot
  } else {
    products = smull / 2; right = smull && !smlal && sadalp == smull && !sdot
  }
  printf "%s: %d instructions for %d bytes of rows, %.2f per 16 bytes, bar %.1f: %s\n%s\n", \
    form, best, row * 16, best / row, bar, judge(), body
  best = 0
}
/^; Assembly listing/ {
  finish()
  form = ""
  if (/NeonDotKernels[+]Steps/) form = "neon-dot"
  if (/NeonKernels[+]ShortStep/) form = "neon, short form"
  if (/NeonKernels[+]Steps/) form = "neon, long form"
  n = 0; split("", start)
  next
}
form == "" { next }
/^G_M[0-9]+_IG[0-9]+:/ { label = $1; sub(/:.*/, "", label); start[label] = n + 1; next }
/^ +[a-z]/ && $1 != "align" {
  line[++n] = $0
  if (!($NF in start) || n - start[$NF] + 1 <= best) next
  best = n - start[$NF] + 1
  loads = stores = sdot = smull = smlal = sadalp = 0
  body = ""
  for (i = start[$NF]; i <= n; i++) {
    split(line[i], word, " ")
    loads += (word[1] == "ldr") + 2 * (word[1] == "ldp")
    stores += (word[1] ~ /^st/)
    sdot += (word[1] == "sdot")
    smull += (word[1] ~ /^smull2?$/)
    smlal += (word[1] ~ /^smlal2?$/)
    sadalp += (word[1] == "sadalp")
    sub(/^ +/, "    ", line[i])
    body = body line[i] "\n"
  }
}
END { finish() }
'

work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
export DOTNET_TieredCompilation=0 DOTNET_JitDisasm=FourRows DOTNET_JitStdOutFile=$work/listing
echo "The inner loop of the int8 dot products of one query with four rows (Arm64Kernels.FourRows) as the JIT compiles"
echo "it, printed by scripts/arm64-disassembly.sh. Instructions are counted; no time was measured, on no board."
status=0
for cpu in "${cpus[@]}"; do
  rm -f "$work/listing"
  if ! run "$cpu" >"$work/log" 2>&1 || [[ ! -s $work/listing ]]; then
    say "the test did not run on $cpu:"; tail -n 20 "$work/log" >&2; exit 1
  fi

  printf '\n== %s%s, %s\n' "$cpu" "$emulated" "$(grep -oE '\.NET [0-9]+(\.[0-9]+)+' "$work/log" | head -n 1)"
  awk "$program" "$work/listing" | tee "$work/report"
  forms=("neon, long form" "neon, short form")
  has_dot "$cpu" && forms+=(neon-dot)
  for form in "${forms[@]}"; do
    grep -q "^$form: .*: ok$" "$work/report" || { say "$cpu: the loop of $form is missing or fails"; status=1; }
  done
  ! grep FAILED "$work/report" >&2 || status=1
done
exit $status
