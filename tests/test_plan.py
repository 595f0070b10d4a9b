"""A tracking plan runs: a file is checked as in CI, events are held against what is published, and quarantine loses nothing, whatever happens to the server."""
import json
import subprocess
import time
import urllib.parse
from pathlib import Path

import pytest
from sillage import Server, run

PLAN = """
plan: 1
on_unplanned_event: accept
events:
  Order Placed:
    description: Somebody ordered
    owner: ada@courriel.example
    replaces: [order]
    on_violation: quarantine
    properties:
      amount: {type: number, required: true, min: 0}
  Form Sent:
    description: A form left
    owner: ada@courriel.example
    on_violation: reject
    properties:
      fields: {type: integer}
  Noise Made: {description: Too much, owner: ada@courriel.example, status: blocked}
"""


@pytest.fixture
def planned():
    with Server() as server:
        publish(server, PLAN)
        yield server


def put(server, path, value):
    return server.request("PUT", f"/api/projects/{server.project}{path}", json.dumps(value).encode(), server._signed({"content-type": "application/json"}))


def publish(server, text):
    draft = put(server, "/plan/draft", {"text": text})
    assert draft.status == 200, draft
    published = server.post(f"/api/projects/{server.project}/plan/publish", {"revision": draft.json()["revision"]})
    assert published.status == 200, published
    return published.json()


def plan(server, path, **query):
    reply = server.get(f"/api/projects/{server.project}/plan{path}?{urllib.parse.urlencode(query)}")
    assert reply.status == 200, reply
    return reply.json()


def event(name, n, **properties):
    return {"event": name, "distinct_id": f"u{n}", "time": "2026-01-02T03:04:05Z", "insert_id": f"{name}-{n}", "properties": properties}


def test_quarantine_is_durable_and_is_released_once(planned):
    server = planned
    sent = [event("Order Placed", 0, amount=1)] + [event("Order Placed", n, amount=f"{n}", note="é") for n in range(1, 40)]
    reply = server.send(sent)
    assert (reply.status, reply.json()["accepted"], reply.json()["quarantined"]) == (200, 40, 39), reply
    assert server.count("Order Placed") == 1
    # What was acknowledged is there after a kill.
    server.kill()
    server.start()
    assert plan(server, "/quarantine")["count"] == 39
    # Sent again, as a client does that did not hear the reply.
    server.send(sent)
    released = server.post(f"/api/projects/{server.project}/plan/quarantine/release", {"all": True}).json()
    assert released["failed"] == [] and released["released"] >= 39, released
    assert server.count("Order Placed") == 40, "each counts once"
    kept = server.timeline("u7")[0]
    assert kept["properties"]["note"] == "é" and kept["properties"]["amount"] == "7", kept
    server.kill()
    server.start()
    assert server.count("Order Placed") == 40 and plan(server, "/quarantine")["count"] == 0


def test_refusals_name_the_rule_and_block_drops(planned):
    server = planned
    reply = server.send([event("Form Sent", 1, fields=1.5), event("Form Sent", 2, fields=3), event("Noise Made", 3), event("Anything", 4)])
    assert (reply.status, reply.json()["accepted"]) == (207, 2), reply
    failed = reply.json()["failed"]
    assert [(one["index"], one["code"], one["field"]) for one in failed] == [(0, "plan_type", "properties.fields")], failed
    assert server.count(None) == 2
    rules = {(one["event"], one["rule"]): one["count"] for one in plan(server, "/violations")["violations"]}
    assert rules == {("Form Sent", "type"): 1, ("Noise Made", "blocked"): 1, ("Anything", "unplanned_event"): 1}


def test_renamed_events_count_as_one_until_the_plan_says_otherwise(planned):
    server = planned
    server.send([event("order", 1, amount=1), event("order", 2, amount=2), event("Order Placed", 3, amount=3)])
    assert server.count("Order Placed") == 3
    assert {one["name"] for one in server.get(f"/api/projects/{server.project}/names").json()["events"]} == {"Order Placed"}
    publish(server, PLAN.replace("replaces: [order]", ""))
    assert server.count("Order Placed") == 1 and server.count("order") == 2


