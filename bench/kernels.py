#!/usr/bin/env python3
"""Counts the instructions that the hot paths take for an event, and holds them against what they took when the baseline was written.

    kernels.py [--save] [--only receive,keep]

Wants valgrind. A count does not depend on what else the machine does; a path that takes 8 % more than in bench/kernels.json fails.
"""
import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
XTASK = HERE.parent / "target" / "release" / "sillage-xtask"
BASELINE = HERE / "kernels.json"
# Fewer and more rounds: a question takes little for an event, so it is asked often.
ROUNDS = {"receive": (1, 3), "planned": (1, 3), "keep": (1, 3), "trend": (2, 62), "funnel": (2, 62), "retention": (2, 62), "journey": (2, 62)}
EVENTS = 5000
WORSE = 1.08


def count(kernel, rounds):
    with tempfile.TemporaryDirectory() as folder:
        command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", XTASK, "kernel", kernel, "--events", str(EVENTS), "--rounds", str(rounds)]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return int(re.search(r"Collected : (\d+)", done.stderr).group(1))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--save", action="store_true", help="write the counts as the new baseline")
    arguments.add_argument("--only", default=",".join(ROUNDS))
    a = arguments.parse_args()
    if not shutil.which("valgrind"):
        raise SystemExit("valgrind is missing: apt-get install valgrind")
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    worse = []
    for kernel in a.only.split(","):
        fewer, more = ROUNDS[kernel]
        per_event = round((count(kernel, more) - count(kernel, fewer)) / (EVENTS * (more - fewer)))
        before = baseline.get(kernel)
        change = f"{100 * per_event / before - 100:+.1f} %" if before else "new"
        print(f"{kernel:10} {per_event:8} instructions an event   {change}", flush=True)
        if before and per_event > before * WORSE:
            worse.append(kernel)
        if a.save:
            baseline[kernel] = per_event
    if a.save:
        BASELINE.write_text(json.dumps(baseline, indent=2) + "\n")
    elif worse:
        print(f"more work than before: {', '.join(worse)}; if that is meant, write the new baseline with --save", file=sys.stderr)
    return int(bool(worse) and not a.save)


if __name__ == "__main__":
    sys.exit(main())
