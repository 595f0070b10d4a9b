#!/usr/bin/env python3
"""The screens, in Chromium and in both languages beside each other, each against a real server of its own that holds the story of Courriel: the specifications of packages/ui/e2e.

    screens.py [--project=en|fr] [arguments of `playwright test`]
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

from sillage import EMAIL, PASSWORD, ROOT, Server, run

XTASK = ROOT / "target" / "release" / "sillage-xtask"
UI = ROOT / "packages" / "ui"
LANGUAGES = ("en", "fr")


def main():
    arguments = sys.argv[1:]
    languages = [language for language in LANGUAGES if f"--project={language}" in arguments] or LANGUAGES
    rest = [argument for argument in arguments if not argument.startswith("--project=")]
    codes = {}
    with tempfile.TemporaryDirectory() as folder:
        story = pathlib.Path(folder) / "courriel.ndjson"
        subprocess.run([XTASK, "story", "--out", story], check=True, stdin=subprocess.DEVNULL)
        threads = [threading.Thread(target=lambda one=language: codes.update({one: walk(one, story, rest)})) for language in languages]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return max(codes.get(language, 1) for language in languages)


def walk(language, story, arguments):
    """All specifications in one language; what it prints comes line by line, between the lines of the other one."""
    # One more that nobody set up yet: the first start is walked too.
    with Server() as server, Server(setup=False) as first:
        run("import", story, "--url", server.url, "--key", server.write_key)
        environment = {"BASE_URL": server.url, "EMAIL": EMAIL, "PASSWORD": PASSWORD, "FIRST_START": first_address(first)}
        environment |= {"E2E_STATE": f"node_modules/.e2e-state-{language}.json", "E2E_OUTPUT": f"node_modules/.e2e-{language}"}
        command = ["npx", "playwright", "test", f"--project={language}", *arguments]
        playwright = subprocess.Popen(command, cwd=UI, env=os.environ | environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        for line in playwright.stdout:
            print(line, end="", flush=True)
        return playwright.wait()


def first_address(server):
    """Where the server says that the first account is made."""
    return re.search(r"http\S+/setup\?token=\S+", server.output()).group()


if __name__ == "__main__":
    sys.exit(main())
