"""An application that uses an official Mixpanel client works by changing its host: the real clients against a real server."""
import json
import os
import pathlib
import shutil
import subprocess
import time

import mixpanel
import pytest

HERE = pathlib.Path(__file__).parent
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def python_client(server, buffered=False):
    urls = {f"{kind}_url": f"{server.url}/{route}" for kind, route in [("events", "track"), ("people", "engage"), ("groups", "groups"), ("import", "import")]}
    consumer = (mixpanel.BufferedConsumer if buffered else mixpanel.Consumer)(**urls)
    return mixpanel.Mixpanel(server.write_key, consumer=consumer), consumer


def node(server, script, *arguments):
    done = subprocess.run(["node", str(HERE / "clients" / script), server.url, server.write_key, *arguments], capture_output=True, timeout=180, cwd=HERE)
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    return json.loads(done.stdout.decode().strip().splitlines()[-1])


def profile(server, person):
    reply = server.person(person)
    return reply.json()["properties"] if reply.status == 200 else {}


def by_name(events):
    counts = {}
    for event in events:
        counts[event["event"]] = counts.get(event["event"], 0) + 1
    return counts


def test_python_events_people_and_groups(server):
    client, _ = python_client(server)
    client.track("py-ada", "Plan upgraded", {"plan": "pro", "amount": 29.5})
    client.track("py-ada", "Plan upgraded", {"plan": "team", "amount": 99})
    client.people_set("py-ada", {"$name": "Ada", "plan": "free", "logins": 1})
    client.people_set_once("py-ada", {"plan": "never", "first_seen_on": "web"})
    client.people_increment("py-ada", {"logins": 4})
    client.people_append("py-ada", {"visited": "pricing"})
    client.people_union("py-ada", {"visited": ["pricing", "editor"]})
    client.people_remove("py-ada", {"visited": "pricing"})
    client.people_unset("py-ada", ["first_seen_on"])
    client.group_set("company", "acme", {"$name": "Acme", "seats": 12})
    client.track("py-ada", "Campaign sent", {"company": "acme"})
    assert by_name(server.timeline("py-ada")) == {"Plan upgraded": 2, "Campaign sent": 1}
    seen = server.until(lambda: (p := profile(server, "py-ada")).get("logins") == 5 and p.get("visited") == ["editor"] and p, what="the profile")
    assert seen["$name"] == "Ada" and seen["plan"] == "free" and "first_seen_on" not in seen
    question = {
        "kind": "trend", "series": [{"select": {"event": "Campaign sent"}, "measure": "total"}], "interval": "day", "range": {"last": 2, "unit": "day"},
        "breakdown": [{"property": "seats", "of": "group:company"}],
    }
    series = server.until(lambda: [s for s in server.ask(question)["answer"]["series"] if s["breakdown"] in ([12], ["12"])], what="the segment of the group")
    assert series[0]["total"] == 1


def test_python_delete_and_import(server):
    client, _ = python_client(server)
    client.people_set("py-gone", {"$name": "Gone"})
    server.until(lambda: profile(server, "py-gone").get("$name") == "Gone", what="the profile")
    client.people_delete("py-gone")
    server.until(lambda: profile(server, "py-gone").get("$name") is None, what="its deletion")
    long_ago = int(time.time()) - 400 * 86400
    client.import_data(server.write_key, "py-old", "Signed up", long_ago, {"source": "archive"}, api_secret=server.write_key)
    events = server.timeline("py-old")
    assert [e["event"] for e in events] == ["Signed up"] and events[0]["properties"]["source"] == "archive"


def test_python_buffered_and_sent_again(server):
    client, consumer = python_client(server, buffered=True)
    for n in range(120):
        client.track("py-buffer", "Ticked", {"n": n})
    consumer.flush()
    assert by_name(server.timeline("py-buffer")) == {"Ticked": 120}
    paid_at = int(time.time()) - 60
    for _ in range(3):
        client.track("py-twice", "Paid", {"amount": 5, "$insert_id": "payment-1", "time": paid_at})
        consumer.flush()
    assert by_name(server.timeline("py-twice")) == {"Paid": 1}


def test_an_alias_does_not_hurt(server):
    """`alias` of this client goes to its maker's host whatever the consumer, so the event is sent as it would be."""
    client, consumer = python_client(server)
    client.track("py-known", "Seen", {})
    consumer.send("events", json.dumps({"event": "$create_alias", "properties": {"distinct_id": "py-known", "alias": "py-alias", "token": server.write_key}}))
    client.track("py-known", "Seen again", {})
    assert {"Seen", "Seen again"} <= set(by_name(server.timeline("py-known")))


def test_node_events_people_groups_and_import(server):
    result = node(server, "node.mjs")
    assert result["errors"] == []
    counts = by_name(server.timeline("node-ada"))
    assert counts["Campaign sent"] == 1 and counts["Batched"] == 120 and counts["Imported"] == 60
    seen = server.until(lambda: (p := profile(server, "node-ada")).get("logins") == 3 and p, what="the profile")
    assert seen["$name"] == "Ada N." and seen["visited"] == ["pricing", "editor"]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine; make test installs it where apt-get is there")
def test_browser_loses_nothing_and_counts_nothing_twice(server):
    result = node(server, "browser.mjs", CHROMIUM)
    assert result["errors"] == [], result
    # Both events left by a beacon, and both were sent again by the next page.
    assert result["beacons"] >= 2 and result["resent"] >= 2, result
    seen = server.until(lambda: (c := by_name(server.timeline("web-ada"))).get("Returned") == 1 and c, seconds=30, what="the last event of the browser")
    expected = {name: 1 for name in ("Landed", "Signed up", "Campaign sent", "Followed a link", "Closed the tab", "Returned")}
    assert {name: seen.get(name) for name in expected} == expected, seen
    person = server.until(lambda: (p := profile(server, "web-ada")).get("logins") == 2 and p, what="the profile")
    assert person["$name"] == "Ada W." and person["plan"] == "pro"
    anonymous = [e for e in server.timeline("web-ada") if e["event"] == "Landed"][0]
    assert anonymous["device_id"], "what was done before sign-up carries the device"
    assert anonymous["properties"]["$browser"] and anonymous["properties"]["$current_url"]


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine; make test installs it where apt-get is there")
def test_browser_recordings_are_kept_and_played(server):
    result = node(server, "recorder.mjs", CHROMIUM)
    assert result["errors"] == [] and result["posted"] >= 1 and result["replay"], result
    recording = server.get(f"/api/projects/{server.project}/recordings/{result['replay']}").json()
    assert recording["recording"]["clicks"] >= 1 and recording["recording"]["has_snapshot"], recording["recording"]
    assert recording["pages"][0]["page"] == "/campaigns/:id" and recording["problems"] == [], recording
    events = [e for s in recording["segments"] for e in server.get(f"/api/projects/{server.project}/recordings/{result['replay']}/segments/{s['n']}").json()]
    assert events[0]["type"] == 4 and events[1]["type"] == 2
    everything = json.dumps(events) + json.dumps(recording)
    assert "Ada" not in everything and "secret" not in everything and "everybody" not in everything
