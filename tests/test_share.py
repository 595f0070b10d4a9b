"""A board shared by a link: the same numbers, to whoever has it, for as long as it is open, and nothing else of the server."""
import concurrent.futures
import datetime
import json
import time

import pytest
from sillage import Server

DAY = datetime.datetime(2025, 10, 6, 10, tzinfo=datetime.UTC)
TOTAL = {"kind": "trend", "series": [{"select": {"event": "Campaign sent"}, "measure": "total"}], "interval": "week", "range": {"from": "2025-10-01", "to": "2025-10-31"}}
SESSIONS = {"kind": "sessions", "limit": 20, "range": {"from": "2025-10-01", "to": "2025-10-31"}}


@pytest.fixture(scope="module")
def world():
    with Server() as server:
        events = [
            {"event": "Campaign sent", "distinct_id": f"secret-person-{n % 7}", "time": (DAY + datetime.timedelta(days=n)).isoformat(), "insert_id": f"e{n}", "properties": {"plan": "pro" if n % 2 else "free"}}
            for n in range(14)
        ]
        assert server.send(events).json()["accepted"] == 14
        yield server


def board(server, **more):
    tiles = [{"id": "q", "width": 6, "height": 6, "title": "Sent", "shows": {"kind": "question", "question": TOTAL}}, {"id": "s", "width": 6, "height": 6, "shows": {"kind": "question", "question": SESSIONS}}]
    reply = server.post(f"/api/projects/{server.project}/boards", {"name": "Team", "definition": {"tiles": tiles, **more}})
    assert reply.status == 200, reply
    return f"/api/projects/{server.project}/boards/{reply.json()['id']}"


def link(server, path, **terms):
    reply = server.post(f"{path}/links", terms)
    assert reply.status == 200, reply
    return reply.json()


def stranger(server, method, path, body=None, **headers):
    """Without a cookie, as a browser that has never been here."""
    sent = None if body is None else json.dumps(body).encode()
    return server.request(method, f"/api/shared/boards/{path}", sent, {"content-type": "application/json", **headers})


def test_a_stranger_sees_the_numbers_of_the_team_and_nobody_behind_them(world):
    path = board(world, filter={"property": "plan", "op": "is", "value": "pro"})
    token = link(world, path)["token"]
    opened = stranger(world, "GET", token)
    assert opened.status == 200 and opened.json()["board"]["name"] == "Team", opened
    assert "set-cookie" not in {name.lower() for name in dict(opened.headers)}
    team = world.post(f"{path}/tiles/q", {}).json()
    seen = stranger(world, "POST", f"{token}/tiles/q", {}).json()
    assert seen["answer"]["answer"] == team["answer"]["answer"] and seen["answer"]["answer"]["series"][0]["total"] == 7
    narrow = stranger(world, "POST", f"{token}/tiles/q", {"range": {"from": "2025-10-06", "to": "2025-10-12"}}).json()
    assert narrow["answer"]["answer"]["series"][0]["total"] == 3
    # The list of sessions names people to the team, and to nobody else.
    assert "secret-person" in world.post(f"{path}/tiles/s", {}).text
    sessions = stranger(world, "POST", f"{token}/tiles/s", {})
    assert sessions.status == 200 and sessions.json()["answer"]["answer"]["people"] == 7 and "secret-person" not in sessions.text
    assert stranger(world, "POST", f"{token}/tiles/q", {"filter": {"event": "Campaign sent"}}).status == 400


def test_a_link_ends_when_it_was_said_to_and_when_it_is_revoked(world):
    path = board(world)
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=2)
    short = link(world, path, expires_at=until.isoformat())
    kept = link(world, path, name="Investors")
    assert stranger(world, "GET", short["token"]).status == 200
    time.sleep(2.2)
    over = stranger(world, "GET", short["token"])
    assert (over.status, over.json()["error"]["code"]) == (404, "link_expired")
    page = world.request("GET", f"/shared/boards/{short['token']}", None, {"accept": "text/html"})
    assert page.status == 404 and "<div id=\"root\">" in page.text
    # A link outlives the server; what it opened is counted.
    world.kill()
    world.start()
    world.sign_in()
    assert stranger(world, "GET", kept["token"]).status == 200
    links = {one["id"]: one for one in world.get(f"{path}/links").json()["links"]}
    assert (links[kept["id"]]["opened"], links[kept["id"]]["token"], links[short["id"]]["state"]) == (1, kept["token"], "expired")
    assert world.request("DELETE", f"{path}/links/{kept['id']}", None, world._signed({})).status == 200
    for gone in (stranger(world, "GET", kept["token"]), stranger(world, "POST", f"{kept['token']}/tiles/q", {})):
        assert (gone.status, gone.json()["error"]["code"]) == (404, "not_found")


def test_a_password_lets_in_once_given_and_is_not_guessed(world):
    path = board(world)
    token = link(world, path, password="let me in please")["token"]
    assert stranger(world, "GET", token).json() == {"locked": True, "expires_at": None, "range_open": True}
    assert stranger(world, "POST", f"{token}/tiles/q", {}).status == 403
    given = stranger(world, "POST", f"{token}/unlock", {"password": "let me in please"}).json()["pass"]
    assert stranger(world, "POST", f"{token}/tiles/q", {}, **{"x-share-pass": given}).status == 200
    replies = [stranger(world, "POST", f"{token}/unlock", {"password": f"guess number {n}"}) for n in range(14)]
    assert {reply.status for reply in replies[:9]} == {403} and replies[-1].status == 429, [reply.status for reply in replies]
    assert stranger(world, "POST", f"{token}/unlock", {"password": "let me in please"}).status == 429
    # Whoever is in already stays in, and the team is not held up.
    assert stranger(world, "POST", f"{token}/tiles/q", {}, **{"x-share-pass": given}).status == 200
    assert world.get(f"{path}/links").status == 200


def test_strangers_do_not_hold_up_the_team(world):
    path = board(world)
    token = link(world, path)["token"]

    def look(n):
        return stranger(world, "POST", f"{token}/tiles/q", {"range": {"from": f"2025-{1 + n % 9:02}-{1 + n // 9:02}", "to": "2025-10-31"}}).status

    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        looks = [pool.submit(look, n) for n in range(200)]
        began = time.monotonic()
        assert world.ask(TOTAL)["answer"]["series"][0]["total"] == 14
        assert time.monotonic() - began < 5
    statuses = {one.result() for one in looks}
    assert statuses <= {200, 429} and 200 in statuses, statuses


def test_only_the_sites_that_a_link_names_may_frame_it(world):
    path = board(world)
    closed, named = link(world, path)["token"], link(world, path, embed=True, embed_from=["https://wiki.example.com"])["token"]

    def headers(where):
        reply = world.request("GET", where, None, {"accept": "text/html"})
        return {name.lower(): value for name, value in dict(reply.headers).items()}

    for shut in (f"/shared/boards/{closed}?embed=1", "/", "/shared/boards/x"):
        assert headers(shut)["x-frame-options"] == "DENY" and "frame-ancestors 'none'" in headers(shut)["content-security-policy"], shut
    open_ = headers(f"/shared/boards/{named}?embed=1")
    assert "x-frame-options" not in open_ and open_["content-security-policy"].endswith("frame-ancestors https://wiki.example.com")
    assert (open_["referrer-policy"], open_["x-robots-tag"]) == ("no-referrer", "noindex, nofollow")
