#!/usr/bin/env python3
"""How long a board of twenty tiles takes over many events: painted at first, asked again with the answers remembered, and asked anew.

    boards.py --data DIR [--runs 5] [--to DATE]

DIR is a folder that `make bench` has filled (bench/out/events-20000000/sillage); a copy is used. Six tiles are asked at once, as a browser does. `painted` is
the first time of all after a start, `refreshed` the same board again (answers are remembered), `anew` with `fresh`. Ends with 1 where a goal is missed.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]
from dashboards import dashboard
from sillage import Server

TILES, AT_ONCE = 20, 6
PAINTED_S, REFRESHED_S = 2.0, 1.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--to", default="2025-12-31")
    options = parser.parse_args()
    questions = [question for seed in range(8) for question in dashboard(seed, options.to)]
    different = list({str(question): question for question in questions}.values())[:TILES]
    with tempfile.TemporaryDirectory(dir=options.data.parent) as folder:
        copy = pathlib.Path(folder) / "data"
        subprocess.run(["cp", "-a", "--reflink=auto", options.data, copy], check=True)
        # What is copied is on the disk before anything is measured.
        os.sync()
        painted, refreshed, anew = [], [], []
        for _ in range(options.runs):
            with Server(data=copy, setup=False) as server:
                server.project = json.loads((copy / "bench.json").read_text())["project"]
                server.sign_in()
                tiles = [{"id": str(place), "width": 6, "height": 6, "shows": {"kind": "question", "question": question}} for place, question in enumerate(different)]
                board = server.post(f"/api/projects/{server.project}/boards", {"name": "Bench", "definition": {"tiles": tiles}}).json()["id"]
                ask = lambda look: look_at(server, board, len(tiles), look)
                painted.append(ask({}))
                refreshed.append(ask({}))
                anew.append(ask({"fresh": True}))
    print(f"{len(different)} tiles, {AT_ONCE} at once")
    for name, times, goal in [("painted", painted, PAINTED_S), ("refreshed", refreshed, REFRESHED_S), ("anew", anew, None)]:
        middle = statistics.median(times)
        print(f"  {name:<10} median {middle * 1000:7.0f} ms   slowest {max(times) * 1000:7.0f} ms" + (f"   goal {goal * 1000:.0f} ms{'' if middle <= goal else '   MISSED'}" if goal else ""))
    return int(statistics.median(painted) > PAINTED_S or statistics.median(refreshed) > REFRESHED_S)


def look_at(server, board, tiles, look):
    def one(tile):
        reply = server.post(f"/api/projects/{server.project}/boards/{board}/tiles/{tile}", look)
        assert reply.status == 200, reply

    begun = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, range(tiles)))
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
