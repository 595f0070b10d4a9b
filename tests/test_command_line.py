"""What the command line does without a browser: ask files, import and export them, and say what is wrong."""
import bz2
import csv
import gzip
import json
import lzma
import statistics
import subprocess
import time

import duckdb
import pytest
from sillage import BINARY, EMAIL, Server, run

EVENTS = [{"event": "Sent" if n % 3 else "Opened", "distinct_id": f"p{n % 10}", "time": 1_750_000_000_000 + n * 60_000, "insert_id": f"e{n}", "properties": {"amount": n, "plan": ["free", "pro"][n % 2]}} for n in range(300)]
TREND = {"kind": "trend", "series": [{"select": {"event": "Sent"}, "measure": "total"}], "interval": "day", "range": {"from": "2025-06-15", "to": "2025-06-16"}, "timezone": "UTC"}


@pytest.fixture
def files(tmp_path):
    """The same events as NDJSON, gzipped NDJSON, CSV and Parquet."""
    lines = "".join(json.dumps(e) + "\n" for e in EVENTS)
    (tmp_path / "events.ndjson").write_text(lines)
    (tmp_path / "events.ndjson.gz").write_bytes(gzip.compress(lines.encode()))
    with open(tmp_path / "events.csv", "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["event", "distinct_id", "time", "insert_id", "amount", "plan"])
        writer.writerows([e["event"], e["distinct_id"], e["time"], e["insert_id"], e["properties"]["amount"], e["properties"]["plan"]] for e in EVENTS)
    duckdb.connect().execute(f"COPY (SELECT event, distinct_id, epoch_ms(time) AS time, insert_id, amount, plan FROM read_csv('{tmp_path}/events.csv')) TO '{tmp_path}/events.parquet'")
    (tmp_path / "question.json").write_text(json.dumps(TREND))
    return tmp_path


@pytest.mark.parametrize("name", ["events.ndjson", "events.ndjson.gz", "events.csv", "events.parquet"])
def test_ask_reads_every_kind_of_file(files, name):
    done = run("ask", "--events", files / name, "--question", files / "question.json")
    answer = json.loads(done.stdout)
    assert answer["answer"]["series"][0]["total"] == 200 and answer["complete"] is not None and answer["explain"]["events_read"] >= 200


def test_ask_reads_standard_input(files):
    done = run("ask", "--events", "-", "--question", files / "question.json", stdin=(files / "events.ndjson").read_bytes())
    assert json.loads(done.stdout)["answer"]["series"][0]["total"] == 200


def test_ask_says_what_is_wrong(files):
    (files / "wrong.json").write_text(json.dumps(TREND | {"colour": "red"}))
    done = run("ask", "--events", files / "events.ndjson", "--question", files / "wrong.json", check=False)
    assert done.returncode != 0 and b"colour" in done.stdout + done.stderr
    done = run("ask", "--events", files / "nowhere.ndjson", "--question", files / "question.json", check=False)
    assert done.returncode not in (0, 101) and b"nowhere.ndjson" in done.stderr


def test_ask_starts_fast(files):
    """The conformance cases call it hundreds of times; this only guards against a gross fault."""
    seconds = []
    for _ in range(7):
        began = time.perf_counter()
        run("ask", "--events", files / "events.ndjson", "--question", files / "question.json")
        seconds.append(time.perf_counter() - began)
    print(f"median {statistics.median(seconds) * 1000:.0f} ms")
    assert statistics.median(seconds) < 1


@pytest.mark.parametrize("name", ["events.ndjson", "events.ndjson.gz", "events.csv", "events.parquet"])
def test_import_twice_then_export(files, name):
    with Server() as server:
        for _ in range(2):
            run("import", files / name, "--url", server.url, "--key", server.write_key)
            assert server.count() == 300
        assert server.count("Sent", {"sum": "amount"}) == sum(e["properties"]["amount"] for e in EVENTS if e["event"] == "Sent")
        key = server.post(f"/api/projects/{server.project}/keys", {"name": "export", "scopes": ["read"]}).json()["secret"]
        run("export", "--url", server.url, "--key", key, "--out", files / "out.ndjson")
        back = [json.loads(line) for line in open(files / "out.ndjson") if '"event"' in line]
        assert sorted(e["insert_id"] for e in back) == sorted(e["insert_id"] for e in EVENTS)
        by_id = {e["insert_id"]: e for e in back}
        assert all(by_id[e["insert_id"]]["event"] == e["event"] and by_id[e["insert_id"]]["properties"]["amount"] == e["properties"]["amount"] for e in EVENTS)
        run("export", "--url", server.url, "--key", key, "--out", files / "out.parquet")
        assert duckdb.connect().execute(f"SELECT count(*), count(DISTINCT insert_id) FROM '{files}/out.parquet'").fetchone() == (300, 300)


def test_what_was_exported_comes_in_again(files):
    with Server() as one, Server() as other:
        run("import", files / "events.ndjson", "--url", one.url, "--key", one.write_key)
        key = one.post(f"/api/projects/{one.project}/keys", {"name": "export", "scopes": ["read"]}).json()["secret"]
        run("export", "--url", one.url, "--key", key, "--out", files / "out.ndjson")
        run("import", files / "out.ndjson", "--url", other.url, "--key", other.write_key)
        assert one.ask(TREND)["answer"] == other.ask(TREND)["answer"]


def test_import_names_what_it_refused(files):
    lines = (files / "events.ndjson").read_text().splitlines()
    lines[7], lines[123] = "{broken", json.dumps({"distinct_id": "p1", "time": 1})
    (files / "some-bad.ndjson").write_text("\n".join(lines))
    with Server() as server:
        done = run("import", files / "some-bad.ndjson", "--url", server.url, "--key", server.write_key, check=False)
        said = (done.stdout + done.stderr).decode()
        assert "2" in said and server.count() == 298, said


def test_import_of_a_file_that_is_no_table_is_refused_in_words(tmp_path):
    (tmp_path / "picture.csv").write_bytes(bytes(range(256)) * 40)
    with Server() as server:
        done = run("import", tmp_path / "picture.csv", "--url", server.url, "--key", server.write_key, check=False)
        assert done.returncode not in (0, 101) and b"panicked" not in done.stderr
        assert server.count() == 0


def test_an_import_that_is_killed_half_way_goes_on_and_counts_nothing_twice(tmp_path):
    lines = "".join(json.dumps({"event": "Long", "distinct_id": f"p{n % 500}", "time": 1_750_000_000_000 + n, "properties": {"n": n, "text": "x" * 120}}) + "\n" for n in range(150_000))
    (tmp_path / "long.ndjson").write_text(lines)
    with Server() as server:
        command = [str(BINARY), "import", str(tmp_path / "long.ndjson"), "--url", server.url, "--key", server.write_key, "--connections", "2"]
        importing = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        server.until(lambda: importing.poll() is not None or server.count() > 20_000, 30, "a part of the file")
        importing.kill()
        importing.wait()
        half = server.count()
        done = run(*command[1:])
        assert server.count() == 150_000, (half, done.stderr.decode())
        assert half == 150_000 or b"earlier run" in done.stdout + done.stderr, "it goes on where it stopped"
        run(*command[1:], "--from-start")
        assert server.count() == 150_000


@pytest.mark.parametrize("pack,word", [(bz2.compress, b"bzcat"), (lzma.compress, b"xzcat")])
def test_what_is_packed_otherwise_is_said_with_what_unpacks_it(tmp_path, pack, word):
    (tmp_path / "events").write_bytes(pack(b'{"event": "A"}\n'))
    done = run("import", tmp_path / "events", "--key", "wk_x", check=False)
    assert done.returncode not in (0, 101) and word in done.stderr, done


def test_accounts_from_the_command_line():
    with Server() as server:
        run("user", "create", "bo@courriel.example", "--role", "editor", "--project", server.project, "--data", server.data)
        assert b"editor of Courriel" in run("user", "list", "--data", server.data).stdout
        run("user", "role", "bo@courriel.example", "viewer", "--project", server.project, "--data", server.data)
        run("user", "role", "bo@courriel.example", "editor", "--data", server.data)
        assert b"editor of everything" in run("user", "list", "--data", server.data).stdout
        last = run("user", "remove", EMAIL, "--data", server.data, check=False)
        assert last.returncode != 0 and b"last administrator" in last.stderr
        run("user", "remove", "bo@courriel.example", "--data", server.data)
        assert b"bo@" not in run("user", "list", "--data", server.data).stdout
        actions = [entry["action"] for entry in server.get(f"/api/projects/{server.project}/audit").json()["entries"]]
        assert {"user.create", "member.role"} <= set(actions), actions


def test_help_is_there_for_every_verb():
    for verb in ("serve", "demo", "ask", "import", "export", "project", "user", "key", "backup", "restore", "doctor"):
        assert len(run(verb, "--help").stdout) > 200, verb
