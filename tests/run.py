#!/usr/bin/env python3
"""Every check and test of the repository, stage by stage, with the time that each took; the last line counts.

    tests/run.py [--only stage,stage] [--list]

A stage that cannot run for lack of something says so and counts as failed, except for the real event sets and the peers that live beside the
repository: without them the tests that need them are reported as skipped.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv" / "bin" / "python"
UI, SDK, TESTS = ROOT / "packages" / "ui", ROOT / "packages" / "sdk", ROOT / "tests"
SHARED = pathlib.Path(os.environ.get("SHARED", ROOT.parent / "shared"))
DISK = "test_disk.py"
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# The lines in which pytest, nextest, vitest and Playwright name a test that failed.
FAILED = re.compile(r"(?m)^\s*(?:FAILED |ERROR |FAIL +|\[(?:en|fr)\] › )\S.*$")


class Outcome:
    def __init__(self, passed=0, failed=0, skipped=0, names=()):
        self.passed, self.failed, self.skipped, self.names = passed, failed, skipped, list(names)

    def add(self, other):
        self.passed, self.failed, self.skipped, self.names = self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped, self.names + other.names


def run(*command, cwd=ROOT, env=None, quiet=False):
    """Runs a command, shows what it prints, and returns its exit code and its output."""
    process = subprocess.Popen([str(c) for c in command], cwd=cwd, env=os.environ | (env or {}), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    output = []
    for line in process.stdout:
        output.append(line)
        if not quiet:
            print("   " + line, end="", flush=True)
    code = process.wait()
    text = ANSI.sub("", "".join(output))
    if quiet and code:
        print(text[-6000:], flush=True)
    return code, text


def one(code):
    return Outcome(passed=int(code == 0), failed=int(code != 0))


def counted(code, text, pattern):
    """Reads counts from a runner's closing line; a runner that failed without saying how many counts as one failure."""
    numbers = {"passed": 0, "failed": 0, "skipped": 0}
    for closing in re.findall(pattern, text):
        for n, word in re.findall(r"(\d+) (passed|failed|skipped|error|errors|timed out)", closing):
            numbers["failed" if word not in numbers else word] += int(n)
    if code and not numbers["failed"]:
        numbers["failed"] = 1
    if not code and not numbers["passed"] and not numbers["skipped"]:
        print("   no test was run", flush=True)
        numbers["failed"] += 1
    return Outcome(**numbers, names=dict.fromkeys(line.strip()[:200] for line in FAILED.findall(text)) if code else ())


def fresh(stamp, *sources):
    return stamp.exists() and all(stamp.stat().st_mtime >= s.stat().st_mtime for s in sources)


def npm_ci(folder):
    stamp = folder / "node_modules" / ".installed"
    if fresh(stamp, folder / "package-lock.json"):
        return 0
    code, _ = run("npm", "ci", "--no-audit", "--no-fund", cwd=folder, quiet=True)
    if code == 0:
        stamp.touch()
    return code


def chromium():
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


# ---------------------------------------------------------------- stages, in order


def install():
    failed = [f"no {tool} on this machine" for tool in ("cargo", "npm", "node") if not shutil.which(tool)]
    without_python = environment()
    failed += [without_python] if without_python else []
    stamp = ROOT / ".venv" / ".installed"
    if not without_python and not fresh(stamp, TESTS / "requirements.txt"):
        code, _ = run(PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", "-r", TESTS / "requirements.txt", quiet=True)
        failed += ["Python packages"] if code else []
        if not code:
            stamp.touch()
    failed += [f"npm packages of {folder.name}" for folder in (UI, SDK, TESTS) if npm_ci(folder)]
    if not chromium() and shutil.which("apt-get"):
        run("apt-get", "update", "-qq", quiet=True)
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", env={"DEBIAN_FRONTEND": "noninteractive"}, quiet=True)
    failed += [] if chromium() else ["Chromium"]
    for what in failed:
        print(f"   could not install: {what}", flush=True)
    return Outcome(passed=int(not failed), failed=len(failed))


def environment():
    """The virtual environment of the tests. Debian keeps what makes one in a package of its own; says in a sentence what is missing and cannot be installed."""
    if can("-m", "pip", "--version", python=PYTHON):
        return None
    if not can("-c", "import ensurepip") and shutil.which("apt-get") and os.geteuid() == 0:
        run("apt-get", "update", "-qq", quiet=True)
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "python3-venv", env={"DEBIAN_FRONTEND": "noninteractive"}, quiet=True)
    # One that was made without pip is made anew.
    if can("-c", "import ensurepip"):
        run(sys.executable, "-m", "venv", "--clear", ROOT / ".venv", quiet=True)
    return None if can("-m", "pip", "--version", python=PYTHON) else "a virtual environment of Python (Debian: apt-get install python3-venv, as root)"


def can(*arguments, python=sys.executable):
    return pathlib.Path(python).exists() and subprocess.run([str(python), *arguments], capture_output=True, check=False).returncode == 0


