"""The Mixpanel protocols line by line (sections 3.0 to 3.5, 3.7.1 to 3.7.3, 3.7.7 and 3.7.8 of the reference), as bytes on a socket against the real server.

What the official clients send by themselves is in test_official_clients.py; here is what the documents promise beside it.
"""
import base64
import gzip
import itertools
import json
import time
import urllib.parse

import pytest

ORIGIN = "https://shop.example"
numbers = itertools.count(1)


def event(server, name, properties=None, **more):
    return {"event": name, "properties": {"token": server.write_key, "distinct_id": f"who-{next(numbers)}", **(properties or {})}, **more}


def call(server, method, path, body=None, **headers):
    if isinstance(body, (dict, list)):
        body, headers = json.dumps(body).encode(), {"content-type": "application/json"} | headers
    reply = server.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    assert reply.status < 500, reply
    return reply


def b64(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


def form(value, **more):
    return urllib.parse.urlencode({"data": value, **more}).encode()


def basic(user, secret=""):
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


def named(server, name):
    """What was kept under a name."""
    answer = server.ask({"kind": "trend", "series": [{"select": {"event": name}, "measure": "total"}], "interval": "month", "range": {"from": "1970-01-01", "to": "2035-12-31"}})
    return answer["answer"]["series"][0]["total"]


def profile(server, person):
    reply = server.person(person)
    return reply.json()["properties"] if reply.status == 200 else None


# ---------------------------------------------------------------- every way in


WAYS = {
    "form base64": lambda e: ("POST", "", form(b64(e)), "application/x-www-form-urlencoded"),
    "form base64 url": lambda e: ("POST", "", form(base64.urlsafe_b64encode(json.dumps(e).encode()).decode().rstrip("=")), "application/x-www-form-urlencoded"),
    "form json": lambda e: ("POST", "", form(json.dumps(e)), "application/x-www-form-urlencoded"),
    "form list": lambda e: ("POST", "", form(json.dumps([e])), "application/x-www-form-urlencoded"),
    "form said to be text": lambda e: ("POST", "", form(b64(e)), "text/plain;charset=UTF-8"),
    "form without a type": lambda e: ("POST", "", form(b64(e)), None),
    "form said to be json": lambda e: ("POST", "", form(b64(e)), "application/json"),
    "json": lambda e: ("POST", "", json.dumps([e]).encode(), "application/json"),
    "json object": lambda e: ("POST", "", json.dumps(e).encode(), "application/json; charset=utf-8"),
    "json said to be text": lambda e: ("POST", "", json.dumps([e]).encode(), "text/plain"),
    "json said to be a form": lambda e: ("POST", "", json.dumps([e]).encode(), "application/x-www-form-urlencoded"),
    "query base64": lambda e: ("GET", "data=" + urllib.parse.quote(b64(e), safe=""), None, None),
    "query json": lambda e: ("GET", "data=" + urllib.parse.quote(json.dumps(e), safe=""), None, None),
    "query of a post": lambda e: ("POST", "data=" + urllib.parse.quote(b64(e), safe=""), b"", "application/x-www-form-urlencoded"),
}


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_sending_arrives(server, way, slash):
    name = f"Way {way} {slash}"
    method, query, body, kind = WAYS[way](event(server, name))
    for zipped in [False, True] if body else [False]:
        headers = {"content-type": kind} if kind else {}
        sent = gzip.compress(body) if zipped else body
        if zipped:
            headers["content-encoding"] = "gzip"
        reply = call(server, method, f"/track{slash}?{query}&ip=1&_=1732000000000&unknown=1", sent, **headers)
        assert (reply.status, reply.text) == (200, "1"), reply
    assert named(server, name) == (2 if body else 1)


@pytest.mark.parametrize("door,record", [("engage", {"$distinct_id": "door", "$set": {"plan": "pro"}}), ("groups", {"$group_key": "company", "$group_id": "acme", "$set": {"plan": "pro"}})])
@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("way", WAYS)
def test_profiles_arrive_by_every_way_too(server, way, slash, door, record):
    method, query, body, kind = WAYS[way]({"$token": server.write_key, **record})
    reply = call(server, method, f"/{door}{slash}?{query}", body, **({"content-type": kind} if kind else {}))
    assert (reply.status, reply.text) == (200, "1"), reply


# ---------------------------------------------------------------- what it answers


def test_verbose_img_and_callback(server):
    good, bad = event(server, "Answers"), {"event": "", "properties": {"token": server.write_key}}
    verbose = call(server, "POST", "/track?verbose=1", [good])
    assert verbose.json() == {"status": 1, "error": None} and verbose.headers["content-type"].startswith("application/json")
    in_form = call(server, "POST", "/track/", form(b64(good), verbose="1"), **{"content-type": "application/x-www-form-urlencoded"})
    assert in_form.json() == {"status": 1, "error": None}
    refused = call(server, "POST", "/track?verbose=1", [bad])
    assert refused.status == 400 and refused.json()["status"] == 0 and refused.json()["error"]
    plain = call(server, "POST", "/track", [bad])
    assert (plain.status, plain.text) == (400, "0")
    some = call(server, "POST", "/track?verbose=1", [bad, good])
    assert some.status == 200 and some.json()["status"] == 1, "one valid object is enough"
    image = call(server, "GET", f"/track?img=1&data={urllib.parse.quote(b64(good))}")
    assert image.headers["content-type"] == "image/gif" and image.body[:6] == b"GIF89a"
    script = call(server, "GET", f"/track?callback=mp.done&data={urllib.parse.quote(b64(good))}")
    assert script.text == "mp.done(1);" and "javascript" in script.headers["content-type"]
    for evil in ["alert(1)//", "a b", "<script>", "1a", "a-b"]:
        reply = call(server, "GET", f"/track?callback={urllib.parse.quote(evil)}&data={urllib.parse.quote(b64(good))}")
        assert evil not in reply.text, reply


def test_a_token_that_is_not_known_is_said(server):
    foreign = {"event": "A", "properties": {"token": "nobody", "distinct_id": "u"}}
    reply = call(server, "POST", "/track", [foreign])
    assert reply.status == 401 and reply.json()["status"] == "error" and reply.json()["error"]
    assert call(server, "POST", "/track?verbose=1", [foreign]).json()["status"] == 0
    assert call(server, "POST", "/track?verbose=1", [{"event": "A", "properties": {"distinct_id": "u"}}]).status == 400


@pytest.mark.parametrize("path", ["/track", "/import", "/engage", "/groups"])
@pytest.mark.parametrize("body", [b"", b"data=", b"data=%%%", b"data=bm90IGpzb24=", b"{", b"[", b"null", b"12", b'"text"', b"<xml/>", b"\xff\xfe\x00", b"[[]]", b"data=W10="])
def test_bad_bodies_are_the_clients_fault(server, path, body):
    reply = call(server, "POST", path, body, authorization=basic(server.write_key))
    assert 400 <= reply.status < 500, (path, body, reply)


def test_limits(server):
    many = [event(server, "Many") for _ in range(2000)]
    assert call(server, "POST", "/track", many).text == "1"
    assert named(server, "Many") == 2000
    assert call(server, "POST", "/track", many + [event(server, "Many")]).status == 413
    assert call(server, "POST", "/import?strict=1", [event(server, "Many", {"time": int(time.time()), "$insert_id": f"m{n}"}) for n in range(2001)], authorization=basic(server.write_key)).status == 413
    big = event(server, "Big", {"text": "x" * (1 << 20)})
    assert call(server, "POST", "/track", [big]).status == 413
    reply = call(server, "POST", "/track?verbose=1", [big, event(server, "Small")])
    assert reply.status == 200 and "1048576" in reply.json()["error"], reply
    assert call(server, "POST", "/track", b"[" + b" " * (10 << 20) + b"]").status == 413
    long = event(server, "Long", {"text": "é" * 5000})
    assert call(server, "POST", "/track", [long]).text == "1"
    kept = server.timeline(long["properties"]["distinct_id"])[0]["properties"]
    assert len(kept["text"].encode()) <= 8192 and kept["$truncated"] == ["text"]


def test_times_of_track(server):
    now = time.time()

    def stored(at):
        one = event(server, "Timed", {} if at is None else {"time": at})
        reply = call(server, "POST", "/track?verbose=1", [one])
        if reply.json()["status"] == 0:
            return reply.json()["error"]
        return server.timeline(one["properties"]["distinct_id"])[0]

    import datetime

    moment = lambda kept: datetime.datetime.fromisoformat(kept["time"]).timestamp()
    assert abs(moment(stored(None)) - now) < 30, "no time: the arrival"
    for at in (now - 3600, int(now - 3600), int((now - 3600) * 1000)):
        assert abs(moment(stored(at)) - (now - 3600)) < 1.1, at
    assert "5 days" in stored(int(now - 5.5 * 86400)), "older ones are for /import"
    assert abs(moment(stored(int(now - 4.5 * 86400))) - (now - 4.5 * 86400)) < 1.1
    future = stored(int(now + 10 * 86400))
    assert abs(moment(future) - now) < 30 and future["properties"]["$original_time"] and future["properties"]["$time_flag"] == "future"


@pytest.mark.parametrize("value,dropped", [(True, True), ("yes", True), (1, True), ("", False), (False, False), (None, False), (0, False)])
def test_ignore(server, value, dropped):
    name = f"Ignore {value!r}"
    assert call(server, "POST", "/track", [event(server, name, {"$ignore": value})]).text == "1"
    assert named(server, name) == (0 if dropped else 1)


PLACEHOLDERS = ["00000000-0000-0000-0000-000000000000", "anon", "anonymous", "nil", "none", "null", "n/a", "na", "undefined", "unknown", "<nil>", "0", "-1", "true", "false", "[]", "{}"]


@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_placeholder_ids(server, value):
    for properties in ({"distinct_id": value}, {"$insert_id": value}, {"$user_id": value}, {"$device_id": value}):
        reply = call(server, "POST", "/track?verbose=1", [event(server, "Placeholder", properties)])
        assert reply.status == 400 and next(iter(properties)) in reply.json()["error"], (properties, reply)
    assert call(server, "POST", "/engage?verbose=1", [{"$token": server.write_key, "$distinct_id": value, "$set": {"a": 1}}]).status == 400


def test_an_empty_id_is_nobody_and_a_missing_one_is_made(server):
    assert call(server, "POST", "/track", [event(server, "Nobody", {"distinct_id": ""})]).text == "1"
    missing = event(server, "Somebody")
    del missing["properties"]["distinct_id"]
    for _ in range(2):
        assert call(server, "POST", "/track", [missing]).text == "1"
    assert named(server, "Nobody") == 1 and named(server, "Somebody") == 2
    unique = lambda name: server.count(name, "unique")
    assert (unique("Nobody"), unique("Somebody")) == (0, 1)


# ---------------------------------------------------------------- import


def imported(server, name, **more):
    return {"event": name, "properties": {"time": int(time.time()) - 60, "distinct_id": f"who-{next(numbers)}", "$insert_id": f"i-{next(numbers)}", **more}}


def test_import_answers(server):
    good = [imported(server, "Imported") for _ in range(3)]
    reply = call(server, "POST", "/import?strict=1", good, authorization=basic(server.write_key))
    assert (reply.status, reply.json()) == (200, {"code": 200, "num_records_imported": 3, "status": "OK"})
    bad = [imported(server, "Imported"), {"event": "Imported", "properties": {"distinct_id": "u", "$insert_id": "x"}}, imported(server, "Imported", time=1), imported(server, "Imported", **{"$insert_id": "no spaces allowed"})]
    reply = call(server, "POST", "/import?strict=1", bad, authorization=basic(server.write_key))
    body = reply.json()
    assert reply.status == 400 and body["code"] == 400 and body["num_records_imported"] == 1 and body["status"] == "Bad Request" and body["error"], reply
    assert [(f["index"], f["field"]) for f in body["failed_records"]] == [(1, "properties.time"), (2, "properties.time"), (3, "properties.$insert_id")], reply
    assert all(set(f) == {"index", "$insert_id", "field", "message"} for f in body["failed_records"])
    assert named(server, "Imported") == 4, "valid events are kept"
    kept = server.timeline(good[0]["properties"]["distinct_id"])[0]["properties"]
    assert kept["$import"] is True


def test_import_bounds(server):
    now = int(time.time())
    for at, ok in [(now - 20 * 365 * 86400, True), (31_536_001, True), (31_535_999, False), (now + 1800, True), (now + 7200, False), ("2020-05-05T10:00:00", True), ("yesterday", False)]:
        reply = call(server, "POST", "/import?strict=1", [imported(server, "Bounds", time=at)], authorization=basic(server.write_key))
        assert (reply.status == 200) == ok, (at, reply)
    for insert_id, ok in [("a" * 36, True), ("a" * 37, False), ("a_b", False), ("", False)]:
        reply = call(server, "POST", "/import?strict=1", [imported(server, "Bounds", **{"$insert_id": insert_id})], authorization=basic(server.write_key))
        assert (reply.status == 200) == ok, (insert_id, reply)
    without = imported(server, "Bounds")
    del without["properties"]["$insert_id"], without["properties"]["distinct_id"]
    fields = [f["field"] for f in call(server, "POST", "/import?strict=1", [without], authorization=basic(server.write_key)).json()["failed_records"]]
    assert fields[0] in ("properties.distinct_id", "properties.$insert_id")
    assert call(server, "POST", "/import?strict=1", [imported(server, "Bounds", distinct_id="")], authorization=basic(server.write_key)).status == 200


def test_who_may_import(server):
    rows = [imported(server, "Who")]
    secret = server.post(f"/api/projects/{server.project}/keys", {"name": "import", "scopes": ["write"]}).json()["secret"]
    reading = server.post(f"/api/projects/{server.project}/keys", {"name": "read", "scopes": ["read"]}).json()["secret"]
    assert call(server, "POST", "/import?strict=1", rows, authorization=basic(server.write_key)).status == 200
    assert call(server, "POST", f"/import?strict=1&project_id={server.project}", rows, authorization=basic("anybody", secret)).status == 200
    assert call(server, "POST", "/import?strict=1", rows, authorization=basic(secret)).status == 200, "a project secret as the user"
    for refused in (basic("nobody"), basic("anybody", "wrong"), basic("anybody", reading), "Basic ???", None):
        reply = call(server, "POST", f"/import?strict=1&project_id={server.project}", rows, **({"authorization": refused} if refused else {}))
        assert reply.status == 401 and reply.json()["code"] == 401 and reply.json()["status"] == "Unauthorized", (refused, reply)
    assert call(server, "POST", "/import?strict=1&project_id=999999", rows, authorization=basic("anybody", secret)).status == 401
    assert named(server, "Who") == 1


def test_import_of_lines_and_gzip(server):
    lines = "\n".join(json.dumps(imported(server, "Lines")) for _ in range(5)).encode()
    reply = call(server, "POST", "/import?strict=1", gzip.compress(lines), authorization=basic(server.write_key), **{"content-type": "application/x-ndjson", "content-encoding": "gzip"})
    assert reply.json()["num_records_imported"] == 5
    assert named(server, "Lines") == 5


# ---------------------------------------------------------------- profiles


def test_every_operation_of_engage(server):
    person = f"engaged-{next(numbers)}"

    def do(**operation):
        reply = call(server, "POST", "/engage?verbose=1", [{"$token": server.write_key, "$distinct_id": person, **{f"${name}": value for name, value in operation.items()}}])
        assert reply.json() == {"status": 1, "error": None}, (operation, reply)

    def becomes(**expected):
        server.until(lambda: (found := profile(server, person)) is not None and all(found.get(name) == value for name, value in expected.items()), 10, f"{expected} of {profile(server, person)}")

    do(set={"plan": "free", "n": 1})
    becomes(plan="free", n=1)
    do(set={"plan": "pro"})
    do(set_once={"plan": "never", "first": "kept"})
    becomes(plan="pro", first="kept")
    do(add={"n": 4, "new": 2})
    do(add={"n": -2})
    becomes(n=3, new=2)
    do(append={"list": "a"})
    do(append={"list": "b"})
    do(append={"list": "a"})
    becomes(list=["a", "b", "a"])
    do(union={"list": ["b", "c"], "fresh": ["x"]})
    becomes(list=["a", "b", "a", "c"], fresh=["x"])
    do(remove={"list": "c"})
    do(remove={"nothing": "c"})
    becomes(list=["a", "b", "a"])
    do(unset=["fresh", "nothing"])
    server.until(lambda: "fresh" not in profile(server, person), 10, "unset")
    assert profile(server, person)["$last_seen"]
    before = profile(server, person)["$last_seen"]
    time.sleep(1.1)
    do(set={"quiet": 1}, ignore_time=True)
    becomes(quiet=1)
    assert profile(server, person)["$last_seen"] == before
    do(delete="")
    server.until(lambda: server.person(person).status == 404, 10, "deletion")
    do(delete="", ignore_alias=True)


def test_engage_refuses_what_it_cannot_do(server):
    def answer(record):
        return call(server, "POST", "/engage?verbose=1", [{"$token": server.write_key, "$distinct_id": "refused-operations", **record}])

    for record in [{}, {"$set": [1]}, {"$set": "text"}, {"$add": {"n": "one"}}, {"$unset": {"a": 1}}, {"$append": 3}, {"$nothing": {"a": 1}}]:
        assert answer(record).status == 400, record
    assert call(server, "POST", "/engage?verbose=1", [{"$token": server.write_key, "$set": {"a": 1}}]).status == 400
    some = call(server, "POST", "/engage?verbose=1", [{"$token": server.write_key, "$distinct_id": "mixed", "$set": {"a": 1}}, {"$token": server.write_key, "$distinct_id": "mixed", "$add": {"n": "x"}}])
    assert some.status == 200 and some.json()["status"] == 1 and "record 1" in some.json()["error"]


def test_groups(server):
    def do(**operation):
        return call(server, "POST", "/groups?verbose=1", [{"$token": server.write_key, "$group_key": "company", "$group_id": "acme-9", **{f"${name}": value for name, value in operation.items()}}])

    for operation in [{"set": {"plan": "pro", "seats": ["a"]}}, {"set_once": {"plan": "x", "since": 2020}}, {"union": {"seats": ["a", "b"]}}, {"remove": {"seats": "a"}}, {"unset": ["since"]}]:
        assert do(**operation).json() == {"status": 1, "error": None}, operation
    for operation in [{"add": {"n": 1}}, {"append": {"seats": "c"}}]:
        assert do(**operation).status == 400, operation
    sent = [event(server, "Grouped", {"company": ["acme-9", "other"]}), event(server, "Grouped", {"company": "acme-9"})]
    assert call(server, "POST", "/track", sent).text == "1"
    question = {"kind": "trend", "series": [{"select": {"event": "Grouped"}, "measure": "total"}], "interval": "month", "range": {"last": 2, "unit": "day"}, "filter": {"property": "plan", "of": "group:company", "op": "is", "value": "pro"}}
    server.until(lambda: server.ask(question)["answer"]["series"][0]["total"] == 2, 10, "events of the group")
    assert do(delete="").json()["status"] == 1
    server.until(lambda: server.ask(question)["answer"]["series"][0]["total"] == 0, 10, "the group is gone")


# ---------------------------------------------------------------- browsers of other origins


DOORS = ["/track", "/track/", "/engage", "/engage/", "/groups", "/groups/", "/import", "/import/", "/v1/events", "/record", "/record/", "/flags", "/flags/", "/settings", "/settings/", "/decide", "/decide/"]


@pytest.mark.parametrize("path", DOORS)
def test_other_origins_may_send_with_credentials(server, path):
    preflight = call(server, "OPTIONS", path, origin=ORIGIN, **{"access-control-request-method": "POST", "access-control-request-headers": "authorization, content-type, content-encoding, traceparent"})
    assert preflight.status in (200, 204) and not preflight.body, preflight
    assert preflight.headers["access-control-allow-origin"] == ORIGIN and preflight.headers["access-control-allow-credentials"] == "true"
    allowed = {one.strip().lower() for one in preflight.headers["access-control-allow-headers"].split(",")}
    assert {"authorization", "content-type", "content-encoding", "traceparent"} <= allowed
    assert "POST" in preflight.headers["access-control-allow-methods"] and "origin" in preflight.headers["vary"].lower()
    for method in ("GET", "POST"):
        reply = call(server, method, path, b"data=bad" if method == "POST" else None, origin=ORIGIN)
        assert reply.headers["access-control-allow-origin"] == ORIGIN and reply.headers["access-control-allow-credentials"] == "true", (method, reply)
        assert reply.status not in (301, 302, 307, 308), "a redirect ends a preflighted request"
    without = call(server, "POST", path, b"data=bad")
    assert "access-control-allow-origin" not in without.headers


@pytest.mark.parametrize("path", DOORS + ["/health", "/ready", "/", "/s/sillage.js"])
def test_head_is_answered_without_a_body(server, path):
    reply = call(server, "HEAD", path)
    assert not reply.body and reply.status in (200, 400, 401, 405), reply


def test_what_the_browser_client_asks_beside(server):
    token = {"authorization": basic(server.write_key)}
    assert call(server, "GET", "/settings/?$lib_version=2.82.1&mp_lib=web&sdk_config=1", **token).json()["sdk_config"]["config"] == {}
    flags = call(server, "GET", "/flags/?context=%7B%7D&token=x&mp_lib=web", **token).json()
    assert flags["flags"] == {} and flags["pending_first_time_events"] == []
    assert call(server, "GET", "/decide/?token=x&verbose=1").status == 200


@pytest.mark.parametrize("slash", ["", "/"])
def test_doors_under_names_that_say_nothing(server, slash):
    name = f"Renamed {slash}"
    assert call(server, "POST", f"/s/t{slash}", form(b64(event(server, name))), origin=ORIGIN).headers["access-control-allow-credentials"] == "true"
    assert named(server, name) == 1
    assert call(server, "POST", f"/s/p{slash}", [{"$token": server.write_key, "$distinct_id": "renamed", "$set": {"a": 1}}]).text == "1"
    assert call(server, "POST", f"/s/g{slash}", [{"$token": server.write_key, "$group_key": "company", "$group_id": "r", "$set": {"a": 1}}]).text == "1"
    assert call(server, "OPTIONS", f"/s/t{slash}", origin=ORIGIN).headers["access-control-allow-origin"] == ORIGIN
    assert call(server, "GET", "/s/sillage.js").status == 200


# ---------------------------------------------------------------- identity payloads


def test_identity_payloads(server):
    run = next(numbers)
    uuid = f"1234abcd-12ab-34cd-56ef-{run:012d}"

    def people(*ids):
        return len({tuple(sorted(identity["id"] for identity in server.person(one).json()["identities"])) for one in ids})

    for one in (uuid, f"ada-{run}"):
        assert call(server, "POST", "/track", [{"event": "Seen", "properties": {"token": server.write_key, "distinct_id": one}}]).text == "1"
    # The original API: an anonymous id becomes somebody's.
    identify = {"event": "$identify", "properties": {"token": server.write_key, "$identified_id": f"ada-{run}", "$anon_id": uuid}}
    assert call(server, "POST", "/track", [identify]).text == "1"
    server.until(lambda: people(uuid, f"ada-{run}") == 1, 5, "identify")
    # Simplified: an event that holds both.
    both = [{"event": "Seen", "properties": {"token": server.write_key, "$device_id": f"dev-{run}", "distinct_id": f"$device:dev-{run}"}}, {"event": "Seen", "properties": {"token": server.write_key, "$device_id": f"dev-{run}", "$user_id": f"bo-{run}", "distinct_id": f"bo-{run}"}}]
    assert call(server, "POST", "/track", both).text == "1"
    server.until(lambda: len(server.timeline(f"bo-{run}")) == 2, 5, "the device's event is the user's")
    # `/import` merges by name.
    other = f"9999abcd-12ab-34cd-56ef-{run:012d}"
    assert call(server, "POST", "/track", [{"event": "Seen", "properties": {"token": server.write_key, "distinct_id": other}}]).text == "1"
    merge = [{"event": "$merge", "properties": {"$distinct_ids": [f"ada-{run}", other]}}]
    reply = call(server, "POST", "/import?strict=1", merge, authorization=basic(server.write_key))
    assert reply.status == 200, reply
    server.until(lambda: people(other, f"ada-{run}") == 1, 5, "merge")
    # Two users never become one.
    refused = call(server, "POST", "/import?strict=1", [{"event": "$merge", "properties": {"$distinct_ids": [f"ada-{run}", f"bo-{run}"]}}], authorization=basic(server.write_key))
    assert refused.status == 400 and refused.json()["failed_records"][0]["index"] == 0
    assert people(f"ada-{run}", f"bo-{run}") == 2


def test_a_reply_that_was_lost_is_sent_again_and_counts_once(server):
    for properties in ({"$insert_id": f"lost-{next(numbers)}", "time": time.time()}, {"$insert_id": f"lost-{next(numbers)}"}, {"time": time.time()}, {"$insert_id": f"lost-{next(numbers)}", "time": time.time() + 10 * 86400}):
        name = f"Lost {next(numbers)}"
        one = event(server, name, properties)
        for _ in range(6):
            assert call(server, "POST", "/track", [one]).text == "1"
            time.sleep(0.01)
        assert named(server, name) == 1, properties
    bare = [event(server, "Bare")]
    for _ in range(3):
        call(server, "POST", "/track", bare)
    assert named(server, "Bare") == 3, "the official client for Node sends neither id nor time: each is an event of its own"
    for _ in range(3):
        server.send([{"event": "Named request", "distinct_id": "u"}] * 2, **{"idempotency-key": "batch-1"})
    assert named(server, "Named request") == 2