def test_a_file_is_checked_as_in_ci(planned, tmp_path):
    server = planned
    good, bad = tmp_path / "plan.yaml", tmp_path / "bad.yaml"
    good.write_text(PLAN)
    bad.write_text("plan: 1\nproperties:\n  a: {same_as: b}\n  b: {same_as: a}\nevents:\n  A: {properties: {x: {type: text}}}\n")
    done = run("plan", "check", good)
    assert b"0 errors, 0 warnings" in done.stdout, done.stdout
    done = run("plan", "check", bad, check=False)
    assert done.returncode == 2 and b"events.A.properties.x.type" in done.stdout, done.stdout
    bad.write_text("plan: 1\nproperties:\n  a: {same_as: b}\n  b: {same_as: a}\nevents:\n  A: {}\n")
    done = run("plan", "check", bad, "--format", "json", check=False)
    report = json.loads(done.stdout)
    assert done.returncode == 2 and not report["ok"]
    assert {problem["field"] for problem in report["problems"] if problem["severity"] == "error"} == {"properties.a.same_as", "properties.b.same_as"}
    unowned = tmp_path / "unowned.yaml"
    unowned.write_text("plan: 1\nevents: {A: {description: x}}\n")
    assert run("plan", "check", unowned).returncode == 0
    assert run("plan", "check", unowned, "--strict", check=False).returncode == 2
    assert run("plan", "check", tmp_path / "missing.yaml", check=False).returncode == 1
    # Beside what is in force.
    key = server.post(f"/api/projects/{server.project}/keys", {"name": "CI", "scopes": ["read"]}).json()["secret"]
    done = run("plan", "check", good, "--url", server.url, "--key", key)
    assert b"the same as version 1" in done.stdout, done.stdout
    good.write_text(PLAN.replace("min: 0", "min: 1"))
    done = run("plan", "check", good, "--url", server.url, "--key", key)
    assert b"events.Order Placed.properties.amount.min" in done.stdout, done.stdout


def test_the_file_of_the_server_is_the_plan(planned, tmp_path):
    server = planned
    text = server.get(f"/api/projects/{server.project}/plan/file").text
    again = server.post(f"/api/projects/{server.project}/plan/check", {"text": text}).json()
    assert again["ok"] and again["changes"] == [], again


def test_health_says_what_arrives_where_it_is_asked_about_and_what_speaks_against_it(planned):
    server = planned
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    recent = lambda name, n, **properties: event(name, n, **properties) | {"time": now}  # noqa: E731
    publish(server, """
plan: 1
objectives: {sales: {}}
events:
  Order Placed:
    description: Somebody ordered
    owner: ada@courriel.example
    objective: sales
    replaces: [order]
    properties:
      amount: {type: number, required: true}
      currency: {type: string, values: [EUR]}
      note: {type: string}
  Form Sent: {description: A form left, owner: ada@courriel.example}
  Never Sent: {description: x, owner: ada@courriel.example, objective: sales}
""")
    assert server.send([recent("Order Placed", n, amount=n, currency="EUR", note="x") for n in range(6)]).status == 200
    assert server.send([recent("order", n + 10, amount="much", currency="GBP") for n in range(2)]).status == 200
    assert server.send([recent("Form Sent", n) for n in range(3)] + [recent("Noise", 1)]).status == 200
    question = {"kind": "trend", "series": [{"select": {"event": "Order Placed"}, "measure": {"sum": "amount"}}], "range": {"last": 7, "unit": "day"}}
    assert server.post(f"/api/projects/{server.project}/reports", {"name": "Orders", "question": question}).status in (200, 201)
    told = plan(server, "/health")
    events = {one["name"]: one for one in told["events"]}
    order, form = events["Order Placed"], events["Form Sent"]
    assert (order["volume"], order["n_uses"], order["uses"][0]["name"], order["stop"]) == (8, 1, "Orders", False), order
    properties = {one["name"]: one for one in order["properties"]}
    assert properties["note"]["null_rate"] == 0.25 and properties["currency"]["null_rate"] == 0, properties
    assert properties["amount"]["types"] == ["number", "string"] or properties["amount"]["types"] == ["string", "number"], properties
    assert (properties["currency"]["new_values"], properties["currency"]["sample"], properties["amount"]["n_uses"]) == (2, "GBP", 1), properties
    assert {(one["code"], one["property"]) for one in order["reasons"]} == {("type_drift", "amount"), ("new_values", "currency"), ("off_plan", None)}, order
    assert form["stop"] and {one["code"] for one in form["reasons"]} == {"unused", "no_objective"} and form["score"] == 65, form
    assert {one["code"] for one in events["Never Sent"]["reasons"]} == {"never_seen", "unused"}
    assert not events["Noise"]["planned"] and "order" not in events
    assert told["score"] == (order["score"] + 65 + 35) // 3 - 2, told


