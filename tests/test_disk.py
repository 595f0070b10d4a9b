"""Disks that fail: the power goes at any moment, reads and writes and renames fail, it is slow, it is really full (checks 10, 18, 20, 22).

The real server runs with `disk/disk.c` between it and the C library.
"""
import concurrent.futures
import contextlib
import errno
import http.client
import pathlib
import random
import shutil
import subprocess
import sys
import time

import pytest
from sillage import Server

HERE = pathlib.Path(__file__).resolve().parent / "disk"
sys.path.insert(0, str(HERE))
import power_cut


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    library = tmp_path_factory.mktemp("disk") / "disk.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", str(library), str(HERE / "disk.c"), "-ldl", "-lpthread"], check=True)
    return library


class Control:
    """What fails now."""

    def __init__(self, path):
        self.path = path
        self.nothing()

    def set(self, text):
        # In place: the server looks at the file through a map.
        with open(self.path, "r+b" if self.path.exists() else "wb") as file:
            file.write(text.encode().ljust(256, b"\0"))

    def nothing(self):
        self.set("")

    def fail(self, operation, number, part):
        self.set(f"{operation} {number} {part}\n")


@pytest.fixture
def spoiled(shim, tmp_path):
    control = Control(tmp_path / "control")
    data = tmp_path / "data"
    env = {"LD_PRELOAD": str(shim), "DISK_ROOT": str(data), "DISK_CONTROL": str(control.path)}
    with Server(data, env=env) as server:
        yield server, control
        control.nothing()


def events(batch, n=20):
    return [{"event": "Kept", "distinct_id": f"p{k % 7}", "time": 1_760_000_000_000 + batch * 1_000 + k, "insert_id": f"b{batch}-{k}", "properties": {"batch": batch, "text": "x" * (k * 13 % 300)}} for k in range(n)]


def health(server):
    return {check["name"]: check for check in server.get("/health").json()["checks"]}


# ---------------------------------------------------------------- the power goes

CUTS = 24


def record(shim, data, log):
    """A short life with promises of every kind, written down: two starts, a seal at each end, a merge, a report, profiles."""
    env = {"LD_PRELOAD": str(shim), "DISK_ROOT": str(data), "DISK_LOG": str(log)}
    with Server(data, env=env) as server:
        power_cut.acknowledge(log, f"account {server.project} {server.write_key}")

        def send(batch):
            assert server.send(events(batch)).status == 200
            power_cut.acknowledge(log, f"batch {batch}")

        for batch in range(12):
            send(batch)
        report = {"name": "Kept", "question": {"kind": "trend", "series": [{"select": {"event": "Kept"}, "measure": "total"}], "interval": "day", "range": {"last": 30, "unit": "day"}}, "view": {}}
        assert server.post(f"/api/projects/{server.project}/reports", report).status == 200
        power_cut.acknowledge(log, "report")
        server.stop()
        power_cut.acknowledge(log, "stopped")
        server.start()
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            list(pool.map(send, range(12, 24)))
        assert server.send([{"person": "p1", "set": {"plan": "pro"}}]).status == 200
        power_cut.acknowledge(log, "profile")
        server.stop()
        server.start()
        for batch in range(24, 28):
            send(batch)
        # Segments of one month become one when nothing was sealed for some time.
        with contextlib.suppress(AssertionError):
            server.until(lambda: log.read_bytes().count(b"U ") and b"segments/0000000001.parquet" in log.read_bytes().rsplit(b"\nU ", 1)[-1][:200], 30)
        server.stop()
        return server.project, server.write_key


