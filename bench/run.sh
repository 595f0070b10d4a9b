#!/usr/bin/env bash
# `make bench`: makes the event set and the peers' Python once, then runs bench/run.py with them.
# PYTHON names an interpreter that already has bench/requirements.txt; EVENTS_FILE an event set that is already there.
set -euo pipefail
cd "$(dirname "$0")/.."
rows=20000000 runs=5 shared=../shared rest=()
while [ $# -gt 0 ]; do
  case "$1" in
    --rows) rows="$2"; shift 2 ;;
    --runs) runs="$2"; shift 2 ;;
    --shared) shared="$2"; shift 2 ;;
    *) rest+=("$1"); shift ;;
  esac
done
if [ ! -f "$shared/bench/peers.py" ]; then
  echo "bench: the peers and the generator of the event set are not there ($shared/bench); say where: make bench SHARED=..." >&2
  exit 1
fi
if [ -z "${PYTHON:-}" ]; then
  PYTHON=bench/.venv/bin/python
  [ -x "$PYTHON" ] || { python3 -m venv bench/.venv && "$PYTHON" -m pip install -q --disable-pip-version-check -r bench/requirements.txt; }
fi
file="${EVENTS_FILE:-bench/data/events-$rows.parquet}"
if [ ! -f "$file" ]; then
  mkdir -p bench/data
  "$PYTHON" "$shared/bench/generate.py" "$rows" "$file.part"
  mv "$file.part" "$file"
fi
exec "$PYTHON" bench/run.py --events "$file" --shared "$shared" --runs "$runs" "${rest[@]}"
