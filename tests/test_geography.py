"""Where people are: from an address to city, region and country through every door, and the address itself nowhere on the disk."""
import base64
import json
import shutil
import sqlite3
import time

import duckdb
import places
import pytest
import zstandard
from sillage import Server, run

LYON, BERLIN, COUNTRY_ONLY, NOWHERE = "203.0.113.77", "198.51.100.13", "192.0.2.5", "10.9.8.7"
PLACES = {
    "203.0.113.0/24": places.record("Lyon", "Auvergne-Rhône-Alpes", "FR", "France", "Europe/Paris"),
    "198.51.100.0/25": places.record("Berlin", "Land Berlin", "DE", "Germany", "Europe/Berlin"),
    "192.0.2.0/24": places.record(None, None, "JP", "Japan", None),
}
IN_LYON = {"$city": "Lyon", "$region": "Auvergne-Rhône-Alpes", "mp_country_code": "FR", "$country": "France"}
IN_BERLIN = {"$city": "Berlin", "$region": "Land Berlin", "mp_country_code": "DE", "$country": "Germany"}
IN_JAPAN = {"mp_country_code": "JP", "$country": "Japan"}
# Of whom the addresses are: the test itself is the proxy that says so.
FROM = {"x-forwarded-for": LYON}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    file = tmp_path_factory.mktemp("places") / "places.mmdb"
    places.write(file, PLACES)
    with Server(options=["--geo", str(file), "--trusted-proxy", "127.0.0.1"]) as one:
        yield one


def place(server, person):
    """What the only event of a person says of where it was."""
    (event,) = server.timeline(person)
    return {name: value for name, value in event["properties"].items() if name in IN_LYON}


def profile_place(server, person):
    found = server.until(lambda: (reply := server.person(person)).status == 200 and reply.json()["properties"], what="the profile")
    return {name: value for name, value in found.items() if name in (*IN_LYON, "$country_code", "$timezone", "$latitude", "$longitude", "$geo_source")}


def test_a_native_event_is_where_its_sender_is(server):
    now = int(time.time())
    for person, own, headers, expected in [
        ("native-browser", {}, FROM, IN_LYON),
        ("native-other", {}, {"x-forwarded-for": f"{LYON}, {BERLIN}"}, IN_BERLIN),
        ("native-country", {}, {"x-forwarded-for": COUNTRY_ONLY}, IN_JAPAN),
        ("native-nowhere", {}, {"x-forwarded-for": NOWHERE}, {}),
        ("native-beside", {}, {"x-forwarded-for": "198.51.100.128"}, {}),
        ("native-own", {"ip": BERLIN}, FROM, IN_BERLIN),
        ("native-none", {"ip": 0}, FROM, {}),
        ("native-says", {"$city": "Nantes"}, FROM, {"$city": "Nantes"}),
        ("native-at-sea", {"$latitude": 1.5, "$longitude": 2.5}, FROM, {}),
    ]:
        reply = server.send([{"event": "Placed", "distinct_id": person, "time": now, "insert_id": person, "properties": own}], **headers)
        assert reply.json()["accepted"] == 1, reply
        assert place(server, person) == expected, person


def test_track_uses_the_address_only_when_it_is_told_to(server):
    def track(person, query, **own):
        data = {"event": "Placed", "properties": {"token": server.write_key, "distinct_id": person, "$insert_id": person, **own}}
        body = b"data=" + base64.b64encode(json.dumps(data).encode()).replace(b"+", b"%2B")
        reply = server.request("POST", f"/track/?verbose=1{query}", body, FROM | {"content-type": "application/x-www-form-urlencoded"})
        assert reply.json()["status"] == 1, reply
        return place(server, person)

    assert track("track-1", "&ip=1") == IN_LYON
    assert track("track-0", "&ip=0") == {}
    assert track("track-silent", "") == {}
    assert track("track-own", "&ip=0", ip=BERLIN) == IN_BERLIN
    assert track("track-own-none", "&ip=1", ip=0) == {}


def test_import_takes_the_address_of_each_event(server):
    def imported(person, **own):
        row = {"event": "Placed", "properties": {"time": int(time.time()) - 86400, "distinct_id": person, "$insert_id": person, **own}}
        headers = {"content-type": "application/json", "authorization": "Basic " + base64.b64encode(f"{server.write_key}:".encode()).decode()}
        assert server.request("POST", "/import?strict=1", json.dumps([row]).encode(), FROM | headers).status == 200
        return place(server, person)

    assert imported("import-own", ip=BERLIN) == IN_BERLIN
    assert imported("import-none", ip=0) == {}
    assert imported("import-silent") == IN_LYON, "without an address of its own, that of the request is taken"
    assert imported("import-source", **{"ip": LYON, "$geo_source": "gps"}) == IN_LYON
    assert server.timeline("import-source")[0]["properties"]["$geo_source"] == "gps"
    assert imported("import-says", **{"ip": LYON, "mp_country_code": "CH", "$geo_source": "gps"}) == {"mp_country_code": "CH"}


