"""Recordings that are forged, torn, too large, out of order, doubled or hostile are refused with a reason, or kept as what they are worth, and say so (checks 34, 35, 44)."""
import concurrent.futures
import gzip
import json
import time

import pytest

PIECE_BYTES, EXPANDED_BYTES, MOST_EVENTS = 2 << 20, 12 << 20, 20_000
SETTINGS = {"is_on": True, "masking": "balanced", "keep_days": 30}


@pytest.fixture(scope="module", autouse=True)
def recording_is_on(server):
    reply = server.request("PUT", f"/api/projects/{server.project}/recording-settings", json.dumps(SETTINGS).encode(), server._signed({"content-type": "application/json"}))
    assert reply.status == 200, reply


def now_ms():
    return int(time.time() * 1000)


def session_of(name):
    return f"{name}-{time.monotonic_ns()}"


def element(number, tag, attributes=None, children=()):
    return {"type": 2, "id": number, "tagName": tag, "attributes": attributes or {}, "childNodes": list(children)}


def text(number, said):
    return {"type": 3, "id": number, "textContent": said}


def page(*children):
    return {"node": {"type": 0, "id": 1, "childNodes": [element(2, "html", {}, children)]}, "initialOffset": {"left": 0, "top": 0}}


def meta(t):
    return {"type": 4, "timestamp": t, "data": {"href": "https://courriel.example/", "width": 1200, "height": 800}}


def whole(t, *children):
    return {"type": 2, "timestamp": t, "data": page(*(children or [element(3, "h1", {}, [text(4, "Letters")])]))}


def click(t, x=10):
    return {"type": 3, "timestamp": t, "data": {"source": 2, "type": 2, "id": 3, "x": x, "y": 20}}


def piece(session, seq, events, **other):
    times = [event["timestamp"] for event in events if isinstance(event, dict) and isinstance(event.get("timestamp"), int)] or [now_ms()]
    return {"v": 1, "session": session, "document": "d1", "tab": "t1", "device": "bad-recordings", "seq": seq, "t0": min(times), "t1": max(times), "sent_at": max(times) + 10, "profile": {"level": "balanced", "hash": "1", "recorder": "rrweb-2.1.6"}, "events": events} | other


def post(server, session, seq, body, kind="json", document="d1", key=None):
    return server.request("POST", f"/v1/recordings?key={server.write_key if key is None else key}&session={session}&document={document}&seq={seq}&format={kind}", body, {"content-type": "text/plain"})


def send(server, session, seq, events, **other):
    return post(server, session, seq, json.dumps(piece(session, seq, events, **other)).encode())


def refused(reply, status, code=None):
    assert reply.status == status, reply
    error = reply.json()["error"]
    assert error["message"] and (code is None or error["code"] == code), reply
    return error


def kept(server, session):
    """What its viewer is told, and its events."""
    reply = server.get(f"/api/projects/{server.project}/recordings/{session}")
    assert reply.status == 200, reply
    manifest = reply.json()
    events = []
    for segment in manifest["segments"]:
        events += server.get(f"/api/projects/{server.project}/recordings/{session}/segments/{segment['n']}").json()
    return manifest, events


def problems(manifest):
    return {one["code"]: one for one in manifest["problems"]}


def is_not_there(server, session):
    return server.get(f"/api/projects/{server.project}/recordings/{session}").status == 404


def good(session="s"):
    t = now_ms() - 5000
    return json.dumps(piece(session, 0, [meta(t), whole(t + 1), click(t + 900)])).encode()


