#!/usr/bin/env python3
"""Runs the conformance cases and holds the outcome against not_passed.json, where every case that we do not pass stands with its reason.

    cases/check.py [--ask "target/release/sillage ask"] [--jobs 2]

A case that fails and is not listed, and a listed case that passes, are both failures: the list stays true.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--ask", default=f"{HERE.parent / 'target' / 'release' / 'sillage'} ask")
    arguments.add_argument("--jobs", default=str(os.cpu_count() or 2))
    a = arguments.parse_args()
    listed = json.loads((HERE / "not_passed.json").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "outcome.json"
        done = subprocess.run([sys.executable, str(HERE / "run.py"), "--cases", str(HERE), "--ask", a.ask, "--jobs", a.jobs, "--json", str(out), "--need", "0"], capture_output=True, text=True)
        if not out.exists():
            print(done.stdout[-3000:] + done.stderr[-3000:])
            print("cases: 0 passed, 1 failed")
            return 1
        rows = json.loads(out.read_text("utf-8"))
    status = {row["id"]: row["status"] for row in rows}
    print(done.stdout.split("\n\n")[0])
    unexpected = [row for row in rows if row["status"] in ("fail", "error") and row["id"] not in listed]
    for row in unexpected:
        seen = row.get("differences", [{}])[0] if row["status"] == "fail" else row.get("why")
        print(f"{row['status'].upper()} {row['id']}: {json.dumps(seen, ensure_ascii=False)[:300]}")
    stale = [case for case in listed if status.get(case, "gone") not in ("fail", "error")]
    for case in stale:
        print(f"LISTED {case}: stands in not_passed.json and is {status.get(case, 'gone')}; take it off the list")
    passed = sum(state == "pass" for state in status.values())
    known = len(listed) - len(stale)
    print(f"{known} cases of {len(rows)} are not passed, with reasons in not_passed.json; {sum(s == 'inexpressible' for s in status.values())} ask for what semantics.md does not say")
    print(f"cases: {passed} passed, {len(unexpected) + len(stale)} failed, {known} skipped")
    return int(bool(unexpected or stale))


if __name__ == "__main__":
    sys.exit(main())
