"""What strangers send wrongly is answered with a reason, costs little, and never takes the good records with it (checks 32 to 38)."""
import base64
import concurrent.futures
import datetime
import gzip
import json
import socket
import time
import zlib

import pytest
import zstandard
from sillage import Server

NOW = time.time()


def event(n, **other):
    return {"event": "Good", "distinct_id": "bad-input", "time": int((NOW - 60) * 1000) + n, "insert_id": f"good-{time.monotonic_ns()}-{n}", "properties": {"n": n}} | other


def raw(server, body, path="/v1/events", **headers):
    began = time.monotonic()
    reply = server.request("POST", path, body, {"content-type": "application/json", "authorization": f"Bearer {server.write_key}"} | headers)
    reply.seconds = time.monotonic() - began
    assert reply.status < 500, reply
    return reply


def refused(reply, status=(400, 413, 415, 422)):
    assert reply.status in status, reply
    error = reply.json()["error"]
    assert error["code"] and error["message"], reply
    return error


BAD_RECORDS = {
    "no name": {"event": None},
    "empty name": {"event": ""},
    "name of 300 letters": {"event": "n" * 300},
    "name is a number": {"event": 12},
    "name is a list": {"event": ["a"]},
    "time is a word": {"time": "yesterday"},
    "time is an object": {"time": {"s": 1}},
    "time is a boolean": {"time": True},
    "properties is a list": {"properties": [1, 2]},
    "properties is text": {"properties": "plan=pro"},
    "id is a placeholder": {"distinct_id": "undefined"},
    "id is the text of an object": {"distinct_id": "[object Object]"},
    "id is an object": {"distinct_id": {"id": 1}},
    "id of 10 kB": {"distinct_id": "x" * 10_000},
}


@pytest.mark.parametrize("name", BAD_RECORDS)
def test_a_bad_record_is_named_and_the_good_ones_are_kept(server, name):
    before = server.count("Good")
    batch = [event(0), event(1), event(2) | BAD_RECORDS[name], event(3)]
    reply = raw(server, json.dumps(batch).encode())
    body = reply.json()
    assert reply.status in (200, 207, 400), reply
    assert body["accepted"] == 3, reply
    assert [f["index"] for f in body["failed"]] == [2], reply
    assert body["failed"][0]["code"] and body["failed"][0]["message"], reply
    assert server.count("Good") == before + 3


def test_records_that_are_no_objects(server):
    batch = json.dumps([event(0), 12, "text", None, [], event(1)]).encode()
    body = raw(server, batch).json()
    assert body["accepted"] == 2 and [f["index"] for f in body["failed"]] == [1, 2, 3, 4], body


@pytest.mark.parametrize("piece", [b'"v": NaN', b'"v": 1e999', b'"v": "\\ud800"', b'"v": "a\\u0000b"', b'"v": 1, "v": 2', b'"__proto__": {"admin": true}', b'"v": "\xff\xfe"', b'"v": +1', b"'v': 1"])
def test_odd_values_harm_nobody_else(server, piece):
    before = server.count("Good")
    odd = b'{"event": "Odd", "distinct_id": "odd", "insert_id": "odd-%d", "properties": {%s}}' % (time.monotonic_ns(), piece)
    lines = b"\n".join([json.dumps(event(0)).encode(), odd, json.dumps(event(1)).encode()])
    body = raw(server, lines, **{"content-type": "application/x-ndjson"}).json()
    assert body["accepted"] in (2, 3), body
    assert body["accepted"] == 3 or [f["index"] for f in body["failed"]] == [1], body
    assert server.count("Good") == before + 2


def test_a_broken_line_of_ndjson_loses_only_itself(server):
    before = server.count("Good")
    lines = [json.dumps(event(n)).encode() for n in range(500)]
    for n in (0, 250, 499):
        lines[n] = b'{"event": "Broken", '
    body = raw(server, b"\n".join(lines), **{"content-type": "application/x-ndjson"}).json()
    assert body["accepted"] == 497 and [f["index"] for f in body["failed"]] == [0, 250, 499], body["failed"]
    assert server.count("Good") == before + 497


