"""Alerts on metrics, with known answers: told once, by mail and by post, signed, through a kill; what explains a move; hours, tries, bad input. And annotations."""
import datetime
import hashlib
import hmac
import json
import time
import zoneinfo

import pytest
from sillage import Server, free_port
from test_alerts import Hook
from test_mail import Inbox, mail_server

PARIS = zoneinfo.ZoneInfo("Europe/Paris")
WEEKS = 13


def yesterday():
    return datetime.datetime.now(PARIS).date() - datetime.timedelta(days=1)


def orders():
    """Of each working day 120 orders, of each day of a weekend 80; every second one with Safari, but none of yesterday."""
    for back in range(WEEKS * 7, 0, -1):
        day = yesterday() - datetime.timedelta(days=back - 1)
        n = 120 if day.weekday() < 5 else 80
        for i in range(n):
            is_safari = i % 2 == 0
            if is_safari and back == 1:
                continue
            at = datetime.datetime.combine(day, datetime.time(9 + i % 9, i % 60), PARIS)
            properties = {"$browser": "Safari" if is_safari else "Chrome", "paid": i % 4 < 2}
            yield {"event": "Order", "distinct_id": f"p{i}", "time": at.isoformat(), "insert_id": f"{back}-{i}", "properties": properties}


@pytest.fixture(scope="module")
def inbox():
    return Inbox()


@pytest.fixture(scope="module")
def server(inbox):
    port = free_port()
    env = {"SILLAGE_SMTP": f"smtp://127.0.0.1:{port}", "SILLAGE_MAIL_FROM": "sillage@courriel.example", "SILLAGE_PUBLIC_URL": "http://localhost:7070", "SILLAGE_PRIVATE_WEBHOOKS": "true"}
    with mail_server(inbox, port), Server(env=env) as server:
        events = list(orders())
        for at in range(0, len(events), 2000):
            assert server.send(events[at:at + 2000]).status == 200
        yield server


@pytest.fixture(scope="module")
def metric(server):
    return make(server, "metrics", "Orders", {"question": {"kind": "trend", "series": [{"select": {"event": "Order"}, "measure": "total"}], "interval": "day"}})["id"]


def api(server, path=""):
    return f"/api/projects/{server.project}/alerts{path}"


def make(server, what, name, definition):
    reply = server.post(f"/api/projects/{server.project}/{what}", {"name": name, "definition": definition})
    assert reply.status == 200, reply
    return reply.json()


def put(server, path, value):
    return server.request("PUT", path, json.dumps(value).encode(), server._signed({"content-type": "application/json"}))


def delete(server, path):
    return server.request("DELETE", path, headers=server._signed({}))


def history(server, alert):
    return server.get(api(server, f"/{alert}/history")).json()


def looked_at(server, alert):
    return server.until(lambda: (one := server.get(api(server, f"/{alert}")).json()) and one["state"]["looked_at"] and one, seconds=30, what="a look at the alert")


def usual():
    return 120 if yesterday().weekday() < 5 else 80


def n_yesterday():
    return usual() // 2


