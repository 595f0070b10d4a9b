"""A real `sillage serve` for tests: a process of its own, a data folder of its own, a free port, an account and a project.

Nothing is replaced or simulated here; what a test sees is what a user would see.
"""
import contextlib
import gzip
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = pathlib.Path(os.environ.get("SILLAGE_BINARY", ROOT / "target" / "release" / "sillage"))
SHARED = pathlib.Path(os.environ.get("SHARED", ROOT.parent / "shared"))
EMAIL, PASSWORD = "ada@courriel.example", "correct horse battery staple"


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.status} {self.text[:300]}>"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """`with Server() as server:` starts one, sets it up and stops it; `kill()` and `start()` go on with the same data."""

    def __init__(self, data=None, setup=True, options=(), env=None):
        # Of its own, with nothing beside the data: a test may look at what lies there.
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="sillage-test-")) if data is None else None
        self.data = pathlib.Path(data) if data else self.home / "data"
        if self.home:
            self.data.mkdir(mode=0o700)
        self.options = list(options)
        self.env = env or {}
        self.port = free_port()
        self.process = None
        self.cookie = None
        self.project = self.write_key = None
        self.log = self.data.parent / (self.data.name + ".log")
        self.setup_wanted = setup

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        self.start()
        if self.setup_wanted:
            self.set_up()
        return self

    def __exit__(self, *_):
        self.stop()
        if self.home:
            shutil.rmtree(self.home, ignore_errors=True)

    def start(self, wait_seconds=60):
        with open(self.log, "ab") as log:
            command = [str(BINARY), "serve", "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}", *self.options]
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=os.environ | self.env)
        began = time.monotonic()
        while time.monotonic() - began < wait_seconds:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server stopped with {self.process.returncode}:\n{self.output()[-3000:]}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get("/ready").status == 200:
                    return time.monotonic() - began
            time.sleep(0.02)
        raise RuntimeError(f"the server was not ready after {wait_seconds} s:\n{self.output()[-3000:]}")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        self.kill()

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def output(self):
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""

    def memory_kb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        return 0

    def forget_peak(self):
        """From here on `peak_memory_kb` is the most since."""
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def peak_memory_kb(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0])

    def processor_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def set_up(self, timezone="Europe/Paris"):
        """The first account with the one-time token, as the person who installs does it, and a project."""
        token = next(self.data.rglob("setup-token")).read_text().strip()
        reply = self.post("/api/setup", {"token": token, "email": EMAIL, "name": "Ada", "password": PASSWORD, "language": "en"})
        assert reply.status in (200, 201), reply
        self.cookie = reply.headers["set-cookie"].split(";")[0]
        made = self.post("/api/projects", {"name": "Courriel", "timezone": timezone})
        assert made.status in (200, 201), made
        self.project, self.write_key = made.json()["id"], made.json()["write_key"]

    def sign_in(self):
        reply = self.post("/api/session", {"email": EMAIL, "password": PASSWORD})
        assert reply.status == 200, reply
        self.cookie = reply.headers["set-cookie"].split(";")[0]

    def request(self, method, path, body=None, headers=None, timeout=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            # A server may answer before it has read a body that it will not take.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body=body, headers=headers or {})
            if connection.sock is None:
                raise ConnectionResetError("the server went away before it answered")
            reply = connection.getresponse()
            return Reply(reply.status, {k.lower(): v for k, v in reply.getheaders()}, reply.read())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request("GET", path, headers=self._signed(headers))

    def post(self, path, value):
        return self.request("POST", path, json.dumps(value).encode(), self._signed({"content-type": "application/json"}))

    def _signed(self, headers):
        return headers | ({"cookie": self.cookie} if self.cookie else {})

    # What arrives, and what is asked.

    def send(self, events, compress=False, **headers):
        """Events in the import form to the native door."""
        body = json.dumps(events).encode()
        all_headers = {"content-type": "application/json", "authorization": f"Bearer {self.write_key}"} | headers
        if compress:
            body = gzip.compress(body, 1)
            all_headers["content-encoding"] = "gzip"
        return self.request("POST", "/v1/events", body, all_headers)

    def ask(self, question):
        reply = self.post(f"/api/projects/{self.project}/query", question)
        assert reply.status == 200, (question, reply)
        return reply.json()

    def count(self, event=None, measure="total"):
        """How many events (of a name) there are, over all time."""
        answer = self.ask({"kind": "trend", "series": [{"select": {"event": event}, "measure": measure}], "interval": "month", "range": {"from": "1995-01-01", "to": "2035-12-31"}})
        return answer["answer"]["series"][0]["total"]

    def timeline(self, person, limit=1000):
        answer = self.ask({"kind": "timeline", "person": person, "range": {"from": "1995-01-01", "to": "2035-12-31"}, "limit": limit})
        return answer["answer"]["events"]

    def person(self, person):
        return self.get(f"/api/projects/{self.project}/people/{urllib.parse.quote(person, safe='')}")

    def until(self, condition, seconds=15, what="the condition"):
        """Waits for something that happens soon; tells what it saw last."""
        end, seen = time.monotonic() + seconds, None
        while time.monotonic() < end:
            seen = condition()
            if seen:
                return seen
            time.sleep(0.05)
        raise AssertionError(f"{what} did not come in {seconds} s; last seen: {seen!r}")


def run(*arguments, stdin=None, check=True, timeout=300):
    """One command of `sillage`."""
    done = subprocess.run([str(BINARY), *map(str, arguments)], input=stdin, capture_output=True, timeout=timeout)
    if check and done.returncode != 0:
        raise AssertionError(f"sillage {' '.join(map(str, arguments))} ended with {done.returncode}:\n{done.stdout.decode()[-2000:]}\n{done.stderr.decode()[-2000:]}")
    return done
