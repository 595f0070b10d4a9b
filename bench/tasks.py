#!/usr/bin/env python3
"""How long the scorecard of a task, and a journey, take over five million page views, some 300,000 attempts.

    tasks.py [--page-views 5000000] [--days 30] [--runs 7] [--again]

Half of the visits try the task. Every page view has a summary; three in a hundred meet friction. What is made is kept in bench/out and used again; --again makes it anew.
Each question is asked RUNS times over HTTP, each time for one row more than the last, so that no answer is remembered. Ends with 1 where a median is over its goal.
"""

import argparse
import random
import subprocess
import sys

import seen

SCORECARD_MS = 1000
JOURNEY_MS = 1000

WAY = ["/campaigns/new", "/audience", "/templates", "/editor", "/schedule"]
OTHERS = ["/", "/dashboard", "/contacts", "/help", "/pricing", "/account", "/reports", "/settings", "/templates/:id"]
SIGNALS = ["rage_click", "dead_click", "u_turn", "repeated_clicks", "scroll_bounce"]
START_MS = 1_759_276_800_000


def visits(page_views: int, days: int):
    draw = random.Random(7)
    told, visit = 0, 0
    while told < page_views:
        visit += 1
        person = f"u{draw.randrange(page_views // 25 + 1)}"
        time = START_MS + draw.randrange(days * 86_400_000)
        pages = [draw.choice(OTHERS) for _ in range(draw.randrange(1, 10))]
        is_done = False
        if draw.random() < 0.5:
            way = list(WAY)
            if draw.random() < 0.25:
                way = way[: draw.randrange(1, 5)]
            elif draw.random() < 0.2:
                way.insert(draw.randrange(1, 5), draw.choice(OTHERS))
            is_done = len(way) >= len(WAY)
            pages += way
        ids = f'"distinct_id":"{person}","user_id":"{person}","session_id":"s{visit}"'
        for page in pages:
            view = f"{visit:x}-{told:x}"
            always = f'"$page":"{page}","$page_view_id":"{view}","$release":"{1.4 if time < START_MS + days * 43_200_000 else 1.5}","$device_type":"{"Mobile" if visit % 3 == 0 else "Desktop"}"'
            yield f'{{"event":"$pageview","time":{time},"insert_id":"p{told}",{ids},"properties":{{{always}}}}}\n'
            stay = draw.randrange(2_000, 60_000)
            if draw.random() < 0.03:
                sign = f'"$signal":"{draw.choice(SIGNALS)}","$severity":1,"$selector":"#e{draw.randrange(8)}"'
                yield f'{{"event":"$friction","time":{time + stay // 2},"insert_id":"f{told}",{ids},"properties":{{{always},{sign}}}}}\n'
            time += stay
            summary = f'"$part":0,"$active_ms":{draw.randrange(1_000, stay)},"$elapsed_ms":{stay}'
            yield f'{{"event":"$page_summary","time":{time},"insert_id":"m{told}",{ids},"properties":{{{always},{summary}}}}}\n'
            told += 1
        if is_done:
            yield f'{{"event":"Campaign sent","time":{time + 500},"insert_id":"c{visit}",{ids},"properties":{{}}}}\n'


TASK = {
    "start": [{"page": WAY[0]}],
    "completion": [{"event": "Campaign sent"}],
    "steps": [{"id": page, "page": page} for page in WAY],
}
RANGE = {"from": "2025-10-01", "to": "2025-11-15"}
QUESTIONS = {
    "scorecard": ("task", {"task": TASK}),
    "scorecard, by device": ("task", {"task": TASK, "breakdown": [{"property": "$device_type"}]}),
    "where it goes worse": ("task", {"task": TASK, "differences": ["$device_type", "$release"]}),
    "scorecard, within seven days": ("task", {"task": TASK | {"window": {"n": 7, "unit": "day"}}}),
    "slow attempts, longest first": ("attempts", {"task": TASK, "at": {"card": "slow"}, "sort": "longest"}),
}

VISITS = {"node": {"property": "$page"}, "select": {"event": "$pageview"}, "over": "session", "depth": 8}
JOURNEYS = {"from the first page": VISITS, "to the last page": VISITS | {"direction": "reverse"}}


def fill(server, page_views: int, days: int) -> None:
    file = seen.HERE / "out" / f"tasks-{page_views}.ndjson"
    write(file, page_views, days)
    subprocess.run([seen.BINARY, "import", file, "--url", server.url, "--key", server.write_key], check=True, stdout=subprocess.DEVNULL)
    file.unlink()
    seen.settle(server)


def write(file, page_views: int, days: int) -> None:
    with open(file, "w", buffering=1 << 20) as out:
        out.writelines(visits(page_views, days))


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--page-views", type=int, default=5_000_000)
    arguments.add_argument("--days", type=int, default=30)
    arguments.add_argument("--runs", type=int, default=7)
    arguments.add_argument("--again", action="store_true")
    a = arguments.parse_args()
    is_slow = False
    with seen.filled(f"tasks-{a.page_views}", a.again, lambda server: fill(server, a.page_views, a.days)) as server:
        for name, (kind, more) in QUESTIONS.items():
            before = server.processor_seconds()
            is_slow |= seen.timed(server, kind, {name: more | {"range": RANGE}}, SCORECARD_MS, a.runs)
            print(f"  processor {(server.processor_seconds() - before) / (a.runs + 1):.2f} s an answer")
        for name, more in JOURNEYS.items():
            is_slow |= seen.timed(server, "journey", {name: more | {"range": RANGE}}, JOURNEY_MS, a.runs, "top")
    return int(is_slow)


if __name__ == "__main__":
    sys.exit(main())
