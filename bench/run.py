#!/usr/bin/env python3
"""Times the fourteen questions beside ClickHouse and DuckDB on the same machine in the same run, and checks that all give the same rows.

    run.py --events FILE.parquet --shared DIR [--runs 5] [--only 05,07] [--work DIR] [--keep]

The events come in through the public import and the questions go through the public HTTP API. After each question of ours the peers answer the
same one, so that whatever else the machine does falls on all of them. Writes bench/report.json and prints a table.
"""
import argparse
import json
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]
import pyarrow.parquet as pq
from questions import TOUCHED, questions
from sillage import Server, run

THREADS = 2


def probe_of(path):
    """Who sent the first event that was generated."""
    for batch in pq.ParquetFile(path).iter_batches(columns=["insert_id", "distinct_id"], batch_size=1 << 20):
        ids = batch.column(0).to_pylist()
        if "0" * 15 in ids:
            return batch.column(1)[ids.index("0" * 15)].as_py()
    raise SystemExit("the event set has no event with insert_id 000000000000000")


def start(events, work):
    """A server on the imported events; imports only where the folder is new."""
    data = work / "sillage"
    fresh = not (data / "bench.json").exists()
    if fresh:
        shutil.rmtree(data, ignore_errors=True)
    os.environ["RAYON_NUM_THREADS"] = str(THREADS)
    server = Server(data, setup=False)
    server.start(600)
    if fresh:
        server.set_up(timezone="UTC")
        began = time.perf_counter()
        run("import", events, "--url", server.url, "--key", server.write_key, timeout=7200)
        seconds = time.perf_counter() - began
        wait_until_quiet(server)
        (data / "bench.json").write_text(json.dumps({"seconds": seconds, "project": server.project, "rows": pq.ParquetFile(events).metadata.num_rows}))
        server.stop()
        print(f"imported in {seconds:.0f} s; started again on it in {server.start(600):.2f} s, idle memory {server.memory_kb() / 1024:.0f} MB", file=sys.stderr)
    server.project = json.loads((data / "bench.json").read_text())["project"]
    server.sign_in()
    return server, json.loads((data / "bench.json").read_text())


