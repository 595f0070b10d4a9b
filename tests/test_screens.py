"""The screens, in Chromium, in both languages, against a real server with the story of Courriel: the specifications of packages/ui/e2e."""
import os
import subprocess

import pytest
from sillage import EMAIL, PASSWORD, ROOT, Server, run

UI = ROOT / "packages" / "ui"
XTASK = ROOT / "target" / "release" / "sillage-xtask"


@pytest.fixture(scope="module")
def with_story(tmp_path_factory):
    story = tmp_path_factory.mktemp("story") / "courriel.ndjson"
    subprocess.run([XTASK, "story", "--out", story], check=True, stdin=subprocess.DEVNULL)
    with Server() as server:
        run("import", story, "--url", server.url, "--key", server.write_key)
        yield server


@pytest.mark.skipif(not (UI / "e2e").exists() or not list((UI / "e2e").glob("*.spec.ts")), reason="no specification of screens")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_screens(with_story, language):
    server = with_story
    server.request("PATCH", "/api/me", b'{"language": "%s"}' % language.encode(), {"content-type": "application/json", "cookie": server.cookie})
    environment = {"BASE_URL": server.url, "EMAIL": EMAIL, "PASSWORD": PASSWORD, "UI_LANGUAGE": language, "PROJECT": str(server.project), "CI": "true"}
    done = subprocess.run(["npx", "playwright", "test", "--reporter=line"], cwd=UI, env=os.environ | environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=900)
    print(done.stdout[-6000:])
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