TORN = {
    "a gzip body without its end": (gzip.compress(good())[:-40], "gzip", 400),
    "a gzip body with a byte turned": (bytes(byte ^ (255 if at == 60 else 0) for at, byte in enumerate(gzip.compress(good()))), "gzip", 400),
    "JSON without its end": (good()[:-30], "json", 400),
    "JSON said to be gzip": (good(), "gzip", 400),
    "nothing": (b"", "json", 400),
    "random bytes": (bytes(range(256)) * 40, "json", 400),
    "a list": (b"[1,2,3]", "json", 400),
    "a page nested a hundred thousand deep": (b'{"v":1,"events":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "json", 400),
    "NaN": (good().replace(b'"x": 10', b'"x": NaN'), "json", 400),
}


@pytest.mark.parametrize("name", TORN)
def test_a_torn_piece_is_refused_and_nothing_of_it_is_kept(server, name):
    body, kind, status = TORN[name]
    refused(post(server, "s", 0, body, kind), status)
    assert is_not_there(server, "s")


def wrong(session):
    t = now_ms() - 5000
    events = [meta(t), whole(t + 1)]
    return {
        "another session in the body": (piece("another", 0, events), "wrong_name"),
        "another number in the body": (piece(session, 7, events), "wrong_name"),
        "another document in the body": (piece(session, 0, events, document="d9"), "wrong_name"),
        "a version to come": (piece(session, 0, events, v=2), "unknown_version"),
        "no events": (piece(session, 0, []), "no_events"),
        "events that are no list": (piece(session, 0, events) | {"events": {"0": events[0]}}, "missing_field"),
        "events that are no events": (piece(session, 0, [1, "two", None, []]), "no_events"),
        "events of next year": (piece(session, 0, [meta(t + 400 * 86_400_000)], sent_at=t), "bad_time"),
        "events of last month": (piece(session, 0, [meta(t - 31 * 86_400_000)], sent_at=t), "bad_time"),
        "a time beyond all numbers": (piece(session, 0, [meta(2**62)], sent_at=t), "bad_time"),
        "a tab with a line break": (piece(session, 0, events, tab="t\n1"), "bad_field"),
        "a device of a thousand letters": (piece(session, 0, events, device="d" * 1000), "bad_field"),
    }


@pytest.mark.parametrize("name", wrong("s"))
def test_a_forged_piece_is_refused_by_what_is_wrong_with_it(server, name):
    session = session_of("forged")
    body, code = wrong(session)[name]
    refused(post(server, session, 0, json.dumps(body).encode()), 400, code)
    assert is_not_there(server, session)


@pytest.mark.parametrize("session", ["..%2F..%2Fetc%2Fpasswd", "%2e%2e", "CON", "a%00b", "s" * 200, "%F0%9F%A6%80"])
def test_a_session_is_a_name_and_never_a_path(server, session):
    before = {path for path in server.data.parent.iterdir()}
    reply = post(server, session, 0, good("x"))
    assert reply.status == 400, reply
    assert {path for path in server.data.parent.iterdir()} == before


def test_a_key_of_nobody_and_a_project_that_takes_none(server):
    refused(post(server, "s", 0, good(), key="wk_nobody"), 401)
    refused(post(server, "s", 0, good(), key=""), 401)
    off = server.request("PUT", f"/api/projects/{server.project}/recording-settings", json.dumps(SETTINGS | {"is_on": False}).encode(), server._signed({"content-type": "application/json"}))
    assert off.status == 200
    try:
        # What the door knows of a project may be some seconds old.
        server.until(lambda: post(server, session_of("off"), 0, good("x")).status == 403, 40, "a project that takes no recordings")
    finally:
        server.request("PUT", f"/api/projects/{server.project}/recording-settings", json.dumps(SETTINGS).encode(), server._signed({"content-type": "application/json"}))
        server.until(lambda: post(server, session_of("on"), 0, good("x")).status != 403, 40, "a project that takes them again")


def test_what_is_too_large_is_refused_and_costs_little(server):
    server.forget_peak()
    before = server.memory_kb()
    session, t = session_of("large"), now_ms() - 5000
    noise = "".join(chr(48 + (n * 7919 >> 3) % 75) for n in range(3 << 20))
    refused(send(server, session, 0, [meta(t), whole(t, element(3, "p", {}, [text(4, noise)]))]), 413)
    bomb = gzip.compress(json.dumps(piece(session, 0, [meta(t), whole(t, element(3, "p", {}, [text(4, "a" * (EXPANDED_BYTES + 1))]))])).encode())
    assert len(bomb) < PIECE_BYTES
    refused(post(server, session, 0, bomb, "gzip"), 413)
    many = gzip.compress(json.dumps(piece(session, 0, [click(t + n % 1000) for n in range(MOST_EVENTS + 1)])).encode())
    refused(post(server, session, 0, many, "gzip"), 413, "too_many_events")
    assert is_not_there(server, session)
    assert server.peak_memory_kb() - before < 160 * 1024


def test_a_session_that_sends_more_than_its_share_is_cut_off_and_says_so(server):
    session, t = session_of("much"), now_ms() - 60_000
    letters = "".join(chr(97 + n % 26) for n in range(90_000))
    status = []
    for seq in range(8):
        paragraphs = [element(10 + 2 * n, "p", {}, [text(11 + 2 * n, letters)]) for n in range(50)]
        body = gzip.compress(json.dumps(piece(session, seq, [*([meta(t)] if seq == 0 else []), whole(t + seq, *paragraphs)])).encode(), 1)
        status.append(post(server, session, seq, body, "gzip").status)
    assert status[0] == 200 and status[-1] == 413, status
    manifest, _ = kept(server, session)
    assert "cut_short" in problems(manifest), manifest["problems"]


def test_pieces_out_of_order_play_in_order(server):
    session, t = session_of("order"), now_ms() - 20_000
    of = {0: [meta(t), whole(t + 1), click(t + 10, 0)], 1: [click(t + 4000, 1), click(t + 3000, 2)], 2: [click(t + 6000, 3)], 3: [click(t + 9000, 4)]}
    for seq in (3, 1, 0, 2):
        assert send(server, session, seq, of[seq]).status == 200
    manifest, events = kept(server, session)
    times = [event["timestamp"] for event in events]
    assert times == sorted(times) and events[1]["type"] == 2
    assert [event["data"]["x"] for event in events if event["type"] == 3] == [0, 2, 1, 3, 4]
    assert manifest["problems"] == [] and manifest["recording"]["clicks"] == 5


def test_a_piece_sent_again_counts_once_also_when_both_come_at_once(server):
    session, t = session_of("twice"), now_ms() - 20_000
    body = json.dumps(piece(session, 0, [meta(t), whole(t + 1), click(t + 10)])).encode()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: post(server, session, 0, body), range(16)))
    assert [reply.status for reply in replies] == [200] * 16
    assert sum(not reply.json()["duplicate"] for reply in replies) >= 1
    other = send(server, session, 0, [meta(t), whole(t + 1), click(t + 10), click(t + 20)])
    assert other.json() == {"duplicate": True}, "the first to arrive counts"
    manifest, events = kept(server, session)
    assert manifest["recording"]["clicks"] == 1 and len(events) == 3