def wait_until_quiet(server, quiet_seconds=30, limit_seconds=1800):
    """Segments are merged in the background, as ClickHouse's parts are before its timing; waits until the processor rests."""
    ticks = lambda: sum(map(int, pathlib.Path(f"/proc/{server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[11:13]))
    end, last, since = time.monotonic() + limit_seconds, ticks(), time.monotonic()
    while time.monotonic() < end and time.monotonic() - since < quiet_seconds:
        time.sleep(1)
        if ticks() - last > 10:
            since = time.monotonic()
        last = ticks()


def size_of(folder, pattern="*"):
    """All that is kept of the events; what tells resent events (`*.keys`) is of no use to the questions, and the peers have nothing like it."""
    return sum(p.stat().st_size for p in (folder / "projects").rglob(pattern) if p.is_file())


def reset_peak(server):
    pathlib.Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")


def peak_mb(server):
    lines = pathlib.Path(f"/proc/{server.process.pid}/status").read_text().splitlines()
    return round(int(next(line for line in lines if line.startswith("VmHWM:")).split()[1]) / 1024)


def ask(server, question, runs):
    """The median milliseconds of a whole HTTP request, and the answer; None and the reason where the question is not answered."""
    path = f"/api/projects/{server.project}/query"
    # An answer that was given before would cost nothing.
    question = question | {"fresh": True}
    reset_peak(server)
    first = server.post(path, question)
    if first.status != 200:
        return None, first.text[:200]
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        reply = server.post(path, question)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times), reply.json()["answer"]


def peers(shared, events, work, only, runs):
    command = [sys.executable, str(shared / "bench" / "peers.py"), str(events), str(work / "peers"), "--runs", str(runs), "--only", only, "--threads", str(THREADS)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return json.loads(done.stdout)


def with_decode(server, queries, runs):
    """Adds how long the same threads take merely to decode what each question touches; the server is stopped by now."""
    wanted = {name: {"events": TOUCHED[name][0], "columns": TOUCHED[name][1]} for name in queries if name in TOUCHED}
    command = ["cargo", "run", "--release", "-q", "-p", "sillage-store", "--example", "decode", "--", str(server.data), str(server.project), str(THREADS), str(runs)]
    done = subprocess.run(command, input=json.dumps(wanted), capture_output=True, text=True, cwd=HERE.parent)
    if done.returncode:
        print(f"decode times are missing: {done.stderr[-500:]}", file=sys.stderr)
        return queries
    decoded = json.loads(done.stdout)
    return {name: q | {"decode_ms": round(decoded[name], 1) if name in decoded else None} for name, q in queries.items()}


def same(ours, theirs):
    """Equal rows; figures that the peers round may differ by one in the last place."""
    if len(ours) != len(theirs):
        return False
    close = lambda a, b: abs(a - b) <= 1 if isinstance(a, (int, float)) and isinstance(b, (int, float)) else a == b
    exact = lambda a, b: a == b
    for row, other in zip(ours, theirs):
        if len(row) != len(other) or not all((close if k == len(row) - 1 and len(row) >= 4 else exact)(a, b) for k, (a, b) in enumerate(zip(row, other))):
            return False
    return True


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--events", required=True, type=pathlib.Path)
    arguments.add_argument("--shared", required=True, type=pathlib.Path)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--work", type=pathlib.Path)
    arguments.add_argument("--report", type=pathlib.Path, default=HERE / "report.json")
    a = arguments.parse_args()
    work = a.work or HERE / "out" / a.events.stem
    work.mkdir(parents=True, exist_ok=True)
    server, loaded = start(a.events, work)
    report = {"rows": loaded["rows"], "threads": THREADS, "queries": {}, "load": {"sillage_seconds": round(loaded["seconds"], 1)}, "bytes": {"sillage": size_of(server.data), "sillage_without_keys": size_of(server.data, "*.parquet")}}
    wanted = [w for w in a.only.split(",") if w]
    print(f"{'question':34} {'sillage':>9} {'clickhouse':>11} {'duckdb':>9} {'ahead':>7}  {'equal':5} {'peak MB':>7}")
    try:
        for name, (question, read) in questions(probe_of(a.events)).items():
            if wanted and not any(name.startswith(w) for w in wanted):
                continue
            ms, answer = ask(server, question, a.runs)
            peak = peak_mb(server)
            beside = peers(a.shared, a.events.resolve(), work, name, a.runs)
            for engine in ("clickhouse", "duckdb"):
                if beside[engine]["load_seconds"]:
                    report["load"][f"{engine}_seconds"] = beside[engine]["load_seconds"]
                report["bytes"][engine] = beside[engine]["bytes"]
            house, duck = (beside[engine]["queries"][name] for engine in ("clickhouse", "duckdb"))
            if ms is None:
                print(f"{name:34} {'-':>9} {house['ms']:11.1f} {duck['ms']:9.1f}           not answered: {answer}", flush=True)
                continue
            rows = read(answer)
            equal = same(rows, duck["rows"]) or same(rows, house["rows"])
            ahead = min(house["ms"], duck["ms"]) / ms
            report["queries"][name] = {"sillage_ms": round(ms, 1), "clickhouse_ms": house["ms"], "duckdb_ms": duck["ms"], "decode_ms": None, "equal": equal, "peak_rss_mb": peak}
            print(f"{name:34} {ms:9.1f} {house['ms']:11.1f} {duck['ms']:9.1f} {ahead:6.1f}x  {str(equal):5} {peak:7}", flush=True)
            if not equal:
                print(f"    ours  {rows[:3]} … {len(rows)} rows\n    peers {duck['rows'][:3]} … {len(duck['rows'])} rows", flush=True)
    finally:
        server.stop()
    report["queries"] = with_decode(server, report["queries"], a.runs)
    ratios = {n: min(q["clickhouse_ms"], q["duckdb_ms"]) / q["sillage_ms"] for n, q in report["queries"].items()}
    if ratios:
        report["geomean_vs_best_peer"] = round(math.exp(sum(map(math.log, ratios.values())) / len(ratios)), 2)
        report["worst_vs_best_peer"] = round(min(ratios.values()), 2)
        print(f"\n{report['rows']} events, {THREADS} threads: {report['geomean_vs_best_peer']}x ahead of the faster peer in the geometric mean, {report['worst_vs_best_peer']}x at worst ({min(ratios, key=ratios.get)})")
    print(f"load: {report['load']}  bytes: {report['bytes']}")
    a.report.write_text(json.dumps(report, indent=1) + "\n")
    return int(not all(q["equal"] for q in report["queries"].values()))


if __name__ == "__main__":
    sys.exit(main())