@pytest.mark.parametrize("body", [b"", b"   ", b"\xef\xbb\xbf", b"null", b"12", b'"text"', b"[", b"{", b"]", b"\x00\x01\x02", b"<html>", b"[{]", b"\xff\xfe[\x00]\x00"])
def test_bodies_that_are_nothing(server, body):
    reply = raw(server, body)
    assert reply.status in (200, 207, 400), reply
    if reply.status == 200:
        assert reply.json()["accepted"] == 0


def test_a_byte_order_mark_is_forgiven(server):
    before = server.count("Good")
    assert raw(server, b"\xef\xbb\xbf" + json.dumps([event(0)]).encode()).json()["accepted"] == 1
    assert server.count("Good") == before + 1


def test_no_key_and_wrong_key(server):
    for headers in ({}, {"authorization": "Bearer wk_wrong"}, {"authorization": "Basic !!!"}, {"authorization": "Bearer"}):
        reply = server.request("POST", "/v1/events", json.dumps([event(0)]).encode(), {"content-type": "application/json"} | headers)
        assert reply.status in (400, 401, 403) and reply.json()["error"]["message"], reply


USUAL = 24 * 500


class Fresh:
    """A server whose threads have all done their usual work, batches of 500 events of 400 bytes, and nothing larger: what it has free cannot hide what something takes."""

    def __init__(self):
        self.server = None

    def __enter__(self):
        self.renew()
        return self

    def __exit__(self, *_):
        if self.server:
            self.server.__exit__()
            self.server = None

    def renew(self):
        self.__exit__()
        self.server = Server().__enter__()
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            list(pool.map(self.usual, range(24)))
        assert self.server.count("Good") == USUAL
        time.sleep(0.5)
        self.usual_memory_kb = self.server.memory_kb()

    def usual(self, round_number):
        events = [event(n) | {"insert_id": f"usual-{round_number}-{n}", "properties": {"n": n, "filler": "x" * 300}} for n in range(500)]
        assert raw(self.server, gzip.compress(json.dumps(events).encode()), **{"content-encoding": "gzip"}).status == 200
        assert raw(self.server, gzip.compress(b"[{]"), **{"content-encoding": "gzip"}).status == 400

    def costs(self, what, memory_mb, processor_seconds, call):
        """What the call answers. It may raise the memory of the server, over what it usually is, by so much at its peak, and take so much of a processor. What runs beside it
        now and then (merging, sealing) may not be counted as its cost, so it is tried three times at most, each time on a new server: threads keep what earlier tries took."""
        for _ in range(3):
            self.server.forget_peak()
            processor = self.server.processor_seconds()
            reply = call(self.server)
            memory, processor = (self.server.peak_memory_kb() - self.usual_memory_kb) / 1024, self.server.processor_seconds() - processor
            print(f"{what}: {memory:.1f} MB, {processor:.2f} s of a processor")
            if memory <= memory_mb and processor <= processor_seconds:
                return reply
            self.renew()
        pytest.fail(f"{what} took {memory:.1f} MB and {processor:.2f} s of a processor; {memory_mb:.1f} MB and {processor_seconds} s are allowed")


@pytest.fixture
def fresh():
    with Fresh() as one:
        yield one