def test_a_recording_without_its_first_snapshot_says_so(server):
    session, t = session_of("late"), now_ms() - 20_000
    assert send(server, session, 1, [click(t + 10), click(t + 20)]).status == 200
    manifest, _ = kept(server, session)
    found = problems(manifest)
    assert set(found) == {"no_snapshot", "missing_pieces"} and found["no_snapshot"]["document"] == "d1", manifest["problems"]
    assert manifest["recording"]["has_snapshot"] is False
    # It arrives after all.
    assert send(server, session, 0, [meta(t), whole(t + 1)]).status == 200
    manifest, events = kept(server, session)
    assert manifest["problems"] == [] and [event["type"] for event in events] == [4, 2, 3, 3]


def test_a_page_without_its_styles_says_why(server):
    session, t = session_of("styles"), now_ms() - 20_000
    links = [element(3, "link", {"rel": "stylesheet", "href": "https://cdn.example/a.css"}), element(4, "link", {"rel": "stylesheet", "href": "https://cdn.example/b.css"}), element(5, "link", {"rel": "stylesheet", "_cssText": "h1{color:red}"})]
    assert send(server, session, 0, [meta(t), whole(t + 1, element(6, "head", {}, links))]).status == 200
    manifest, _ = kept(server, session)
    said = problems(manifest)["unread_styles"]["message"]
    assert "2" in said and "crossorigin" in said


HOSTILE = [
    element(10, "script", {"src": "https://evil.example/x.js"}, [text(11, "steal()")]),
    element(12, "img", {"src": "javascript:steal()", "onerror": "steal()"}),
    element(13, "a", {"href": "jAvAsCrIpT:steal()", "onclick": "steal()"}, [text(14, "here")]),
    element(15, "iframe", {"src": "https://evil.example/", "srcdoc": "<script>steal()</script>"}),
    element(16, "object", {"data": "https://evil.example/x.swf"}),
    element(17, "base", {"href": "https://evil.example/"}),
    element(18, "meta", {"http-equiv": "refresh", "content": "0;url=https://evil.example/"}),
    element(19, "style", {}, [text(20, "@import url(https://evil.example/x.css);h1{background:url(https://pictures.example/p.png);behavior:url(#x)}")]),
    element(21, "form", {"action": "https://courriel.example/pay"}, [element(22, "input", {"type": "password", "value": "hunter2"})]),
    element(23, "svg", {"onload": "steal()"}, [element(24, "use", {"xlink:href": "https://pictures.example/x.svg#a"})]),
]


