#!/usr/bin/env python3
"""Ten people open and refresh dashboards of eight reports each while events arrive: how long a report takes, and whether ingestion notices.

    dashboards.py --data DIR [--people 10] [--events-per-second 10000] [--seconds 60] [--to DATE] [--xtask FILE]

DIR is a folder that `make bench` has filled (bench/out/events-20000000/sillage); a copy is used, made with links where the disk can, so that it stays as
it is. First events arrive alone, then with the people. Each person has a dashboard of their own; the eight reports are asked at once, as a screen does,
then the person looks at it for two seconds and refreshes. The reports end where the event set does, so that what arrives lies behind them; with --to and
today's date each event that arrives changes every answer. Prints p50 and p95 of a report, p99 of an ingestion reply alone and beside the people, and memory.
"""
import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]
from questions import BASE, SHOP, funnel, trend
from sillage import ROOT, Server

REPORTS = 8
LOOKS_SECONDS = 2


def dashboard(seed, to):
    """Eight reports as a team would put beside each other; which events, ranges and segments depends on the seed."""
    choose = random.Random(seed).choice
    event = choose(["search", "view_item", "add_to_cart", "purchase", "$pageview"])
    last = {"from": choose(["2025-10-01", "2025-11-01", "2025-12-01"]), "to": to}
    segment = [{"property": choose(["country", "utm_source", "plan"])}]
    return [
        trend(event, "total") | {"range": last},
        trend(event, "unique") | {"range": last},
        trend(None, {"active": 7}) | {"range": last},
        trend("purchase", {"sum": "amount"}, breakdown=segment) | {"interval": "week", "range": last},
        funnel([SHOP[0], SHOP[1], SHOP[4]], {"n": choose([1, 7]), "unit": "day"}) | {"range": last},
        funnel(SHOP, {"n": 1, "unit": "day"}, breakdown=segment) | {"range": last},
        BASE | {"kind": "retention", "birth": {"event": "signup"}, "return": {"event": None}, "unit": "week", "periods": 8, "first_time": True, "range": last},
        BASE | {"kind": "lifecycle", "select": {"event": None}, "interval": "week", "range": last},
    ]


def timed(server, question, times, failures):
    began = time.perf_counter()
    reply = server.post(f"/api/projects/{server.project}/query", question)
    times.append((time.perf_counter() - began) * 1000)
    if reply.status != 200:
        failures.append(reply.text[:200])


def look(server, seed, to, until, times, failures):
    """One person: all reports of their dashboard at once, again and again."""
    questions = dashboard(seed, to)
    while time.monotonic() < until:
        asked = [threading.Thread(target=timed, args=(server, question, times, failures)) for question in questions]
        for one in asked:
            one.start()
        for one in asked:
            one.join()
        time.sleep(LOOKS_SECONDS)


def arriving(a, server, out):
    """Events at a steady pace, in a process of its own; what its replies took."""
    events = a.events_per_second * a.seconds
    command = [str(a.xtask), "load", "--url", server.url, "--key", server.write_key, "--events", str(events), "--batch", "100", "--events-per-second", str(a.events_per_second), "--pid", str(server.process.pid), "--json", str(out)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finished(process, out):
    _, complaint = process.communicate()
    if process.returncode:
        raise SystemExit(f"the load generator failed: {complaint[-500:]}")
    return json.loads(out.read_text())


def at(times, share):
    return sorted(times)[int((len(times) - 1) * share)]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--data", type=pathlib.Path, required=True)
    arguments.add_argument("--people", type=int, default=10)
    arguments.add_argument("--events-per-second", type=int, default=10_000)
    arguments.add_argument("--seconds", type=int, default=60)
    arguments.add_argument("--to", default="2025-12-31")
    arguments.add_argument("--xtask", type=pathlib.Path, default=ROOT / "target" / "release" / "sillage-xtask")
    a = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=a.data.parent) as folder:
        copy = pathlib.Path(folder) / "sillage"
        subprocess.run(["cp", "-a", "--reflink=auto", str(a.data), str(copy)], check=True)
        # What is copied is on the disk before anything is measured.
        os.sync()
        server = Server(copy, setup=False)
        server.start(600)
        try:
            server.project = json.loads((copy / "bench.json").read_text())["project"]
            server.sign_in()
            server.write_key = server.get(f"/api/projects/{server.project}").json()["write_key"]
            alone = finished(arriving(a, server, copy / "alone.json"), copy / "alone.json")
            process = arriving(a, server, copy / "beside.json")
            times, failures, until = [], [], time.monotonic() + a.seconds
            people = [threading.Thread(target=look, args=(server, seed, a.to, until, times, failures)) for seed in range(a.people)]
            for one in people:
                one.start()
            for one in people:
                one.join()
            beside = finished(process, copy / "beside.json")
        finally:
            server.stop()
    result = {
        "people": a.people, "reports": len(times), "failures": len(failures), "report_p50_ms": round(statistics.median(times)), "report_p95_ms": round(at(times, 0.95)), "report_max_ms": round(max(times)),
        "events_per_second": round(beside["events_per_second"]), "ingest_p99_ms_alone": round(alone["p99_ms"], 1), "ingest_p99_ms_beside": round(beside["p99_ms"], 1), "peak_rss_mb": round(beside["peak_rss_mb"]),
    }
    print(json.dumps(result, indent=1))
    (HERE / "out").mkdir(exist_ok=True)
    (HERE / "out" / "dashboards.json").write_text(json.dumps(result, indent=1))
    for one in failures[:3]:
        print(f"a report failed: {one}", file=sys.stderr)
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
