#!/usr/bin/env bash
# `make demo`: builds what is missing, starts Sillage on embedded storage in .sillage/demo, gives it demo data and, where ../shared/data is there,
# real data, through the same `import` command that a user has. Stays in the foreground until Ctrl-C; with DETACH=1 it returns once the data is in.
set -euo pipefail
cd "$(dirname "$0")/.."

PORT="${PORT:-7070}"
DATA=".sillage/demo"
LISTEN="127.0.0.1:$PORT"
URL="http://$LISTEN"
SHARED="${SHARED:-../shared}"
SILLAGE="target/release/sillage"

say() { printf '%s  %s\n' "$(date +%H:%M:%S)" "$*"; }
need() { command -v "$1" >/dev/null 2>&1 || { echo "demo: $1 is missing. $2" >&2; exit 1; }; }
need cargo "Install Rust 1.95 or newer: https://rustup.rs"
need npm "Install Node.js 20 or newer (Debian: apt-get install nodejs npm)."
need curl "Install curl (Debian: apt-get install curl)."

started=$SECONDS
say "building the screens"
make --no-print-directory ui >.sillage-ui.log 2>&1 || { cat .sillage-ui.log >&2; exit 1; }
rm -f .sillage-ui.log
say "building the server (the first time takes some minutes)"
cargo build --release -p sillage-node
say "built in $((SECONDS - started)) s"

mkdir -p "$DATA"
demo/stop.sh
if curl -fs "$URL/ready" >/dev/null 2>&1; then
  echo "demo: something already answers at $URL; stop it, or choose another port: make demo PORT=7171" >&2
  exit 1
fi

"$SILLAGE" demo --data "$DATA" --listen "$LISTEN" >"$DATA.log" 2>&1 &
server=$!
echo "$server" >"$DATA.pid"
stop() { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -f "$DATA.pid"; }
trap 'stop; exit 0' INT TERM

for _ in $(seq 1 300); do
  curl -fs "$URL/ready" >/dev/null 2>&1 && break
  kill -0 "$server" 2>/dev/null || { cat "$DATA.log" >&2; exit 1; }
  sleep 0.2
done
curl -fs "$URL/ready" >/dev/null || { cat "$DATA.log" >&2; echo "demo: the server did not become ready" >&2; stop; exit 1; }