def test_a_fall_is_told_once_by_mail_and_post_with_what_explains_it(server, metric, inbox):
    hook = Hook()
    definition = {"metric": metric, "when": {"kind": "falls", "by": 0.4, "against": "last_week"}, "mail": ["team@courriel.example"], "webhook": {"url": hook.url}}
    alert = make(server, "alerts", "Fewer orders", definition)["id"]
    # Between the moment when it was taken and the moment when that is written down, a kill would send it again.
    server.until(lambda: (sent := history(server, alert)["deliveries"]) and len(sent) == 2 and all(one["status"] == "sent" for one in sent), seconds=30, what="the alert")
    server.kill()
    server.start()
    time.sleep(8)
    [(headers, body)] = hook.posts
    told, n = json.loads(body), n_yesterday()
    assert told["type"] == "alert.fired" and told["told"]["value"] == n and told["told"]["reference"] == usual()
    assert told["sentence"] == f"Orders: {n}, 50% less than the same day a week earlier ({usual():.0f})"
    assert told["url"] == f"http://localhost:7070/p/{server.project}/alerts/{alert}"
    read = history(server, alert)
    stamp, signature = (part.split("=", 1)[1] for part in headers["x-sillage-signature"].split(","))
    assert signature == hmac.new(read["secret"].encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    [mail] = inbox.mails
    text = mail.get_body(("plain",)).get_content()
    assert mail["subject"] == told["sentence"] and mail["to"] == "team@courriel.example"
    [event] = read["events"]
    why = event["told"]["why"]
    [segment] = why["segments"]
    assert (segment["property"], segment["value"], segment["now"], round(segment["contribution"], 6)) == ("$browser", "Safari", 0, 1)
    assert why["before"] == usual() and why["now"] == n and {"property": "paid", "of": "event"} in why["looked_at"]
    assert "browser Safari:" in text and "100% of the move" in text
    assert {(one["kind"], one["status"]) for one in read["deliveries"]} == {("mail", "sent"), ("webhook", "sent")}
    state = server.get(api(server, f"/{alert}")).json()["state"]
    assert state["firing"] and state["trouble"] is None
    assert server.get(f"/api/projects/{server.project}/metrics/{metric}").json()["used_in"][0]["kind"] == "alert"


def test_what_is_unusual_is_seen_before_it_is_made_and_told_in_french(server, metric, inbox):
    definition = {"metric": metric, "when": {"kind": "unusual"}, "mail": ["equipe@courriel.example"], "language": "fr", "least": 5}
    preview = server.post(api(server, "/preview"), {"definition": definition}).json()
    last = preview["points"][-1]
    over = [point for point in preview["points"] if point["over"]]
    assert preview["fires"] == 1 and [point["start"] for point in over if point["fires"]] == [over[-1]["start"]]
    assert over[-1]["value"] == n_yesterday() and over[-1]["reference"] == pytest.approx(usual(), rel=0.05) and not last["over"]
    make(server, "alerts", "Inhabituel", definition)
    [mail] = server.until(lambda: [mail for mail in inbox.mails if mail["to"] == "equipe@courriel.example"], seconds=30, what="the mail")
    assert mail["subject"].startswith(f"Orders\u00a0: {n_yesterday()}, hors de l’habituel (")
    assert "browser Safari" in mail.get_body(("plain",)).get_content()


def test_what_is_quiet_is_quiet_and_a_try_is_told_to_a_chat(server, metric):
    hook = Hook()
    definition = {"metric": metric, "when": {"kind": "above", "value": 1000}, "webhook": {"url": hook.url, "format": "slack"}}
    alert = make(server, "alerts", "Many <orders>", definition)["id"]
    state = looked_at(server, alert)["state"]
    assert not state["firing"] and history(server, alert)["events"] == [] and hook.posts == []
    # It is looked at next when the next day is over, and a little later.
    next_at = datetime.datetime.fromisoformat(state["next_at"])
    midnight = datetime.datetime.combine(datetime.datetime.now(PARIS).date() + datetime.timedelta(days=1), datetime.time(), PARIS)
    assert datetime.timedelta(minutes=15) <= next_at - midnight < datetime.timedelta(minutes=25)
    assert server.post(api(server, f"/{alert}/test"), {}).status == 204
    server.until(lambda: hook.posts, seconds=30, what="the try")
    [(_, body)] = hook.posts
    assert json.loads(body) == {"text": json.loads(body)["text"]} and json.loads(body)["text"].startswith(f"*Test: Orders: {n_yesterday()}*\n")
    assert [event["kind"] for event in history(server, alert)["events"]] == ["test"]


def test_outside_the_hours_nobody_is_told_until_they_begin(server, metric):
    hook, now = Hook(), datetime.datetime.now(PARIS)
    # Only on the day of the week that comes in three days.
    day = (now + datetime.timedelta(days=3)).isoweekday()
    definition = {"metric": metric, "when": {"kind": "below", "value": 1000}, "webhook": {"url": hook.url}, "hours": {"days": [day], "from": "08:00", "to": "09:00"}}
    alert = make(server, "alerts", "Later", definition)["id"]
    looked_at(server, alert)
    read = server.until(lambda: (one := history(server, alert))["events"] and one, seconds=30, what="the event")
    held = datetime.datetime.fromisoformat(read["events"][0]["told"]["held_until"]).astimezone(PARIS)
    assert (held.isoweekday(), held.hour, held.minute) == (day, 8, 0)
    time.sleep(5)
    assert hook.posts == [] and read["deliveries"][0]["status"] == "waiting"
    # Deleted, nothing waits any more.
    assert delete(server, api(server, f"/{alert}")).status == 204
    assert server.get(api(server, f"/{alert}/history")).status == 404


def test_an_alert_that_is_over_says_so_where_that_is_wanted(server, metric):
    hook = Hook()
    definition = {"metric": metric, "when": {"kind": "below", "value": 1000}, "webhook": {"url": hook.url}, "over": True}
    alert = make(server, "alerts", "Low", definition)
    server.until(lambda: len(hook.posts) == 1, seconds=30, what="the alert")
    # Changed, it is looked at as if for the first time: it does not fire, and nothing is over.
    changed = {"name": "Low", "definition": definition | {"when": {"kind": "below", "value": 1}}, "version": alert["version"]}
    assert put(server, api(server, f"/{alert['id']}"), changed).status == 200
    server.until(lambda: not server.get(api(server, f"/{alert['id']}")).json()["state"]["firing"], seconds=30, what="the change")
    time.sleep(4)
    assert [event["kind"] for event in history(server, alert["id"])["events"]] == ["fired"]
    assert put(server, api(server, f"/{alert['id']}"), changed).status == 409


def test_a_metric_that_is_gone_is_said_at_the_alert(server):
    gone = make(server, "metrics", "Gone", {"question": {"kind": "trend", "series": [{"select": {"event": "Order"}, "measure": "unique"}], "interval": "day"}})["id"]
    alert = make(server, "alerts", "Of what is gone", {"metric": gone, "when": {"kind": "below", "value": 1}})
    looked_at(server, alert["id"])
    assert delete(server, f"/api/projects/{server.project}/metrics/{gone}").status == 204
    # Off and on again: it is looked at.
    body = {"name": "x", "definition": alert["definition"] | {"least": 1}}
    assert put(server, api(server, f"/{alert['id']}"), body).json()["error"]["field"] == "definition.metric"


def test_why_can_be_asked_of_any_interval(server, metric):
    path = f"/api/projects/{server.project}/metrics/{metric}/why"
    read = server.post(path, {"against": "last_week"}).json()
    assert read["why"]["segments"][0]["value"] == "Safari"
    earlier = (yesterday() - datetime.timedelta(days=14)).isoformat()
    assert server.post(path, {"at": earlier, "against": "last_week"}).json()["why"]["segments"] == []
    median = make(server, "metrics", "Median", {"question": {"kind": "vital", "interval": "day"}})["id"]
    assert server.post(f"/api/projects/{server.project}/metrics/{median}/why", {}).json()["why"] is None
    for body, field in [({"at": "soon"}, "at"), ({"against": "everything"}, "against")]:
        reply = server.post(path, body)
        assert (reply.status, reply.json()["error"]["field"]) == (400, field)


@pytest.mark.parametrize("interval", ["day", "week", "month"])
@pytest.mark.parametrize("kind", ["trend", "ratio", "funnel"])
def test_what_explains_a_move_speaks_of_the_metrics_own_numbers(server, kind, interval):
    series = lambda **where: {"select": {"event": "Order"} | where, "measure": "total"}
    question = {
        "trend": {"kind": "trend", "series": [series()]},
        "ratio": {"kind": "trend", "series": [series(where={"property": "paid", "op": "is", "value": True}), series()], "formulas": ["A / B"]},
        "funnel": {"kind": "funnel", "steps": [{"event": "Order"}, {"event": "Order"}], "window": {"n": 1, "unit": "hour"}},
    }[kind]
    metric = make(server, "metrics", f"{kind} {interval}", {"question": question | {"interval": interval}})["id"]
    path = f"/api/projects/{server.project}/metrics/{metric}"
    value, read = server.get(f"{path}/value").json(), server.post(f"{path}/why", {"against": "before"}).json()
    assert (read["at"], read["why"]["now"], read["why"]["before"]) == (value["at"], pytest.approx(value["value"]), pytest.approx(value["before"]))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"metric": "nothing"}, "definition.metric"),
        ({"when": {"kind": "rises", "by": -1}}, "definition.when.by"),
        ({"mail": ["nobody"]}, "definition.mail[0]"),
        ({"mail": ["a@b.example"] * 21}, "definition.mail"),
        ({"webhook": {"url": "ftp://x.example"}}, "definition.webhook.url"),
        ({"webhook": {"url": "https://user:pass@x.example/"}}, "definition.webhook.url"),
        ({"hours": {"days": [], "from": "08:00", "to": "09:00"}}, "definition.hours.days"),
        ({"hours": {"days": [8], "from": "08:00", "to": "09:00"}}, "definition.hours.days"),
        ({"hours": {"days": [1], "from": "8", "to": "09:00"}}, "definition.hours.from"),
        ({"hours": {"days": [1], "from": "10:00", "to": "09:00"}}, "definition.hours.to"),
        ({"language": "de"}, "definition.language"),
    ],
)
def test_what_is_wrong_with_an_alert_is_named(server, metric, change, field):
    definition = {"metric": metric, "when": {"kind": "above", "value": 1}} | change
    reply = server.post(api(server), {"name": "x", "definition": definition})
    assert (reply.status, reply.json()["error"]["field"]) == (400, field), reply