def format_check():
    return one(run("cargo", "fmt", "--all", "--check", quiet=True)[0])


def ui():
    outcome = Outcome()
    for name, command, pattern in [("lint", ["npm", "run", "-s", "lint"], None), ("vitest", ["npm", "run", "-s", "test"], r"Tests .*"), ("build", ["npm", "run", "-s", "build"], None)]:
        code, text = run(*command, cwd=UI, quiet=True)
        part = counted(code, text, pattern) if pattern else one(code)
        print(f"   {name}: {part.passed} passed, {part.failed} failed", flush=True)
        outcome.add(part)
    return outcome


def tag():
    """The browser tag: built within its size budgets, before the binary that serves it."""
    return scripts(SDK, [("lint", "lint", None), ("size", "build", None), ("vitest", "test", r"Tests .*")], Outcome(failed=int(npm_ci(SDK) != 0)))


def sdk():
    """The browser tag tried in Chromium against the server."""
    return scripts(SDK, [("Chromium", "e2e", r"Chromium: .*")], Outcome())


def scripts(folder, steps, outcome):
    for name, script, pattern in steps:
        code, text = run("npm", "run", "-s", script, cwd=folder, env={"CHROMIUM": chromium() or ""}, quiet=True)
        part = counted(code, text, pattern) if pattern else one(code)
        print(f"   {name}: {part.passed} passed, {part.failed} failed", flush=True)
        outcome.add(part)
    return outcome


def build():
    """Both at once: xtask alone would have its dependencies with other features, and with them its own store and engine."""
    return one(run("cargo", "build", "--release", "-p", "sillage-node", "-p", "sillage-xtask", quiet=True)[0])


