"""Telling of low scores: posts to a real server on this machine and mails to a real mail server; once, after a stop too, signed, and never into a private network unasked."""
import hashlib
import hmac
import http.server
import json
import threading
import time
import uuid

import pytest
from sillage import Server, free_port
from test_hosted import SHORT, Surveys, Visitor, definition
from test_mail import Inbox, mail_server


class Hook:
    """Takes what is posted, and answers as it is told."""

    def __init__(self):
        self.posts, self.status, self.location = [], 200, None
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                hook.posts.append((dict(self.headers.items()), body))
                self.send_response(hook.status)
                if hook.location:
                    self.send_header("location", hook.location)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/answers"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def inbox():
    return Inbox()


@pytest.fixture(scope="module")
def server(inbox):
    port = free_port()
    env = {"SILLAGE_SMTP": f"smtp://127.0.0.1:{port}", "SILLAGE_MAIL_FROM": "sillage@courriel.example", "SILLAGE_PUBLIC_URL": "http://localhost:7070", "SILLAGE_PRIVATE_WEBHOOKS": "true"}
    with mail_server(inbox, port), Server(env=env) as server:
        yield server


def alert(surveys, survey, **settings):
    reply = surveys.put(f"{surveys.api}/{survey}/alerts", settings)
    assert reply.status == 200, reply
    return reply.json()


def answer(server, slug, score, why="Too slow"):
    Visitor(server).get(f"/survey/{slug}").send({"answer": str(score)}).send({"answer": why})


def test_a_low_score_is_posted_and_mailed_once_and_a_high_one_is_not(server, inbox):
    surveys, hook = Surveys(server), Hook()
    survey = surveys.open("low", definition(SHORT, privacy={"link": "consent"}), name="Churn")
    made = alert(surveys, survey, when={"question": "nps", "at_most": 6}, mail=["team@courriel.example"], webhook=hook.url)
    answer(server, "low", 8)
    answer(server, "low", 2, "=cmd() <b>Ünïcode</b> 🙂")
    server.until(lambda: hook.posts and inbox.mails, seconds=30, what="the alert")
    time.sleep(3)
    [(headers, body)] = hook.posts
    told = json.loads(body)
    assert told["type"] == "survey.response" and told["survey"]["name"] == "Churn" and told["response"]["answers"]["nps"]["score"] == 2 and told["url"].startswith("http://localhost:7070/p/")
    assert told["response"]["answers"]["why"]["text"] == "=cmd() <b>Ünïcode</b> 🙂"
    stamp, signature = (part.split("=", 1)[1] for part in headers["x-sillage-signature"].split(","))
    assert signature == hmac.new(made["secret"].encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    [mail] = inbox.mails
    assert mail["subject"] == "Churn: 2 of 10" and mail["to"] == "team@courriel.example" and "=cmd() <b>Ünïcode</b> 🙂" in mail.get_body(("plain",)).get_content()
    state = server.get(f"{surveys.api}/{survey}/alerts").json()
    assert [post["status"] for post in state["posts"]] == ["sent"]


def test_what_the_tag_sends_is_told_once_however_often_and_through_a_kill(server, inbox):
    surveys, hook = Surveys(server), Hook()
    survey = surveys.open("tag", definition(SHORT))
    alert(surveys, survey, webhook=hook.url)
    now = int(time.time() * 1000)

    def events(response, at):
        of = {"$survey": survey, "$survey_response": response, "$survey_version": 1}
        return [
            {"event": "$survey_answered", "time": at, "user_id": "u1", "insert_id": f"{response}a", "properties": of | {"$question": "nps", "$score": 9, "$next": "end"}},
            {"event": "$survey_completed", "time": at, "user_id": "u1", "insert_id": f"{response}c", "properties": of},
        ]

    response = str(uuid.uuid4())
    for _ in range(3):
        assert server.send(events(response, now)).status == 200
    server.kill()
    server.start()
    server.until(lambda: hook.posts, seconds=30, what="the post")
    # History that somebody brings along is no news; nor is a survey that nobody wants to know of.
    assert server.send(events(str(uuid.uuid4()), now - 40 * 86_400_000)).status == 200
    assert server.send(events(response, now)).status == 200
    time.sleep(8)
    assert [json.loads(body)["response"]["id"] for _, body in hook.posts] == [response]


def test_a_server_that_is_away_is_tried_again_and_a_redirect_is_not_followed(server):
    surveys, hook, other = Surveys(server), Hook(), Hook()
    hook.status = 500
    survey = surveys.open("away", definition(SHORT))
    alert(surveys, survey, webhook=hook.url)
    answer(server, "away", 1)

    def post():
        posts = server.get(f"{surveys.api}/{survey}/alerts").json()["posts"]
        return posts[0] if posts and posts[0]["last_error"] else None

    waiting = server.until(post, seconds=30, what="an attempt")
    assert waiting["status"] == "waiting" and "500" in waiting["last_error"]
    hook.status = 200
    server.until(lambda: server.get(f"{surveys.api}/{survey}/alerts").json()["posts"][0]["status"] == "sent", seconds=60, what="the second attempt")
    deliveries = {headers["x-sillage-delivery"] for headers, _ in hook.posts}
    assert len(hook.posts) == 2 and len(deliveries) == 1
    hook.status, hook.location = 302, other.url
    answer(server, "away", 2)
    server.until(lambda: (one := post()) and "302" in one["last_error"], seconds=30, what="the redirect")
    assert other.posts == []


def test_settings_that_cannot_work_are_refused(server):
    surveys = Surveys(server)
    survey = surveys.open("refused", definition(SHORT))
    for settings, field in [
        ({"mail": ["nobody"]}, "mail[0]"), ({"webhook": "ftp://x.example"}, "webhook"), ({"webhook": "https://user:pass@x.example/"}, "webhook"), ({"webhook": "https://"}, "webhook"),
        ({"when": {"question": "why", "at_most": 3}, "mail": []}, "when.question"), ({"mail": ["a@b.example"], "language": "de"}, "language"), ({"mail": [f"a{n}@b.example" for n in range(21)]}, "mail"),
    ]:
        reply = surveys.put(f"{surveys.api}/{survey}/alerts", settings)
        assert reply.status == 400 and reply.json()["error"]["field"] == field, reply


def test_a_private_network_is_not_reached_unless_the_settings_say_so_and_mail_wants_a_server():
    with Server() as server:
        surveys, hook = Surveys(server), Hook()
        survey = surveys.open("private", definition(SHORT))
        assert surveys.put(f"{surveys.api}/{survey}/alerts", {"mail": ["a@b.example"]}).status == 409
        for url in (hook.url, hook.url.replace("127.0.0.1", "localhost")):
            alert(surveys, survey, webhook=url)
            answer(server, "private", 1)
        seen = server.until(lambda: (posts := server.get(f"{surveys.api}/{survey}/alerts").json()["posts"]) and len([post for post in posts if post["last_error"]]) == 2 and posts, seconds=30, what="refusals")
        assert all("private network" in post["last_error"] for post in seen) and hook.posts == []
