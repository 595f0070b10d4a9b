#!/usr/bin/env python3
"""Kills the server (`kill -9`) at random moments under load, many times; after every restart each acknowledged event has to be there, once.

    torture.py [--kills 50] [--seed 1] [--writers 6] [--data DIR]

The ledger is kept here, outside the server: the insert ids of every batch and the reply that it got. A batch whose reply never came may be there or
not, whole or not at all; some of them are sent again, as a client would. The seed is printed, and the ledger of a run that failed is kept.
"""
import argparse
import http.client
import json
import pathlib
import random
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))
from sillage import Server


class Ledger:
    def __init__(self):
        self.lock = threading.Lock()
        self.acknowledged, self.unsure, self.n_events = set(), set(), 0
        self.unexpected = []

    def next_batch(self, rng):
        with self.lock:
            start = self.n_events
            self.n_events += rng.choice([1, 20, 200, 500])
            return start, self.n_events


def events_of(start, end):
    return [{"event": f"Kind {k % 7}", "distinct_id": f"p{k % 997}", "time": 1_760_000_000_000 + k * 1_000, "insert_id": f"t{k}", "properties": {"k": k, "text": "x" * (k % 300)}} for k in range(start, end)]


def write(server, ledger, stop, seed):
    """One client: sends batches until the server dies under it; what it has no reply for it may send again."""
    rng = random.Random(seed)
    while not stop.is_set():
        start, end = ledger.next_batch(rng)
        try:
            reply = server.send(events_of(start, end), compress=rng.random() < 0.5)
        except (OSError, http.client.HTTPException):
            with ledger.lock:
                ledger.unsure.add((start, end))
            return
        with ledger.lock:
            if reply.status == 200:
                ledger.acknowledged.add((start, end))
            elif reply.status in (429, 503):
                ledger.unsure.add((start, end))
            else:
                # A thread cannot end the run; the next check does.
                ledger.unexpected.append(f"unexpected reply {reply}")
                return


def visible(server):
    """The insert id of every event that an export of everything gives."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    connection.request("GET", f"/api/projects/{server.project}/export?profiles=false", headers={"cookie": server.cookie})
    reply = connection.getresponse()
    if reply.status != 200:
        raise SystemExit(f"the export was refused: {reply.status} {reply.read()[:300]}")
    return [json.loads(line)["insert_id"] for line in reply]


def check(server, ledger):
    ids = visible(server)
    there = set(ids)
    faults = [f"{len(ids) - len(there)} events are there twice"] if len(ids) != len(there) else []
    missing = [k for start, end in ledger.acknowledged for k in range(start, end) if f"t{k}" not in there]
    if missing:
        faults.append(f"{len(missing)} acknowledged events are missing, the first: t{missing[0]}")
    for start, end in ledger.unsure:
        n = sum(f"t{k}" in there for k in range(start, end))
        if n not in (0, end - start):
            faults.append(f"of the batch t{start} to t{end - 1}, never acknowledged, {n} of {end - start} events are there: a batch is stored whole or not at all")
    asked = server.count()
    if asked != len(there):
        faults.append(f"a question counts {asked} events, the export has {len(there)}")
    return faults


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--kills", type=int, default=50)
    arguments.add_argument("--seed", type=int, default=int(time.time()))
    arguments.add_argument("--writers", type=int, default=6)
    arguments.add_argument("--data")
    a = arguments.parse_args()
    rng, ledger = random.Random(a.seed), Ledger()
    print(f"seed {a.seed}")
    with Server(a.data) as server:
        slowest = 0.0
        for kill in range(1, a.kills + 1):
            stop = threading.Event()
            threads = [threading.Thread(target=write, args=(server, ledger, stop, rng.random())) for _ in range(a.writers)]
            for thread in threads:
                thread.start()
            time.sleep(rng.uniform(0.05, 1.5))
            server.kill()
            stop.set()
            for thread in threads:
                thread.join()
            slowest = max(slowest, server.start())
            # A few of the batches without a reply are sent again: they must count once, whether they were stored the first time or not.
            for batch in rng.sample(sorted(ledger.unsure), min(3, len(ledger.unsure))):
                if server.send(events_of(*batch)).status == 200:
                    ledger.unsure.discard(batch)
                    ledger.acknowledged.add(batch)
            faults = check(server, ledger) if kill % 5 == 0 or kill == a.kills else quick_check(server, ledger)
            faults += ledger.unexpected
            n = sum(end - start for start, end in ledger.acknowledged)
            print(f"kill {kill}: {n} acknowledged events, {len(ledger.unsure)} batches without a reply{', ' + '; '.join(faults) if faults else ''}", flush=True)
            if faults:
                keep = HERE / "out" / f"torture-{a.seed}.json"
                keep.parent.mkdir(exist_ok=True)
                keep.write_text(json.dumps({"acknowledged": sorted(ledger.acknowledged), "unsure": sorted(ledger.unsure), "faults": faults}))
                print(f"the ledger is in {keep.relative_to(HERE.parent)}\n0 passed, 1 failed")
                return 1
    print(f"{a.kills} kills, {n} acknowledged events, none lost, none twice; the slowest restart took {slowest:.2f} s\n{a.kills} passed, 0 failed")
    return 0


def quick_check(server, ledger):
    """Between whole checks: as many events as were acknowledged, and at most those that had no reply beside them."""
    least = sum(end - start for start, end in ledger.acknowledged)
    most = least + sum(end - start for start, end in ledger.unsure)
    asked = server.count()
    return [] if least <= asked <= most else [f"a question counts {asked} events; between {least} and {most} can be there"]


if __name__ == "__main__":
    sys.exit(main())