def test_a_profile_is_where_the_person_is(server):
    def engage(person, query="", **fields):
        record = {"$token": server.write_key, "$distinct_id": person, "$set": {"a": 1}, **{f"${name}": value for name, value in fields.items()}}
        reply = server.request("POST", f"/engage?verbose=1{query}", json.dumps([record]).encode(), FROM | {"content-type": "application/json"})
        assert reply.json() == {"status": 1, "error": None}, reply
        return profile_place(server, person)

    in_lyon = {"$city": "Lyon", "$region": "Auvergne-Rhône-Alpes", "$country_code": "FR", "$country": "France", "$timezone": "Europe/Paris"}
    assert engage("engage-silent") == in_lyon
    assert engage("engage-0", "&ip=0") == {} and engage("engage-none", ip=0) == {}
    assert engage("engage-own", ip=BERLIN)["$timezone"] == "Europe/Berlin"
    assert engage("engage-country", ip=COUNTRY_ONLY) == {"$country_code": "JP", "$country": "Japan"}
    assert engage("engage-position", latitude=48.1, longitude=-1.7) == {"$latitude": 48.1, "$longitude": -1.7}
    assert engage("engage-says", set={"$city": "Nantes", "$ip": LYON}) == {"$city": "Nantes"}


def test_places_are_what_questions_break_down_by(server):
    question = {"kind": "trend", "series": [{"select": {"event": "Placed"}, "measure": "unique"}], "interval": "month", "range": {"last": 3, "unit": "day"}, "breakdown": [{"property": "$city"}]}
    totals = {series["breakdown"][0]: series["total"] for series in server.ask(question)["answer"]["series"] if series["breakdown"]}
    assert {city: totals[city] for city in ("Lyon", "Berlin", "Nantes")} == {"Lyon": 4, "Berlin": 4, "Nantes": 1}, totals


def everything(folder):
    """Every byte and every value that a data folder holds, as far as anybody can decode it: {where: bytes}."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        raw = path.read_bytes()
        found[path.name] = raw
        if path.suffix == ".parquet":
            columns = duckdb.connect().execute(f"SELECT * FROM read_parquet('{path}')")
            found[f"{path.name}, decoded"] = "\n".join(map(str, columns.fetchall())).encode()
        elif raw.startswith(b"SQLite format 3"):
            with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as catalog:
                found[f"{path.name}, decoded"] = "\n".join(catalog.iterdump()).encode()
        at = raw.find(b"\x28\xb5\x2f\xfd")
        while at >= 0:
            reader = zstandard.ZstdDecompressor().decompressobj()
            try:
                found[f"{path.name}, unpacked from {at}"] = reader.decompress(raw[at:])
            except zstandard.ZstdError:
                pass  # Four bytes that look like the beginning of something packed.
            at = raw.find(b"\x28\xb5\x2f\xfd", at + 1)
    return found


def test_no_address_is_on_the_disk(server):
    """The last test of the file: it looks at what all of them left, before and after events went from the journal to segments."""
    marker = "marker-" + "4711"
    # Refused records are kept aside as they came, but without the address; and so is what is refused for its address.
    for record in [{"event": "", "distinct_id": marker, "properties": {"ip": LYON}}, {"event": "Placed", "distinct_id": marker, "time": "yesterday", "properties": {"$ip": BERLIN, "n": 1}}]:
        assert server.send([record], **FROM).json()["accepted"] == 0
    reply = server.send([{"event": "Marked", "distinct_id": "marked", "properties": {"ip": LYON, "mark": marker}}], compress=True, **FROM)
    assert reply.json()["accepted"] == 1
    nobody = server.request("POST", f"/track?ip=1&data=" + base64.b64encode(json.dumps({"event": "Nobody", "properties": {"token": server.write_key}}).encode()).decode(), b"", FROM)
    assert nobody.text == "1"
    refused = server.get(f"/api/projects/{server.project}/refused").text
    assert marker in refused
    server.stop()
    in_journal = everything(server.data)
    server.start()
    server.sign_in()
    export = server.get(f"/api/projects/{server.project}/export").body
    backup = server.data.parent / (server.data.name + ".backup")
    server.stop()
    run("backup", "--data", server.data, "--to", backup)
    later = {f"later: {name}": raw for name, raw in everything(server.data).items()} | {f"backup: {name}": raw for name, raw in everything(backup).items()}
    shutil.rmtree(backup)
    looked_at = in_journal | later | {"export": export, "refused": refused.encode(), "log": server.output().encode()}
    assert sum(marker.encode() in raw for raw in looked_at.values()) >= 3, "what is looked through can be read: the marker is in the events, the refused records and the export"
    for address in (LYON, BERLIN, COUNTRY_ONLY, NOWHERE):
        holding = [name for name, raw in looked_at.items() if address.encode() in raw]
        assert holding == [], (address, holding)
