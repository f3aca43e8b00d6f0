"""What the tests share: images, the program rumpfs, and how to say that something is wrong."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote_from_bytes

SECONDS = 60  # limit of one run


class Wrong(Exception):
    """What a test found."""


def must(condition: object, what: str) -> None:
    """Ends the test if something does not hold."""
    if not condition:
        raise Wrong(what)


@dataclass(frozen=True)
class Answer:
    """One command's result and what it printed."""

    command: str
    value: int
    text: list[str]


@dataclass(frozen=True)
class Run:
    """One run of rumpfs."""

    answers: list[Answer]
    said: str  # on standard error: the rump kernel's own messages
    status: int

    def value(self, number: int) -> int:
        return self.answers[number].value

    def counts(self) -> dict[str, int]:
        """What the command counts printed."""
        lines = [line.split() for answer in self.answers for line in answer.text if line.startswith("count ")]
        return {name: int(n) for _, name, n in lines}


def word(text: str | bytes) -> str:
    """A word of a command, quoted."""
    raw = text.encode() if isinstance(text, str) else text
    return quote_from_bytes(raw, safe="/")


def command(*words: object) -> str:
    """A command line for rumpfs."""
    return " ".join(word(w if isinstance(w, (str, bytes)) else str(w)) for w in words)


@dataclass(frozen=True)
class Bench:
    """A folder to work in and the programs."""

    programs: Path
    mutations: int
    operations: int
    seed: int
    folder: Path = Path()

    def at(self, folder: Path) -> "Bench":
        return replace(self, folder=folder)

    def image(self, kib: int, *options: str, tree: Path | None = None, name: str = "image") -> Path:
        """An image that mke2fs makes, of ext2 unless the options say otherwise."""
        path = self.folder / name
        given = list(options)
        if "-t" not in given:
            given += ["-t", "ext2"]
        if tree is not None:
            given += ["-d", str(tree)]
        done = subprocess.run(
            ["mke2fs", "-q", "-F", *given, str(path), str(kib)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "MKE2FS_DEVICE_SECTSIZE": "512"},
        )
        must(done.returncode == 0, f"mke2fs says: {done.stderr}")
        return path

    def rumpfs(
        self,
        image: Path,
        commands: list[str],
        *options: str,
        kind: str = "asan",
        seconds: int = SECONDS,
        may_fail: bool = False,
    ) -> Run:
        """Runs commands. A crash, a hang and a sanitizer's finding are always wrong."""
        run = self.rumpfs_raw(image, commands, *options, kind=kind, seconds=seconds)
        must(run.status == 0 or may_fail, f"rumpfs ended with status {run.status}: {run.said[-3000:]}")
        for sanitizer in ("AddressSanitizer", "ThreadSanitizer", "runtime error"):
            must(sanitizer not in run.said, f"a sanitizer found something: {run.said[:6000]}")
        must(may_fail or len(run.answers) == len(commands), "not every command was answered")
        return run

    def rumpfs_raw(self, image: Path, commands: list[str], *options: str, kind: str, seconds: int) -> Run:
        """Runs commands, whatever happens."""
        done = subprocess.run(
            [self.programs / f"rumpfs-{kind}", "-t", str(seconds), *options, image],
            input="".join(line + "\n" for line in commands),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0", "TSAN_OPTIONS": "halt_on_error=0 exitcode=66"},
        )
        answers, text = [], []
        for line in done.stdout.splitlines():
            if line.startswith("= "):
                asked = commands[len(answers)] if len(answers) < len(commands) else "?"
                answers.append(Answer(asked, int(line[2:]), text))
                text = []
            else:
                text.append(line)
        return Run(answers, done.stderr, done.returncode)

    def succeed(self, image: Path, commands: list[str], *options: str, **more: object) -> Run:
        """Runs commands between mount and unmount; every one must succeed."""
        lines = [command("mount", "/", "rw"), *commands, command("unmount", "/")]
        run = self.rumpfs(image, lines, *options, **more)  # type: ignore[arg-type]
        for answer in run.answers:
            must(answer.value >= 0, f"{answer.command} gives {answer.value}: {run.said[-2000:]}")
        return run

    def preen(self, image: Path) -> None:
        """e2fsck replays the journal, and must find nothing else that it would have to ask about."""
        done = subprocess.run(["e2fsck", "-p", str(image)], capture_output=True, text=True, check=False)
        must(done.returncode in (0, 1), f"e2fsck -p ends with {done.returncode}: {done.stdout}")

    def fsck(self, image: Path) -> None:
        """e2fsck must find nothing."""
        done = subprocess.run(["e2fsck", "-fn", str(image)], capture_output=True, text=True, check=False)
        whole = done.returncode == 0 and "count wrong" not in done.stdout  # of the superblock's counts it only says so
        must(whole, f"e2fsck ends with {done.returncode}: {done.stdout[-2000:]}{done.stderr}")

    def debugfs(self, image: Path, request: str) -> str:
        """What debugfs answers."""
        done = subprocess.run(["debugfs", "-R", request, str(image)], capture_output=True, check=False)
        return done.stdout.decode(errors="replace")
