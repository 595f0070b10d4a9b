"""`sillage doctor`: every finding, each made by breaking that one thing, and that it writes nothing while it looks."""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import resource
import shutil
import sqlite3
import subprocess
import tempfile

import pytest
from sillage import BINARY, Server

EVENTS = [{"event": "Counted", "user_id": f"u{n % 9}", "device_id": f"d{n % 9}", "time": 1_760_000_000_000 + n, "insert_id": f"k{n}"} for n in range(300)]


def doctor(data, *arguments, binary=BINARY, **how):
    """What it says, a finding a line, by name; and whether all is well."""
    done = subprocess.run([str(binary), "doctor", "--data", str(data), *arguments], capture_output=True, timeout=60, text=True, **how)
    assert done.returncode in (0, 1), done
    lines = [line for line in done.stdout.splitlines() if ": " in line]
    return {name: (state == "ok", text) for state, name, text in (split(line) for line in lines)}, done.returncode == 0


def split(line):
    state, rest = line.split(None, 1)
    name, text = rest.split(": ", 1)
    return state, name, text


def wrong(data, *arguments, **how):
    """The findings that are wrong, of which there is at least one."""
    found, is_well = doctor(data, *arguments, **how)
    assert not is_well
    return {name: text for name, (ok, text) in found.items() if not ok}


def contents(data):
    """Every file with its content and time of change; SQLite's shared memory is none of ours."""
    files = [path for path in sorted(data.rglob("*")) if not path.name.endswith("-shm") and not path.is_socket()]
    return {str(path.relative_to(data)): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None) for path in files}


@pytest.fixture(scope="module")
def whole():
    """A folder with sealed events, links between devices and people, and a profile, whose server was stopped."""
    with Server() as server:
        assert server.send(EVENTS).status == 200
        assert server.send([{"person": "u1", "set": {"plan": "pro"}}]).status == 200
        server.until(lambda: server.person("u1").json().get("properties"), what="the profile")
        server.stop()
        yield server.data


@pytest.fixture
def data(whole, tmp_path):
    """A copy to break."""
    copy = tmp_path / "data"
    shutil.copytree(whole, copy)
    os.chmod(copy, 0o700)
    return copy


