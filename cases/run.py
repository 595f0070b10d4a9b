#!/usr/bin/env python3
"""Runs the conformance cases against Sillage, through its import form and its query contract (docs/decisions/semantics.md).

    run.py [--cases DIR] [--family funnels] [--only ID] [--all] [--ask CMD] [--jobs 2] [--json OUT] [--need 100]
    run.py --base                counts and runs with the contract as it stood before the additions below

A case becomes one file of events, one question, and the `people` questions behind the figures that name people.
Only the standard library is used (Python 3.11).
"""
import argparse, copy, json, math, os, re, shlex, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from fractions import Fraction
from zoneinfo import ZoneInfo

# What this file relies on beyond the first edition of the query contract. `--off a,b` or `--base` does without.
ADDITIONS = {
    "week_start": 'any question: "week_start": "monday" | "sunday"',
    "actor": 'any question: "actor": "person" | "device" | "group:<type>"',
    "session_timeout": 'any question: "session_timeout": {"n": 60, "unit": "second"}',
    "event_filter": 'filter: {"event": "Purchase"} or {"event": ["A", "B"]}',
    "cohort_list": 'breakdown: {"cohort": ["a", "b"]}',
    "top": 'funnel, trend, retention: "top": 25 beside "breakdown"; the rest is one group with "other": n',
    "trim": 'breakdown property, journey node: "trim": "url"',
    "ties": 'funnel: "ties": "later"',
    "group_intervals": 'funnel answer: groups[].intervals',
    "time_to_convert": 'funnel: "time_to_convert": {"from": 1, "to": 2, "edges": [0, 60, 3600]}',
    "step_times": 'people of a funnel: people[].times',
    "in_range": 'retention: "first_time": "in_range"',
    "return_count": 'retention: "return_count": {"op": "gte", "value": 2}',
    "retention_hour": 'retention: "unit": "hour"',
    "amounts": 'retention: "measure": {"average": "amount"}; answer cohorts[].amounts',
    "whole_range": 'frequency: "period": "range"',
    "frequency_month": 'frequency: "unit": "month"',
    "unit_count": 'frequency: "count": {"op": "gte", "value": 2}',
    "node_property": 'journey: "node": {"$pageview": "$current_url", "$screen": {"property": "$screen_name", "trim": "url"}}',
    "rename": 'journey: "rename": [{"glob": "/order/*", "to": "/order"}, {"regex": "[0-9]+", "to": "<id>"}]',
    "anchor_node": 'journey: "anchor": {"node": "/pricing"}',
    "until": 'journey: "until": {"node": "/paid"}',
    "entry": 'journey anchor: "occurrence": "entry" (forward), "exit" (reverse)',
    "path_seconds": 'journey answer: paths[].mean_seconds, one per hop',
    "sessions_list": 'question {"kind": "sessions", "limit": n}; answer list[].person/start/end/events',
}
# Taken as settled wording, no new field: people questions and their `at`, the overall group
# with "breakdown": [], null for a value that is not set, times as first instants of calendar intervals, returned[k] = period k,
# brackets as sizes from period 0, {"per_person": "total"}, formulas as lines labelled by their text, lifecycle's "intervals".

FAMILIES = ["funnels", "retention", "flows", "stickiness", "lifecycle", "trends", "sequences", "next_node", "sessions", "retention_flags"]
REFUSED_IDS = {"0", "-1", "", "null", "none", "nil", "true", "false", "undefined", "unknown", "anonymous", "anon", "na", "n/a", "[]", "{}"}
UTC = timezone.utc
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOREVER = {"n": 36500, "unit": "day"}


class Inexpressible(Exception):
    """the contract has no words for this case"""


class AskError(Exception):
    """the product could not be asked, or its answer could not be read"""


# ------------------------------------------------------------------ time and text
def us(s):
    d = datetime.fromisoformat(s.replace(" ", "T").replace("Z", "+00:00"))
    d = d if d.tzinfo else d.replace(tzinfo=UTC)
    x = d - EPOCH
    return (x.days * 86400 + x.seconds) * 1_000_000 + x.microseconds