# Addresses of pictures and of links stay for the reader; the player draws without them (packages/ui/e2e/recordings.spec.ts).
def test_a_hostile_page_is_kept_without_what_would_act_and_says_so(server):
    session, t = session_of("hostile"), now_ms() - 20_000
    later = {"type": 3, "timestamp": t + 50, "data": {"source": 0, "texts": [], "removes": [], "attributes": [{"id": 3, "attributes": {"onmouseover": "steal()", "style": "background:url(https://pictures.example/q.png)"}}], "adds": [{"parentId": 2, "nextId": None, "node": element(40, "script", {}, [text(41, "steal()")])}]}}
    unknown = [{"type": 9, "timestamp": t + 60, "data": {}}, {"type": 3, "timestamp": t + 61, "data": {"source": 99}}, {"type": 5, "timestamp": t + 62, "data": {"tag": "alert", "payload": {"html": "<script>steal()</script>"}}}]
    assert send(server, session, 0, [meta(t), whole(t + 1, *HOSTILE), later, *unknown]).status == 200
    manifest, events = kept(server, session)
    said = json.dumps(events)
    for what in ("steal", "evil.example", "hunter2", "refresh", "srcdoc", "javascript:"):
        at = said.find(what)
        assert at < 0, said[max(0, at - 200) : at + 60]
    assert {"neutralised", "dropped_events"} <= set(problems(manifest))


def test_a_mirror_of_numbers_that_make_no_sense_is_kept_and_the_server_goes_on(server):
    session, t = session_of("numbers"), now_ms() - 20_000
    odd = [
        {"type": 3, "timestamp": t + 5, "data": {"source": 2, "type": 2, "id": -1, "x": 1e300, "y": -1e300}},
        {"type": 3, "timestamp": t + 6, "data": {"source": 3, "id": 2**53, "x": -5, "y": 1e18}},
        {"type": 3, "timestamp": t + 7, "data": {"source": 1, "positions": [{"x": 1, "y": 2, "id": 3, "timeOffset": -10**15}]}},
        {"type": 3, "timestamp": t + 8, "data": {"source": 4, "width": -1, "height": 1e12}},
        {"type": 3, "timestamp": t + 9, "data": {"source": 0, "adds": [{"parentId": 3, "nextId": None, "node": element(3, "div")}], "removes": [{"parentId": 99, "id": 98}], "texts": [], "attributes": []}},
    ]
    assert send(server, session, 0, [meta(t), whole(t + 1), *odd]).status == 200
    manifest, _ = kept(server, session)
    assert manifest["recording"]["duration_seconds"] < 10
    found = server.ask({"kind": "recordings", "range": {"last": 7, "unit": "day"}, "sort": "longest"})["answer"]
    assert any(row["session"] == session for row in found["recordings"])


def test_what_was_deleted_does_not_come_back(server):
    session, t = session_of("deleted"), now_ms() - 20_000
    assert send(server, session, 0, [meta(t), whole(t + 1)]).status == 200
    assert server.request("DELETE", f"/api/projects/{server.project}/recordings/{session}", headers=server._signed({})).status in (200, 204)
    refused(send(server, session, 1, [click(t + 50)]), 410, "deleted")
    assert is_not_there(server, session)


def forget(server, device, key=None):
    return server.request("POST", f"/v1/recordings/forget?key={key or server.write_key}&device={device}")


def test_a_visitor_who_withdraws_has_the_recordings_of_their_device_deleted_and_of_no_other(server):
    t, device = now_ms() - 20_000, f"device-{time.monotonic_ns()}"
    mine, more, another = session_of("mine"), session_of("more"), session_of("another")
    for session, of in ((mine, device), (more, device), (another, device + "x")):
        assert send(server, session, 0, [meta(t), whole(t + 1), click(t + 10)], device=of).status == 200
    assert refused(forget(server, "short"), 400)["field"] == "device"
    assert refused(forget(server, "%"), 400)
    refused(forget(server, device, "wk_nobody"), 401)
    assert forget(server, device).json() == {"deleted": 2, "more": False}
    assert is_not_there(server, mine) and is_not_there(server, more) and not is_not_there(server, another)
    refused(send(server, mine, 1, [click(t + 50)], device=device), 410, "deleted")
    assert forget(server, device).json() == {"deleted": 0, "more": False}
    audit = server.get(f"/api/projects/{server.project}/audit?limit=50").json()["entries"]
    assert any(entry["action"] == "recording.delete" and entry["actor"] == "visitor" for entry in audit)