def visible(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", f"/api/projects/{server.project}/export?profiles=false", headers={"cookie": server.cookie})
    reply = connection.getresponse()
    assert reply.status == 200, reply.read()
    import json

    return [json.loads(line)["insert_id"] for line in reply]


def test_after_a_power_cut_at_any_moment_everything_promised_is_there_once(shim, tmp_path):
    data, log = tmp_path / "data", tmp_path / "log"
    project, write_key = record(shim, data, log)
    entries = list(power_cut.entries(log.read_bytes()))
    rng = random.Random(20261129)
    # Cuts right behind a promise are the dangerous ones; the rest anywhere.
    promises = [at for at, (kind, _, _) in enumerate(entries) if kind == "A"]
    at_promise = rng.sample(promises, min(len(promises), CUTS // 3))
    cuts = sorted(set(at_promise + [rng.randrange(len(entries)) for _ in range(CUTS - len(at_promise))] + [len(entries) - 1]))
    disk, done, opened = power_cut.Disk(str(data)), 0, 0
    for n, cut in enumerate(cuts):
        for kind, text, content in entries[done : cut + 1]:
            disk.apply(kind, text, content)
        done = cut + 1
        mode = ["torn", "nothing", "torn", "everything"][n % 4]
        target = tmp_path / f"cut-{n}"
        target.mkdir()
        disk.write_to(target, seed=cut, mode=mode)
        promised = set(disk.acknowledged)
        has_account = any(text.startswith("account") for text in promised)
        with Server(target, setup=False) as server:
            where = f"cut {cut} of {len(entries)}, {mode}, {len(promised)} promises: {server.output()[-600:]}"
            opened += 1
            if not has_account:
                continue
            server.project, server.write_key = project, write_key
            server.sign_in()
            ids = visible(server)
            assert len(ids) == len(set(ids)), where
            for batch in range(28):
                there = sum(f"b{batch}-{k}" in set(ids) for k in range(20))
                assert there in (0, 20), f"batch {batch} is there in part, {where}"
                assert there or f"batch {batch}" not in promised, f"batch {batch} was promised and is gone, {where}"
            assert server.count() == len(ids), where
            if "report" in promised:
                assert len(server.get(f"/api/projects/{project}/reports").json()["reports"]) == 1, where
            if "profile" in promised:
                server.until(lambda: server.person("p1").status == 200 and server.person("p1").json()["properties"].get("plan") == "pro", 10, f"the profile, {where}")
            # It goes on from here: what was not promised may be sent again, and counts once.
            assert server.send(events(5)).status == 200 and server.send(events(99)).status == 200, where
            assert server.count() == len(ids) + 20 + (0 if "b5-0" in ids else 20), where
        shutil.rmtree(target)
    assert opened == len(cuts)
    print(f"{opened} cuts in {len(entries)} changes of the disk, {len(promises)} promises")


# ---------------------------------------------------------------- operations fail


@pytest.mark.parametrize("operation", ["write", "sync"])
def test_a_journal_that_fails_promises_nothing_more_until_a_restart(spoiled, operation):
    server, control = spoiled
    assert server.send(events(1)).status == 200
    control.fail(operation, errno.EIO, "journal/")
    refused = server.send(events(2))
    assert refused.status == 503 and refused.headers["retry-after"], refused
    control.nothing()
    # The disk is well again, but nobody knows what is on it.
    assert server.send(events(3)).status == 503
    assert server.count("Kept") == 20
    assert server.get("/ready").status == 503 and any("journal" in check["message"] for check in health(server).values() if not check["ok"])
    server.kill()
    server.start()
    assert server.count("Kept") in (20, 40)
    for batch in (1, 2, 3):
        assert server.send(events(batch)).status == 200
    assert server.count("Kept") == 60


def test_a_seal_whose_rename_fails_loses_nothing(spoiled):
    server, control = spoiled
    for batch in range(5):
        assert server.send(events(batch)).status == 200
    control.fail("rename", errno.EIO, "manifest")
    server.stop()
    control.nothing()
    server.start()
    assert server.count("Kept") == 100
    assert server.send(events(2)).json()["duplicates"] == 20
    server.stop()
    server.start()
    assert server.count("Kept") == 100


def test_a_segment_that_cannot_be_read_is_said_and_never_left_out_in_silence(spoiled):
    server, control = spoiled
    assert server.send(events(1)).status == 200
    server.stop()
    server.start()
    assert server.send(events(2)).status == 200
    question = {"kind": "trend", "series": [{"select": {"event": "Kept"}, "measure": {"sum": "batch"}}], "interval": "day", "range": {"from": "2025-10-01", "to": "2025-10-31"}}
    control.fail("read", errno.EIO, ".parquet")
    reply = server.post(f"/api/projects/{server.project}/query", question)
    assert reply.status == 503 or (reply.status == 200 and reply.json()["complete"] is False), reply
    # What comes in is kept meanwhile.
    assert server.send(events(3)).status == 200
    control.nothing()
    server.stop()
    server.start()
    answer = server.ask(question)
    assert answer["complete"] and answer["answer"]["series"][0]["total"] == 20 * (1 + 2 + 3)


def test_a_disk_that_cannot_be_read_at_the_start_is_refused_in_words(spoiled):
    server, control = spoiled
    assert server.send(events(1)).status == 200
    server.kill()
    control.fail("read", errno.EIO, "journal/")
    with pytest.raises(RuntimeError) as stopped:
        server.start(10)
    said = str(stopped.value)
    assert "panicked" not in said and "journal" in said, said
    control.nothing()
    server.start()
    assert server.count("Kept") == 20


@pytest.mark.parametrize("milliseconds", [500, 1500])
def test_a_slow_disk_slows_senders_down_and_what_they_send_again_counts_once(spoiled, milliseconds):
    server, control = spoiled
    assert server.send(events(0)).status == 200
    before = server.memory_kb()
    control.set(f"delay {milliseconds} journal/\n")

    def send(batch):
        # A client that does not wait: most of what it gave up on was kept.
        with contextlib.suppress(TimeoutError, OSError):
            return server.request("POST", "/v1/events", __import__("json").dumps(events(batch, 200)).encode(), {"authorization": f"Bearer {server.write_key}", "content-type": "application/json"}, timeout=0.4).status
        return None

    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        statuses = list(pool.map(send, range(1, 161)))
    assert set(statuses) <= {None, 200, 429, 503} and None in statuses, set(statuses)
    assert server.memory_kb() - before < 64 * 1024
    control.nothing()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for reply in pool.map(lambda batch: server.send(events(batch, 200)), range(1, 161)):
            assert reply.status == 200, reply
    assert server.count("Kept") == 20 + 160 * 200


# ---------------------------------------------------------------- a volume that is really full


@pytest.fixture
def small_volume(tmp_path):
    mount = tmp_path / "volume"
    mount.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(mount)], capture_output=True)
    if done.returncode:
        pytest.skip(f"no volume can be mounted here: {done.stderr.decode().strip()}")
    yield mount
    subprocess.run(["umount", "-l", str(mount)], check=True)


def test_a_full_volume_refuses_before_any_promise_answers_and_goes_on_by_itself(small_volume):
    filler = small_volume / "filler"
    with Server(small_volume / "data") as server:
        assert server.send(events(1)).status == 200
        with open(filler, "wb") as file, contextlib.suppress(OSError):
            while True:
                file.write(b"\0" * (1 << 20))
        refused = server.send(events(2))
        assert refused.status == 503 and int(refused.headers["retry-after"]) > 0, refused
        assert server.count("Kept") == 20, "reading goes on"
        assert any("space" in check["message"] or "full" in check["message"] for check in health(server).values() if not check["ok"]), health(server)
        mixpanel = server.request("POST", "/track?verbose=1", ('[{"event":"A","properties":{"token":"%s"}}]' % server.write_key).encode(), {"content-type": "application/json"})
        assert mixpanel.status == 503 and mixpanel.headers["retry-after"], mixpanel
        filler.unlink()
        server.until(lambda: server.send(events(2)).status == 200, 10, "room after space came back")
        assert server.count("Kept") == 40
        server.stop()
        server.start()
        assert server.count("Kept") == 40