DEEP = {
    "lists": b"[" * 100_000,
    "closed lists": b"[" * 100_000 + b"]" * 100_000,
    "objects": b'{"a":' * 100_000,
    "lists in a value": b'[{"event":"Deep","distinct_id":"d","properties":{"v":' + b"[" * 100_000 + b"]" * 100_000 + b"}}]",
    "objects in a value": b'[{"event":"Deep","distinct_id":"d","properties":{"v":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}}]",
}
ONE = b'[{"event":"Wide","distinct_id":"w","properties":{'
WIDE = {
    "a million names": ONE + b",".join(b'"k%d":1' % n for n in range(1_000_000)) + b"}}]",
    "as many names as a record may have bytes": ONE + b",".join(b'"k%d":1' % n for n in range(90_000)) + b"}}]",
    "a million elements": ONE + b'"v":[' + b"1," * 1_000_000 + b"1]}}]",
    "as many elements as a record may have bytes": ONE + b'"v":[' + b"1," * 500_000 + b"1]}}]",
    "a million records": b"[" + b"1," * 1_000_000 + b"1]",
    "a million empty records": b"[" + b"{}," * 1_000_000 + b"{}]",
    "a number of 50 MB": ONE + b'"v":' + b"9" * 50_000_000 + b"}}]",
    "a number of 5 MB": ONE + b'"v":' + b"9" * 5_000_000 + b"}}]",
    "a number of 1 MB": ONE + b'"v":' + b"9" * 1_000_000 + b"}}]",
    "a text of 5 MB without an end": ONE + b'"v":"' + b"x" * 5_000_000,
    "5 MB that are no text": b"\xff" * 5_000_000,
}


@pytest.mark.parametrize("name", DEEP | WIDE)
def test_depth_and_width_bombs(fresh, name):
    """Check 33: 4xx, 100 ms of a processor, 16 MB."""
    body = (DEEP | WIDE)[name]
    reply = fresh.costs(name, 16, 0.1, lambda server: raw(server, body))
    assert reply.status in (400, 413), reply
    assert len(reply.body) < 10_000, "a reply stays small whatever was sent"
    # The same behind the door of Mixpanel, where a form is there as it came, unescaped and decoded, and packed: what counts is what is inside.
    form = b"data=" + base64.b64encode(body[:6_000_000])
    answer = fresh.costs(f"{name}, /track", 32, 0.2, lambda server: server.request("POST", "/track?verbose=1", form, {"content-type": "application/x-www-form-urlencoded"}))
    assert answer.status in (400, 413) and answer.json()["status"] == 0, answer
    packed = gzip.compress(body, 6)
    reply = fresh.costs(f"{name}, packed in {len(packed)} bytes", 32, 0.3, lambda server: raw(server, packed, **{"content-encoding": "gzip"}))
    assert reply.status in (400, 413), reply
    assert fresh.server.count("Good") == USUAL and fresh.server.count("Wide") == fresh.server.count("Deep") == 0


