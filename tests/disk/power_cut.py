"""What a disk holds after the power went: made of the log that `disk.c` wrote, for any moment of it.

What was synced is there. Of what was written since, each piece may be there or not, whole or only some of its sectors, in any order. A name that was
made, moved or removed is certain once its folder was synced; of those since, the first few of each folder may be there. This is stricter than
common file systems are, so what survives it survives them.
"""
import pathlib
import random

SECTOR = 512


class Inode:
    def __init__(self):
        self.durable, self.pending = bytearray(), []

    def sync(self):
        self.durable, self.pending = self.after(lambda _: True), []

    def after(self, keep):
        """The content when of the pending changes those are there that `keep` says; it may cut a write to some of its sectors."""
        content = bytearray(self.durable)
        for change in self.pending:
            if change[0] == "T":
                if keep(change):
                    _, length = change
                    content[length:] = b"\0" * max(0, length - len(content))
                continue
            _, at, data = change
            for start, part in sectors(at, data, keep(change)):
                if len(content) < start:
                    content.extend(b"\0" * (start - len(content)))
                content[start : start + len(part)] = part
        return content


def sectors(at, data, kept):
    """The parts of a write that arrived: all, none, or the sectors of a set."""
    if kept is True:
        yield at, data
    elif kept:
        end = at + len(data)
        for sector in range(at // SECTOR, (end - 1) // SECTOR + 1):
            if kept(sector):
                start, stop = max(at, sector * SECTOR), min(end, (sector + 1) * SECTOR)
                yield start, data[start - at : stop - at]


def entries(log):
    """(kind, text, data) of each change."""
    at = 0
    while at < len(log):
        end = log.index(b"\n", at)
        kind, text_length, length, rest = log[at:end].split(b" ", 3)
        text = rest[: int(text_length)].decode()
        yield kind.decode(), text, log[end + 1 : end + 1 + int(length)]
        at = end + 1 + int(length)


class Disk:
    def __init__(self, root):
        self.root = root
        self.names, self.durable_names, self.pending_names = {}, {}, {}
        self.folders, self.durable_folders = {root}, {root}
        self.acknowledged = []

    def apply(self, kind, text, data):
        if kind == "C":
            self._name(text, Inode(), None)
        elif kind == "W":
            at, path = text.split(" ", 1)
            self.names[path].pending.append(("W", int(at), data))
        elif kind == "T":
            length, path = text.split(" ", 1)
            self.names[path].pending.append(("T", int(length)))
        elif kind == "S":
            if text in self.folders or text in self.durable_folders:
                for change in self.pending_names.pop(text, []):
                    self._settle(change)
            elif text in self.names:
                self.names[text].sync()
        elif kind == "R":
            old, new = text.split("\t")
            if old in self.folders:
                raise NotImplementedError("a folder was moved")
            self._name(new, self.names.pop(old), old)
        elif kind == "L":
            old, new = text.split("\t")
            self._name(new, self.names[old], None)
        elif kind == "U":
            self.names.pop(text, None)
            self._pend(text, ("U", text, None, None))
        elif kind == "D":
            self.folders.add(text)
            self._pend(text, ("D", text, None, None))
        elif kind == "A":
            self.acknowledged.append(text)

    def _name(self, path, inode, old):
        self.names[path] = inode
        self._pend(path, ("N", path, inode, old))

    def _pend(self, path, change):
        self.pending_names.setdefault(str(pathlib.PurePath(path).parent), []).append(change)

    def _settle(self, change, names=None, folders=None):
        names = self.durable_names if names is None else names
        folders = self.durable_folders if folders is None else folders
        kind, path, inode, old = change
        if kind == "D":
            folders.add(path)
        elif kind == "U":
            names.pop(path, None)
        else:
            names[path] = inode
            if old is not None:
                names.pop(old, None)

    def write_to(self, target, seed, mode):
        """What is there after a cut now. `nothing` and `everything` of what was not synced are there, or `torn`: any part of it."""
        rng = random.Random(seed)

        def keep(_change):
            if mode != "torn":
                return mode == "everything"
            share = rng.choice([0.0, 0.3, 0.7, 1.0])
            return rng.choice([True, False, lambda _sector: rng.random() < share])

        names, folders = dict(self.durable_names), set(self.durable_folders)
        for changes in self.pending_names.values():
            n = {"nothing": 0, "everything": len(changes), "torn": rng.randint(0, len(changes))}[mode]
            for change in changes[:n]:
                self._settle(change, names, folders)
        place = lambda path: target / pathlib.PurePath(path).relative_to(self.root)
        for folder in sorted(folders):
            if str(pathlib.PurePath(folder).parent) in folders or folder == self.root:
                place(folder).mkdir(parents=True, exist_ok=True)
        for path, inode in names.items():
            # A file in a folder whose own name was lost cannot be reached.
            if place(path).parent.is_dir():
                place(path).write_bytes(inode.after(keep))
                place(path).chmod(0o600)


def acknowledge(log_path, text):
    """Writes down that a promise was received, behind every change that the log has by now."""
    with open(log_path, "ab", buffering=0) as log:
        log.write(f"A {len(text.encode())} 0 {text}\n".encode())
