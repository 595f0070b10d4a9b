"""Surveys on pages of their own, by HTTP as a browser without scripts sends it: every kind of question, links for one person, windows side by side, what is closed, what is hostile."""
import html.parser
import http.client
import json
import statistics
import threading
import time
import urllib.parse

import pytest
from sillage import Server

CHOICES = [{"id": "price", "text": {"en": "Price", "fr": "Prix"}}, {"id": "bugs", "text": {"en": "Bugs", "fr": "Bogues"}}, {"id": "else", "text": {"en": "Another tool", "fr": "Un autre outil"}}]


def text(words):
    return {"en": words, "fr": f"{words} (fr)"}


QUESTIONS = [
    {"id": "nps", "kind": "nps", "text": text("Would you recommend us?"), "low": text("No"), "high": text("Yes"), "required": True, "next": [{"when": {"score": [9, 10]}, "to": "thumbs"}]},
    {"id": "why", "kind": "long", "text": text("What went wrong?")},
    {"id": "thumbs", "kind": "thumbs", "text": text("Did it help?")},
    {"id": "csat", "kind": "csat", "text": text("How was it?"), "look": "smileys"},
    {"id": "stars", "kind": "rating", "text": text("Stars?"), "look": "stars"},
    {"id": "ces", "kind": "ces", "text": text("Was it easy?")},
    {"id": "seq", "kind": "seq", "text": text("Overall?")},
    {"id": "one", "kind": "single", "text": text("Why?"), "choices": CHOICES, "other": True, "shuffle": True},
    {"id": "many", "kind": "multi", "text": text("What else?"), "choices": CHOICES, "most": 2},
    {"id": "picture", "kind": "picture", "text": text("Which?"), "choices": [{"id": f"p{n}", "text": text(f"Picture {n}"), "image": f"https://img.courriel.example/{n}.png"} for n in (1, 2)]},
    {"id": "order", "kind": "ranking", "text": text("In which order?"), "choices": CHOICES},
    {"id": "rows", "kind": "matrix", "text": text("How are these?"), "items": [{"id": "a", "text": text("Speed")}, {"id": "b", "text": text("Looks")}]},
    {"id": "sus", "kind": "sus", "text": text("Do you agree?"), "items": [{"id": f"i{n}", "text": text(f"Sentence {n}")} for n in range(1, 11)]},
    {"id": "umux", "kind": "umux_lite", "text": text("And these?"), "items": [{"id": "u", "text": text("Useful")}, {"id": "e", "text": text("Easy")}]},
    {"id": "read", "kind": "statement", "text": text("Nearly there"), "description": text("One more.")},
    {"id": "ok", "kind": "consent", "text": text("May we quote you?")},
    {"id": "name", "kind": "short", "text": text("A name for it?")},
    {"id": "mail", "kind": "email", "text": text("Where can we reach you?")},
]
ANSWERS = {
    "nps": {"answer": "3"}, "why": {"answer": "Too slow"}, "thumbs": {"answer": "1"}, "csat": {"answer": "4"}, "stars": {"answer": "5"}, "ces": {"answer": "6"}, "seq": {"answer": "7"},
    "one": {"answer": "other", "own": "The colours"}, "many": [("answer", "price"), ("answer", "bugs")], "picture": {"answer": "p2"}, "order": {"place.price": "2", "place.bugs": "1", "place.else": "3"},
    "rows": {"row.a": "1", "row.b": "5"}, "sus": {f"row.i{n}": "5" if n % 2 else "1" for n in range(1, 11)}, "umux": {"row.u": "7", "row.e": "7"}, "read": {}, "ok": {"answer": "yes"}, "name": {"answer": "Ease"},
    "mail": {"answer": "ada@courriel.example"},
}
ENDS = [{"id": "end", "title": text("Thank you!"), "text": text("We read every answer."), "link": {"url": "https://courriel.example", "label": text("Back to Courriel")}}]