def test_weeks_have_no_same_week_a_week_earlier(server):
    weekly = make(server, "metrics", "Weekly", {"question": {"kind": "trend", "series": [{"select": {"event": "Order"}, "measure": "total"}], "interval": "week"}})["id"]
    reply = server.post(api(server), {"name": "x", "definition": {"metric": weekly, "when": {"kind": "falls", "by": 0.1, "against": "last_week"}}})
    assert (reply.status, reply.json()["error"]["field"]) == (400, "definition.when.against")


def test_a_webhook_into_a_private_network_is_refused_when_it_is_reached():
    with Server() as server:
        metric = make(server, "metrics", "Orders", {"question": {"kind": "trend", "series": [{"select": {"event": "Order"}, "measure": "total"}], "interval": "day"}})["id"]
        hook = Hook()
        definition = {"metric": metric, "when": {"kind": "above", "value": 1}, "webhook": {"url": hook.url.replace("127.0.0.1", "localhost")}}
        assert server.post(api(server), {"name": "x", "definition": definition | {"mail": ["a@b.example"]}}).status == 409
        alert = make(server, "alerts", "x", definition)["id"]
        assert server.post(api(server, f"/{alert}/test"), {}).status == 204
        [delivery] = server.until(lambda: [one for one in history(server, alert)["deliveries"] if one["last_error"]], seconds=30, what="the refusal")
        assert "private network" in delivery["last_error"] and hook.posts == []