def flip(path, at=None):
    content = bytearray(path.read_bytes())
    content[len(content) // 2 if at is None else at] ^= 1
    path.write_bytes(content)


def test_a_whole_folder_is_well_and_is_left_as_it_was(data):
    before = contents(data)
    found, is_well = doctor(data)
    assert is_well, found
    assert found["stored events"][1] == "300 events, every byte as it was written"
    assert found["server"][1] == "none runs on this folder"
    assert found["catalog"][1] == "1 project, 1 account"
    assert "not every byte" in doctor(data, "--quick")[0]["stored events"][1]
    assert contents(data) == before


def test_a_folder_that_is_missing_a_file_or_no_data_folder(tmp_path):
    assert "does not exist; the first start of `sillage serve --data" in wrong(tmp_path / "nowhere")["folder"]
    (tmp_path / "file").write_text("x")
    assert "is no folder" in wrong(tmp_path / "file")["folder"]
    (tmp_path / "empty").mkdir()
    assert "it has no version file" in wrong(tmp_path / "empty")["folder"]
    assert list((tmp_path / "empty").iterdir()) == []


def test_a_folder_that_others_may_look_into(data):
    os.chmod(data, 0o755)
    assert f"chmod 700 {data}" in wrong(data)["folder"]


def test_secrets_that_others_may_read(data):
    os.chmod(data / "catalog.sqlite", 0o644)
    assert "chmod 600" in wrong(data)["secrets"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_that_cannot_be_written_to_is_looked_at_all_the_same(whole):
    # Where everybody may look: the test's own folder is closed to others.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as base:
        os.chmod(base, 0o755)
        binary = shutil.copy2(BINARY, f"{base}/sillage")
        os.chmod(binary, 0o755)
        data = pathlib.Path(base) / "data"
        shutil.copytree(whole, data)
        for path in [data, *data.rglob("*")]:
            os.chmod(path, 0o755 if path.is_dir() else 0o644)
        before = contents(data)
        found = wrong(data, binary=binary, user=65534, group=65534, extra_groups=[])
        assert "this user cannot write to" in found["writing"] and "it is looked at all the same" in found["writing"]
        assert set(found) == {"folder", "writing", "secrets"}, "rights are wrong, what is stored is not"
        assert doctor(data, binary=binary, user=65534, group=65534, extra_groups=[])[0]["stored events"][0]
        assert contents(data) == before


def test_a_folder_that_a_server_holds(whole, tmp_path):
    with Server() as server:
        assert server.send(EVENTS).status == 200
        found, is_well = doctor(server.data)
        assert is_well and found["server"][1] == "it runs and answers", found
        assert found["catalog"] == (True, "1 project, 1 account")
        assert server.send([{"event": "Counted", "user_id": "later", "insert_id": "later"}]).status == 200, "it goes on"


def test_a_folder_that_somebody_holds_and_does_not_answer(data):
    before = contents(data)
    with open(data / "lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found, is_well = doctor(data)
    assert is_well, found
    assert "another process holds the folder and does not answer" in found["server"][1]
    assert found["stored events"] == (True, "300 events, not every byte was read")
    assert contents(data) == before


def test_a_server_that_was_killed_leaves_nothing_to_mend_by_looking():
    with Server() as server:
        assert server.send(EVENTS).status == 200
        server.kill()
        journal = sorted((server.data / "journal").glob("*.log"))[-1]
        with open(journal, "ab") as torn:
            torn.write(b"half a record")
        before = contents(server.data)
        found, is_well = doctor(server.data)
        assert is_well, found
        assert contents(server.data) == before, "also the torn end of the journal is the server's to drop"
        server.start()
        server.sign_in()
        assert server.count("Counted") == len(EVENTS)


def test_a_newer_folder_is_named_and_left_alone(data):
    (data / "version").write_text("sillage-store 999\n")
    before = contents(data)
    assert "has format 999, written by a newer version" in wrong(data)["store"]
    assert contents(data) == before


def test_a_newer_catalog_is_named_and_left_alone(data):
    with contextlib.closing(sqlite3.connect(data / "catalog.sqlite")) as catalog:
        catalog.execute("insert into _sqlx_migrations (version, description, installed_on, success, checksum, execution_time) values (999, 'later', '2030-01-01', true, x'00', 0)")
        catalog.commit()
    before = contents(data)
    assert "was written by a newer version of sillage" in wrong(data)["catalog"]
    assert contents(data) == before


def test_a_half_written_folder(data):
    (version,) = [data / "version"]
    version.write_text("nonsense")
    assert "half-written: its version file is not readable" in wrong(data)["store"]
    version.write_text("sillage-store 1\n")
    for manifest in (data / "projects" / "1").glob("manifest*.json"):
        manifest.unlink()
    assert "files of events and no manifest.json" in wrong(data)["store"]


def test_a_missing_catalog(data):
    (data / "catalog.sqlite").unlink()
    assert wrong(data)["catalog"] == "catalog.sqlite is missing: accounts, projects and reports are gone; restore a backup"
    assert not (data / "catalog.sqlite").exists(), "and none is made"


def test_a_catalog_that_is_no_database(data):
    (data / "catalog.sqlite").write_bytes(b"this is no database, and never was one" * 100)
    assert "cannot be opened" in wrong(data)["catalog"]


def test_nobody_can_sign_in(tmp_path):
    with Server(setup=False) as server:
        server.stop()
        assert "nobody can sign in yet" in wrong(server.data)["accounts"]


def test_an_audit_log_changed_by_hand(data):
    with contextlib.closing(sqlite3.connect(data / "catalog.sqlite")) as catalog:
        (position,) = catalog.execute("select min(position) from audit").fetchone()
        catalog.execute("update audit set actor = 'somebody else' where position = ?", (position,))
        catalog.commit()
    assert wrong(data)["audit log"] == f"entry {position} was changed or removed by hand"


def test_damaged_events(data):
    segment = next((data / "projects" / "1" / "segments").glob("[0-9]*.parquet"))
    flip(segment)
    found = wrong(data)
    assert "restore a backup" in found["stored events"] and "project 1: segment" in found["segments"]


def test_a_missing_segment(data):
    next((data / "projects" / "1" / "segments").glob("[0-9]*.parquet")).unlink()
    assert "set aside because they are damaged" in wrong(data, "--quick")["segments"]


def test_a_damaged_manifest(data):
    for manifest in (data / "projects" / "1").glob("manifest*.json"):
        flip(manifest)
    found = wrong(data)
    assert "manifest.json is damaged" in found["segments"] and "restore a backup" in found["stored events"]


def test_a_damaged_ledger_of_identities(data):
    flip(data / "projects" / "1" / "ledger.log", 12)
    assert "the ledger of identities: 1 entries cannot be read" in wrong(data)["segments"]


def test_a_journal_damaged_in_the_middle():
    with Server() as server:
        for event in EVENTS[:20]:
            assert server.send([event]).status == 200
        server.kill()
        journal = max((server.data / "journal").glob("*.log"), key=lambda path: path.stat().st_size)
        flip(journal)
        before = contents(server.data)
        assert "bytes of it are damaged" in wrong(server.data)["journal"]
        assert contents(server.data) == before and not (server.data / "journal" / "damaged").exists()


def test_too_few_open_files(data):
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (500, 500))

    assert "may open only 500 files" in wrong(data, preexec_fn=few)["open files"]
