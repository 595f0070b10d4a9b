"""What was acknowledged is there once: after a kill, after a resend, after a restart; a folder that cannot be opened is refused in one sentence."""
import concurrent.futures
import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time

import pytest
from sillage import BINARY, Server, free_port, run


def batch(start, n, person="kill"):
    return [{"event": "Counted", "distinct_id": f"{person}-{k % 50}", "time": 1_760_000_000_000 + k, "insert_id": f"{person}-{k}", "properties": {"k": k, "filler": "x" * 200}} for k in range(start, start + n)]


def test_acknowledged_events_survive_kill():
    with Server() as server:
        acknowledged = 0
        for round_number in range(4):
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                starts = [round_number * 100_000 + k * 200 for k in range(40)]
                for reply in pool.map(lambda start: server.send(batch(start, 200), compress=True), starts):
                    assert reply.status == 200, reply
                    acknowledged += 200
            server.kill()
            server.start()
            assert server.count("Counted") == acknowledged
        # All of it once more, as a client does that never saw the replies.
        for start in starts:
            body = server.send(batch(start, 200)).json()
            assert body["accepted"] + body.get("duplicates", 0) >= 200, body
        assert server.count("Counted") == acknowledged
        server.stop()
        server.start()
        assert server.count("Counted") == acknowledged


def test_the_same_request_twice_at_the_same_time():
    with Server() as server:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            for reply in pool.map(lambda _: server.send(batch(0, 300, "twin")), range(8)):
                assert reply.status == 200, reply
        assert server.count("Counted") == 300


def test_sessions_keys_and_reports_survive_a_restart():
    with Server() as server:
        report = {"name": "Sent per day", "question": {"kind": "trend", "series": [{"select": {"event": "Counted"}, "measure": "total"}], "interval": "day", "range": {"last": 30, "unit": "day"}}, "view": {}}
        made = server.post(f"/api/projects/{server.project}/reports", report)
        assert made.status in (200, 201), made
        server.kill()
        server.start()
        reports = server.get(f"/api/projects/{server.project}/reports").json()["reports"]
        assert [r["name"] for r in reports] == ["Sent per day"]
        assert server.send(batch(0, 1)).status == 200
        server.sign_in()


def refusal(data):
    """How a server that cannot start says so: an exit code that is not zero and one clear line."""
    done = subprocess.run([str(BINARY), "serve", "--data", str(data), "--listen", f"127.0.0.1:{free_port()}"], capture_output=True, timeout=30)
    assert done.returncode not in (0, 101), done
    text = (done.stderr + done.stdout).decode()
    assert "panicked" not in text and 20 < len(text.strip()) < 1_500, text
    return text


def test_a_folder_in_use_is_refused():
    with Server() as server:
        assert "use" in refusal(server.data)
        assert server.get("/ready").status == 200


def test_a_folder_of_a_newer_version_is_refused():
    with Server() as server:
        server.send(batch(0, 10))
        server.stop()
        (version,) = [path for path in server.data.rglob("version") if path.is_file()]
        kept = version.read_text()
        version.write_text("999\n")
        assert "version" in refusal(server.data) or "newer" in refusal(server.data)
        version.write_text(kept)
        server.start()
        assert server.count("Counted") == 10


def test_nothing_is_written_before_a_part_of_a_newer_version_is_refused():
    def contents(data):
        return {str(path): (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else None) for path in sorted(data.rglob("*"))}

    with Server() as server:
        server.send(batch(0, 10))
        server.stop()
        manifest = server.data / "projects" / "1" / "manifest.json"
        journal = server.data / "journal" / "00000099.log"
        whole, body = manifest.read_text(), json.loads(manifest.read_text().split("\n")[1]) | {"format": 9}
        newer = json.dumps(body, separators=(",", ":"))
        header = b"SILLJRNL" + (9).to_bytes(4, "little") + (1).to_bytes(8, "little")
        parts = [
            (lambda: manifest.write_text(f"{crc32c(newer.encode()):08x}\n{newer}\n"), lambda: manifest.write_text(whole)),
            (lambda: journal.write_bytes(header + crc32c(header).to_bytes(4, "little")), journal.unlink),
            (lambda: migrate(server.data, "insert into _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) values (999, 'later', '2030-01-01', true, x'00', 0)"), lambda: migrate(server.data, "delete from _sqlx_migrations where version = 999")),
        ]
        for make_newer, undo in parts:
            make_newer()
            before = contents(server.data)
            said = refusal(server.data)
            assert "newer version" in said, said
            assert contents(server.data) == before, said
            undo()
        server.start()
        assert server.count("Counted") == 10


