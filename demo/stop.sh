#!/usr/bin/env bash
# Stops the demo that `make demo` left running, if there is one; waits until it has let go of its folder.
set -euo pipefail
cd "$(dirname "$0")/.."
pid_file=".sillage/demo.pid"
[ -f "$pid_file" ] || exit 0
pid="$(cat "$pid_file")"
if [ -n "$pid" ] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q 'sillage demo'; then
  kill "$pid" 2>/dev/null || true
  for _ in $(seq 1 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
fi
rm -f "$pid_file"
