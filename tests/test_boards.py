"""Metrics with known answers, trees of them, and boards whose tiles ask within one range and one condition; kept over kills."""
import datetime
import json

import pytest
from sillage import Server

# Two Mondays, Paris.
FIRST, SECOND = datetime.datetime(2025, 10, 6, 10, tzinfo=datetime.UTC), datetime.datetime(2025, 10, 13, 10, tzinfo=datetime.UTC)
AS_OF = "2025-10-19"


def events():
    """In the first week four people sign up and one of them sends; in the second eight and six. One more sends in the third week."""
    for week, (signed, sent) in enumerate([(4, 1), (8, 6)]):
        day = (FIRST, SECOND)[week]
        for person in range(signed):
            who = f"w{week}p{person}"
            yield event("Signed up", who, day, plan="pro" if person % 2 else "free")
            if person < sent:
                yield event("Campaign sent", who, day + datetime.timedelta(hours=1), amount=10 * (person + 1), plan="pro" if person % 2 else "free")
    yield event("Campaign sent", "w0p3", SECOND + datetime.timedelta(days=7), amount=1000, plan="pro")


def event(name, who, time, **properties):
    return {"event": name, "distinct_id": who, "time": time.isoformat(), "insert_id": f"{name}-{who}-{time:%d}", "properties": properties}


@pytest.fixture
def world():
    with Server() as server:
        assert server.send(list(events())).json()["accepted"] == 20
        yield server


def unique(event):
    return {"kind": "trend", "series": [{"select": {"event": event}, "measure": "unique"}], "interval": "week"}


CONVERSION = {"kind": "funnel", "steps": [{"event": "Signed up"}, {"event": "Campaign sent"}], "window": {"n": 2, "unit": "day"}, "interval": "week"}


def make(server, what, name, definition):
    reply = server.post(f"/api/projects/{server.project}/{what}", {"name": name, "definition": definition})
    assert reply.status == 200, reply
    return reply.json()["id"]


def value(server, metric, query=f"as_of={AS_OF}&intervals=2"):
    reply = server.get(f"/api/projects/{server.project}/metrics/{metric}/value?{query}")
    assert reply.status == 200, reply
    return reply.json()


def numbers(read):
    return [(point["value"], point["over"]) for point in read["points"]]


def test_a_metric_is_that_of_the_latest_interval_that_is_over(world):
    senders = make(world, "metrics", "Senders", {"question": unique("Campaign sent"), "target": {"value": 8}})
    read = value(world, senders)
    # As of the last day of the second week, that week is not over.
    assert (read["value"], numbers(read)) == (1, [(1, True), (6, False)])
    assert read["at"].startswith("2025-10-06") and read["before"] is None and read["change"] is None
    read = value(world, senders, "as_of=2025-10-20&intervals=3")
    assert (read["value"], read["before"], read["change"], read["reached"], read["unit"]) == (6, 1, 5, 0.75, "week")
    assert numbers(read) == [(1, True), (6, True), (1, False)]


def test_figures_of_every_kind_have_known_answers(world):
    revenue = {"kind": "trend", "series": [{"select": {"event": "Campaign sent"}, "measure": {"sum": "amount"}}, {"select": {"event": "Campaign sent"}, "measure": "unique"}], "formulas": ["A / B"], "interval": "week"}
    known = [
        ({"question": revenue, "format": "currency", "currency": "EUR"}, 35, [10, 35]),
        ({"question": CONVERSION, "format": "percent"}, 0.75, [0.25, 0.75]),
        ({"question": CONVERSION, "figure": "entered"}, 8, [4, 8]),
        ({"question": {"kind": "retention", "birth": {"event": "Signed up"}, "return": {"event": "Campaign sent"}, "unit": "week", "periods": 2}, "figure": "period_0"}, 0.75, [0.25, 0.75]),
        ({"question": {"kind": "retention", "birth": {"event": "Signed up"}, "return": {"event": "Campaign sent"}, "unit": "week", "periods": 3}, "figure": "period_2"}, 0.25, [0.25, 0]),
        ({"question": {"kind": "lifecycle", "select": {"event": None}, "interval": "week"}, "figure": "new"}, 8, [4, 8]),
        ({"question": {"kind": "lifecycle", "select": {"event": None}, "interval": "week"}, "figure": "dormant"}, 4, [0, 4]),
    ]
    for place, (definition, latest, points) in enumerate(known):
        read = value(world, make(world, "metrics", f"M{place}", definition), "as_of=2025-10-27&intervals=4")
        shown = [point["value"] for point in read["points"]][: len(points)]
        of_two = next(point["value"] for point in reversed(read["points"][:2]) if point["over"] and point["value"] is not None)
        assert (shown, of_two) == (points, latest), (definition, read["points"])