HOSTILE = {
    "plan": 1,
    "name": '"""*/ evil() ${evil}',
    "events": {
        "Order Placed": {
            "description": "Somebody ordered",
            "properties": {
                "amount": {"type": "number", "required": True},
                "currency": {"type": "string", "values": ["EUR", "USD"], "required": True},
                "channels": {"type": "list", "items": {"type": "string", "values": ["mail", "sms"]}},
                "at": {"type": "time"},
                "more": {"type": "object"},
            },
        },
        'a"); evil("': {
            "description": '*\\ evil() """""" \\ */ evil()\n"""evil()',
            "status": "deprecated",
            "properties": {
                "class": {"required": True, "type": "boolean"},
                'x"]': {"type": "string", "values": ["$(evil)", '\\" + evil + \\"', "\u202e", "é\n"]},
                "__proto__": {"type": "integer"},
                "self": {"type": "string", "description": "*/"},
            },
        },
        "Événement créé": {},
        "evenement_cree": {},
        "constructor": {},
        "\u202e": {},
        "1": {},
        "class": {},
    },
}


@pytest.fixture
def hostile(tmp_path):
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(HOSTILE))
    return file


def test_the_python_of_a_plan_runs_and_sends_what_the_plan_says(hostile):
    code = run("plan", "types", hostile, "--language", "python").stdout.decode()
    module = {}
    exec(compile(code, "events.py", "exec"), module)
    sent = []
    tracker = module["Tracker"](lambda name, properties: sent.append((name, properties)))
    tracker.order_placed(amount=12.5, currency="EUR", channels=["mail"])
    getattr(tracker, "a_evil")(class_=True, self_="me", x="\u202e", proto=1)
    tracker.evenement_cree()
    tracker.evenement_cree_2()
    tracker.class_()
    assert sent[0] == ("Order Placed", {"amount": 12.5, "currency": "EUR", "channels": ["mail"]})
    assert sent[1] == ('a"); evil("', {"class": True, "self": "me", 'x"]': "\u202e", "__proto__": 1})
    assert {name for name, _ in sent[2:]} == {"Événement créé", "evenement_cree", "class"}
    with pytest.raises(TypeError):
        tracker.order_placed(amount=1)


def test_the_typescript_of_a_plan_is_checked_by_its_compiler(hostile, tmp_path):
    (tmp_path / "events.ts").write_bytes(run("plan", "types", hostile, "--language", "typescript").stdout)
    use = """
import type { Tag } from "{tag}";
import { tracker } from "./events.ts";
declare const sillage: Tag;
const events = tracker((name, properties) => sillage.track(name, properties));
events.orderPlaced({ amount: 12.5, currency: "EUR", channels: ["mail"], at: new Date() });
events.evenementCree();
events.constructor_();
// @ts-expect-error a value that is not allowed
events.orderPlaced({ amount: 1, currency: "GBP" });
// @ts-expect-error another type
events.orderPlaced({ amount: "1", currency: "EUR" });
// @ts-expect-error without what is required
events.orderPlaced({ amount: 1 });
"""
    tag = Path(__file__).parent.parent / "packages/sdk/src/tag.ts"
    (tmp_path / "use.ts").write_text(use.replace("{tag}", str(tag)))
    compiler = Path(__file__).parent.parent / "packages/ui/node_modules/.bin/tsc"
    options = ["--noEmit", "--strict", "--skipLibCheck", "--allowImportingTsExtensions", "--resolveJsonModule", "--module", "esnext", "--moduleResolution", "bundler", "--target", "es2022", "--lib", "es2022,dom,dom.iterable"]
    done = subprocess.run([compiler, *options, tmp_path / "use.ts"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_plans_of_other_products_become_ours(tmp_path):
    lexicon, segment, broken = tmp_path / "lexicon.csv", tmp_path / "segment.json", tmp_path / "broken.csv"
    lexicon.write_text("entityType,entityName,description,dropped\nevent,Sign Up,Somebody has an account,false\nevent,Noise,,true\nuser property,$email,,\n")
    done = run("plan", "import", lexicon)
    assert b"Sign Up" in done.stdout and b"blocked" in done.stdout and b"$email" in done.stderr, done
    segment.write_text(json.dumps({"rules": {"events": [{"name": "Paid", "rules": {"properties": {"properties": {"properties": {"total": {"type": "number"}}, "required": ["total"]}}}}]}}))
    made = tmp_path / "plan.yaml"
    made.write_bytes(run("plan", "import", segment, "--from", "segment").stdout)
    assert b"0 errors" in run("plan", "check", made).stdout
    broken.write_text("a,b\n1,2\n")
    done = run("plan", "import", broken, "--from", "lexicon", check=False)
    assert done.returncode == 1 and b"entityType" in done.stderr, done
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("plan: 1\nevents: {A: {properties: {x: {same_as: y}}}}\n")
    done = run("plan", "types", wrong, "--language", "kotlin", check=False)
    assert done.returncode == 1 and b"events.A.properties.x.same_as" in done.stderr, done