def migrate(data, statement):
    with contextlib.closing(sqlite3.connect(data / "catalog.sqlite")) as catalog:
        catalog.execute(statement)
        catalog.commit()


def crc32c(content):
    """The checksum of Castagnoli, a bit at a time: few bytes, and no package is needed."""
    crc = 0xFFFFFFFF
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_events_without_their_catalog_are_refused_and_not_given_to_a_new_project():
    with Server() as server:
        assert server.send([{"event": "Kept", "distinct_id": "p1"}]).status == 200
        server.stop()
        aside = server.data.parent / (server.data.name + ".catalog")
        (server.data / "catalog.sqlite").rename(aside)
        said = refusal(server.data)
        assert "half-written" in said and "catalog.sqlite" in said, said
        assert not (server.data / "catalog.sqlite").exists()
        aside.rename(server.data / "catalog.sqlite")
        server.start()
        assert server.count() == 1


def test_a_folder_of_somebody_else_is_refused_and_nothing_is_written():
    # Where everybody may look: the test's own folder is closed to others.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as base:
        shutil.copy2(BINARY, f"{base}/sillage")
        for path in (base, f"{base}/sillage"):
            os.chmod(path, 0o755)
        for rights in (0o700, 0o755):
            folder = f"{base}/data-{rights:o}"
            os.mkdir(folder)
            os.chmod(folder, rights)
            done = subprocess.run([f"{base}/sillage", "serve", "--data", folder, "--listen", f"127.0.0.1:{free_port()}"], capture_output=True, timeout=30, user="nobody")
            assert done.returncode == 1 and b"read-only for this user" in done.stderr and done.stderr.count(b"\n") == 1, done
            assert os.listdir(folder) == []


def test_a_read_only_volume_is_refused(tmp_path):
    volume = tmp_path / "volume"
    volume.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(volume)], capture_output=True)
    if mounted.returncode:
        pytest.skip(f"no volume can be mounted here: {mounted.stderr.decode().strip()}")
    try:
        with Server(volume / "data") as server:
            assert server.send(batch(0, 10)).status == 200
            server.stop()
            subprocess.run(["mount", "-o", "remount,ro", str(volume)], check=True)
            assert "read-only" in refusal(volume / "data") and "ead-only" in refusal(volume / "other")
            subprocess.run(["mount", "-o", "remount,rw", str(volume)], check=True)
            server.start()
            assert server.count("Counted") == 10
    finally:
        subprocess.run(["umount", "-l", str(volume)], check=True)


def test_a_file_in_place_of_a_folder_is_refused(tmp_path):
    path = tmp_path / "data"
    path.write_text("not a folder")
    refusal(path)


def test_an_address_in_use_is_refused(tmp_path):
    with Server() as server:
        done = subprocess.run([str(BINARY), "serve", "--data", str(tmp_path / "d"), "--listen", f"127.0.0.1:{server.port}"], capture_output=True, timeout=30)
        assert done.returncode not in (0, 101) and str(server.port).encode() in done.stderr + done.stdout


def test_backup_restore_and_doctor(tmp_path):
    with Server() as server:
        assert server.send(batch(0, 1_000)).status == 200
        run("backup", "--data", server.data, "--to", tmp_path / "copy")
        assert server.send(batch(5_000, 500)).status == 200
        run("restore", "--from", tmp_path / "copy", "--data", tmp_path / "restored")
        with Server(tmp_path / "restored", setup=False) as other:
            other.project = server.project
            other.sign_in()
            assert other.count("Counted") == 1_000
        assert server.count("Counted") == 1_500
        server.stop()
        run("doctor", "--data", server.data)
        damaged = tmp_path / "damaged"
        shutil.copytree(tmp_path / "copy", damaged)
        largest = max((path for path in damaged.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
        largest.write_bytes(largest.read_bytes()[: largest.stat().st_size // 2])
        done = run("restore", "--from", damaged, "--data", tmp_path / "never", check=False)
        assert done.returncode != 0, "half a backup is refused"


def test_start_is_quick_and_idle_memory_small():
    with Server() as server:
        for k in range(20):
            server.send(batch(k * 1_000, 1_000), compress=True)
        server.stop()
        seconds = server.start()
        time.sleep(1)
        print(f"start {seconds:.2f} s, idle memory {server.memory_kb() / 1024:.0f} MB")
        assert seconds < 10
