#!/usr/bin/env python3
"""How long the screens of what people saw wait: heatmaps over a million page views, and lists of a hundred thousand recordings.

    seen.py [--page-views 1000000] [--recordings 100000] [--runs 7] [--only heatmaps|recordings] [--again]

Page views are those of `xtask browse`, through `sillage import`; recordings are posted to the door that the tag posts to, each with events of its session. Both are
kept in bench/out and used again; --again makes them anew. Each question is asked RUNS times over HTTP, each time for one row more than the last, so that no answer is
remembered. Ends with 1 where the median of a question is over its goal.
"""
import argparse
import concurrent.futures
import gzip
import http.client
import json
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))
from sillage import BINARY, ROOT, Server

XTASK = ROOT / "target" / "release" / "sillage-xtask"
HEATMAP_MS, LIST_MS = 1000, 300
DAYS = 6
RANGE = {"last": 60, "unit": "day"}
EVERY_PAGE = {"property": "$page", "op": "set"}

HEATMAPS = {
    "every page view": {"pages": EVERY_PAGE},
    "every page view, on a desktop": {"pages": EVERY_PAGE, "device": "desktop"},
    "every page view, with a goal and two zones": {"pages": EVERY_PAGE, "goal": {"event": "Campaign sent"}, "zones": [{"name": "Menu", "selector": '[id="menu"]'}, {"name": "Form", "selector": "form.fields"}]},
    "one page of ten": {"page": "/pricing"},
    "one page, people of a release": {"page": "/pricing", "filter": {"property": "$release", "value": "1.5"}},
}
LISTS = {
    "newest": {},
    "most rage clicks, with one at least": {"where": [{"field": "signal:rage_click", "op": "gte", "value": 1}], "sort": "most_rage"},
    "most frustrated": {"sort": "score"},
    "shortest of those that reached a page": {"where": [{"field": "page", "op": "is", "value": "/campaigns/:id/sent"}], "sort": "shortest"},
    "longest, by phone, active for a minute": {"where": [{"field": "device", "op": "is", "value": "Mobile"}, {"field": "active_seconds", "op": "gte", "value": 60}], "sort": "longest"},
    "most errors, not watched": {"where": [{"field": "errors", "op": "gte", "value": 1}, {"field": "watched", "op": "is", "value": False}], "sort": "errors"},
    "by a property of events": {"filter": {"property": "plan", "value": "pro"}},
    "by events in an order": {"sequence": [{"event": "Campaign begun"}, {"event": "Campaign sent"}], "sort": "score"},
}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--page-views", type=int, default=1_000_000)
    arguments.add_argument("--recordings", type=int, default=100_000)
    arguments.add_argument("--runs", type=int, default=7)
    arguments.add_argument("--only", choices=["heatmaps", "recordings"])
    arguments.add_argument("--again", action="store_true")
    a = arguments.parse_args()
    is_slow = False
    if a.only != "recordings":
        with filled(f"seen-{a.page_views}", a.again, lambda server: import_page_views(server, a.page_views)) as server:
            told = server.ask({"kind": "heatmap", "range": RANGE, "limit": 1} | HEATMAPS["every page view"])["answer"]
            print(f"{told['page_views']:,} page views, of {told['people']:,} people who consented and of others")
            is_slow |= timed(server, "heatmap", HEATMAPS, HEATMAP_MS, a.runs)
    if a.only != "heatmaps":
        with filled(f"recordings-{a.recordings}", a.again, lambda server: record(server, a.recordings)) as server:
            told = server.ask({"kind": "recordings", "range": RANGE, "limit": 1})["answer"]
            print(f"{told['count']:,} recordings")
            is_slow |= timed(server, "recordings", LISTS, LIST_MS, a.runs)
    return int(is_slow)


class filled:
    """A server with the folder of that name below bench/out, filled once."""

    def __init__(self, name, again, fill):
        self.folder, self.fill = HERE / "out" / name, fill
        if again:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        about = self.folder / "seen.json"
        if not about.exists():
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir(parents=True)
            with Server(self.folder) as server:
                began = time.monotonic()
                self.fill(server)
                print(f"filled {self.folder.name} in {time.monotonic() - began:.0f} s")
                about.write_text(json.dumps({"project": server.project}))
        self.server = Server(self.folder, setup=False)
        self.server.start(600)
        self.server.project = json.loads(about.read_text())["project"]
        self.server.sign_in()
        return self.server

    def __exit__(self, *_):
        self.server.stop()


def import_page_views(server, n):
    file = HERE / "out" / f"browse-{n}.ndjson"
    subprocess.run([XTASK, "browse", "--out", file, "--page-views", str(n)], check=True)
    subprocess.run([BINARY, "import", file, "--url", server.url, "--key", server.write_key], check=True, stdout=subprocess.DEVNULL)
    file.unlink()
    settle(server)


def settle(server):
    """Until what is merged in the background has come to rest, as it would have long since."""
    quiet = 0
    while quiet < 15:
        before = server.processor_seconds()
        time.sleep(2)
        quiet = quiet + 1 if server.processor_seconds() - before < 0.1 else 0


