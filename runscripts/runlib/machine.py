"""
Boots a composed system in QEMU, shows its console, and says how it ended. A run is over when the
guest says so through the debug-exit device, or when its time is up; what the console says can make
a run bad, never good.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import selectors
import subprocess
import sys
import termios
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterator

from .errors import Stop
from .options import Options
from .places import KERNEL, call, find_tool

QEMU_LEAST = (7, 2)
DISKS = {  # devices, by their names in scripts
    "virtio": ["-device", "virtio-blk-pci,disable-legacy=on,drive=disk"],
    "ahci": ["-device", "ahci,id=ahci", "-device", "ide-hd,bus=ahci.0,drive=disk"],
}
AFTER = "after.img"  # the disk after the run; of further ones, after_name
EXIT_GOOD, EXIT_BAD, EXIT_PANIC = 33, 65, 253  # components/booter/README.md
KVM_GET_API_VERSION, KVM_CREATE_VM = 0xAE00, 0xAE01


@dataclass(frozen=True)
class Composed:
    """What the composer wrote down about a system (system.json)."""

    memory_mib: int
    seconds: int
    icount: bool
    disk: str
    disk_options: str
    expect: list[str]
    forbid: list[str]
    files: dict[str, dict[str, int]]
    image_bytes: int


@dataclass(frozen=True)
class Typed:
    """
    What the guest's serial line hears: keys, once it has printed the first line that its script expects (what comes before a
    machine has started is lost); or a terminal, raw if every key is the guest's; or nothing.
    """

    keys: bytes = b""
    raw: bool = False

    def stdin(self) -> int | None:
        """For subprocess."""
        if self.keys:
            return subprocess.PIPE
        return None if sys.stdin and sys.stdin.isatty() else subprocess.DEVNULL

    def begin(self, process: subprocess.Popen[bytes]) -> None:
        """Types, as fast as the guest listens."""

        def work() -> None:
            assert process.stdin
            with contextlib.suppress(OSError):  # the guest may end before
                process.stdin.write(self.keys)
                process.stdin.close()

        threading.Thread(target=work, daemon=True).start()


@contextlib.contextmanager
def _terminal_kept() -> Iterator[None]:
    """A terminal is afterwards as it was."""
    if not (sys.stdin and sys.stdin.isatty()):
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def what_is_typed(options: Options, interactive: str) -> Typed:
    """A file that the user names, else the terminal, else what an interactive system is to hear without one."""
    if options.input:
        return Typed(options.input.read_bytes())
    if interactive and sys.stdin and sys.stdin.isatty():
        return Typed(raw=True)
    return Typed(interactive.encode())


@dataclass
class Console:
    """The guest's words, line by line, held against what the script expects and forbids."""

    composed: Composed
    lines: list[str] = field(default_factory=list)
    seen: int = 0  # how many of the expected lines have come
    forbidden: str = ""
    rest: bytes = b""

    def feed(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            self._line(line.decode("utf-8", "replace").rstrip("\r"))

    def _line(self, line: str) -> None:
        self.lines.append(line)
        expect = self.composed.expect
        if self.seen < len(expect) and expect[self.seen] in line:
            self.seen += 1
        if any(text in line for text in self.composed.forbid):
            self.forbidden = self.forbidden or line

    def complaint(self) -> str:
        """What is wrong with what was said; empty if nothing is."""
        if self.forbidden:
            return f"the system printed what it must never print: {self.forbidden}"
        if self.seen < len(self.composed.expect):
            return f"the system did not print {self.composed.expect[self.seen]!r}"
        return ""


def read_composed(out: Path) -> Composed:
    """Reads what the composer wrote."""
    facts = json.loads((out / "system.json").read_text(encoding="utf-8"))
    return Composed(**{name: facts[name] for name in Composed.__dataclass_fields__})


def after_name(disk: str) -> str:
    """What a further disk is called after the run: diskX.img becomes afterX.img."""
    return disk.replace("disk", "after", 1)


def find_qemu(program: str) -> str:
    """QEMU's path; refuses one that is too old."""
    path = find_tool(program, "qemu-system-x86")
    found = re.search(rb"version (\d+)\.(\d+)", call([path, "--version"]).stdout)
    if not found:
        raise Stop(f"{path} --version does not say a version: is this QEMU?")
    version = int(found[1]), int(found[2])
    if version < QEMU_LEAST:
        wanted = ".".join(map(str, QEMU_LEAST))
        raise Stop(f"{path} is QEMU {version[0]}.{version[1]}; {wanted} or later is needed")
    return path


def check_kvm() -> None:
    """The device may exist and not work, so a machine is made and thrown away."""
    try:
        with open("/dev/kvm", "rb+", buffering=0) as device:
            fcntl.ioctl(device, KVM_GET_API_VERSION)
            os.close(fcntl.ioctl(device, KVM_CREATE_VM, 0))
    except OSError as error:
        raise Stop(f"--kvm: /dev/kvm cannot be used: {error.strerror}") from None


def command_line(
    options: Options, composed: Composed, out: Path, ram: Path, iso: Path | None, typed: Typed
) -> list[str]:
    """A PC with a serial port, the debug-exit device, and memory that lies in a file. iso: what to
    boot, if not kernel and boot image directly."""
    size = f"{composed.memory_mib}M"
    command = [find_qemu(options.qemu), "-nodefaults", "-no-user-config"]
    command += ["-display", "none", "-no-reboot"]
    command += ["-accel", "kvm", "-cpu", "host"] if options.kvm else ["-accel", "tcg", "-cpu", "max"]
    command += ["-machine", "pc,memory-backend=ram", "-m", size, "-object"]
    command += [f"memory-backend-file,id=ram,size={size},mem-path={_escaped(ram)},share=on"]
    if iso:
        command += ["-cdrom", str(iso), "-boot", "d"]
    else:
        command += ["-kernel", str(KERNEL), "-initrd", _escaped(out / "boot.img")]
    command += ["-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
    command += ["-chardev", f"stdio,id=console,signal={'off' if typed.raw else 'on'}", "-serial", "chardev:console"]
    if options.icount or composed.icount:
        command += ["-icount", "shift=0,sleep=off"]
    if composed.disk:
        drive = f"if=none,id=disk,format=raw,file={_escaped(out / AFTER)}"
        command += ["-drive", ",".join(filter(None, [drive, composed.disk_options]))]
        command += DISKS[composed.disk]
    if options.gdb:
        command += ["-gdb", "tcp:127.0.0.1:1234", "-S"]
    return command


def _escaped(path: Path) -> str:
    """A comma in a path is doubled for QEMU."""
    return str(path).replace(",", ",,")


def _watch(
    process: subprocess.Popen[bytes], console: Console, limit: float | None, typed: Typed
) -> bool:
    """Shows and records what the guest says until it ends. False: its time was up first."""
    assert process.stdout
    end = time.monotonic() + limit if limit else None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            left = end - time.monotonic() if end else None
            if left is not None and left <= 0:
                return False
            if not selector.select(left):
                continue
            data = os.read(process.stdout.fileno(), 1 << 16)
            if not data:
                return True
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
            before = console.seen
            console.feed(data)
            if typed.keys and not before and console.seen:
                typed.begin(process)


def _verdict(status: int, errors: str) -> str:
    """What an exit status means; empty if it is good."""
    if status == EXIT_GOOD:
        return ""
    if status == EXIT_PANIC:
        return "the kernel stopped the machine"
    if status == 0:
        return "the machine was reset without a verdict"
    if status > EXIT_BAD:
        return f"the system's verdict is bad: status {(status - EXIT_BAD) // 2}"
    return f"QEMU ended with status {status}: {errors or 'it said nothing'}"


def run(
    command: list[str], composed: Composed, out: Path, limit: float | None, typed: Typed
) -> Console:
    """
    Boots the machine; the console goes to console.txt too. Raises Stop unless the verdict is good
    and the console has been as it must be.
    """
    console = Console(composed)
    with open(out / "qemu.txt", "w+b") as errors, _terminal_kept():
        with subprocess.Popen(
            command, stdin=typed.stdin(), stdout=subprocess.PIPE, stderr=errors
        ) as process:
            try:
                ended = _watch(process, console, limit, typed)
            except BaseException:
                process.kill()
                raise
            if not ended:
                process.kill()
        errors.seek(0)
        said = errors.read().decode("utf-8", "replace").strip()
    console.feed(b"\n" if console.rest else b"")
    (out / "console.txt").write_text("\n".join(console.lines) + "\n", encoding="utf-8")
    if not ended:
        raise Stop(f"the system did not end within its {limit:.0f} seconds")
    wrong = console.complaint() if console.forbidden else _verdict(process.returncode, said)
    wrong = wrong or console.complaint()
    if wrong:
        raise Stop(wrong)
    return console