def test_what_divides_by_nothing_has_no_value(world):
    nothing = {"kind": "trend", "series": [{"select": {"event": "Campaign sent"}, "measure": "total"}, {"select": {"event": "Nobody did this"}, "measure": "total"}], "formulas": ["A / B"], "interval": "week"}
    read = value(world, make(world, "metrics", "Nothing", {"question": nothing, "target": {"value": 0}}))
    assert (read["value"], read["change"], read["reached"], [point["value"] for point in read["points"]]) == (None, None, None, [None, None])


def test_a_tree_tells_how_its_metrics_go_together(world):
    daily = {**unique("Campaign sent"), "interval": "day"}
    ids = {name: make(world, "metrics", name, {"question": question}) for name, question in {"sent": unique("Campaign sent"), "signed": unique("Signed up"), "daily": daily}.items()}
    nodes = [{"id": "top", "metric": ids["sent"]}, {"id": "below", "parent": "top", "metric": ids["signed"]}, {"id": "other", "parent": "top", "metric": ids["daily"]}, {"id": "bet", "parent": "below", "text": "A better start"}]
    tree = make(world, "metric-trees", "North star", {"nodes": nodes})
    read = world.get(f"/api/projects/{world.project}/metric-trees/{tree}/value?as_of=2025-10-27&intervals=4").json()
    assert sorted(read["values"]) == sorted(ids.values())
    edges = {edge["node"]: edge for edge in read["edges"]}
    # (1, 6, 1) against (4, 8, 0), the weeks that are over: 0.866; three weeks are too few to lean on. A day is no week.
    assert edges["below"]["n"] == 3 and abs(edges["below"]["r"] - 0.866) < 0.001 and edges["below"]["enough"] is False
    assert edges["other"]["r"] is None and set(edges) == {"below", "other"}


def test_tiles_ask_within_the_range_and_condition_of_their_board(world):
    metric = make(world, "metrics", "Senders", {"question": unique("Campaign sent")})
    total = {"kind": "trend", "series": [{"select": {"event": "Campaign sent"}, "measure": "total"}], "interval": "week", "range": {"from": "2025-10-01", "to": "2025-10-31"}}
    tiles = [{"id": "q", "width": 6, "height": 6, "title": "Sent", "shows": {"kind": "question", "question": total}}, {"id": "m", "width": 3, "height": 3, "shows": {"kind": "metric", "metric": metric}}]
    board = make(world, "boards", "Team", {"tiles": tiles, "range": {"from": "2025-10-06", "to": "2025-10-19"}})

    def seen(tile, **look):
        reply = world.post(f"/api/projects/{world.project}/boards/{board}/tiles/{tile}", look)
        assert reply.status == 200, reply
        return reply.json()

    assert seen("q")["answer"]["answer"]["series"][0]["total"] == 7
    assert seen("q", range={"from": "2025-10-06", "to": "2025-10-12"})["answer"]["answer"]["series"][0]["total"] == 1
    assert seen("q", filter={"property": "plan", "op": "is", "value": "pro"})["answer"]["answer"]["series"][0]["total"] == 3
    assert [point["value"] for point in seen("m")["value"]["points"]] == [1, 6]
    # Whole weeks, whatever day the range begins on.
    assert [point["value"] for point in seen("m", range={"from": "2025-10-15", "to": "2025-10-19"})["value"]["points"]] == [6]


def test_hostile_names_are_kept_as_they_are_and_nothing_is_lost_by_a_kill(world):
    name = "\"><script>alert(1)</script> '; drop table definitions; -- \u202e"
    board = make(world, "boards", name, {"description": name, "tiles": [{"id": name[:60], "width": 3, "height": 1, "title": name, "shows": {"kind": "text", "text": name}}]})
    path = f"/api/projects/{world.project}/boards/{board}"
    before = world.get(path).json()
    world.kill()
    world.start()
    world.sign_in()
    assert world.get(path).json() == before and before["name"] == name
    put = lambda version: world.request("PUT", path, json.dumps({"name": "Mine", "version": version, "definition": {"tiles": []}}).encode(), world._signed({"content-type": "application/json"}))
    assert (put(1).status, put(1).status, put(2).status) == (200, 409, 200)