def timed(server, kind, questions, goal_ms, runs, varied="limit"):
    """Prints a line for each question; whether one is over the goal. What is varied keeps an answer from being remembered."""
    is_slow = False
    for name, more in questions.items():
        times = []
        for run in range(runs + 1):
            question = {"kind": kind, "range": RANGE, varied: 50 + run} | more
            began = time.perf_counter()
            reply = server.post(f"/api/projects/{server.project}/query", question)
            times.append((time.perf_counter() - began) * 1000)
            if reply.status != 200:
                raise SystemExit(f"{name}: {reply}")
        # The first one opens files.
        first, times = times[0], sorted(times[1:])
        answer = reply.json()["answer"]
        count = answer.get("count", answer.get("page_views", answer.get("attempts")))
        is_slow |= statistics.median(times) > goal_ms
        print(f"  {kind}: {name:<44} {count:>9,} found   first {first:6.0f} ms   median {statistics.median(times):6.0f} ms   slowest {times[-1]:6.0f} ms   goal {goal_ms} ms{'   MISSED' if statistics.median(times) > goal_ms else ''}")
    print(f"  memory {server.memory_kb() / 1024:.0f} MB")
    return is_slow


AGENTS = [
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0",
]
PAGES = ["/", "/dashboard", "/contacts", "/audience", "/templates/:id", "/editor/:id", "/schedule/:id", "/campaigns/:id/sent", "/pricing", "/account"]
SIGNALS = ["rage_click", "dead_click", "slow_click", "error_click", "scroll_bounce", "form_abandon"]


def record(server, n):
    reply = server.request("PUT", f"/api/projects/{server.project}/recording-settings", json.dumps({"is_on": True, "masking": "balanced", "keep_days": 30}), server._signed({"content-type": "application/json"}))
    assert reply.status == 200, reply
    shares = [range(first, n, SENDERS) for first in range(SENDERS)]
    with concurrent.futures.ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(lambda share: send_visits(server, share), shares))
    settle(server)


SENDERS = 8
EVENTS_AT_ONCE = 1500


def send_visits(server, numbers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)

    def post(path, body, **headers):
        while True:
            connection.request("POST", path, body=body, headers=headers)
            reply = connection.getresponse()
            text = reply.read()
            if reply.status not in (429, 503):
                break
            time.sleep(1)
        assert reply.status == 200, (reply.status, text[:300])

    waiting = []
    signed = {"content-type": "application/json", "content-encoding": "gzip", "authorization": f"Bearer {server.write_key}"}
    for number in numbers:
        visit = Visit(number)
        name = f"session={visit.session}&document=d{number:x}&seq=0&format=json"
        post(f"/v1/recordings?key={server.write_key}&{name}", json.dumps(visit.piece()), **{"content-type": "text/plain", "user-agent": visit.agent})
        waiting += visit.events()
        if len(waiting) >= EVENTS_AT_ONCE:
            post("/v1/events", gzip.compress(json.dumps(waiting).encode(), 1), **signed)
            waiting = []
    if waiting:
        post("/v1/events", gzip.compress(json.dumps(waiting).encode(), 1), **signed)


class Visit:
    """One session: what its recording tells, and its events."""

    def __init__(self, number):
        self.chance = chance = random.Random(number)
        self.number, self.session, self.device = number, f"s{number:x}", f"d{number // 3:x}"
        self.agent = AGENTS[number % len(AGENTS)]
        self.seconds = chance.randrange(5, 900)
        self.start = int((time.time() - chance.randrange(3600, DAYS * 86400)) * 1000)
        self.pages = [chance.choice(PAGES) for _ in range(chance.randrange(1, 7))]

    def piece(self):
        chance, t = self.chance, self.start
        page = {"type": 0, "id": 1, "childNodes": [{"type": 2, "id": 2, "tagName": "html", "attributes": {}, "childNodes": [{"type": 2, "id": 3, "tagName": "body", "attributes": {}, "childNodes": []}]}]}
        events = [{"type": 4, "timestamp": t, "data": {"href": "https://courriel.example" + self.pages[0], "width": 1440, "height": 900}}, {"type": 2, "timestamp": t + 1, "data": {"node": page, "initialOffset": {"left": 0, "top": 0}}}]
        moments = sorted(chance.randrange(2, self.seconds * 1000) for _ in range(chance.randrange(6, 30)))
        notes = [("page", {"page": page}) for page in self.pages[1:]]
        notes += [("signal", {"name": chance.choice(SIGNALS), "selector": "#go", "severity": 1}) for _ in range(max(0, chance.randrange(-4, 5)))]
        notes += [("error", {"kind": "TypeError"}) for _ in range(max(0, chance.randrange(-6, 3)))]
        for at, moment in enumerate(moments):
            note = notes[at] if at < len(notes) else None
            if note:
                events.append({"type": 5, "timestamp": t + moment, "data": {"tag": note[0], "payload": note[1]}})
            else:
                events.append({"type": 3, "timestamp": t + moment, "data": {"source": 2, "type": 2, "id": 3, "x": 100, "y": 200, "pointerType": 0}})
        last = events[-1]["timestamp"]
        return {"v": 1, "session": self.session, "document": f"d{self.number:x}", "tab": "t", "device": self.device, "seq": 0, "t0": t, "t1": last, "sent_at": last + 10, "profile": {"level": "balanced", "hash": "1", "recorder": "rrweb-2.1.6"}, "events": events}

    def events(self):
        names = ["$pageview", "Campaign begun"] + ["Campaign sent"] * (self.number % 3 == 0)
        return [
            {"event": name, "time": self.start + 1000 * (at + 1), "insert_id": f"{self.number:x}-{at}", "distinct_id": f"$device:{self.device}", "device_id": self.device, "session_id": self.session, "properties": {"$page": self.pages[0], "plan": ["free", "pro", "team"][self.number % 3]}}
            for at, name in enumerate(names)
        ]


if __name__ == "__main__":
    sys.exit(main())