def iso(t):
    return (EPOCH + timedelta(microseconds=t)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def floor(d, unit, week_start):
    d = d.replace(minute=0, second=0, microsecond=0)
    if unit == "hour":
        return d
    d = d.replace(hour=0)
    if unit == "week":
        return d - timedelta(days=(d.weekday() + 1) % 7 if week_start == "sunday" else d.weekday())
    return d.replace(day=1) if unit == "month" else d


def step(d, unit, n):
    if unit == "month":
        y, m = divmod(d.year * 12 + d.month - 1 + n, 12)
        return d.replace(year=y, month=m + 1, day=1)
    return d + timedelta(**{unit + "s": n})


def bucket_key(stamp, unit, tz, week_start):
    """an interval's start as the answer writes it (an instant, or a local date) -> the neutral label"""
    d = datetime.fromisoformat(str(stamp).replace("Z", "+00:00"))
    if d.tzinfo:
        d = d.astimezone(ZoneInfo(tz)).replace(tzinfo=None)
    d = floor(d, unit, week_start)
    return d.strftime("%Y-%m-%d %H:%M") if unit == "hour" else d.strftime("%Y-%m-%d")


def bucket_keys(q, unit):
    """the neutral labels of a query's range"""
    tz, ws = q.get("timezone", "UTC"), q.get("week_start", "sunday")
    local = lambda t: (EPOCH + timedelta(microseconds=t)).astimezone(ZoneInfo(tz)).replace(tzinfo=None)
    d, end, out = floor(local(us(q["from"])), unit, ws), floor(local(us(q["to"]) - 1), unit, ws), []
    while d <= end:
        out.append(d.strftime("%Y-%m-%d %H:%M") if unit == "hour" else d.strftime("%Y-%m-%d"))
        d = step(d, unit, 1)
    return out


def text(v):
    if v is None:
        return ""
    if isinstance(v, bool):
        return str(v).lower()
    if isinstance(v, float) and v == int(v) and abs(v) < 1e15:
        return str(int(v))
    return v if isinstance(v, str) else json.dumps(v) if isinstance(v, (list, dict)) else str(v)


def number(v):
    return isinstance(v, (int, float)) and not isinstance(v, bool)


def near(a, b, tol):
    if number(a) and number(b):
        return abs(a - b) <= (tol if tol is not None else 1e-6 * max(1, abs(a), abs(b)))
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(near(x, y, tol) for x, y in zip(a, b))
    return a == b


def pairs(x):
    return enumerate(x) if isinstance(x, list) else ((int(k), v) for k, v in x.items())


def at(xs, i, default=None):
    return xs[i] if isinstance(xs, list) and 0 <= i < len(xs) else default


# ------------------------------------------------------------------ one case on its way through the product
class Job:
    def __init__(self, case, off=frozenset(), insert_ids=True):
        self.case, self.q, self.off, self.insert_ids = case, case["query"], off, insert_ids
        self.uses, self.as_group, self.calls = set(), set(), 0
        self.session_prop = None
        self.id_of = {}
        self.stretch, self.base = 1, 0
        self.names = {u: ("user-" + u if u.lower() in REFUSED_IDS else u) for u in self.users()}
        self.back = {v: k for k, v in self.names.items()}

    def users(self):
        got = {e["user"] for e in self.case["events"]} | set(self.case.get("users") or {})
        for members in (self.case.get("cohorts") or {}).values():
            got |= set(members)
        return got

    def need(self, name, why=None):
        if name in self.off:
            raise Inexpressible(why or f"no {name}: {ADDITIONS[name]}")
        self.uses.add(name)

    def without(self, name):
        return name in self.off

    # ---- time finer than a millisecond is stretched about the first event; only questions without a calendar allow it
    def fit(self, lengths_us):
        """choose the smallest stretch that makes every time whole milliseconds and every length whole seconds"""
        ts = [us(e["time"]) for e in self.case["events"]]
        self.base = min(ts, default=0) // 1_000_000 * 1_000_000
        for f in (1, 1000, 1_000_000):
            if all((t - self.base) * f % 1000 == 0 for t in ts) and all(x * f % 1_000_000 == 0 for x in lengths_us):
                self.stretch = f
                break
        else:
            raise Inexpressible("times or windows finer than a millisecond")
        if self.stretch > 1 and "to" in self.q and not all(us(self.q["from"]) <= t and self.time(t) < us(self.q["to"]) for t in ts):
            raise Inexpressible("times finer than a millisecond at the edge of the range")

    def time(self, t):
        return self.base + (t - self.base) * self.stretch if self.stretch > 1 else t

    def seconds(self, length_us):
        return length_us * self.stretch // 1_000_000

    # ---- the file of events
    def lines(self):
        out = []
        for u, x in (self.case.get("users") or {}).items():
            o = {"person": self.names[u], "set": nested(x.get("props") or {})}
            if x.get("created"):
                o["created"] = iso(us(x["created"]))
            out.append(o)
        for kind, keys in (self.case.get("groups") or {}).items():
            for k, props in keys.items():
                out.append({"group_type": kind, "group_key": k, "set": nested(props)})
        for n, e in enumerate(self.case["events"]):
            o = {"event": e["event"], "distinct_id": self.names[e["user"]], "time": iso(self.time(us(e["time"]))), "properties": nested(e.get("props") or {})}
            if self.insert_ids:
                o["insert_id"] = f"case-{n}"    # twins in a case are two events
            if self.session_prop and (e.get("props") or {}).get(self.session_prop) is not None:
                o["properties"]["$session_id"] = text(e["props"][self.session_prop])
            if e.get("device") is not None:
                o["device_id"] = e["device"]
            groups = dict(e.get("groups") or {})
            for p in self.as_group:
                v = (e.get("props") or {}).get(p)
                if v not in (None, ""):
                    groups[p] = text(v)
            if groups:
                o["groups"] = groups
            out.append(o)
        return "".join(json.dumps(o, ensure_ascii=False) + "\n" for o in out)

    # ---- parts of a question
    def question(self, kind, **fields):
        q = {"kind": kind, **fields}
        q["range"] = {"from": iso(us(self.q["from"])), "to": iso(us(self.q["to"]))} if "to" in self.q else self.whole_range()
        q["timezone"] = self.q.get("timezone", "UTC")
        if self.q.get("where"):
            q["filter"] = self.filter(self.q["where"])
        if self.case.get("cohorts"):
            q["cohorts"] = {n: [self.names[u] for u in us_] for n, us_ in self.case["cohorts"].items()}
        return q

    def whole_range(self):
        ts = [self.time(us(e["time"])) for e in self.case["events"]] or [0]
        day = 86400_000_000
        return {"from": iso(min(ts) // day * day), "to": iso(max(ts) // day * day + day)}

    def weeks(self, q, unit):
        """weeks start where the case says, if that matters"""
        if unit == "week" and self.q.get("week_start", "sunday") != "monday":
            self.need("week_start")
            q["week_start"] = self.q.get("week_start", "sunday")

    def actor(self, q, count_by):
        if count_by in (None, "user"):
            return
        self.need("actor")
        if count_by == "device":
            q["actor"] = "device"
        elif "group" in count_by:
            q["actor"] = "group:" + count_by["group"]
        else:                                   # a property that is counted is a group of that name
            self.as_group.add(count_by["prop"])
            q["actor"] = "group:" + count_by["prop"]

    def filter(self, c):
        for k in ("all", "any"):
            if k in c:
                return {k: [self.filter(x) for x in c[k]]}
        if "not" in c:
            return {"not": self.filter(c["not"])}
        if "cohort" in c:
            return {"cohort": c["cohort"], "in": True}
        leaf = {"property": c["key"], "of": {"event": "event", "user": "person"}.get(c.get("on", "event"), c.get("on", "event"))}
        op, v = c["op"], c.get("value")
        one = lambda name, x=None: {**leaf, "op": name} if x is None else {**leaf, "op": name, "value": x}
        if op in ("set", "not_set"):
            return one(op)
        if op in ("gt", "gte", "lt", "lte"):
            return one(op, float(v) if isinstance(v, str) else v)
        if op == "regex":
            return one("matches", v)
        if op == "not_regex":
            return {"not": one("matches", v)}
        name, join = {"eq": ("is", "any"), "ne": ("is_not", "all"), "contains": ("contains", "any"), "not_contains": ("not_contains", "all")}[op]
        if not isinstance(v, list):
            return one(name, v)
        return one(name, v[0]) if len(v) == 1 else {join: [one(name, x) for x in v]}

    def selector(self, m):
        if "any" in m:
            if all("any" not in x and x.get("event") and not x.get("where") for x in m["any"]):
                return {"any_of": [x["event"] for x in m["any"]]}
            return {"event": None, "where": self.matcher_filter(m)}
        s = {"event": m.get("event")}
        if m.get("where"):
            s["where"] = self.filter(m["where"])
        return s

    def matcher_filter(self, m):
        """a matcher as a filter: event name and condition"""
        if "any" in m:
            return {"any": [self.matcher_filter(x) for x in m["any"]]}
        parts = []
        if m.get("event") is not None:
            self.need("event_filter")
            parts.append({"event": m["event"]})
        if m.get("where"):
            parts.append(self.filter(m["where"]))
        return parts[0] if len(parts) == 1 else {"all": parts}

    def breakdown(self, q, matchers):
        b = self.q.get("breakdown")
        if not b:
            return
        if b.get("histogram"):
            raise Inexpressible("quantile buckets with the peer's labels (floored edges)")
        if b["on"] == "cohort":
            names = [k for k in b["keys"] if k != "all"]
            if len(names) > 1:
                self.need("cohort_list")
            if names:
                q["breakdown"] = [{"cohort": names if len(names) > 1 else names[0]}]
            return
        of = {"event": "event", "user": "person"}.get(b["on"], b["on"])
        q["breakdown"] = [{"property": k, "of": of} for k in b["keys"]]
        if b.get("normalize_url"):
            self.need("trim")
            for x in q["breakdown"]:
                x["trim"] = "url"
        if b.get("limit") is not None and len(self.distinct(b, matchers)) > b["limit"]:
            self.need("top")
            q["top"] = b["limit"]

    def distinct(self, b, matchers):
        got = set()
        for e in self.case["events"]:
            if b["on"] == "event":
                d = e.get("props") or {}
            elif b["on"] == "user":
                d = ((self.case.get("users") or {}).get(e["user"]) or {}).get("props") or {}
            else:
                g = b["on"][6:]
                d = ((self.case.get("groups") or {}).get(g) or {}).get((e.get("groups") or {}).get(g)) or {}
            got.add(tuple(text(d.get(k)) for k in b["keys"]))
        return got


def nested(props):
    """a dotted key is a path in the contract"""
    out = {}
    for k, v in props.items():
        d, parts = out, k.split(".")
        if len(parts) == 1 or not all(parts) or parts[0] in props:
            out[k] = v
            continue
        for p in parts[:-1]:
            d = d.setdefault(p, {})
        d[parts[-1]] = v
    return out


class Record:
    """the figures of one case: what was compared, what differed"""

    def __init__(self):
        self.compared, self.bad, self.left_out = 0, [], []

    def eq(self, where, expected, got, tol=None):
        if expected is None:
            return
        self.compared += 1
        if not near(expected, got, tol):
            self.bad.append((where, expected, got))

    def leave(self, where, why):
        self.left_out.append((where, why))


class Asker:
    """asks the product about one case; `run` takes a question and returns the whole reply"""

    def __init__(self, job, run, people="ask"):
        self.job, self.run, self.how, self.seen = job, run, people, {}

    def __call__(self, question):
        self.job.calls += 1
        reply = self.run(question)
        if not isinstance(reply, dict):
            raise AskError(f"reply is not an object: {str(reply)[:200]}")
        if reply.get("error"):
            raise AskError(json.dumps(reply["error"], ensure_ascii=False)[:400])
        if "answer" not in reply:
            raise AskError(f"reply has no answer: {str(reply)[:200]}")
        return reply["answer"]

    def people(self, question, cell):
        if self.how == "each" and question.get("actor", "person") == "person":
            return {u: {"id": u} for u in self.job.names if stands_at(question, self.alone(question, u), cell)}
        k = json.dumps([question, cell], sort_keys=True)
        if k not in self.seen:
            got = self({"kind": "people", "of": question, "at": cell, "limit": 10000})["people"]
            self.seen[k] = {}
            for p in got:
                p = p if isinstance(p, dict) else {"id": p}
                self.seen[k][self.job.back.get(text(p["id"]), text(p["id"]))] = p
        return self.seen[k]

    def alone(self, question, user):
        """the answer for one person: who is behind a figure, found without the `people` question"""
        k = json.dumps([question, user], sort_keys=True)
        if k not in self.seen:
            self.seen[k] = self(for_one(question, self.job.names[user]))
        return self.seen[k]


def for_one(question, who):
    mine = {"cohort": "one person", "in": True}
    return {**question, "cohorts": {**question.get("cohorts", {}), "one person": [who]}, "filter": {"all": [question["filter"], mine]} if question.get("filter") else mine}


def stands_at(question, ans, cell):
    """is anybody in this cell of the answer?"""
    kind, seg = question["kind"], tuple(text(v) for v in cell.get("breakdown", []))
    if kind == "funnel":
        g = groups_of(ans["groups"]).get(seg)
        if g and "interval" in cell:
            rows = g.get("intervals") if seg else ans.get("intervals")
            return any(r["start"] == cell["interval"] and at(r["steps"], cell["step"] - 1, 0) > 0 for r in rows or [])
        return bool(g) and at(g["steps"], cell["step"] - 1)["count"] > 0
    if kind == "retention":
        rows = [c for c in ans["cohorts"] if c["start"] == cell["cohort"] and tuple(text(v) for v in c.get("breakdown") or []) == seg]
        return any((at(c["returned"], cell["period"], 0) if "period" in cell else c["size"]) > 0 for c in rows)
    if kind == "frequency":
        return bool(ans["periods"]) and at(ans["periods"][0]["people"], cell["n"] - 1, 0) > 0
    if kind == "lifecycle":
        return any(r["start"] == cell["interval"] and r[cell["status"]] > 0 for r in ans["intervals"])
    if kind == "journey":
        p = cell["path"]
        return any(x["nodes"][: len(p)] == p and x["count"] > 0 and (not cell.get("exit") or x["nodes"] == p and x["exits"] > 0) for x in ans["paths"])
    return any(not x.get("breakdown") and x["total"] > 0 for x in ans["series"])


def only(rows, what):
    if not isinstance(rows, list):
        raise AskError(f"{what} is not a list")
    return rows


def groups_of(rows):
    """answer rows by breakdown values as text; () is the overall one"""
    out = {}
    for g in only(rows, "groups"):
        k = ("Other",) if g.get("other") else tuple(text(v) for v in g.get("breakdown") or [])
        out.setdefault(k, g)
    return out


def segment(value):
    return () if value is None or list(value) == ["all"] else tuple(value)


def cell_of(g):
    return {"breakdown": g["breakdown"]} if g.get("breakdown") else {}


# ------------------------------------------------------------------ funnel
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}


def funnel(job):
    q = job.q
    if q.get("peer_mode"):
        raise Inexpressible("peer mode: " + "+".join(q["peer_mode"]))
    if q.get("reuse") == "always":
        raise Inexpressible("one event for several equal steps (reuse always)")
    w = q.get("window")
    lengths = []
    if w and w["unit"] in ("month", "quarter", "year"):
        raise Inexpressible("window of calendar months")
    if w and w["unit"] not in UNITS:
        lengths = [w["n"] * {"millisecond": 1000, "microsecond": 1}[w["unit"]]]
    tr = (q.get("view") or {}).get("trend")
    if not tr and q.get("timezone", "UTC") == "UTC":
        job.fit(lengths)
    elif lengths:
        raise Inexpressible("windows finer than a second in a calendar question")
    out = job.question("funnel", steps=[job.selector(s) for s in q["steps"]], order=q.get("order", "ordered"))
    if w:
        out["window"] = {"n": job.seconds(lengths[0]), "unit": "second"} if lengths else \
            dict(w) if job.stretch == 1 else {"n": w["n"] * UNITS[w["unit"]] * job.stretch, "unit": "second"}
    cb = q.get("count_by")
    if isinstance(cb, dict) and cb.get("prop") == "session" and job.without("actor"):
        job.session_prop, out["count"] = "session", "session"
    else:
        job.actor(out, cb)
    if q.get("ties") == "increase":
        if not job.without("ties"):
            job.need("ties")
            out["ties"] = "later"
        elif len({(e["user"], us(e["time"])) for e in job.case["events"]}) < len(job.case["events"]):
            job.need("ties")
    if q.get("exclusions"):
        out["exclude"] = [{"select": job.selector(x["match"]), "after": x["after_step"] + 1, "before": x["before_step"] + 1} for x in q["exclusions"]]
    b = q.get("breakdown")
    job.breakdown(out, q["steps"])
    if b and b["on"] != "cohort":
        how = b.get("attribution", "first_touch")
        if b.get("step_rotates"):
            raise Inexpressible("step attribution that rotates with the start step of an any-order funnel")
        if how == "last_touch":
            out["attribute"] = "last"
        elif how == "step":
            out["attribute"] = f"step:{b['step'] + 1}"
        elif how == "all_events":               # every value is a funnel of its own: the value is held constant
            if b["on"] != "event":
                raise Inexpressible("all-events attribution of a property that is not the event's")
            out["hold"] = list(b["keys"])
    if tr:
        out["interval"] = tr["interval"]
        job.weeks(out, tr["interval"])
        if b:
            job.need("group_intervals")
    ttc = (q.get("view") or {}).get("time_to_convert")
    if ttc is not None:
        job.need("time_to_convert")
        edges = [e for e, _ in job.case["expected"]["bins"]]
        out["time_to_convert"] = {"from": ttc.get("from_step", 0) + 1, "to": ttc.get("to_step", len(q["steps"]) - 1) + 1, "edges": edges + [2 * edges[-1] - edges[-2]]}
    return out


def funnel_check(job, out, ask, rec):
    exp, q, n = job.case["expected"], job.q, len(job.q["steps"])
    ans = ask(out)
    groups = groups_of(ans["groups"])
    tz, ws = q.get("timezone", "UTC"), q.get("week_start", "sunday")

    def steps(pre, es, g):
        for i, s in enumerate(es):
            for f, v in (s or {}).items():
                row = (at(g["steps"], i) or {}) if g else {}
                if f == "users":
                    got = sorted(ask.people(out, {"step": i + 1, **cell_of(g)})) if g and row.get("count") else []
                    rec.eq(f"{pre}steps[{i}].users", sorted(v), got)
                elif f == "count":
                    rec.eq(f"{pre}steps[{i}].count", v, row.get("count", 0))
                else:
                    sec = row.get({"avg_s": "mean_seconds", "median_s": "median_seconds"}[f])
                    rec.eq(f"{pre}steps[{i}].{f}", v, sec / job.stretch if number(sec) else sec)

    def trend(pre, es, rows):
        tr = (q.get("view") or {}).get("trend") or {}
        fs, ts = tr.get("from_step", 0), tr.get("to_step", n - 1)
        for t in es:
            row = at(rows, t["index"]) or {"start": None, "steps": []}
            entered, converted = at(row["steps"], fs), at(row["steps"], ts)
            got = {"at": bucket_key(row["start"], tr["interval"], tz, ws) if row["start"] else None, "entered": entered, "converted": converted,
                   "rate": None if entered is None else round(converted / entered * 100, 2) if entered else 0}
            for f in ("at", "entered", "converted", "rate"):
                if f in t:
                    rec.eq(f"{pre}trend[{t['index']}].{f}", t[f], got[f])

    overall = groups.get(())
    if "steps" in exp:
        steps("", exp["steps"], overall)
    if exp.get("depth"):
        reached = []
        for k in range(n):
            reached.append(set(ask.people(out, {"step": k + 1})) if overall and (at(overall["steps"], k) or {}).get("count") else set())
        for u, d in exp["depth"].items():
            rec.eq(f"depth[{u}]", d, sum(u in r for r in reached))
    for b in exp.get("breakdowns", []):
        g = groups.get(segment(b["value"]))
        if not g and not all(not s or (s.get("count", 0) == 0 and not s.get("users")) for s in b.get("steps", [])):
            rec.eq(f"breakdown {b['value']}", "present", "absent")
            continue
        if not b.get("steps") and not b.get("trend"):
            rec.eq(f"breakdown {b['value']}", "present", "present" if g else "absent")
        steps(f"breakdown {b['value']} ", b.get("steps", []), g)
        trend(f"breakdown {b['value']} ", b.get("trend", []), g.get("intervals") if g else [])
    trend("", exp.get("trend", []), ans.get("intervals"))
    for t in exp.get("trend_users", []):
        tr = q["view"]["trend"]
        row = next((r for r in ans.get("intervals") or [] if bucket_key(r["start"], tr["interval"], tz, ws) == t["at"]), None)
        reach = lambda k: set(ask.people(out, {"step": k + 1, "interval": row["start"]})) if row else set()
        yes, entered = reach(tr.get("to_step", n - 1)), reach(tr.get("from_step", 0))
        for f, got in (("converted", yes), ("dropped", entered - yes)):
            if f in t:
                rec.eq(f"trend_users {t['at']} {f}", sorted(t[f]), sorted(got))
    if "bins" in exp or "mean_s" in exp:
        ttc = (overall or {}).get("time_to_convert") or {}
        if "bins" in exp:
            rec.eq("bins", exp["bins"], [[e, c] for (e, _), c in zip(exp["bins"], ttc.get("bins") or [])])
        if "mean_s" in exp:
            rec.eq("mean_s", exp["mean_s"], round(ttc["mean_seconds"], 2) if number(ttc.get("mean_seconds")) else None)


# ------------------------------------------------------------------ retention
def retention(job):
    q = job.q
    if q.get("peer_mode"):
        raise Inexpressible("peer mode: " + "; ".join(q["peer_mode"]))
    out = job.question("retention", birth=job.selector(q["start"]), **{"return": job.selector(q["return"])}, unit=q["unit"])
    if q["unit"] == "hour":
        job.need("retention_hour")
    job.weeks(out, q["unit"])
    job.actor(out, q.get("count_by"))
    mode = q.get("mode", "every")
    if mode == "first_ever":
        out["first_time"] = True
    elif mode == "first_in_range":
        lo = us(q["from"])
        if not job.without("in_range"):
            job.need("in_range")
            out["first_time"] = "in_range"
        elif not q["start"].get("where") and not any(us(e["time"]) < lo and q["start"].get("event") in (None, e["event"]) for e in job.case["events"]):
            out["first_time"] = True             # nobody has a past: the same
        else:
            job.need("in_range")
    elif mode == "first_ever_any":
        raise Inexpressible("first event of a name whatever its properties, filtered afterwards")
    if q.get("bucketing") == "rolling":
        out["alignment"] = "rolling"
    if q.get("criteria"):
        out["criterion"] = q["criteria"]
    if q.get("min_return_events", 1) != 1:
        job.need("return_count")
        out["return_count"] = {"op": "gte", "value": q["min_return_events"]}
    if q.get("brackets"):
        out["brackets"] = [1] + q["brackets"]
    else:
        out["periods"] = max(1, (q["columns"] if q.get("columns") else q["periods"]) - 1)
    if q.get("value"):
        job.need("amounts")
        if q["value"].get("on", "event") != "event":
            raise Inexpressible("amounts from user properties")
        out["measure"] = {{"sum": "sum", "avg": "average"}[q["value"]["fn"]]: q["value"]["prop"]}
    job.breakdown(out, [q["start"]])
    return out


def retention_check(job, out, ask, rec):
    exp, q = job.case["expected"], job.q
    tz, ws, unit = q.get("timezone", "UTC"), q.get("week_start", "sunday"), q["unit"]
    ans = ask(out)
    labels = bucket_keys({**q, "to": iso(us(q["to"]))}, unit)
    while len(labels) < q["periods"]:
        labels.append(None)
    rows = {}
    for c in only(ans["cohorts"], "cohorts"):
        rows.setdefault((bucket_key(c["start"], unit, tz, ws), tuple(text(v) for v in c.get("breakdown") or [])), c)
    row = lambda i: rows.get((at(labels, i), ()))
    for r in exp.get("rows", []):
        g = row(r["row"])
        if "at" in r:
            rec.eq(f"row {r['row']} at", r["at"], bucket_key(g["start"], unit, tz, ws) if g else at(labels, r["row"]))
        for i, v in pairs(r.get("values", [])):
            rec.eq(f"row {r['row']} col {i}", v, (g["size"] if i == 0 else at(g["returned"], i)) if g else 0)
        for i, v in pairs(r.get("amounts", [])):
            rec.eq(f"row {r['row']} amount {i}", v, at(g.get("amounts"), i) if g else 0)
    for u in exp.get("users", []):
        g = row(u["row"])
        cols = max([len(v) for v in u["appearances"].values()] or [1])
        got = {}
        if g and g["size"]:
            who = [set(ask.people(out, {"cohort": g["start"], **({"period": k} if k else {})})) for k in range(cols)]
            got = {x: [int(x in w) for w in who] for x in who[0]}
        rec.eq(f"row {u['row']} users", sorted(u["appearances"].items()), sorted((k, v) for k, v in got.items()))
    for b in exp.get("breakdowns", []):
        mine = [c for (d, v), c in rows.items() if v == segment(b["value"])]
        for i, v in pairs(b["values"]):
            rec.eq(f"breakdown {b['value']} col {i}", v, sum(c["size"] if i == 0 else at(c["returned"], i, 0) for c in mine))


# ------------------------------------------------------------------ stickiness
def stickiness(job):
    q, out = job.q, []
    if q.get("interval_count", 1) != 1:
        raise Inexpressible("units of several intervals")
    for s in q["series"]:
        job.need("whole_range")
        if q["interval"] == "month":
            job.need("frequency_month")
        o = job.question("frequency", select=job.selector({k: v for k, v in s.items() if k != "count_by"}), period="range", unit=q["interval"],
                         mode="at_least" if q.get("cumulative") else "exactly")
        job.weeks(o, q["interval"])
        job.actor(o, s.get("count_by") or q.get("count_by"))
        m = q.get("min_events_per_bucket")
        if m and (m["op"], m["value"]) != ("gte", 1):
            job.need("unit_count")
            o["count"] = dict(m)
        out.append(o)
    return out


def stickiness_check(job, out, ask, rec):
    for s in job.case["expected"]["series"]:
        o = out[s["series"]]
        ans = ask(o)
        p = only(ans["periods"], "periods")[0] if ans["periods"] else {"people": []}
        for k, v in s.get("values", {}).items():
            rec.eq(f"series {s['series']} bucket {k}", v, at(p["people"], int(k) - 1, 0))
        if "total" in s:
            rec.eq(f"series {s['series']} total", s["total"], sum(p["people"][: job.q["buckets"]]))
        for k, v in s.get("users", {}).items():
            rec.eq(f"series {s['series']} users {k}", sorted(v), sorted(ask.people(o, {"n": int(k)})) if at(p["people"], int(k) - 1, 0) else [])


# ------------------------------------------------------------------ lifecycle
def lifecycle(job):
    q = job.q
    if q.get("new_by") == "user_created" and "`new` is decided by the user's creation time" in (job.case.get("conventions") or []):
        raise Inexpressible("`new` by the person's creation time")
    out = job.question("lifecycle", select=job.selector(q["match"]), interval=q["interval"])
    job.weeks(out, q["interval"])
    job.actor(out, q.get("count_by"))
    return out


def lifecycle_check(job, out, ask, rec):
    exp, rows = job.case["expected"], only(ask(out)["intervals"], "intervals")
    name = {"new": "new", "returning": "returning", "resurrecting": "resurrected", "dormant": "dormant"}
    for f, ours in name.items():
        for i, v in pairs(exp.get(f, [])):
            got = (at(rows, i) or {}).get(ours)
            rec.eq(f"{f}[{i}]", v, -got if f == "dormant" and number(got) else got)
    for f, d in exp.get("users", {}).items():
        for i, v in d.items():
            r = at(rows, int(i))
            rec.eq(f"{f} users[{i}]", sorted(v), sorted(ask.people(out, {"interval": r["start"], "status": name[f]})) if r and r[name[f]] else [])


# ------------------------------------------------------------------ trend
def measure(s):
    m, p = s.get("measure", "total"), s.get("prop")
    if m in ("total",):
        return "total"
    if m in ("users", "groups", "first_time_users"):
        return "unique"
    if m in ("wau", "mau"):
        return {"active": 7 if m == "wau" else 30}
    if m == "distinct_prop":
        return {"distinct": p}
    if m.startswith("per_actor_"):
        how = m[10:]
        if how not in ("sum", "avg", "min", "max", "median"):
            raise Inexpressible("percentile over people of a count per person")
        return {"per_person": "total", "then": {"avg": "average"}.get(how, how)}
    if m[0] == "p" and m[1:].isdigit():
        return {"percentile": int(m[1:]), "property": p}
    return {{"avg": "average"}.get(m, m): p}


def trend(job):
    q, series, actors = job.q, [], []
    for i, s in enumerate(q["series"]):
        sel = job.selector({k: v for k, v in s.items() if k in ("event", "where", "any")})
        if s.get("measure") == "first_time_users":
            sel["first_time"] = True
        series.append({"select": sel, "measure": measure(s), "label": chr(65 + i)})
        actors.append({"group": s["group"]} if s.get("measure") == "groups" else s.get("count_by") or q.get("count_by"))
    out = job.question("trend", series=series, interval=q.get("interval", "day"))
    if any(a != actors[0] for a in actors):
        raise Inexpressible("series that count different actors")
    job.actor(out, actors[0])
    job.weeks(out, q.get("interval", "day"))
    if q.get("formula"):
        out["formulas"] = [q["formula"]]
    if q.get("cumulative"):
        out["cumulative"] = True
    if q.get("smoothing", 1) > 1:
        out["rolling"] = q["smoothing"]
    job.breakdown(out, q["series"])
    return out


def trend_check(job, out, ask, rec):
    exp, q = job.case["expected"], job.q
    unit, tz, ws = out["interval"], q.get("timezone", "UTC"), q.get("week_start", "sunday")
    ans = ask(out)
    keys = [bucket_key(t, unit, tz, ws) for t in only(ans["times"], "times")]
    lines = {}
    for x in only(ans["series"], "series"):
        k = ("Other",) if x.get("other") else tuple(text(v) for v in x.get("breakdown") or [])
        lines.setdefault((x["label"], k), x)
    for s in exp["series"]:
        label = q["formula"] if s["series"] == "formula" else chr(65 + s["series"])
        x = lines.get((label, segment(s.get("breakdown"))))
        where = f"series {s['series']} {s.get('breakdown') or ''}"
        tol = s.get("tolerance", 0.005 + 1e-9 if s["series"] == "formula" else None)
        if not any(f in s for f in ("points", "total", "value")):
            rec.eq(where, "present", "present" if x else "absent")
        if x and len(x["values"]) != len(keys):
            raise AskError(f"{where}: {len(x['values'])} values for {len(keys)} times")
        points = dict(zip(keys, x["values"])) if x else {}
        for d, v in s.get("points", {}).items():
            rec.eq(f"{where} {d}", v, points.get(d, "no such time") if x else 0, tol)
        if "total" in s:
            rec.eq(f"{where} total", s["total"], sum(v or 0 for v in points.values()), tol)
        if "value" in s:
            rec.eq(f"{where} value", s["value"], x["total"] if x else 0, tol)


# ------------------------------------------------------------------ flow
def flow(job):
    q = job.q
    if q.get("peer_mode"):
        raise Inexpressible("peer mode: " + "+".join(q["peer_mode"]))
    view = q.get("view")
    count = {}
    for e in job.case["events"]:
        count[e["user"]] = count.get(e["user"], 0) + 1
    longest = max(count.values(), default=1) + 1
    out = job.question("journey", over="session" if q.get("session_gap_s") is not None else "person", direction="forward",
                       collapse_repeats=bool(q.get("collapse_repeats")), top=1000, depth=q.get("max_steps") or longest)
    if q.get("session_gap_s") not in (None, 1800):
        job.need("session_timeout")
        out["session_timeout"] = {"n": q["session_gap_s"], "unit": "second"}
    job.actor(out, q.get("count_by"))
    if q.get("include"):
        if not all(set(m) == {"event"} and m["event"] for m in q["include"]):
            out["select"] = {"any": [job.matcher_filter(m) for m in q["include"]]}
        elif job.without("event_filter") and not q.get("node"):
            names = {m["event"] for m in q["include"]}
            out["hide"] = sorted({e["event"] for e in job.case["events"]} - names)
        else:
            job.need("event_filter")
            out["select"] = {"event": [m["event"] for m in q["include"]]}
    if q.get("node"):
        shown = {m.get("event") for m in q["include"]} if q.get("include") else None
        values = {}                              # only rules for events that occur are of use
        for e in job.case["events"]:
            if shown is None or e["event"] in shown:
                values.setdefault(e["event"], []).append(e.get("props") or {})
        node = {}
        for r in q["node"]:
            if r.get("event") is None or "prop" not in r:
                raise Inexpressible("a node rule for any event")
            if r["event"] in values and r["event"] not in node:
                slash = r.get("strip_trailing_slash") and any(text(p.get(r["prop"]))[1:].endswith("/") for p in values[r["event"]])
                if slash:
                    job.need("trim")
                node[r["event"]] = {"property": r["prop"], "trim": "url"} if slash else r["prop"]
        if node:
            job.need("node_property")
            out["node"] = node
    if q.get("rename"):
        job.need("rename")
        out["rename"] = [{"glob": "*" + r["glob"].strip("*") + "*" if not r.get("anchored") else r["glob"], "to": r["to"]} if "glob" in r else dict(r) for r in q["rename"]]
        for mine, r in zip(out["rename"], q["rename"]):
            if "glob" in r and not r.get("anchored"):
                g = r["glob"]
                mine["glob"] = ("" if g.startswith("*") else "*") + g + ("" if g.endswith("*") else "*")
    if q.get("exclude_nodes"):
        out["hide"] = out.get("hide", []) + list(q["exclude_nodes"])
    st, en = q.get("start_at"), q.get("end_at")
    if view in ("after_each", "before_each"):
        out["anchor"] = {"select": {"event": q["anchor"]}, "occurrence": "each"}
        out["direction"] = "forward" if view == "after_each" else "reverse"
        out["depth"] = q["n"] + 1
    elif st is not None or en is not None:
        job.need("anchor_node")
        out["anchor"] = {"node": st if st is not None else en, "occurrence": "first"}
        if st is None:
            out["direction"] = "reverse"
        elif en is not None:
            job.need("until")
            out["until"] = {"node": en}
            if q.get("elide_middle"):
                out["depth"] = longest
    if view == "step_shares":
        out["depth"] = max(1, q["steps"])
    if any("avg_s" in e for e in job.case["expected"].get("edges", [])):
        job.need("path_seconds")
    return out


def flow_check(job, out, ask, rec):
    exp, q = job.case["expected"], job.q
    depth = q.get("max_steps") or 10 ** 9
    paths = []                                   # nodes, hops in seconds, how many
    for p in only(ask(out)["paths"], "paths"):
        nodes, hops = list(p["nodes"]), list(p.get("mean_seconds") or [None] * (len(p["nodes"]) - 1))
        if out["direction"] == "reverse":
            nodes, hops = nodes[::-1], hops[::-1]
        real = list(nodes)
        if q.get("elide_middle") and q.get("start_at") and q.get("end_at") and len(nodes) > depth:
            h = depth // 2
            mid = len(nodes) - h
            nodes, hops = nodes[:h] + ["..."] + nodes[mid:], hops[:h] + [sum(hops[h:mid])] + hops[mid:]
        if q.get("boundaries"):
            nodes, hops = ["path_start"] + nodes + ["path_end"], [0] + hops + [0]
        elif q.get("dropoff") and len(nodes) < depth:
            nodes, hops = nodes + ["$dropoff"], hops + [0]
        paths.append((nodes, hops, p["count"], real))
    edges = {}
    for nodes, hops, n, _ in paths:
        for k in range(1, len(nodes)):
            e = edges.setdefault((k, nodes[k - 1], nodes[k]), [0, 0])
            e[0] += n
            e[1] = None if e[1] is None or hops[k - 1] is None else e[1] + n * hops[k - 1]
    everything = dict(edges)
    keep = sorted(edges, key=lambda k: (-edges[k][0], f"{k[0]}_{k[1]}", f"{k[0] + 1}_{k[2]}"))
    keep = [k for k in keep if edges[k][0] >= q.get("min_count", 0) and edges[k][0] <= q.get("max_count", 10 ** 9)][: q.get("max_edges", 10 ** 9)]
    if q.get("reachable_only"):
        seen, todo = set(), [(1, k[1]) for k in keep if k[0] == 1]
        while todo:
            x = todo.pop()
            if x not in seen:
                seen.add(x)
                todo += [(k[0] + 1, k[2]) for k in keep if (k[0], k[1]) == x]
        keep = [k for k in keep if (k[0], k[1]) in seen]
    run_timing = "a run of equal nodes is timed from its last event" in (job.case.get("conventions") or [])
    for e in exp.get("edges", []):
        k, where = (e["step"], e["from"], e["to"]), f"edge {e['step']} {e['from']} -> {e['to']}"
        if k not in keep:
            rec.eq(where, "present", "absent")
            continue
        if "count" in e:
            rec.eq(where + " count", e["count"], edges[k][0])
        if "avg_s" in e:
            if run_timing and where + " avg_s" in (job.case.get("fragile") or []):
                rec.leave(where + " avg_s", "a run of equal nodes is timed from its last event")
            else:
                rec.eq(where + " avg_s", e["avg_s"], edges[k][1] / edges[k][0] if edges[k][1] is not None else None)
    if exp.get("complete"):
        rec.eq("edge set", sorted([e["step"], e["from"], e["to"]] for e in exp["edges"]), sorted(list(k) for k in keep))

    def people(prefixes):
        got = set()
        for p in prefixes:
            got |= set(ask.people(out, p))
        return sorted(got)

    for a in exp.get("users_at", []):
        where, cells = f"users at {json.dumps(a)[:60]}", []
        if "edge" in a and "..." in (a["edge"]["from"], a["edge"]["to"]):
            for nodes, _, _, real in paths:
                k = a["edge"]["step"]
                if nodes[k - 1: k + 1] == [a["edge"]["from"], a["edge"]["to"]]:
                    cells.append({"path": real})
        else:
            for nodes, _, _, real in paths:
                if "edge" in a:
                    k = a["edge"]["step"]
                    if real[k - 1: k + 1] == [a["edge"]["from"], a["edge"]["to"]]:
                        cells.append({"path": real[: k + 1]})
                elif "leaving" in a:
                    k = a["leaving"]["step"]
                    if len(real) > k and real[k - 1] == a["leaving"]["node"]:
                        cells.append({"path": real[: k + 1]})
                elif "reaching" in a:
                    k = a["reaching"]["step"]
                    if k > 1 and at(real, k - 1) == a["reaching"]["node"]:
                        cells.append({"path": real[:k]})
                elif len(real) == a["ends_at_step"] and real[-1] == a["node"]:
                    cells.append({"path": real, "exit": True})
        rec.eq(where, sorted(a["users"]), people([dict(t) for t in {json.dumps(c): c for c in cells}.values()]))
    if "transitions" in exp:
        t = {}
        for (k, x, y), (n, _) in everything.items():
            t[(x, y)] = t.get((x, y), 0) + n
        rec.eq("transitions", sorted([x["from"], x["to"], x["count"]] for x in exp["transitions"]), sorted([x, y, n] for (x, y), n in t.items()))
    if "shares" in exp:
        total = sum(n for _, _, n, _ in paths)
        for s in exp["shares"]:
            n = sum(c for nodes, _, c, _ in paths if at(nodes, s["step"], "path_end" if q.get("boundaries") else None) == s["node"])
            rec.eq(f"share {s['step']} {s['node']}", s["share"], n / total if total else 0)
    if "paths" in exp:
        rec.eq("paths", sorted([p["nodes"], p["count"]] for p in exp["paths"]), sorted([nodes, n] for nodes, _, n, _ in paths))


# ------------------------------------------------------------------ sequence: a funnel over and over
def sequence(job):
    q = job.q
    job.fit([])
    toks = [t for t in q["pattern"]]
    while toks and "run" in toks[-1]:
        toks.pop()
    while toks and "run" in toks[0]:
        toks.pop(0)
    conds, links, link = [], [], "next"
    limit = None
    for t in toks:
        if "cond" in t:
            if conds:
                links.append(link)
            conds.append(t["cond"])
            link = "next"
        elif "run" in t:
            link = "any"
        elif "gap" in t and t["gap"]["op"] in ("<=", "<"):
            s = t["gap"]["seconds"]
            whole = all(us(e["time"]) % 1_000_000 == 0 for e in job.case["events"])
            if t["gap"]["op"] == "<":
                if not whole:
                    raise Inexpressible("an open time limit between two steps")
                s -= 1
            limit, link = s, "any"
        else:
            raise Inexpressible("a minimum or exact time between two steps")
    if limit is not None and len(conds) != 2:
        raise Inexpressible("a time limit between two of several steps")
    if len(set(links)) > 1:
        raise Inexpressible("adjacent and loose steps in one sequence")
    out = job.question("funnel", steps=[job.selector(q["conditions"][k - 1]) for k in conds], order="strict" if "next" in links else "ordered",
                       window=FOREVER if limit is None else {"n": limit * job.stretch, "unit": "second"})
    if not job.case["portable"]:                # steps are adjacent among the events that satisfy some condition
        out["filter"] = {"any": [job.matcher_filter(m) for m in q["conditions"]]}
    if any("times" in v for v in job.case["expected"]["users"].values()):
        job.need("step_times")
    return out


def sequence_check(job, out, ask, rec):
    exp, n = job.case["expected"]["users"], len(out["steps"])
    alone = len({e["user"] for e in job.case["events"]}) == 1
    ans = ask(out)
    done = ask.people(out, {"step": n}) if any("match" in v or "times" in v for v in exp.values()) and ans["groups"] and groups_of(ans["groups"])[()]["steps"][-1]["count"] else {}
    for u, want in exp.items():
        if "match" in want:
            rec.eq(f"{u}.match", want["match"], u in done)
        if "times" in want and u in done and "times" not in done[u]:
            rec.leave(f"{u}.times", "people asked one by one have no times")
        elif "times" in want:
            back = [us(t) for t in (done.get(u) or {}).get("times", [])]
            rec.eq(f"{u}.times", [us(t) for t in want["times"]], [job.base + (t - job.base) // job.stretch for t in back])
        if "count" in want:
            o = {**out, "count": "total"}
            if not alone:
                o = for_one(o, job.names[u])
            g = groups_of(ask(o)["groups"]).get(())
            rec.eq(f"{u}.count", want["count"], g["steps"][-1]["count"] if g else 0)


# ------------------------------------------------------------------ next node: a journey, read at one place
def next_node(job):
    q = job.q
    if any(m.get("where") or not m.get("event") for m in q["chain"]):
        raise Inexpressible("a chain with conditions")
    job.fit([])
    out = job.question("journey", over="person", node="event", direction="forward" if q["direction"] == "forward" else "reverse",
                       collapse_repeats=False, top=1000, depth=len(q["chain"]) + 1)
    if q["from"] == "first_match":
        sel = {"event": q["chain"][0]["event"] if q["chain"] else None}
        if q.get("base"):
            sel["where"] = job.filter(q["base"])
        out["anchor"] = {"select": sel, "occurrence": "first"}
    elif q.get("base"):
        job.need("entry")
        out["anchor"] = {"select": {"event": None, "where": job.filter(q["base"])}, "occurrence": "entry" if q["from"] == "head" else "exit"}
    if q["from"] != "first_match" and (q["from"], q["direction"]) not in (("head", "forward"), ("tail", "backward")):
        raise Inexpressible("a chain read away from its end")
    return out


def next_node_check(job, out, ask, rec):
    chain = [m["event"] for m in job.q["chain"]]
    got = {}
    for p in only(ask(out)["paths"], "paths"):
        nodes = list(p["nodes"])
        end = len(chain)
        if nodes[:end] == chain and len(nodes) > end:
            for u in ask.people(out, {"path": nodes[: end + 1]}):
                got[u] = nodes[end]
    for u, v in job.case["expected"]["users"].items():
        rec.eq(u, "nothing" if v is None else v, got.get(u, "nothing"))


# ------------------------------------------------------------------ sessions
def sessions(job):
    q, exp = job.q, job.case["expected"]
    gap = round(q["gap_s"] * 1_000_000)
    if gap == 0:                                # any gap at all splits: the same as a limit below the smallest gap
        ts = {}
        for e in job.case["events"]:
            ts.setdefault(e["user"], set()).add(us(e["time"]))
        gaps = [b - a for t in ts.values() for a, b in zip(sorted(t), sorted(t)[1:])]
        job.base = min((t for x in ts.values() for t in x), default=0)
        job.stretch = max(1, math.ceil(2_000_000 / min(gaps))) if gaps else 1
        seconds = 1
    else:
        job.fit([gap])
        seconds = job.seconds(gap)
    people = {e["user"] for e in job.case["events"]}
    if job.without("sessions_list"):
        if "sessions" in exp or len(people) > 1:
            job.need("sessions_list")
        out = job.question("trend", series=[{"select": {"event": None}, "measure": "sessions", "label": "A"}], interval="day")
    else:
        job.need("sessions_list")
        out = job.question("sessions", limit=10000)
    if seconds != 1800:
        job.need("session_timeout")
        out["session_timeout"] = {"n": seconds, "unit": "second"}
    return out


def sessions_check(job, out, ask, rec):
    exp, ans = job.case["expected"], ask(out)
    if out["kind"] == "trend":
        for u, v in exp["per_user"].items():
            rec.eq(u, v, ans["series"][0]["total"])
        return
    mine = {}
    for s in sorted(only(ans["list"], "list"), key=lambda s: us(s["start"])):
        mine.setdefault(job.back.get(s["person"], s["person"]), []).append((us(s["start"]), us(s["end"])))
    if "sessions" in exp:
        got = []
        for e in job.case["events"]:
            t = job.time(us(e["time"])) // 1000 * 1000
            got.append(next((i + 1 for i, (a, b) in enumerate(mine.get(e["user"], [])) if a <= t <= b), None))
        rec.eq("sessions", exp["sessions"], got)
    for u, v in exp.get("per_user", {}).items():
        rec.eq(u, v, len(mine.get(u, [])))


# ------------------------------------------------------------------ flags: people who did both
def flags(job):
    out = []
    conds = job.q["conditions"]
    job.fit([])
    for c in conds:
        o = job.question("trend", series=[{"select": {"event": None}, "measure": "unique", "label": "A"}], interval="day")
        did = lambda m: {"did": job.selector(m), "count": {"op": "gte", "value": 1}, "within": o["range"]}
        o["filter"] = {"all": [did(conds[0]), did(c)]}
        out.append(o)
    return out


def flags_check(job, out, ask, rec):
    exp = job.case["expected"]
    totals, who = [], []
    for o in out:
        line = next(x for x in ask(o)["series"] if not x.get("breakdown"))
        totals.append(line["total"])
        who.append(set(ask.people(o, {"series": 0})) if exp.get("users") and line["total"] else set())
    for u, v in exp.get("users", {}).items():
        rec.eq(u, v, [int(u in w) for w in who])
    if "sums" in exp:
        rec.eq("sums", exp["sums"], totals)


KINDS = {"funnel": (funnel, funnel_check), "retention": (retention, retention_check), "stickiness": (stickiness, stickiness_check),
         "lifecycle": (lifecycle, lifecycle_check), "trend": (trend, trend_check), "segmentation": (trend, trend_check), "flow": (flow, flow_check),
         "sequence": (sequence, sequence_check), "next_node": (next_node, next_node_check), "sessions": (sessions, sessions_check), "flags": (flags, flags_check)}


# ------------------------------------------------------------------ running
def in_process(path):
    """py:FILE - a Python stand-in asked without a process of its own (for trying this program out)"""
    import importlib.util
    path, _, reads = path.partition(",")
    spec = importlib.util.spec_from_file_location("stand_in", path)
    mod = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mod)
    read = dict(x.split("=", 1) for x in reads.split(",") if x)
    return lambda events, question: mod.ask(events, question, "UTC", read)


def command(cmd, folder, timeout):
    words = shlex.split(cmd)

    def run(events, question):
        f = os.path.join(folder, "question.json")
        with open(f, "w", encoding="utf-8") as h:
            json.dump(question, h, ensure_ascii=False)
        try:
            p = subprocess.run(words + ["--events", events, "--question", f, "--timezone", "UTC"], capture_output=True, text=True, timeout=timeout)
        except subprocess.TimeoutExpired:
            raise AskError(f"no answer within {timeout} s")
        except OSError as x:
            raise AskError(f"cannot run {words[0]}: {x.strerror}")
        try:
            return json.loads(p.stdout)
        except ValueError:
            raise AskError(f"exit {p.returncode}, no JSON: {(p.stderr.strip() or p.stdout.strip())[-300:]}")
    return run


def run_case(case, opts, standin=None):
    rec, job = Record(), Job(case, opts.off, not opts.no_insert_id)
    row = {"id": case["id"], "kind": case["kind"], "portable": case["portable"], "status": None}
    try:
        make, check = KINDS[case["kind"]]
        question = make(job)
        row["question"], row["uses"] = question, sorted(job.uses)
        if opts.count:
            row["status"] = "expressible"
            return row
        with tempfile.TemporaryDirectory(prefix="case-") as folder:
            events = os.path.join(folder, "events.ndjson")
            with open(events, "w", encoding="utf-8") as h:
                h.write(job.lines())
            ask = standin or command(opts.ask, folder, opts.timeout)
            check(job, question, Asker(job, lambda q: ask(events, q), opts.people), rec)
        row["status"] = "fail" if rec.bad else "pass" if rec.compared else "error"
        if not rec.compared:
            row["why"] = "no figure was compared"
    except Inexpressible as x:
        row.update(status="inexpressible", why=str(x))
    except AskError as x:
        row.update(status="error", why=str(x))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, StopIteration, OSError) as x:
        row.update(status="error", why=f"answer not of the agreed shape: {type(x).__name__} {x}")
    row.update(compared=rec.compared, calls=job.calls)
    if rec.bad:
        row["differences"] = [{"path": p, "expected": e, "got": g} for p, e, g in rec.bad]
    if rec.left_out:
        row["left_out"] = [{"path": p, "why": w} for p, w in rec.left_out]
    if row["status"] == "fail" and not case["portable"] and not case.get("stated_by_query"):
        fragile = set(case.get("fragile") or [])
        if not fragile or all(p in fragile for p, _, _ in rec.bad):
            row["status"] = "convention"
    return row


def default_cases():
    here = os.path.dirname(os.path.abspath(__file__))
    return here


def load(opts):
    out = []
    for f in opts.family or FAMILIES:
        for c in json.load(open(os.path.join(opts.cases, f + ".json"), encoding="utf-8")):
            if opts.only and opts.only not in c["id"]:
                continue
            if opts.all or opts.only or c["portable"] or c.get("stated_by_query"):
                out.append((f, c))
    return out


def report(rows, opts):
    cols = ["cases", "expressible", "passed", "failed", "errors", "convention", "inexpressible"]
    print(f"{'family':<16}" + "".join(f"{c:>14}" for c in cols))
    total = dict.fromkeys(cols, 0)
    for f in FAMILIES:
        mine = [r for g, r in rows if g == f]
        if not mine:
            continue
        n = lambda *s: sum(r["status"] in s for r in mine)
        line = {"cases": len(mine), "expressible": len(mine) - n("inexpressible"), "passed": n("pass"), "failed": n("fail"), "errors": n("error"), "convention": n("convention"), "inexpressible": n("inexpressible")}
        for c in cols:
            total[c] += line[c]
        print(f"{f:<16}" + "".join(f"{line[c]:>14}" for c in cols))
    print(f"{'all':<16}" + "".join(f"{total[c]:>14}" for c in cols))
    why = {}
    for f, r in rows:
        if r["status"] == "inexpressible":
            why.setdefault((f, r["why"]), []).append(r["id"])
    if why:
        print("\ninexpressible, by reason")
        for (f, w), ids in sorted(why.items(), key=lambda x: (FAMILIES.index(x[0][0]), -len(x[1]))):
            print(f"  {f:<16}{len(ids):>4}  {w}" + (f"   ({ids[0]})" if len(ids) == 1 else ""))
    for f, r in rows:
        if r["status"] == "fail":
            d = r["differences"][0]
            more = f" (+{len(r['differences']) - 1})" if len(r["differences"]) > 1 else ""
            print(f"FAIL  {r['id']}: {d['path']}: expected {json.dumps(d['expected'])[:160]}, got {json.dumps(d['got'])[:160]}{more}")
        elif r["status"] == "error":
            print(f"ERROR {r['id']}: {r['why']}")
    left = [(r["id"], len(r["left_out"])) for _, r in rows if r.get("left_out")]
    why_left = {r["id"]: r["left_out"][0]["why"] for _, r in rows if r.get("left_out")}
    for i, n in left:
        print(f"note  {i}: {n} figures not compared ({why_left[i]})")
    asked = total["passed"] + total["failed"] + total["errors"]
    rate = 100 * total["passed"] / asked if asked else 100.0
    if not opts.count:
        print(f"\n{total['passed']} of {asked} expressible cases pass: {rate:.2f} %" + (f"; {total['convention']} more rest on another convention" if total["convention"] else ""))
    return rate


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--cases", default=default_cases(), help="folder of <family>.json")
    p.add_argument("--family", action="append", choices=FAMILIES)
    p.add_argument("--only", help="cases whose id contains this")
    p.add_argument("--all", action="store_true", help="also cases that rest on a peer's convention")
    p.add_argument("--ask", default="target/release/sillage ask", help="the command, or py:FILE[,read=value...] for an in-process stand-in")
    p.add_argument("--jobs", type=int, default=2)
    p.add_argument("--timeout", type=float, default=60)
    p.add_argument("--json", help="write every case's outcome here")
    p.add_argument("--need", type=float, default=100)
    p.add_argument("--off", default="", help="additions to do without, comma separated")
    p.add_argument("--base", action="store_true", help="do without all additions")
    p.add_argument("--people", choices=["ask", "each"], default="ask", help="find the people behind a figure by the `people` question, or by asking for each person alone")
    p.add_argument("--no-insert-id", action="store_true", help="leave insert_id out of the events (equal events then depend on the product's rule for duplicates)")
    p.add_argument("--count", action="store_true", help="only say what can be expressed")
    p.add_argument("--show", action="store_true", help="print the questions instead of asking them")
    opts = p.parse_args()
    opts.off = frozenset(ADDITIONS) if opts.base else frozenset(x for x in opts.off.split(",") if x)
    if opts.off - set(ADDITIONS):
        p.error("unknown addition: " + ", ".join(sorted(opts.off - set(ADDITIONS))))
    standin = in_process(opts.ask[3:]) if opts.ask.startswith("py:") else None
    cases = load(opts)
    if opts.show:
        opts.count = True
        for f, c in cases:
            r = run_case(c, opts)
            print(json.dumps({"id": c["id"], "question": r.get("question"), "why": r.get("why")}, ensure_ascii=False))
        return 0
    with ThreadPoolExecutor(max(1, opts.jobs if not standin else 1)) as pool:
        rows = list(zip([f for f, _ in cases], pool.map(lambda x: run_case(x[1], opts, standin), cases)))
    rate = report(rows, opts)
    if opts.json:
        with open(opts.json, "w", encoding="utf-8") as h:
            json.dump([{"family": f, **r} for f, r in rows], h, indent=1, ensure_ascii=False)
    return 0 if opts.count or rate >= opts.need else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        os._exit(1)
