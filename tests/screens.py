#!/usr/bin/env python3
"""The screens, in Chromium and in both languages, against a real server that holds the story of Courriel: the specifications of packages/ui/e2e.

    screens.py [arguments of `playwright test`]
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from sillage import EMAIL, PASSWORD, ROOT, Server, run

XTASK = ROOT / "target" / "release" / "sillage-xtask"


def main():
    # Two more that nobody set up yet: the first start is walked once in each language.
    with tempfile.TemporaryDirectory() as folder, Server() as server, Server(setup=False) as english, Server(setup=False) as french:
        story = pathlib.Path(folder) / "courriel.ndjson"
        subprocess.run([XTASK, "story", "--out", story], check=True, stdin=subprocess.DEVNULL)
        run("import", story, "--url", server.url, "--key", server.write_key)
        environment = {"BASE_URL": server.url, "EMAIL": EMAIL, "PASSWORD": PASSWORD}
        environment |= {"FIRST_START_EN": first_address(english), "FIRST_START_FR": first_address(french)}
        return subprocess.run(["npx", "playwright", "test", *sys.argv[1:]], cwd=ROOT / "packages" / "ui", env=os.environ | environment, stdin=subprocess.DEVNULL).returncode


def first_address(server):
    """Where the server says that the first account is made."""
    return re.search(r"http\S+/setup\?token=\S+", server.output()).group()


if __name__ == "__main__":
    sys.exit(main())