def test_what_happened_is_marked_and_a_release_is_told_of_once(server):
    path = f"/api/projects/{server.project}/annotations"
    note = server.post(path, {"text": "Newsletter <b>out</b>", "at": "2026-03-01T09:00:00Z"}).json()
    release = server.post(path, {"text": "1.4.2", "kind": "release", "at": "2026-03-02T09:00:00Z"}).json()
    again = server.post(path, {"text": "1.4.2", "kind": "release", "at": "2026-05-02T09:00:00Z"}).json()
    assert again == release and (note["kind"], release["kind"]) == ("note", "release")
    read = server.get(f"{path}?from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z").json()["annotations"]
    assert [one["text"] for one in read] == ["Newsletter <b>out</b>"]
    changed = put(server, f"{path}/{note['id']}", {"text": "Newsletter", "at": "2026-03-03T09:00:00Z"}).json()
    assert (changed["text"], changed["at"][:10]) == ("Newsletter", "2026-03-03")
    assert delete(server, f"{path}/{note['id']}").status == 204
    assert delete(server, f"{path}/{note['id']}").status == 404
    for body, field in [({"text": ""}, "text"), ({"text": "x", "at": "soon"}, "at"), ({"text": "a\nb"}, "text")]:
        reply = server.post(path, body)
        assert (reply.status, reply.json()["error"]["field"]) == (400, field)
