#!/usr/bin/env python3
"""How long the screens of surveys wait: the results of a hundred thousand answers, and the themes of twenty thousand that people wrote; and how many answers a second are taken.

    heard.py [--answers 100000] [--written 20000] [--runs 5] [--seconds 10] [--again]

Answers are imported and kept in bench/out. What is written is put together of the labelled answers of crates/themes/answers, no two alike. Each question is asked RUNS times over HTTP, each time
a little differently, so that no answer is remembered. Then answers are sent one by one, as pages do, from 32 connections for SECONDS. Ends with 1 where a figure is over its goal.
"""
import argparse
import http.client
import json
import pathlib
import random
import statistics
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))
from seen import filled, settle
from sillage import BINARY, ROOT

RESULTS_MS, THEMES_MS, ANSWERS_A_SECOND = 300, 30_000, 500
PAGES = ["/", "/pricing", "/app/editor", "/app/audience", "/app/schedule"]
DAY_MS = 86_400_000
TEXT = {"en": "Recommend?", "fr": "Recommander ?"}
DEFINITION = {
    "languages": ["en", "fr"],
    "questions": [{"id": "score", "kind": "nps", "text": TEXT}, {"id": "why", "kind": "long", "text": {"en": "Why?", "fr": "Pourquoi ?"}}],
    "ends": [{"id": "thanks", "title": {"en": "Thanks", "fr": "Merci"}}],
    "triggers": [{"on": "load"}],
}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--answers", type=int, default=100_000)
    arguments.add_argument("--written", type=int, default=20_000)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--seconds", type=int, default=10)
    arguments.add_argument("--again", action="store_true")
    a = arguments.parse_args()
    with filled(f"heard-{a.answers}-{a.written}", a.again, lambda server: fill(server, a.answers, a.written)) as server:
        server.write_key = server.get("/api/me").json()["projects"][0]["write_key"]
        path = f"/api/projects/{server.project}/surveys"
        survey = server.get(path).json()["surveys"][0]
        print(f"{survey['started']:,} answers begun")
        slow = [
            timed(server, "results", f"{path}/{survey['id']}/results", {}, RESULTS_MS, a.runs),
            timed(server, "results, by page", f"{path}/{survey['id']}/results", {"breakdown": {"property": "$page"}}, RESULTS_MS, a.runs),
            timed(server, "themes, by device", f"{path}/{survey['id']}/themes", {"by": ["$device_type"]}, THEMES_MS, a.runs),
        ]
        print(f"  memory at most {server.peak_memory_kb() / 1024:.0f} MB")
        rate = answered_a_second(server, survey["id"], a.seconds)
        print(f"  answers sent one by one: {rate:,.0f} a second, goal {ANSWERS_A_SECOND}")
    return int(any(slow) or rate < ANSWERS_A_SECOND)


def fill(server, n_answers, n_written):
    made = server.post(f"/api/projects/{server.project}/surveys", {"name": "Recommend", "definition": DEFINITION}).json()
    server.post(f"/api/projects/{server.project}/surveys/{made['id']}/publish", {})
    file = HERE / "out" / "heard.ndjson"
    rng = random.Random(7)
    said = written(rng, n_written)
    now = int(time.time() * 1000)
    with file.open("w") as out:
        for n in range(n_answers):
            at = now - rng.randrange(DAY_MS, 180 * DAY_MS)
            score = rng.choices(range(11), [1, 1, 1, 2, 2, 4, 6, 12, 18, 22, 20])[0]
            own = {"$survey": made["id"], "$survey_version": 1, "$survey_response": f"r{n}", "$page": rng.choice(PAGES), "$device_type": rng.choice(["Desktop", "Mobile"])}
            events = [("$survey_shown", 0, {}), ("$survey_answered", 3000, {"$question": "score", "$question_kind": "nps", "$score": score, "$next": "why"})]
            if n < n_written:
                events += [("$survey_answered", 9000, {"$question": "why", "$question_kind": "long", "$answer": said[n], "$next": "thanks"}), ("$survey_completed", 9001, {"$elapsed_ms": 9001})]
            for i, (name, after, more) in enumerate(events):
                out.write(json.dumps({"event": name, "time": at + after, "insert_id": f"{n}-{i}", "distinct_id": f"$device:d{n % 60_000}", "properties": own | more}, ensure_ascii=False) + "\n")
    subprocess.run([BINARY, "import", file, "--url", server.url, "--key", server.write_key], check=True, stdout=subprocess.DEVNULL)
    file.unlink()
    settle(server)


def written(rng, n):
    texts = [json.loads(line)["text"] for file in sorted((ROOT / "crates" / "themes" / "answers").glob("*.ndjson")) for line in file.open()]
    texts = [text for text in texts if text.strip()]
    return [f"{rng.choice(texts)} {rng.choice(texts)} ({i})" for i in range(n)]


def timed(server, name, path, body, goal_ms, runs):
    times = []
    for run in range(runs + 1):
        # Every answer is of a version below this.
        began = time.perf_counter()
        reply = server.post(path, body | {"filter": {"property": "$survey_version", "op": "lt", "value": 100 + run}})
        times.append((time.perf_counter() - began) * 1000)
        if reply.status != 200:
            raise SystemExit(f"{name}: {reply}")
    first, times = times[0], sorted(times[1:])
    middle = statistics.median(times)
    print(f"  {name:<22} first {first:7.0f} ms   median {middle:7.0f} ms   slowest {times[-1]:7.0f} ms   goal {goal_ms} ms{'   MISSED' if middle > goal_ms else ''}")
    return middle > goal_ms


def answered_a_second(server, survey, seconds):
    """Each event is on the disk before its reply."""
    host, port = server.url.removeprefix("http://").split(":")
    counts, end = [0] * 32, time.monotonic() + seconds

    def send(k):
        connection = http.client.HTTPConnection(host, int(port))
        while time.monotonic() < end:
            n = counts[k]
            event = {"event": "$survey_answered", "insert_id": f"live-{k}-{n}-{end}", "distinct_id": f"$device:live-{k}-{n}", "properties": {"$survey": survey, "$survey_version": 1, "$survey_response": f"live-{k}-{n}-{end}", "$question": "score", "$question_kind": "nps", "$score": n % 11}}
            connection.request("POST", "/v1/events", json.dumps([event]), {"authorization": f"Bearer {server.write_key}", "content-type": "application/json"})
            reply = connection.getresponse()
            reply.read()
            if reply.status == 200:
                counts[k] += 1

    threads = [threading.Thread(target=send, args=(k,)) for k in range(32)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return sum(counts) / seconds


if __name__ == "__main__":
    sys.exit(main())
