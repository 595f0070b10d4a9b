#!/usr/bin/env python3
"""How long it takes to judge many alerts that are due at once, over many events.

    alerts.py --events FILE.parquet --work DIR [--alerts 500]

FILE is the event set of `make bench` (bench/data/events-20000000.parquet). Alerts look at the latest intervals, so its events are moved to end yesterday and imported once into DIR.
The alerts watch as many different metrics, of hours, days and weeks, over each event of the data and with conditions on properties, for what is unusual, for a fall, and for a bound. They
are made while all of them are off, then switched on; measured is the time until the last one was looked at. Wants pyarrow (bench/requirements.txt). Ends with 1 where the goal is missed.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from run import wait_until_quiet
from sillage import Server, run

GOAL_S = 60.0
CONDITIONS = [{"kind": "unusual"}, {"kind": "falls", "by": 0.2}, {"kind": "above", "value": 1e12}]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", required=True, type=pathlib.Path)
    parser.add_argument("--work", required=True, type=pathlib.Path)
    parser.add_argument("--alerts", type=int, default=500)
    options = parser.parse_args()
    data = imported(options.events, options.work)
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        copy = pathlib.Path(folder) / "data"
        subprocess.run(["cp", "-a", "--reflink=auto", data, copy], check=True)
        os.sync()
        with Server(data=copy, setup=False) as server:
            server.project = json.loads((copy / "bench.json").read_text())["project"]
            server.sign_in()
            path = f"/api/projects/{server.project}"
            events = [one["name"] for one in server.get(f"{path}/names").json()["events"]][:20]
            made = []
            for n, question in enumerate(questions(events, options.alerts)):
                metric = server.post(f"{path}/metrics", {"name": f"Bench {n}", "definition": {"question": question}}).json()["id"]
                definition = {"metric": metric, "when": CONDITIONS[n % len(CONDITIONS)], "off": True}
                made.append((server.post(f"{path}/alerts", {"name": f"Bench {n}", "definition": definition}).json()["id"], definition))
            began = time.monotonic()
            put = lambda one: server.request("PUT", f"{path}/alerts/{one[0]}", json.dumps({"name": one[0], "definition": one[1] | {"off": False}}).encode(), server._signed({"content-type": "application/json"})).status
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                assert set(pool.map(put, made)) == {200}
            switched = time.monotonic() - began
            while True:
                alerts = server.get(f"{path}/alerts").json()["alerts"]
                waiting = [one for one in alerts if one["state"]["looked_at"] is None]
                if not waiting:
                    break
                time.sleep(0.25)
            took = time.monotonic() - began
            troubled = [one["state"]["trouble"] for one in alerts if one["state"]["trouble"]]
            firing = sum(one["state"]["firing"] for one in alerts)
    print(f"{len(made)} alerts on {len(made)} metrics of {len(events)} events; switched on within {switched:.1f} s, all judged after {took:.1f} s   goal {GOAL_S:.0f} s{'' if took <= GOAL_S else '   MISSED'}")
    print(f"  {firing} fire, {len(troubled)} could not be judged {troubled[:1]}")
    return int(took > GOAL_S or bool(troubled))


def imported(events, work):
    """A folder with the events as they would be had the last of them happened yesterday."""
    data, moved = work / "sillage", work / "moved.parquet"
    if (data / "bench.json").exists():
        return data
    work.mkdir(parents=True, exist_ok=True)
    source = pq.ParquetFile(events)
    last = max(pc.max(batch.column(0)).value for batch in source.iter_batches(columns=["time"]))
    unit = {"s": 1, "ms": 1000, "us": 10**6, "ns": 10**9}[source.schema_arrow.field("time").type.unit]
    days = int(time.time() - last / unit) // 86_400
    with pq.ParquetWriter(moved, source.schema_arrow) as writer:
        for batch in source.iter_batches():
            at = source.schema_arrow.get_field_index("time")
            column = pc.add(batch.column(at), pa.scalar(days * 86_400 * unit, pa.duration(source.schema_arrow.field("time").type.unit)))
            writer.write_batch(batch.set_column(at, source.schema_arrow.field("time"), column))
    with Server(data=data) as server:
        run("import", moved, "--url", server.url, "--key", server.write_key, timeout=7200)
        wait_until_quiet(server)
        (data / "bench.json").write_text(json.dumps({"project": server.project}))
    moved.unlink()
    return data


def questions(events, n):
    """Different ones: of each event totals and people, by hour, day and week, overall and by a browser or a country."""
    filters = [None] + [{"property": "browser", "op": "is", "value": value} for value in ("Chrome", "Safari", "Firefox")] + [{"property": "plan", "op": "is", "value": value} for value in ("free", "pro")]
    found = 0
    for where in filters:
        for interval in ("day", "hour", "week"):
            for measure in ("total", "unique"):
                for event in events:
                    if found == n:
                        return
                    found += 1
                    question = {"kind": "trend", "series": [{"select": {"event": event}, "measure": measure}], "interval": interval}
                    yield question | ({"filter": where} if where else {})


if __name__ == "__main__":
    sys.exit(main())