def gzip_bomb(packed_mb):
    """So many MB of gzip that unpack to a thousand times as much: members one after the other, as the format allows."""
    member = gzip.compress(bytes(10_000_000), 9)
    return member * (packed_mb * 1_000_000 // len(member))


def zstd_bomb(gigabytes):
    frame = zstandard.compress(bytes(100_000_000), 3)
    return frame * (gigabytes * 10)


def zstd_window(log):
    """The head of a frame that asks for a window of 2^log bytes, and a block of one byte to be repeated."""
    return b"\x28\xb5\x2f\xfd\x00" + bytes([(log - 10) << 3]) + b"\x03\x00\x40" + b"x"


def zstd_in_a_window(log, megabytes):
    packer = zstandard.ZstdCompressor(compression_params=zstandard.ZstdCompressionParameters.from_level(3, window_log=log)).compressobj()
    return packer.compress(bytes(megabytes * 1_000_000)) + packer.flush()


def lying(packed, size):
    """A gzip body that says another size at its end than it has."""
    return packed[:-4] + size.to_bytes(4, "little")


BOMBS = {
    "1 MB of gzip for 1 GB": ("gzip", lambda: gzip_bomb(1)),
    "10 MB of gzip for 10 GB": ("gzip", lambda: gzip_bomb(10)),
    "a small gzip for 300 MB": ("gzip", lambda: gzip.compress(bytes(300_000_000), 9)),
    "one that says it is small": ("gzip", lambda: lying(gzip.compress(bytes(300_000_000), 9), 10)),
    "one that says it is 4 GB": ("gzip", lambda: lying(gzip.compress(bytes(300_000_000), 9), 2**32 - 1)),
    "zstd for 10 GB": ("zstd", lambda: zstd_bomb(10)),
    "zstd in the largest window that is allowed": ("zstd", lambda: zstd_in_a_window(23, 300)),
    "zstd in a window of 128 MB": ("zstd", lambda: zstd_in_a_window(27, 300)),
    "zstd that asks for 2 GB": ("zstd", lambda: zstd_window(31)),
    "deflate for 300 MB": ("deflate", lambda: zlib.compress(bytes(300_000_000), 9)),
    "gzip in gzip": ("gzip", lambda: gzip.compress(gzip_bomb(1), 9)),
    "stacked encodings": ("gzip, gzip", lambda: gzip.compress(gzip_bomb(1), 9)),
    "three stacked encodings": ("gzip, zstd, gzip", lambda: gzip_bomb(1)),
    "an encoding that is not taken": ("br", lambda: gzip_bomb(1)),
    "an encoding of old": ("compress", lambda: gzip_bomb(1)),
    "no encoding at all": ("identity, nonsense", lambda: gzip_bomb(1)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_decompression_bombs(fresh, name):
    """Check 34: 413 at the cap (or 4xx before anything is unpacked), 32 MB for a body of a megabyte, a second of a processor."""
    encoding, make = BOMBS[name]
    body = make()
    assert len(body) <= 10_485_760, "small enough to be taken"
    for path in ("/v1/events", "/import"):
        limit = 32 + max(0, len(body) - 1_000_000) / 2**20
        reply = fresh.costs(f"{name}, {len(body)} bytes to {path}", limit, 1, lambda server: raw(server, body, path, **{"content-encoding": encoding}))
        is_refused_at_once = encoding not in ("gzip", "zstd", "deflate") or "2 GB" in name or "128 MB" in name or name == "gzip in gzip"
        assert reply.status in ((400, 415) if is_refused_at_once else (413,)), reply
    assert fresh.server.count("Good") == USUAL


def test_broken_compression(server):
    good = gzip.compress(json.dumps([event(0)]).encode())
    for body in (b"not gzip at all", good[:20], good[:-6], good[:10] + b"\xff" * 40):
        refused(raw(server, body, **{"content-encoding": "gzip"}))
    refused(raw(server, b"not zstd", **{"content-encoding": "zstd"}))


def test_too_large(server):
    assert refused(raw(server, b"[" + b" " * (30 * 1024 * 1024) + b"]"), (413,))
    before = server.count("Good")
    large = event(1) | {"properties": {"v": "x" * 1_200_000}}
    body = raw(server, json.dumps([event(0), large, event(2)]).encode()).json()
    assert body["accepted"] == 2 and [f["index"] for f in body["failed"]] == [1], body
    assert server.count("Good") == before + 2


def test_two_lengths_are_refused(server):
    """A request that says its length twice, differently, is how one request hides in another."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as s:
        s.sendall(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n[1,2]xx")
        first = s.recv(4096)
    assert first == b"" or first.startswith(b"HTTP/1.1 400"), first


def test_a_slow_client_is_let_go(server):
    with socket.create_connection(("127.0.0.1", server.port), 60) as s:
        s.sendall(b"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-")
        s.settimeout(45)
        began = time.monotonic()
        try:
            s.recv(4096)
        except TimeoutError:
            pytest.fail("the server waits for ever for a header")
        assert time.monotonic() - began < 40


def test_many_names_and_properties(server):
    names = [{"event": f"Name {n}", "distinct_id": "explosion", "insert_id": f"x{n}", "properties": {f"property_{n}": n}} for n in range(5_000)]
    began = time.monotonic()
    for at in range(0, len(names), 500):
        assert server.send(names[at : at + 500]).json()["accepted"] == 500
    assert time.monotonic() - began < 30
    began = time.monotonic()
    assert server.get(f"/api/projects/{server.project}/names?limit=100").status == 200
    assert time.monotonic() - began < 2
    assert server.count("Name 4321") == 1


def test_one_person_with_very_many_events(server):
    for at in range(0, 20_000, 1_000):
        batch = [{"event": "Hot", "distinct_id": "hot", "time": int(NOW * 1000) - n, "insert_id": f"h{n}"} for n in range(at, at + 1_000)]
        assert server.send(batch, compress=True).json()["accepted"] == 1_000
    assert server.count("Hot") == 20_000 and server.count("Hot", "unique") == 1
    assert len(server.timeline("hot", limit=100)) == 100


TIMES = {
    "seconds": (1_750_000_000, "2025-06-15T15:06:40"),
    "fractional seconds": (1_750_000_000.25, "2025-06-15T15:06:40.25"),
    "milliseconds": (1_750_000_000_123, "2025-06-15T15:06:40.123"),
    "microseconds": (1_750_000_000_123_456, "2025-06-15T15:06:40.123"),
    "text": ("2025-06-15T15:06:40Z", "2025-06-15T15:06:40"),
    "text with an offset": ("2025-06-15T17:06:40+02:00", "2025-06-15T15:06:40"),
    "text without a zone": ("2025-06-15 15:06:40", "2025-06-15T15:06:40"),
    "before 1970": ("1955-11-05T06:15:00Z", "1955-11-05T06:15"),
    "the leap second": ("2016-12-31T23:59:60Z", "20"),
}


@pytest.mark.parametrize("name", TIMES)
def test_times_as_people_write_them(server, name):
    sent, stored = TIMES[name]
    person = "time " + name
    reply = server.send([{"event": "Timed", "distinct_id": person, "time": sent, "insert_id": name}])
    body = reply.json()
    if body["accepted"] == 0:
        assert body["failed"][0]["field"] and body["failed"][0]["message"], "refused with a reason, not dropped"
        assert name in ("before 1970", "the leap second"), body
        return
    question = {"kind": "timeline", "person": person, "range": {"from": "1950-01-01", "to": "2035-12-31"}, "limit": 10}
    assert [e["time"] for e in server.ask(question)["answer"]["events"]][0].startswith(stored)


def test_a_time_far_ahead_is_marked_and_found(server):
    ahead = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=3650)
    body = server.send([{"event": "Ahead", "distinct_id": "time-ahead", "time": ahead.isoformat(), "insert_id": "ahead"}]).json()
    if body["accepted"]:
        found = server.timeline("time-ahead")
        assert len(found) == 1 and any("time" in name for name in found[0]["properties"]), found
    else:
        assert body["failed"][0]["field"] == "time", body


BAD_QUESTIONS = [
    ({"kind": "nonsense"}, "kind"),
    ({}, "kind"),
    ({"kind": "trend", "series": [], "range": {"last": 7, "unit": "day"}}, "series"),
    ({"kind": "trend", "series": [{"select": {"event": "A"}, "measure": "total"}], "range": {"last": 7, "unit": "day"}, "colour": "red"}, "colour"),
    ({"kind": "trend", "series": [{"select": {"event": "A"}, "measure": "totals"}], "range": {"last": 7, "unit": "day"}}, "measure"),
    ({"kind": "trend", "series": [{"select": {"event": 12}, "measure": "total"}], "range": {"last": 7, "unit": "day"}}, "event"),
    ({"kind": "trend", "series": [{"select": {"event": "A"}, "measure": "total"}], "range": {"last": -7, "unit": "day"}}, "range"),
    ({"kind": "trend", "series": [{"select": {"event": "A"}, "measure": "total"}], "range": {"from": "2025-10-31", "to": "2025-10-01"}}, "range"),
    ({"kind": "trend", "series": [{"select": {"event": "A"}, "measure": "total"}], "range": {"last": 7, "unit": "day"}, "timezone": "Europe/Lutece"}, "timezone"),
    ({"kind": "trend", "series": [{"select": {"event": "A", "where": {"property": "x", "op": "resembles", "value": 1}}, "measure": "total"}], "range": {"last": 7, "unit": "day"}}, "op"),
    ({"kind": "trend", "series": [{"select": {"event": "A", "where": {"property": "x", "op": "matches", "value": "(("}}, "measure": "total"}], "range": {"last": 7, "unit": "day"}}, "value"),
    ({"kind": "funnel", "steps": [{"event": "A"}, {"event": "B"}], "window": {"n": -1, "unit": "day"}, "range": {"last": 7, "unit": "day"}}, "window"),
    ({"kind": "funnel", "steps": [{"event": "A"}, {"event": "B"}], "window": {"n": 7, "unit": "fortnight"}, "range": {"last": 7, "unit": "day"}}, "window"),
    ({"kind": "funnel", "steps": [], "window": {"n": 7, "unit": "day"}, "range": {"last": 7, "unit": "day"}}, "steps"),
    ({"kind": "funnel", "steps": [{"event": "A"}, {"event": "B"}], "order": "sideways", "window": {"n": 7, "unit": "day"}, "range": {"last": 7, "unit": "day"}}, "order"),
    ({"kind": "retention", "birth": {"event": "A"}, "return": {"event": "B"}, "unit": "week", "periods": -1, "range": {"last": 7, "unit": "day"}}, "periods"),
    ({"kind": "retention", "birth": 12, "return": {"event": "B"}, "unit": "week", "periods": 4, "range": {"last": 7, "unit": "day"}}, "birth"),
]


@pytest.mark.parametrize("question,field", BAD_QUESTIONS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_wrong_question_says_which_field(server, question, field):
    reply = server.post(f"/api/projects/{server.project}/query", question)
    error = refused(reply, (400,))
    assert field in (error["field"] or "") or field in error["message"], error


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"12", b'{"kind": "trend", "series": ' + b"[" * 100_000, b'{"kind":' + b'"x' * 10])
def test_a_question_that_is_no_json(server, body):
    reply = server.request("POST", f"/api/projects/{server.project}/query", body, {"content-type": "application/json", "cookie": server.cookie})
    refused(reply, (400,))


def test_names_never_seen_are_empty_answers(server):
    answer = server.ask({"kind": "trend", "series": [{"select": {"event": "No such event"}, "measure": "unique"}], "interval": "day", "range": {"last": 7, "unit": "day"}})
    assert set(answer["answer"]["series"][0]["values"]) == {0} and answer["explain"]["notes"], answer["explain"]


@pytest.mark.parametrize("name", ["'; drop table events;--", '"quoted"', "back\\slash", "<script>alert(1)</script>", "ünïcode ‘’“”", "%00", "a" * 255, "..", "$where", "🧭"])
def test_names_are_taken_literally(server, name):
    body = server.send([{"event": name, "distinct_id": "literal", "insert_id": name[:30], "properties": {name: name}}]).json()
    assert body["accepted"] == 1, body
    where = {"property": name, "op": "is", "value": name}
    answer = server.ask({"kind": "trend", "series": [{"select": {"event": name, "where": where}, "measure": "total"}], "interval": "day", "range": {"last": 2, "unit": "day"}})
    assert answer["answer"]["series"][0]["total"] == 1


def test_a_name_with_a_line_break_is_refused(server):
    body = server.send([{"event": "new\nline", "distinct_id": "literal"}]).json()
    assert body["accepted"] == 0 and body["failed"][0]["field"] == "event", body


@pytest.mark.parametrize("path", ["/track", "/track/", "/engage", "/groups/", "/import"])
@pytest.mark.parametrize("body", [b"", b"data=", b"data=%", b"data=!!!!", b"data=W10=", b"[", b"data=" + b"A" * 200_000, b"\xff" * 100, b'[{"event": 1}]', b'{"event":"x","properties":{"token":"nobody"}}'])
def test_the_protocol_of_mixpanel_never_answers_5xx(server, path, body):
    """The official clients send for ever what is answered with 5xx."""
    for content_type in ("application/x-www-form-urlencoded", "application/json", "text/plain;charset=UTF-8", "nonsense"):
        reply = server.request("POST", path, body, {"content-type": content_type})
        assert reply.status < 500, reply


def test_nothing_of_this_made_the_server_ill(server):
    health = server.get("/health").json()
    assert health["status"] == "ok", health
    assert "panicked" not in server.output()
