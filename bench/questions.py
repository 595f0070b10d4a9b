"""The fourteen questions of the side-by-side benchmark, as our query API takes them, and how each answer becomes the peers' rows.

A reader of an answer gives rows in the order and the form of the peers' SQL. Round figures may differ by one where a sum ends in a half.
"""

RANGE = {"from": "2025-10-01", "to": "2025-12-31"}
BASE = {"range": RANGE, "timezone": "UTC", "week_start": "monday"}


def day(stamp):
    return stamp[:10]


def filled(times, values):
    """Intervals without an event have no row at the peers."""
    return [[day(t), v] for t, v in zip(times, values) if v]


def one_line(answer):
    return filled(answer["times"], answer["series"][0]["values"])


def trend(event, measure, **more):
    return BASE | {"kind": "trend", "series": [{"select": {"event": event}, "measure": measure}], "interval": "day"} | more


def by_source(answer):
    cells = {}
    n_times = len(answer["times"])
    lines = [s for s in answer["series"] if s["breakdown"]]
    segments = {tuple(s["breakdown"]) for s in lines}
    for segment in segments:
        of_segment = [s["values"] for s in lines if tuple(s["breakdown"]) == segment]
        for at in range(n_times):
            row = [values[at] for values in of_segment]
            if row[0]:
                cells[(day(answer["times"][at]), *segment)] = [row[0], row[1], round(row[2] or 0)]
    return [[*key, *values] for key, values in sorted(cells.items())]


def levels(steps):
    """How many people got exactly so far, from how many got at least so far."""
    counts = [s["count"] for s in steps] + [0]
    return [[k + 1, counts[k] - counts[k + 1]] for k in range(len(counts) - 1) if counts[k] > counts[k + 1]]


def funnel(names, window, **more):
    return BASE | {"kind": "funnel", "steps": [{"event": name} for name in names], "window": window} | more


def cohorts(answer):
    rows = []
    for cohort in answer["cohorts"]:
        if cohort["size"]:
            rows += [[day(cohort["start"]), k, cohort["size"] if k == 0 else n] for k, n in enumerate(cohort["returned"]) if k == 0 or n]
    return sorted(rows)


def periods(answer):
    return [[day(p["start"]), n, people] for p in answer["periods"] for n, people in enumerate(p["people"], 1) if people]


def paths(answer):
    rows = [[" > ".join(p["nodes"]), p["count"]] for p in answer["paths"]]
    return sorted(rows, key=lambda row: (-row[1], row[0]))[:20]


def statuses(answer):
    return sorted([day(i["start"]), status, i[status]] for i in answer["intervals"] for status in ("new", "returning", "resurrected", "dormant") if i[status])


def latest(answer):
    return [[epoch_ms(e["time"]), e["event"], e["properties"].get("path")] for e in answer["events"]]


def epoch_ms(stamp):
    import datetime

    return round(datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp() * 1000)


def sessions_by_source(answer):
    return sorted([*g["breakdown"], g["count"], g["bounces"], round(g["mean_seconds"])] for g in answer["groups"] if g["breakdown"])


def top_values(answer):
    totals = {}
    for series in answer["series"]:
        if series["breakdown"] and not series.get("other"):
            totals.setdefault(tuple(series["breakdown"]), []).append(series["total"])
    rows = [[*value, *numbers] for value, numbers in totals.items()]
    return sorted(rows, key=lambda row: (-row[1], row[0]))[:50]


SHOP = ["search", "view_item", "add_to_cart", "begin_checkout", "purchase"]
WHO_AND_WHEN = ["person", "time"]

