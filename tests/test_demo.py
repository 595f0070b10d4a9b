"""`sillage demo` shows something at once, lets one sign in, and goes on with what it has when it is started again."""
import http.client
import json
import re
import subprocess
import time

from sillage import BINARY, SHARED, free_port


class Demo:
    """The command as a person runs it, read line by line until it says how to sign in."""

    def __init__(self, data, port):
        self.port = port
        command = [str(BINARY), "demo", "--data", str(data), "--listen", f"127.0.0.1:{port}", "--real", str(SHARED / "data")]
        began = time.monotonic()
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if re.search(r"or (sign in with|as)", line):
                break
        assert self.process.poll() is None, self.said
        self.seconds = time.monotonic() - began
        self.cookie = None

    def request(self, method, path, value=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"content-type": "application/json"} | ({"cookie": self.cookie} if self.cookie else {})
        connection.request(method, path, json.dumps(value) if value is not None else None, headers)
        reply = connection.getresponse()
        body = reply.read()
        if reply.getheader("set-cookie"):
            self.cookie = reply.getheader("set-cookie").split(";")[0]
        assert reply.status < 300, (path, reply.status, body[:300])
        return json.loads(body) if body else None

    def sign_in(self):
        token = re.search(r"/signin\?token=(\S+)", self.said).group(1)
        self.request("POST", "/api/session/link", {"token": token})

    def counts(self):
        """Events by project."""
        question = {"kind": "trend", "series": [{"select": {"event": None}, "measure": "total"}], "interval": "month", "range": {"from": "1995-01-01", "to": "2035-12-31"}}
        projects = self.request("GET", "/api/me")["projects"]
        return {p["name"]: self.request("POST", f"/api/projects/{p['id']}/query", question)["answer"]["series"][0]["total"] for p in projects}

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


def test_the_demo_twice(tmp_path):
    port = free_port()
    first = Demo(tmp_path, port)
    first.sign_in()
    counts = first.counts()
    assert counts["Courriel"] > 60_000, counts
    if (SHARED / "data").exists():
        assert {31_106, 69_659} <= set(counts.values()), counts
    reports = [first.request("GET", f"/api/projects/{p['id']}/reports")["reports"] for p in first.request("GET", "/api/me")["projects"]]
    assert any(reports), "there is a report to open"
    first.stop()
    again = Demo(tmp_path, port)
    again.sign_in()
    assert again.counts() == counts
    again.stop()
    print(f"first start {first.seconds:.1f} s, second {again.seconds:.1f} s")
    assert again.seconds < 10


def test_the_demo_stopped_while_it_loads(tmp_path):
    port = free_port()
    command = [str(BINARY), "demo", "--data", str(tmp_path), "--listen", f"127.0.0.1:{port}", "--real", str(tmp_path / "none")]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1.0)
    process.kill()
    process.wait()
    whole = Demo(tmp_path, port)
    whole.sign_in()
    counts = whole.counts()
    whole.stop()
    assert 100_000 < counts["Courriel"] < 250_000, counts
