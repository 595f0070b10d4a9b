"""Outgoing mail, by a real mail server on this machine: sent once, waits while the server is away, gives up what it refuses, survives a kill."""
import contextlib
import email
import email.policy
import socket
import subprocess
import time

import pytest
from aiosmtpd.controller import Controller
from sillage import BINARY, EMAIL, Server, free_port


class Inbox:
    """Takes what comes, unless it is told otherwise."""

    def __init__(self):
        self.mails = []
        self.refused = {}
        self.waits_s = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 taken"


@contextlib.contextmanager
def mail_server(inbox, port, **options):
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


@contextlib.contextmanager
def sillage(port, **settings):
    url = settings.pop("smtp", f"smtp://127.0.0.1:{port}")
    with Server(env={"SILLAGE_SMTP": url, "SILLAGE_MAIL_FROM": "Sillage <sillage@courriel.example>", "SILLAGE_PUBLIC_URL": "http://localhost:7070"}) as server:
        yield server


def send_test(server):
    reply = server.post("/api/mail/test", {})
    assert reply.status == 200, reply
    return reply.json()["id"]


def state_of(server, mail):
    return next(one for one in server.get("/api/mail").json()["mails"] if one["id"] == mail)


def until_state(server, mail, state, seconds=20):
    return server.until(lambda: (one := state_of(server, mail))["status"] == state and one, seconds=seconds, what=f"state {state}")


def test_a_test_mail_arrives_and_says_who_sent_it():
    inbox, port = Inbox(), free_port()
    with mail_server(inbox, port), sillage(port) as server:
        mail = send_test(server)
        until_state(server, mail, "sent")
        [one] = inbox.mails
        assert one["to"] == EMAIL and one["from"] == "Sillage <sillage@courriel.example>"
        assert one["subject"] == "A test mail from Sillage" and one["auto-submitted"] == "auto-generated"
        assert "sending mails works" in one.get_body(("plain",)).get_content()
        shown = server.get("/api/mail").json()
        assert shown["configured"] and shown["server"] == f"127.0.0.1:{port}" and shown["waiting"] == 0


def test_mails_wait_while_the_mail_server_is_away_and_go_out_when_it_is_back():
    inbox, port = Inbox(), free_port()
    with sillage(port) as server:
        mail = send_test(server)
        tried = server.until(lambda: (one := state_of(server, mail))["attempts"] == 1 and one["last_error"] and one, what="an attempt")
        assert tried["status"] == "waiting" and tried["next_at"]
        health = {check["name"]: check for check in server.get("/health").json()["checks"]}
        assert not health["mail"]["ok"] and f"127.0.0.1:{port}" in health["mail"]["message"]
        # The doctor sees it as well, and the mail that waits.
        said = subprocess.run([str(BINARY), "doctor", "--data", str(server.data), "--quick"], capture_output=True, text=True, timeout=60).stdout
        assert "WRONG mails: 1 mail could not be sent yet" in said, said
        with mail_server(inbox, port):
            until_state(server, mail, "sent", seconds=60)
            assert len(inbox.mails) == 1
            server.until(lambda: server.get("/health").json()["status"] == "ok", what="health")


def test_a_recipient_that_is_refused_is_given_up_and_others_are_not():
    inbox, port = Inbox(), free_port()
    inbox.refused[EMAIL] = "550 5.1.1 nobody here"
    with mail_server(inbox, port), sillage(port) as server:
        given_up = until_state(server, send_test(server), "failed")
        assert "nobody here" in given_up["last_error"] and given_up["attempts"] == 1
        assert server.get("/health").json()["status"] == "ok"
        inbox.refused.clear()
        assert server.request("POST", f"/api/mail/{given_up['id']}/retry", b"", server._signed({"content-length": "0"})).status == 204
        until_state(server, given_up["id"], "sent")
        assert len(inbox.mails) == 1
        # For now only: it waits.
        inbox.refused[EMAIL] = "451 greylisted"
        mail = send_test(server)
        waiting = server.until(lambda: (one := state_of(server, mail))["last_error"] and one, what="an attempt")
        assert waiting["status"] == "waiting" and "greylisted" in waiting["last_error"]


def test_a_kill_loses_no_mail_and_sends_none_twice():
    inbox, port = Inbox(), free_port()
    with sillage(port) as server:
        first = send_test(server)
        server.until(lambda: state_of(server, first)["attempts"] == 1, what="an attempt")
        second = send_test(server)
        server.kill()
        with mail_server(inbox, port):
            server.start()
            for mail in (first, second):
                until_state(server, mail, "sent", seconds=60)
            assert sorted(one["message-id"] for one in inbox.mails) == sorted(f"<{mail}@courriel.example>" for mail in (first, second))
            server.kill()
            server.start()
            third = send_test(server)
            until_state(server, third, "sent")
            time.sleep(2.5)
            assert len(inbox.mails) == 3


def test_a_password_is_given_to_the_mail_server_and_shown_to_nobody():
    from aiosmtpd.smtp import AuthResult

    inbox, port, given = Inbox(), free_port(), []

    def authenticate(server, session, envelope, mechanism, data):
        given.append((data.login, data.password))
        return AuthResult(success=data.password == b"h@sh", handled=False)

    with mail_server(inbox, port, authenticator=authenticate, auth_required=True, auth_require_tls=False):
        with sillage(port, smtp=f"smtp://ada:h%40sh@127.0.0.1:{port}") as server:
            until_state(server, send_test(server), "sent")
            assert given[-1] == (b"ada", b"h@sh")
            assert "h@sh" not in server.output() and "h%40sh" not in server.output() and "h%40sh" not in server.get("/api/mail").text
        with sillage(port, smtp=f"smtp://ada:wrong@127.0.0.1:{port}") as server:
            mail = send_test(server)
            waiting = server.until(lambda: (one := state_of(server, mail))["last_error"] and one, what="an attempt")
            assert waiting["status"] == "waiting" and "535" in waiting["last_error"], waiting


def test_without_a_mail_server_no_connection_is_opened():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with Server() as server:
            assert server.post("/api/mail/test", {}).status == 409
            assert server.get("/api/mail").json()["configured"] is False


@pytest.mark.parametrize(
    "settings, said",
    [
        ({"SILLAGE_SMTP": "smtp://localhost"}, "--mail-from"),
        ({"SILLAGE_SMTP": "smtp://localhost", "SILLAGE_MAIL_FROM": "a@b.example"}, "--public-url"),
        ({"SILLAGE_SMTP": "localhost:25", "SILLAGE_MAIL_FROM": "a@b.example", "SILLAGE_PUBLIC_URL": "http://localhost"}, "smtp://"),
        ({"SILLAGE_SMTP": "smtp://localhost", "SILLAGE_MAIL_FROM": "nobody", "SILLAGE_PUBLIC_URL": "http://localhost"}, "is no sender"),
    ],
)
def test_a_setting_that_cannot_work_is_said_at_the_start(tmp_path, settings, said):
    import os

    done = subprocess.run([str(BINARY), "serve", "--data", str(tmp_path / "data"), "--listen", f"127.0.0.1:{free_port()}"], env=os.environ | settings, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and said in done.stderr, done