# What each question touches: events (None: all) and columns. Merely decoding that is the limit that an answer from rows can approach.
TOUCHED = {
    "01_trend_total": (["search"], ["time"]),
    "02_trend_unique": (["$pageview"], WHO_AND_WHEN),
    "03_trend_breakdown": (["purchase"], [*WHO_AND_WHEN, "p.utm_source:text", "p.amount:number"]),
    "04_active_users": (None, WHO_AND_WHEN),
    "05_funnel_three_steps": ([SHOP[0], SHOP[1], SHOP[4]], WHO_AND_WHEN),
    "06_funnel_five_steps_by_country": (SHOP, [*WHO_AND_WHEN, "p.plan:text", "p.country:text"]),
    "07_retention_weekly": (None, WHO_AND_WHEN),
    "08_frequency_monthly": (None, WHO_AND_WHEN),
    "09_paths_after_search": (None, [*WHO_AND_WHEN, "tie", "event"]),
    "10_behavioural_cohort": (["$pageview", "purchase"], WHO_AND_WHEN),
    "11_lifecycle_weekly": (None, WHO_AND_WHEN),
    "13_sessions_by_source": (None, [*WHO_AND_WHEN, "session_id", "p.utm_source:text"]),
    "14_top_values": (["$pageview"], [*WHO_AND_WHEN, "p.path:text"]),
}


def questions(probe):
    """name: (question, reader of its answer); `probe` is the person who sent the first event of the set."""
    shop = SHOP
    paying = {"any": [{"property": "plan", "op": "is", "value": "pro"}, {"property": "plan", "op": "is", "value": "team"}]}
    loyal = {"did": {"event": "purchase"}, "count": {"op": "gte", "value": 3}, "within": {"from": "2025-10-01", "to": "2025-10-31"}}
    purchases = [{"select": {"event": "purchase"}, "measure": m} for m in ("total", "unique", {"sum": "amount"})]
    views = [{"select": {"event": "$pageview"}, "measure": m} for m in ("total", "unique")]
    return {
        "01_trend_total": (trend("search", "total"), one_line),
        "02_trend_unique": (trend("$pageview", "unique"), one_line),
        "03_trend_breakdown": (BASE | {"kind": "trend", "series": purchases, "interval": "week", "breakdown": [{"property": "utm_source"}]}, by_source),
        "04_active_users": (trend(None, "unique"), one_line),
        "05_funnel_three_steps": (funnel([shop[0], shop[1], shop[4]], {"n": 7, "unit": "day"}), lambda a: levels(a["groups"][0]["steps"])),
        "06_funnel_five_steps_by_country": (
            funnel(shop, {"n": 1, "unit": "day"}, filter=paying, breakdown=[{"property": "country"}]),
            lambda a: sorted([*g["breakdown"], *row] for g in a["groups"] if g["breakdown"] for row in levels(g["steps"])),
        ),
        "07_retention_weekly": (BASE | {"kind": "retention", "birth": {"event": "signup"}, "return": {"event": None}, "unit": "week", "periods": 13, "first_time": True}, cohorts),
        "08_frequency_monthly": (BASE | {"kind": "frequency", "select": {"event": None}, "period": "month", "unit": "day", "mode": "exactly"}, periods),
        "09_paths_after_search": (
            BASE | {"kind": "journey", "over": "person", "node": "event", "anchor": {"select": {"event": "search"}, "occurrence": "first"}, "direction": "forward", "depth": 5, "top": 20, "collapse_repeats": False},
            paths,
        ),
        "10_behavioural_cohort": (trend("$pageview", "unique", filter=loyal), one_line),
        "11_lifecycle_weekly": (BASE | {"kind": "lifecycle", "select": {"event": None}, "interval": "week"}, statuses),
        "12_user_timeline": ({"kind": "timeline", "person": probe, "range": RANGE, "timezone": "UTC", "limit": 100}, latest),
        "13_sessions_by_source": (BASE | {"kind": "sessions", "breakdown": [{"property": "utm_source"}], "limit": 0}, sessions_by_source),
        "14_top_values": (BASE | {"kind": "trend", "series": views, "interval": "month", "breakdown": [{"property": "path"}], "top": 50}, top_values),
    }