def clippy():
    return one(run("cargo", "clippy", "--release", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings", quiet=True)[0])


def rust():
    if shutil.which("cargo-nextest"):
        code, text = run("cargo", "nextest", "run", "--workspace", "--cargo-profile", "release", "--no-fail-fast", "--status-level", "fail", "--final-status-level", "fail", "--hide-progress-bar")
        return counted(code, text, r"Summary \[.*")
    code, text = run("cargo", "test", "--release", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast", quiet=True)
    return counted(code, text, r"test result: .*")


def contract():
    """The OpenAPI document and the screens' client are what the handlers would generate today."""
    generated = {ROOT / "contract" / "openapi.json": None, UI / "src" / "api" / "schema.d.ts": None}
    for path in generated:
        generated[path] = path.read_text() if path.exists() else None
    code, _ = run("make", "-s", "openapi", quiet=True)
    failed = int(code != 0)
    for path, before in generated.items():
        if path.exists() and path.read_text() != before:
            failed += 1
            print(f"   {path.relative_to(ROOT)} is not what the handlers give; it is now: look at it and commit it (make openapi)", flush=True)
    return Outcome(passed=int(not failed), failed=failed)


def linked_against_the_rules():
    """What the binary links that deny.toml does not allow, read from cargo's own account of it."""
    rules = tomllib.loads((ROOT / "deny.toml").read_text())
    code, text = run("cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu", quiet=True)
    if code:
        return ["cargo metadata failed"]
    metadata = json.loads(text[text.index('{"packages"') :])
    packages = {package["id"]: package for package in metadata["packages"]}
    linked, waiting = set(), list(metadata["workspace_members"])
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    while waiting:
        one = waiting.pop()
        if one not in linked:
            linked.add(one)
            waiting += [dep["pkg"] for dep in nodes[one]["deps"] if any(kind["kind"] is None for kind in dep["dep_kinds"])]
    strangers = [packages[one] for one in linked if packages[one]["source"]]
    allowed = set(rules["licenses"]["allow"])
    faults = [f"{one['name']} {one['version']} has the licence {one['license']}, which deny.toml does not allow" for one in strangers if not licence_allowed(one["license"] or "none", allowed)]
    faults += [f"{one['name']} comes from {one['source']}" for one in strangers if "github.com/rust-lang/crates.io-index" not in one["source"]]
    for rule in rules["bans"]["deny"]:
        versions = {one["version"] for one in strangers if one["name"] == rule["crate"]}
        if rule.get("deny-multiple-versions"):
            faults += [f"{rule['crate']} is linked in several versions: {', '.join(sorted(versions))}"] if len(versions) > 1 else []
        elif versions:
            users = {packages[one]["name"] for one in linked for dep in nodes[one]["deps"] if packages[dep["pkg"]]["name"] == rule["crate"] and any(kind["kind"] is None for kind in dep["dep_kinds"])}
            faults += [f"{user} links {rule['crate']}, which is banned" for user in sorted(users - set(rule.get("wrappers", [])))]
    return faults


def licence_allowed(expression, allowed):
    """Whether an SPDX expression can be met with the licences that are allowed."""
    words = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))

    def either():
        found = both()
        while words and words[0] == "OR":
            words.pop(0)
            found = both() or found
        return found

    def both():
        found = one()
        while words and words[0] == "AND":
            words.pop(0)
            found = one() and found
        return found

    def one():
        name = words.pop(0)
        if name == "(":
            found = either()
            words.pop(0)
            return found
        if words and words[0] == "WITH":
            words.pop(0)
            name += f" WITH {words.pop(0)}"
        return name in allowed

    return either()


def dependencies():
    """What deny.toml allows is all that is linked: one Arrow, known licences, one registry. `cargo deny` asks for advisories too, where it is installed."""
    versions = {}
    for name, version in re.findall(r'name = "([^"]+)"\nversion = "([^"]+)"', (ROOT / "Cargo.lock").read_text()):
        versions.setdefault(name, []).append(version)
    twice = {n: v for n, v in versions.items() if len(v) > 1 and (n.startswith(("arrow", "datafusion", "object_store")) or n == "parquet")}
    for name, found in twice.items():
        print(f"   {name} is there in {len(found)} versions: {', '.join(found)}", flush=True)
    locks = [p for p in (UI / "package-lock.json", SDK / "package-lock.json", TESTS / "package-lock.json") if '"resolved"' in p.read_text()]
    for path in locks:
        print(f"   {path.relative_to(ROOT)} names a registry's host; install with omit-lockfile-registry-resolved", flush=True)
    faults = linked_against_the_rules()
    for fault in faults:
        print(f"   {fault}", flush=True)
    outcome = Outcome(passed=int(not twice) + int(not locks) + int(not faults), failed=len(twice) + len(locks) + len(faults))
    if shutil.which("cargo-deny"):
        code, _ = run("cargo", "deny", "check", "bans", "licenses", "sources", quiet=True)
        outcome.passed, outcome.failed = outcome.passed + int(code == 0), outcome.failed + int(code != 0)
    return outcome


def docs():
    built = build()
    return built if built.failed else one(run(str(ROOT / "target" / "release" / "sillage-xtask"), "docs-check")[0])


def cases():
    code, text = run(PYTHON, ROOT / "cases" / "check.py")
    return counted(code, text, r"cases: .*")


def server():
    """The built program from outside: its protocols with the real clients, bad input, kills, its command line, the demo. Mostly waiting, so two files at a time."""
    return pytest("-n", "2", "--dist", "loadfile", "--ignore", TESTS / DISK)


def disk():
    """A full, slow and failing disk, alone: how much memory a slow one costs depends on what else the machine does."""
    return pytest(TESTS / DISK)


def pytest(*arguments):
    code, text = run(PYTHON, "-m", "pytest", "-c", TESTS / "pytest.ini", "-rfEs", "--durations=5", *arguments, cwd=TESTS, env={"CHROMIUM": chromium() or ""})
    return counted(code, text, r"(?m)^=*\s*\d+ (?:passed|failed|skipped|error).* in .*$")


def screens():
    code, text = run(PYTHON, TESTS / "screens.py", env={"CHROMIUM": chromium() or ""})
    return counted(code, text, r"(?m)^\s+\d+ (?:passed|failed|skipped|flaky).*$")


STAGES = {
    "install": install,
    "format": format_check,
    "dependencies": dependencies,
    "ui": ui,
    "tag": tag,
    "build": build,
    "sdk": sdk,
    "clippy": clippy,
    "rust": rust,
    "contract": contract,
    "docs": docs,
    "cases": cases,
    "server": server,
    "disk": disk,
    "screens": screens,
}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--only", default="", help="stages, comma separated")
    arguments.add_argument("--list", action="store_true", help="name the stages")
    a = arguments.parse_args()
    if a.list:
        print("\n".join(STAGES))
        return 0
    wanted = [name for name in a.only.split(",") if name] or list(STAGES)
    if unknown := set(wanted) - set(STAGES):
        print(f"no such stage: {', '.join(unknown)}; there are {', '.join(STAGES)}")
        return 2
    started, rows = time.monotonic(), []
    for name in wanted:
        print(f"== {name}", flush=True)
        began = time.monotonic()
        try:
            outcome = STAGES[name]()
        except (OSError, subprocess.SubprocessError) as error:
            print(f"   {error}", flush=True)
            outcome = Outcome(failed=1)
        seconds = time.monotonic() - began
        rows.append((name, outcome, seconds))
        print(f"== {name}: {outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} skipped in {seconds:.0f} s ({(time.monotonic() - started) / 60:.1f} min so far)", flush=True)
    print("\nstage            passed failed skipped  seconds")
    for name, outcome, seconds in rows:
        print(f"{name:16} {outcome.passed:6} {outcome.failed:6} {outcome.skipped:7} {seconds:8.0f}")
    for name, outcome, _ in rows:
        for test in outcome.names[:10]:
            print(f"failed in {name}: {test}")
    passed, failed, skipped = (sum(getattr(outcome, kind) for _, outcome, _ in rows) for kind in ("passed", "failed", "skipped"))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
