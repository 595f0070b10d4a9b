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


def exported(server):
    """The profiles of people and groups as the export writes them."""
    rows = [json.loads(line) for line in server.get(f"/api/projects/{server.project}/export").text.splitlines()]
    # A person has a line for each change; the last one sets all that there is.
    people = {row["person"]: row["set"] for row in rows if "person" in row and "set" in row}
    return people, {(row["group_type"], row["group_key"]): row["set"] for row in rows if "group_type" in row}


# What every client makes of the same person and the same group by all its operations, in the order of the scripts in clients/.
PERSON = {"$name": "Ada", "plan": "pro", "first": "kept", "logins": 5, "credits": -4, "visited": ["editor", "billing"], "tags": ["a", "b"]}
GROUP = {"$name": "Acme", "seats": 12, "since": 2020, "products": ["rocket"]}
# What clients and the server add of themselves.
ADDED = {"$last_seen", "$os", "$browser", "$browser_version", "$initial_referrer", "$initial_referring_domain", "company"}


def of_its_own(properties):
    return {name: value for name, value in properties.items() if name not in ADDED and not name.startswith("initial_utm")}


def check_profiles(server, client, charges):
    """The person and the group of a client, read back one by one and in the export; who was deleted is in neither."""
    person, group = f"{client}-ada", ("company", f"{client}-acme")
    wanted = PERSON | {"$transactions": charges}
    server.until(lambda: of_its_own(profile(server, person)) == wanted, what=f"{wanted} of {profile(server, person)}")
    assert profile(server, person)["$last_seen"]
    server.until(lambda: exported(server)[1].get(group) == GROUP, what=f"{GROUP} of {exported(server)[1].get(group)}")
    server.until(lambda: server.person(f"{client}-gone").json().get("properties", {}) == {}, what="a deleted profile")
    people, groups = exported(server)
    assert of_its_own(people[person]) == wanted
    assert f"{client}-gone" not in people and ("company", f"{client}-gone") not in groups


def sending_key(server):
    """A secret that may send, as the service accounts of imports have one."""
    return server.post(f"/api/projects/{server.project}/keys", {"name": "import", "scopes": ["write"]}).json()["secret"]


def by_name(events):
    counts = {}
    for event in events:
        counts[event["event"]] = counts.get(event["event"], 0) + 1
    return counts


def test_python_events_people_and_groups(server):
    client, _ = python_client(server)
    client.track("py-ada", "Plan upgraded", {"plan": "pro", "amount": 29.5})
    client.track("py-ada", "Plan upgraded", {"plan": "team", "amount": 99})
    client.people_set("py-ada", {"$name": "Ada", "plan": "free", "tmp": 1, "other": "x"})
    client.people_set("py-ada", {"plan": "pro"})
    client.people_set_once("py-ada", {"plan": "never", "first": "kept"})
    client.people_increment("py-ada", {"logins": 4})
    client.people_increment("py-ada", {"logins": 1, "credits": -4})
    client.people_append("py-ada", {"visited": "pricing"})
    client.people_append("py-ada", {"visited": "editor"})
    client.people_union("py-ada", {"visited": ["editor", "billing"], "tags": ["a", "b"]})
    client.people_remove("py-ada", {"visited": "pricing", "tags": "nothing"})
    client.people_unset("py-ada", ["tmp", "other", "nothing"])
    client.people_track_charge("py-ada", 42)
    client.people_track_charge("py-ada", 8, {"sku": "s-1"})
    client.people_track_charge("py-cleared", 42)
    client.people_clear_charges("py-cleared")
    client.people_set("py-gone", {"$name": "Gone"})
    client.people_delete("py-gone")
    client.group_set("company", "py-acme", {"$name": "Acme", "seats": 12, "tmp": 1})
    client.group_set_once("company", "py-acme", {"seats": 1, "since": 2020})
    client.group_union("company", "py-acme", {"products": ["anvil", "rocket"]})
    client.group_remove("company", "py-acme", {"products": "anvil"})
    client.group_unset("company", "py-acme", ["tmp"])
    client.group_set("company", "py-gone", {"$name": "Gone"})
    client.group_delete("company", "py-gone")
    client.track("py-ada", "Campaign sent", {"company": "py-acme"})
    assert by_name(server.timeline("py-ada")) == {"Plan upgraded": 2, "Campaign sent": 1}
    check_profiles(server, "py", [{"$amount": 42}, {"$amount": 8, "sku": "s-1"}])
    # This client takes the property away; the one for Node.js sets an empty list.
    server.until(lambda: profile(server, "py-cleared").keys() == {"$last_seen"}, what="cleared charges")
    question = {
        "kind": "trend", "series": [{"select": {"event": "Campaign sent"}, "measure": "total"}], "interval": "day", "range": {"last": 2, "unit": "day"},
        "breakdown": [{"property": "seats", "of": "group:company"}],
    }
    series = server.until(lambda: [s for s in server.ask(question)["answer"]["series"] if s["breakdown"] in ([12], ["12"])], what="the segment of the group")
    assert series[0]["total"] == 1


def test_python_import(server):
    client, _ = python_client(server)
    long_ago = int(time.time()) - 400 * 86400
    client.import_data(server.write_key, "py-old", "Signed up", long_ago, {"source": "archive"}, api_secret=server.write_key)
    account = mixpanel.ServiceAccountCredentials("courriel", sending_key(server), str(server.project))
    urls = {f"{kind}_url": f"{server.url}/{route}" for kind, route in [("events", "track"), ("import", "import")]}
    for consumer in (mixpanel.Consumer(credentials=account, **urls), mixpanel.BufferedConsumer(credentials=account, **urls)):
        mixpanel.Mixpanel(server.write_key, consumer=consumer).import_data(None, "py-old", "Signed up again", long_ago + 60, {"source": "archive"})
    consumer.flush()
    events = server.timeline("py-old")
    assert by_name(events) == {"Signed up": 1, "Signed up again": 2}
    assert all(e["properties"]["source"] == "archive" and e["properties"]["$import"] is True for e in events), events
    wrong = mixpanel.ServiceAccountCredentials("courriel", "sk_wrong", str(server.project))
    with pytest.raises(mixpanel.MixpanelException):
        mixpanel.Mixpanel(server.write_key, consumer=mixpanel.Consumer(credentials=wrong, **urls)).import_data(None, "py-old", "Never", long_ago, {})
    assert "Never" not in by_name(server.timeline("py-old"))


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
    assert counts == {"Campaign sent": 1, "Batched": 120, "Imported": 60, "Imported alone": 1}
    check_profiles(server, "node", [{"$amount": 42}, {"$amount": 8, "sku": "s-1"}])
    server.until(lambda: profile(server, "node-cleared").get("$transactions") == [], what="cleared charges")


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine; make test installs it where apt-get is there")
def test_browser_loses_nothing_and_counts_nothing_twice(server):
    result = node(server, "browser.mjs", CHROMIUM)
    assert result["errors"] == [], result
    # Both events left by a beacon, and both were sent again by the next page.
    assert result["beacons"] >= 2 and result["resent"] >= 2, result
    seen = server.until(lambda: (c := by_name(server.timeline("web-ada"))).get("Returned") == 1 and c, seconds=30, what="the last event of the browser")
    expected = {name: 1 for name in ("Landed", "Signed up", "Campaign sent", "Followed a link", "Closed the tab", "Returned")}
    assert {name: seen.get(name) for name in expected} == expected, seen
    # This client says that it no longer tracks charges; clearing them is all that is left.
    check_profiles(server, "web", [])
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
