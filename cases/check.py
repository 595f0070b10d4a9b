#!/usr/bin/env python3
"""Runs our own vectors and the conformance cases, and holds the outcome against not_passed.json, where every case that we do not pass stands with its reason.

    cases/check.py [--ask "target/release/sillage ask"] [--jobs 2] [--only ID]

A vector (vectors.json) is a handful of events, one question and figures of its answer, by dotted path; `*` goes through a list.

A case that fails and is not listed, and a listed case that passes, are both failures: the list stays true.
"""
import argparse
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent


def at(value, path):
    """The part of an answer that a dotted path names."""
    for k, piece in enumerate(path):
        if piece == "*":
            return [at(one, path[k + 1 :]) for one in value]
        value = value[int(piece)] if isinstance(value, list) else value[piece]
    return value


def equal(a, b):
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(equal, a, b))
    numbers = all(isinstance(x, (int, float)) and not isinstance(x, bool) for x in (a, b))
    return abs(a - b) <= 1e-9 * max(1, abs(b)) if numbers else a == b


def vector(case, ask):
    """What is wrong with the answer to one vector; None where nothing is."""
    with tempfile.TemporaryDirectory() as folder:
        events, question = pathlib.Path(folder) / "events.ndjson", pathlib.Path(folder) / "question.json"
        events.write_text("".join(json.dumps(e) + "\n" for e in case["events"]), "utf-8")
        question.write_text(json.dumps(case["question"]), "utf-8")
        done = subprocess.run([*shlex.split(ask), "--events", str(events), "--question", str(question)], capture_output=True, text=True, timeout=60)
    if done.returncode:
        return (done.stderr + done.stdout).strip()[:300]
    answer = json.loads(done.stdout)["answer"]
    for path, expected in case["expect"].items():
        try:
            got = at(answer, path.removesuffix(":sorted").split("."))
        except (KeyError, IndexError, TypeError) as error:
            return f"{path}: not in the answer ({error!r}): {json.dumps(answer)[:200]}"
        got = sorted(got) if path.endswith(":sorted") else got
        if not equal(got, expected):
            return f"{path}: expected {json.dumps(expected)}, got {json.dumps(got)}"
    return None


def vectors(ask, jobs, only):
    cases = [c for c in json.loads((HERE / "vectors.json").read_text("utf-8")) if only in c["id"]]
    with ThreadPoolExecutor(jobs) as pool:
        faults = list(pool.map(lambda case: vector(case, ask), cases))
    for case, fault in zip(cases, faults):
        if fault:
            print(f"FAIL {case['id']} ({case['says']}): {fault}")
    failed = sum(fault is not None for fault in faults)
    print(f"vectors: {len(cases) - failed} of {len(cases)} pass")
    return len(cases) - failed, failed


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--ask", default=f"{HERE.parent / 'target' / 'release' / 'sillage'} ask")
    arguments.add_argument("--jobs", default=str(os.cpu_count() or 2))
    arguments.add_argument("--only", default="")
    a = arguments.parse_args()
    ours, ours_failed = vectors(a.ask, int(a.jobs), a.only)
    listed = json.loads((HERE / "not_passed.json").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "outcome.json"
        done = subprocess.run([sys.executable, str(HERE / "run.py"), "--cases", str(HERE), "--ask", a.ask, "--jobs", a.jobs, *(["--only", a.only] if a.only else []), "--json", str(out), "--need", "0"], capture_output=True, text=True)
        if not out.exists():
            print(done.stdout[-3000:] + done.stderr[-3000:])
            print(f"cases: {ours} passed, {ours_failed + 1} failed")
            return 1
        rows = json.loads(out.read_text("utf-8"))
    status = {row["id"]: row["status"] for row in rows}
    print(done.stdout.split("\n\n")[0])
    unexpected = [row for row in rows if row["status"] in ("fail", "error") and row["id"] not in listed]
    for row in unexpected:
        seen = row.get("differences", [{}])[0] if row["status"] == "fail" else row.get("why")
        print(f"{row['status'].upper()} {row['id']}: {json.dumps(seen, ensure_ascii=False)[:300]}")
    stale = [case for case in listed if a.only in case and status.get(case, "gone") not in ("fail", "error")]
    for case in stale:
        print(f"LISTED {case}: stands in not_passed.json and is {status.get(case, 'gone')}; take it off the list")
    passed = sum(state == "pass" for state in status.values())
    known = len(listed) - len(stale)
    print(f"{known} cases of {len(rows)} are not passed, with reasons in not_passed.json; {sum(s == 'inexpressible' for s in status.values())} ask for what semantics.md does not say")
    print(f"cases: {ours + passed} passed, {ours_failed + len(unexpected) + len(stale)} failed, {known} skipped")
    return int(bool(unexpected or stale or ours_failed))


if __name__ == "__main__":
    sys.exit(main())
