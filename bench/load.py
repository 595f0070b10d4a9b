#!/usr/bin/env python3
"""Starts a server of its own and lets `xtask load` send to it: in bulk, then one small event at a time at 200 requests a second.

    load.py [--events 4000000] [--connections 8] [--seconds 30] [--data DIR]
"""
import argparse
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))
from sillage import ROOT, Server

XTASK = ROOT / "target" / "release" / "sillage-xtask"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--events", default="4000000")
    arguments.add_argument("--connections", default="8")
    arguments.add_argument("--seconds", default="30")
    arguments.add_argument("--data", help="the disk to write to; default: the folder for temporary files")
    a = arguments.parse_args()
    (HERE / "out").mkdir(exist_ok=True)
    with Server(a.data) as server:
        print(f"idle memory {server.memory_kb() / 1024:.0f} MB")
        common = [str(XTASK), "load", "--url", server.url, "--key", server.write_key, "--pid", str(server.process.pid)]
        code = subprocess.run([*common, "--events", a.events, "--connections", a.connections, "--json", str(HERE / "out" / "load-bulk.json")]).returncode
        stored, sent = server.count(), json.loads((HERE / "out" / "load-bulk.json").read_text())["events"]
        print(f"{stored} of {sent} acknowledged events are there")
        code |= subprocess.run([*common, "--single-rate", "200", "--seconds", a.seconds, "--json", str(HERE / "out" / "load-single.json")]).returncode
    return int(code or stored != sent)


if __name__ == "__main__":
    sys.exit(main())
