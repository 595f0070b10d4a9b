#!/usr/bin/env bash
# `make demo`: builds what is missing and runs `sillage demo`, which starts on embedded storage in .sillage/demo, loads the story of Courriel and, where
# they are there, the real event sets of ../shared/data, and prints where it is and how to sign in. Ctrl-C stops it; started again, it goes on with its data.
# DETACH=1 leaves it running in the background (make clean-demo stops it and forgets its data). PORT chooses another port.
set -euo pipefail
cd "$(dirname "$0")/.."

port="${PORT:-7070}"
url="http://127.0.0.1:$port"
log=".sillage/demo.log"

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }
need() { command -v "$1" >/dev/null 2>&1 || { echo "demo: $1 is missing. $2" >&2; exit 1; }; }
need cargo "Install Rust 1.95 or newer (https://rustup.rs)."
need npm "Install Node.js 20 or newer (Debian: apt-get install nodejs npm)."
need cc "Install a C compiler (Debian: apt-get install build-essential)."

mkdir -p .sillage
started=$SECONDS
say "building the screens"
make --no-print-directory ui >.sillage/ui.log 2>&1 || { cat .sillage/ui.log >&2; exit 1; }
say "building the server; the first time takes some minutes"
cargo build --release -p sillage-node
say "built in $((SECONDS - started)) s"
demo/stop.sh

demo=(target/release/sillage demo --data .sillage/demo --listen "127.0.0.1:$port")
if [ -z "${DETACH:-}" ]; then
  exec "${demo[@]}"
fi

nohup "${demo[@]}" </dev/null >"$log" 2>&1 &
echo $! >.sillage/demo.pid
for _ in $(seq 1 1200); do
  if grep -q 'or .*sign in with\|or as ' "$log"; then
    cat "$log"
    say "running in the background; make clean-demo stops it"
    exit 0
  fi
  kill -0 "$(cat .sillage/demo.pid)" 2>/dev/null || { cat "$log" >&2; rm -f .sillage/demo.pid; exit 1; }
  sleep 0.25
done
cat "$log" >&2
echo "demo: not ready after five minutes at $url" >&2
exit 1
