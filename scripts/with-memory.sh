#!/usr/bin/env bash
# scripts/with-memory.sh SIZE COMMAND...: runs a command in a memory cgroup of its own, in which everything counts: its
# memory, and the page cache of the files it reads. No swap. SIZE as 64M or in bytes. Needs root.
# Exit code 3: there is no memory cgroup that can be written here; otherwise the command's own (137 when it was killed).
set -euo pipefail
(($# >= 2)) || { echo "usage: with-memory.sh SIZE COMMAND..." >&2; exit 2; }
bytes=$(numfmt --from=iec "${1%iB}"); shift
cannot() { echo "with-memory: cannot go on: $1" >&2; exit 3; }

if [[ -f /sys/fs/cgroup/memory/memory.limit_in_bytes ]]; then # version 1
  group=/sys/fs/cgroup/memory/edgesim-$$
  mkdir "$group" 2>/dev/null || cannot "$group cannot be made; run this as root"
  limit=memory.limit_in_bytes swap=memory.memsw.limit_in_bytes swap_bytes=$bytes peak=memory.max_usage_in_bytes
elif [[ -f /sys/fs/cgroup/cgroup.controllers ]]; then # version 2
  group=/sys/fs/cgroup/edgesim-$$
  mkdir "$group" 2>/dev/null || cannot "$group cannot be made; run this as root"
  [[ -f $group/memory.max ]] || { rmdir "$group"; cannot "the memory controller is not on in /sys/fs/cgroup/cgroup.subtree_control"; }
  limit=memory.max swap=memory.swap.max swap_bytes=0 peak=memory.peak
else
  cannot "no cgroup file system at /sys/fs/cgroup"
fi
trap 'rmdir "$group" 2>/dev/null || true' EXIT
echo "$bytes" >"$group/$limit" || cannot "$group/$limit cannot be written"
[[ ! -f $group/$swap ]] || echo "$swap_bytes" >"$group/$swap" || true

code=0
(echo "$BASHPID" >"$group/cgroup.procs"; exec "$@") || code=$?
[[ ! -f $group/$peak ]] || echo "with-memory: peak $(($(cat "$group/$peak") >> 20)) of $((bytes >> 20)) MiB" >&2
exit "$code"