def definition(questions=None, **more):
    return {"languages": ["en", "fr"], "questions": questions or QUESTIONS, "ends": ENDS, **more}


SHORT = [{name: value for name, value in QUESTIONS[0].items() if name != "next"}, QUESTIONS[1]]


class Form(html.parser.HTMLParser):
    """What a browser sees of a page: the form, its fields, and the words."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.action, self.hidden, self.names, self.words, self.checked, self.tags = None, [], set(), [], [], []
        self.values, self.inside = {}, None
        self.feed(page)
        self.words = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        self.tags.append((tag, of))
        self.inside = tag
        if tag == "form":
            self.action = of["action"]
        if tag in ("input", "select", "textarea") and of.get("name"):
            self.names.add(of["name"])
            if of.get("type") == "hidden":
                self.hidden.append((of["name"], of["value"]))
            elif "checked" in of:
                self.checked.append((of["name"], of["value"]))
            elif of.get("type") not in ("radio", "checkbox"):
                self.values[of["name"]] = of.get("value", "")

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside not in ("style", "script"):
            self.words.append(data)


class Visitor:
    """A browser without scripts and without a memory."""

    def __init__(self, server, **headers):
        self.server, self.headers = server, {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "accept-language": "en", **headers}

    def get(self, path, status=200):
        reply = self.server.request("GET", path, headers=self.headers)
        if reply.status == 303:
            return self.get(reply.headers["location"], status)
        assert reply.status == status, reply
        return self.seen(path, reply)

    def seen(self, path, reply):
        assert "set-cookie" not in reply.headers and reply.headers["x-robots-tag"].startswith("noindex") and reply.headers["cache-control"] == "no-store", reply.headers
        self.path, self.reply, self.form = path, reply, Form(reply.text)
        return self

    def send(self, fields=(), status=303, wait=True):
        if wait:
            time.sleep(0.42)
        fields = list(fields.items()) if isinstance(fields, dict) else list(fields)
        body = urllib.parse.urlencode(self.form.hidden + fields)
        reply = self.server.request("POST", self.form.action, body.encode(), self.headers | {"content-type": "application/x-www-form-urlencoded"})
        assert reply.status == status, reply
        return self.get(reply.headers["location"]) if status == 303 else self.seen(self.path, reply)


@pytest.fixture(scope="module")
def surveys(server):
    return Surveys(server)


class Surveys:
    def __init__(self, server):
        self.server = server
        self.api = f"/api/projects/{server.project}/surveys"

    def put(self, path, value):
        return self.server.request("PUT", path, json.dumps(value).encode(), self.server._signed({"content-type": "application/json"}))

    def open(self, slug, what=None, name="Ease"):
        made = self.server.post(self.api, {"name": name, "definition": what or definition()})
        assert made.status == 200, made
        survey = made.json()["id"]
        published = self.server.post(f"{self.api}/{survey}/publish", {})
        assert published.status == 200, published
        page = self.put(f"{self.api}/{survey}/page", {"slug": slug, "is_open": True})
        assert page.status == 200 and page.json()["takes_answers"], page
        return survey

    def status(self, survey, status):
        assert self.put(f"{self.api}/{survey}/status", {"status": status}).status == 200

    def responses(self, survey):
        reply = self.server.post(f"{self.api}/{survey}/responses", {})
        assert reply.status == 200, reply
        return reply.json()["responses"]

    def links(self, survey, people, **more):
        reply = self.server.post(f"{self.api}/{survey}/links", {"people": people, **more})
        assert reply.status == 200, reply
        return [urllib.parse.urlsplit(link["url"]).path + "?" + urllib.parse.urlsplit(link["url"]).query for link in reply.json()["links"]]


def test_every_kind_of_question_is_answered_without_scripts_and_read_in_the_results(server, surveys):
    survey = surveys.open("every-kind")
    visitor = Visitor(server).get("/survey/every-kind")
    asked = []
    while visitor.form.action:
        size = len(visitor.reply.body)
        assert size < 30_000, size
        question = next(one for one in QUESTIONS if one["text"]["en"] in visitor.form.words)
        asked.append(question["id"])
        visitor.send(ANSWERS[question["id"]])
    assert asked == [question["id"] for question in QUESTIONS]
    assert "Thank you!" in visitor.form.words and "Back to Courriel" in visitor.form.words
    [response] = surveys.responses(survey)
    assert response["completed"] and response["person"] is None and response["language"] == "en" and response["page"] == "/survey/every-kind"
    given = response["answers"]
    assert {name: given[name]["score"] for name in ("nps", "thumbs", "csat", "stars", "ces", "seq", "sus", "umux")} == {"nps": 3, "thumbs": 1, "csat": 4, "stars": 5, "ces": 6, "seq": 7, "sus": 100, "umux": 100}
    assert given["why"]["text"] == "Too slow" and given["one"] == given["one"] | {"choices": ["other"], "text": "The colours"}
    assert given["many"]["choices"] == ["price", "bugs"] and given["order"]["choices"] == ["bugs", "price", "else"] and given["picture"]["choices"] == ["p2"]
    assert given["rows"]["items"] == {"a": 1, "b": 5} and len(given["sus"]["items"]) == 10
    results = server.post(f"{surveys.api}/{survey}/results", {}).json()
    assert (results["started"], results["completed"]) == (1, 1)
    # That it was shown is told beside the page, and nobody waits for it.
    server.until(lambda: server.post(f"{surveys.api}/{survey}/results", {}).json()["shown"] == 1, what="the showing")
    event = server.ask({"kind": "timeline", "events": ["$survey_completed"], "range": {"from": "2020-01-01", "to": "2035-01-01"}, "limit": 5})["answer"]["events"][0]
    assert event["properties"]["$survey_display"] == "hosted" and event["properties"]["$elapsed_ms"] > 0
    # It names nobody, and tells the day only.
    assert event["time"].endswith("T00:00:00Z") or "T00:00:00" in event["time"], event["time"]


def test_the_page_is_strict_small_and_quick(server, surveys):
    surveys.open("strict")
    visitor = Visitor(server).get("/survey/strict")
    policy = visitor.reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy and visitor.reply.headers["x-frame-options"] == "DENY"
    assert ("meta", {"name": "robots", "content": "noindex,nofollow"}) in visitor.form.tags
    assert not [of for _, of in visitor.form.tags if "style" in of or any(name.startswith("on") for name in of)]
    assert not [of for tag, of in visitor.form.tags if of.get("src", "").startswith("http") or (tag == "link" and not of["href"].startswith("data:"))]
    embedded = Visitor(server).get("/survey/strict?embed")
    assert "frame-ancestors *" in embedded.reply.headers["content-security-policy"] and "x-frame-options" not in embedded.reply.headers
    embedded.send({"answer": "9"})
    assert "frame-ancestors *" in embedded.reply.headers["content-security-policy"]
    times = []
    for _ in range(40):
        began = time.perf_counter()
        server.request("GET", "/survey/strict", headers=visitor.headers)
        times.append((time.perf_counter() - began) * 1000)
    print(f"page: {len(visitor.reply.body)} bytes, median {statistics.median(times):.1f} ms, most {max(times):.1f} ms")
    assert statistics.median(times) < 200 and len(visitor.reply.body) < 30_000


def test_languages_prefill_and_the_way_on(server, surveys):
    surveys.open("ways")
    assert "(fr)" in Visitor(server, **{"accept-language": "de, fr-CA;q=0.8, en;q=0.5"}).get("/survey/ways").form.words
    assert "(fr)" not in Visitor(server, **{"accept-language": "fr"}).get("/survey/ways?lang=en").form.words
    visitor = Visitor(server).get("/survey/ways?nps=9&one=bugs&rows.a=4&many=price,else&why=ignored")
    assert ("answer", "9") in visitor.form.checked
    # Nine skips the question about what went wrong.
    assert "Did it help?" in visitor.send({"answer": "9"}).form.words
    for name in ("thumbs", "csat", "stars", "ces", "seq"):
        visitor.send({"skip": "1"})
    assert visitor.form.checked == [("answer", "bugs")]
    visitor.send({"answer": "bugs"})
    assert sorted(visitor.form.checked) == [("answer", "else"), ("answer", "price")]
    # What a mail brings along is sent by the script at once, and stands in the form without one.
    going = Visitor(server).get("/survey/ways?nps=7&go")
    assert ("answer", "7") in going.form.checked and any("data-go" in of for tag, of in going.form.tags if tag == "body")
    assert "What went wrong?" in going.send({"answer": "7"}, wait=False).form.words


def test_an_answer_counts_once_however_often_it_is_sent(server, surveys):
    survey = surveys.open("once", definition(SHORT))
    visitor = Visitor(server).get("/survey/once")
    first = visitor.form
    visitor.send({"answer": "3"})
    second = visitor.form
    # Back, and another answer: the first one stands, and leads to where it led.
    visitor.form = first
    assert "What went wrong?" in visitor.send({"answer": "10"}).form.words
    visitor.form = second
    # Twice at the same time.
    done = []
    body = urllib.parse.urlencode(second.hidden + [("answer", "Too slow")]).encode()
    time.sleep(0.5)

    def send():
        done.append(server.request("POST", second.action, body, visitor.headers | {"content-type": "application/x-www-form-urlencoded"}).status)

    threads = [threading.Thread(target=send) for _ in range(6)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert done == [303] * 6
    [response] = surveys.responses(survey)
    assert response["answers"]["nps"]["score"] == 3 and response["answers"]["why"]["text"] == "Too slow"
    results = server.post(f"{surveys.api}/{survey}/results", {}).json()
    assert (results["started"], results["completed"]) == (1, 1)


def test_a_page_that_was_left_is_gone_on_with_also_after_the_survey_changed_or_stopped(server, surveys):
    survey = surveys.open("left", definition(SHORT))
    visitor = Visitor(server).get("/survey/left").send({"answer": "5"})
    address = visitor.path
    changed = definition([SHORT[0] | {"text": text("Quite another question")}, {"id": "new", "kind": "short", "text": text("New here")}])
    assert surveys.put(f"{surveys.api}/{survey}", {"name": "Ease", "definition": changed}).status == 200
    assert server.post(f"{surveys.api}/{survey}/publish", {}).status == 200
    assert "Quite another question" in Visitor(server).get("/survey/left").form.words
    surveys.status(survey, "paused")
    assert "resting" in Visitor(server).get("/survey/left").form.words
    again = Visitor(server).get(address)
    assert "What went wrong?" in again.form.words
    assert "Thank you!" in again.send({"answer": "Late, and still taken"}).form.words
    [response] = surveys.responses(survey)
    assert response["completed"] and response["version"] == 1 and response["answers"]["why"]["text"] == "Late, and still taken"


def test_what_is_closed_full_or_not_there_says_so(server, surveys):
    assert "no survey here" in Visitor(server).get("/survey/nobody-knows", 404).form.words
    assert "pas de sondage" in Visitor(server, **{"accept-language": "fr"}).get("/survey/nobody-knows", 404).form.words
    survey = surveys.open("closing", definition(SHORT))
    surveys.status(survey, "closed")
    assert "is over" in Visitor(server).get("/survey/closing", 410).form.words
    surveys.status(survey, "running")
    assert surveys.put(f"{surveys.api}/{survey}/page", {"slug": "closing", "is_open": False}).status == 200
    Visitor(server).get("/survey/closing", 404)
    surveys.open("ended", definition(SHORT, limits={"to": "2024-01-01T00:00:00Z"}))
    assert "is over" in Visitor(server).get("/survey/ended", 410).form.words
    surveys.open("later", definition(SHORT, limits={"from": "2034-01-01T00:00:00Z"}))
    assert "has not begun" in Visitor(server).get("/survey/later").form.words
    taken = surveys.server.post(surveys.api, {"name": "Other", "definition": definition(SHORT)}).json()["id"]
    assert surveys.put(f"{surveys.api}/{taken}/page", {"slug": "closing", "is_open": True}).status == 409
    refused = surveys.put(f"{surveys.api}/{taken}/page", {"slug": "../x", "is_open": True})
    assert refused.status == 400 and refused.json()["error"]["field"] == "slug"


def test_a_personal_link_ties_the_answer_to_the_person_and_is_good_once(server, surveys):
    server.send([{"event": "Cancel", "user_id": "u_42", "device_id": "d_42", "time": int(time.time() * 1000)}])
    survey = surveys.open("churn", definition(SHORT, privacy={"link": "consent"}))
    [link, other] = surveys.links(survey, ["u_42", "u_43"])
    visitor = Visitor(server).get(link)
    assert "This link is yours" in visitor.form.words
    visitor.send({"answer": "2"})
    # Opened again, in another window: it goes on.
    window = Visitor(server).get(link)
    assert "What went wrong?" in window.form.words
    assert "Thank you!" in window.send({"answer": "=cmd()"}).form.words
    # The first window answers the same question, too late.
    assert "Thank you!" in visitor.send({"answer": "Twice"}).form.words
    for _ in range(2):
        assert "answered already" in Visitor(server).get(link).form.words
    [response] = surveys.responses(survey)
    assert response["person"] == "u_42" and response["answers"]["why"]["text"] == "=cmd()"
    names = [event["event"] for event in server.timeline("u_42")]
    assert names.count("$survey_answered") == 2 and names.count("$survey_completed") == 1 and "Cancel" in names
    # Changed in one letter, of another survey, or old.
    assert "incomplete" in Visitor(server).get(link[:-2] + ("AA" if link[-2:] != "AA" else "BB"), 404).form.words
    surveys.open("another", definition(SHORT))
    assert "incomplete" in Visitor(server).get(other.replace("/survey/churn", "/survey/another"), 404).form.words
    for body in ({"people": []}, {"people": ["a\nb"]}, {"people": ["u"], "days": 0}, {"people": ["u"], "of": "cat"}):
        assert server.post(f"{surveys.api}/{survey}/links", body).status == 400
    # A restart changes nothing: the key is kept.
    server.stop()
    server.start()
    assert "answered already" in Visitor(server).get(link).form.words
    assert "This link is yours" in Visitor(server).get(other).form.words


def test_who_left_is_asked_by_mail_and_found_on_the_card_of_lost_customers(server, surveys):
    minute, start = 60_000, int(time.time() * 1000) - 3 * 3_600_000
    events = []
    for person in ("u_leaving", "u_staying"):
        for n, (name, page) in enumerate([("$pageview", "/new"), ("$pageview", "/audience")] + ([] if person == "u_leaving" else [("Sent", "/audience")])):
            events.append({"event": name, "user_id": person, "session_id": f"{person}-visit", "time": start + n * minute, "properties": {"$page": page}})
    server.send(events)
    survey = surveys.open("goodbye", definition([question for question in QUESTIONS if question["id"] in ("one", "stars", "why")], privacy={"link": "consent"}))
    task = {"start": [{"page": "/new"}], "completion": [{"event": "Sent"}], "surveys": {"churn": survey}}
    made = server.post(f"/api/projects/{server.project}/tasks", {"name": "Plan a campaign", "definition": task})
    assert made.status == 200, made
    tasks = f"/api/projects/{server.project}/tasks/{made.json()['id']}"
    assert server.post(f"{tasks}/scorecard", {}).json()["answer"]["cards"]["lost"]["count"] == 0
    # As the server of a shop does it when it sends the mail: one link for who it goes to.
    [link] = surveys.links(survey, ["u_leaving"], days=90)
    visitor = Visitor(server).get(link)
    for _ in range(3):
        if "Why?" in visitor.form.words:
            visitor.send({"answer": "price"})
        elif "Stars?" in visitor.form.words:
            visitor.send({"answer": "2"})
        else:
            visitor.send({"answer": "Too dear"})
    assert "Thank you!" in visitor.form.words
    lost = server.post(f"{tasks}/scorecard", {}).json()["answer"]["cards"]["lost"]
    assert (lost["count"], lost["n"], lost["rating"]) == (1, 2, 2)
    assert {choice["choice"]: choice["count"] for choice in lost["choices"]} == {"price": 1} and lost["quotes"][0]["text"] == "Too dear"
    assert lost["last_classes"] == [{"class": "failed", "count": 1}]
    # The link leads to what the person did before they left.
    [attempt] = server.post(f"{tasks}/attempts", {"at": {"card": "lost"}}).json()["answer"]["attempts"]
    assert (attempt["person"], attempt["session"], attempt["exit_page"]) == ("u_leaving", "u_leaving-visit", "/audience")
    assert [answer["link"] for answer in attempt["answers"]] == ["churn"]


def test_a_person_is_asked_before_the_answer_names_them_or_never_named(server, surveys):
    asked = surveys.open("asking", definition(SHORT, privacy={"link": "ask"}))
    [yes, no] = surveys.links(asked, ["u_yes", "u_no"])
    visitor = Visitor(server).get(yes)
    assert "link" in visitor.form.names
    visitor.send({"answer": "9", "link": "yes"})
    assert "link" not in visitor.form.names
    Visitor(server).get(no).send({"answer": "1"})
    people = {response["answers"]["nps"]["score"]: response["person"] for response in surveys.responses(asked)}
    assert people == {9: "u_yes", 1: None}
    never = surveys.open("nobody", definition(SHORT, privacy={"link": "never"}))
    [link] = surveys.links(never, ["u_never"])
    Visitor(server).get(link).send({"answer": "1"})
    assert [response["person"] for response in surveys.responses(never)] == [None]


HOSTILE = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "=HYPERLINK(\"http://x\")", "שלום עולם 🙂👩‍👩‍👧", "\u202egnp.exe", "{{7*7}}", "a\r\nSet-Cookie: x=1", "null"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_people_type_stays_text(server, surveys, hostile):
    slug = f"typed-{HOSTILE.index(hostile)}"
    words = {language: " ".join(hostile.split()) for language in ("en", "fr")}
    survey = surveys.open(slug, definition([{"id": "why", "kind": "long", "text": words, "required": True}, SHORT[1] | {"id": "more"}]), name="Typed")
    visitor = Visitor(server).get(f"/survey/{slug}?why={urllib.parse.quote(hostile)}")
    assert "<img src=x" not in visitor.reply.text and "<script>alert" not in visitor.reply.text
    visitor.send({"answer": hostile})
    [response] = surveys.responses(survey)
    assert response["answers"]["why"]["text"] == hostile.strip()


def test_what_cannot_be_taken_is_said_and_nothing_typed_is_lost(server, surveys):
    survey = surveys.open("limits", definition([*SHORT, QUESTIONS[8], QUESTIONS[10], QUESTIONS[17]]))
    visitor = Visitor(server).get("/survey/limits")
    for answer in ({}, {"answer": "11"}, {"answer": "x"}, {"skip": "1"}):
        assert visitor.send(answer, 422).form.action
    assert "Please answer" in visitor.form.words
    visitor.send({"answer": "1"})
    # A megabyte of text, and of emoji.
    for text_ in ("x" * 1_000_000, "🙂" * 100_000):
        visitor.send({"answer": text_}, 422)
        assert "5000" in visitor.form.words and len(visitor.reply.body) < 60_000
    reply = server.request("POST", visitor.form.action, b"answer=" + b"x" * 3_000_000, visitor.headers | {"content-type": "application/x-www-form-urlencoded"})
    assert reply.status == 413 and "5,000" in reply.text
    visitor.send({"answer": "Short"})
    visitor.send([("answer", "price"), ("answer", "bugs"), ("answer", "else")], 422)
    assert "up to 2" in visitor.form.words and len(visitor.form.checked) == 3
    visitor.send([("answer", "price")])
    visitor.send({"place.price": "1", "place.bugs": "1", "place.else": "2"}, 422)
    visitor.send({"skip": "1"})
    visitor.send({"answer": "nobody"}, 422)
    assert visitor.form.values["answer"] == "nobody"
    visitor.send({"answer": "ada@courriel.example"})
    [response] = surveys.responses(survey)
    assert response["completed"] and response["answers"]["order"]["skipped"] and response["answers"]["mail"]["text"] == "ada@courriel.example"


def test_programs_are_thanked_and_not_counted(server, surveys):
    survey = surveys.open("traps", definition(SHORT))
    visitor = Visitor(server).get("/survey/traps")
    assert "Thank you!" in visitor.send({"answer": "9", "website": "http://spam.example"}, 200).form.words
    assert "too fast" in Visitor(server).get("/survey/traps").send({"answer": "9"}, 422, wait=False).form.words
    # A state that we did not make is nothing: back to the start.
    visitor = Visitor(server).get("/survey/traps")
    visitor.form.hidden = [("s", visitor.form.hidden[0][1][:-3] + "AAA")]
    assert "Would you recommend" in visitor.send({"answer": "9"}).form.words
    assert "Would you recommend" in Visitor(server).get("/survey/traps?s=e30.AAAA").form.words
    for what in ("HEAD", "GET"):
        server.request(what, "/survey/traps", headers=visitor.headers | {"sec-purpose": "prefetch"})
    assert server.request("PUT", "/survey/traps", b"x").status == 405
    assert surveys.responses(survey) == []
    shown = server.until(lambda: server.post(f"{surveys.api}/{survey}/results", {}).json()["shown"], what="showings")
    time.sleep(0.5)
    assert server.post(f"{surveys.api}/{survey}/results", {}).json()["shown"] <= 6, shown


def test_one_address_cannot_flood_a_survey(surveys):
    with Server() as server:
        own = Surveys(server)
        own.open("flood", definition(SHORT))
        visitor = Visitor(server).get("/survey/flood")
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        seen = set()
        for _ in range(400):
            connection.request("POST", "/survey/flood", "s=x", visitor.headers | {"content-type": "application/x-www-form-urlencoded"})
            reply = connection.getresponse()
            reply.read()
            seen.add(reply.status)
            if reply.status == 429:
                assert int(reply.headers["retry-after"]) >= 1
                break
        assert seen == {303, 429}, seen


def test_the_code_and_the_mail_lead_to_the_page(server, surveys):
    survey = surveys.open("sharing")
    code = server.get(f"{surveys.api}/{survey}/page.svg")
    assert code.status == 200 and code.headers["content-type"] == "image/svg+xml" and code.text.startswith("<svg")
    block = server.get(f"{surveys.api}/{survey}/mail?language=fr").json()
    links = [of["href"] for tag, of in Form(block["html"]).tags if tag == "a"]
    assert len(links) == 11 and all("/survey/sharing?lang=fr&nps=" in link and link.endswith("&go") for link in links)
    assert "<style" not in block["html"] and "class=" not in block["html"] and block["text"].count("/survey/sharing") == 11
    path = urllib.parse.urlsplit(links[7])
    visitor = Visitor(server).get(f"{path.path}?{path.query}")
    assert ("answer", "7") in visitor.form.checked and "(fr)" in visitor.form.words
    own = server.get(f"{surveys.api}/{survey}/mail?personal=true").json()
    assert '{{link}}&amp;lang=en&amp;nps=0&amp;go' in own["html"] and "{{link}}&lang=en&nps=10&go" in own["text"]
    # Kept by a restart and by a backup, since it lies in the catalog.
    assert server.get(f"{surveys.api}/{survey}/page").json()["url"].endswith("/survey/sharing")
