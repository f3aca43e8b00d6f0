"""
The steps in order. Exit status: 0 the verdict and every check are good, 1 they are not, 2 used
wrongly.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Iterator

from . import aftermath, blklog, disk, ffs, machine, plan
from .errors import Stop
from .ext2 import Ext2
from .listing import Entry, pack_list, summary
from .machine import AFTER, after_name
from .options import Options, parse
from .places import BUILD, PROJECT, call, locked, replace_file
from .progress import say_error, step
from .system import DISK, FFS, LIST, LOG, System, build_kernel, compose, make_iso, read_system

SHELL = "shell"  # the system that one types at


@contextmanager
def _memory_file(out: Path, composed: machine.Composed, keep: bool) -> Iterator[Path]:
    """
    A file for the machine's memory: in memory itself if there is room, so that nothing is written
    to a disk.
    """
    if keep:
        yield out / "memory.bin"
        return
    shared, size = Path("/dev/shm"), composed.memory_mib << 20
    roomy = shared.is_dir() and os.access(shared, os.W_OK)
    if roomy:
        room = os.statvfs(shared)
        roomy = room.f_bavail * room.f_frsize > 2 * size
    with tempfile.TemporaryDirectory(prefix="rump2cos-", dir=shared if roomy else out) as folder:
        yield Path(folder) / "memory.bin"


def _list_systems() -> int:
    done = call([sys.executable, "-m", "composer", "--list"], cwd=PROJECT)
    sys.stdout.buffer.write(done.stdout)
    sys.stderr.buffer.write(done.stderr)
    return done.returncode


def _prepare_unchecked(options: Options, out: Path) -> tuple[list[Entry], dict[str, str]]:
    """A disk that may be anything: no list of it, and no checks afterwards."""
    assert options.image
    with step("disk") as now:
        disk.copy_unchecked(options.image, out)
        replace_file(out / LIST, pack_list([]))
        now.note = f"{DISK}, {(out / DISK).stat().st_size / (1 << 20):.0f} MiB, unchecked"
    return [], {"unknown": "1"}


def _client_params(options: Options, entries: list[Entry], image: Ext2) -> dict[str, str]:
    """What the client is told of the disk beside the list."""
    own = disk.own_folder(entries) if disk.has_room(image) else ""
    if not own:
        print("          the image has no room for the client's own files: it only reads")
    params = {"own": own, "seed": str(options.seed or 1)}
    features = image.read_only_features()
    if features:
        print(f"          the image has the feature {', '.join(features)}: nothing may be written")
        params.update(own="", readonly="1")
    return params


def _make_disk(system: System, options: Options, out: Path) -> list[Entry]:
    """Result: what is on it."""
    if system.filesystem == FFS:
        if options.image or options.mke2fs:
            raise Stop(f"{system.name} has a disk with FFS, so it takes neither --image nor --mke2fs")
        return disk.prepare(out, options.folder, None, ffs.make_image)
    make = disk.with_ext2(f"{system.mke2fs} {options.mke2fs}")
    return disk.prepare(out, options.folder, options.image, make)


def _prepare(system: System, options: Options, out: Path) -> tuple[list[Entry], dict[str, str]]:
    """The disk and its list, with the parameters for the client that follow from them."""
    for name in (AFTER, *map(after_name, system.further), "console.txt"):
        (out / name).unlink(missing_ok=True)
    if system.log_kib:
        replace_file(out / LOG, bytes(system.log_kib << 10))
    if not system.with_disk:
        if options.folder or options.image:
            raise Stop(f"{system.name} has no disk, so it takes neither --from nor --image")
        return [], {}
    if options.unchecked and not system.client:
        raise Stop(f"--unchecked: {system.name} has no client that survives any disk")
    if options.unchecked:
        return _prepare_unchecked(options, out)
    with step("disk") as now:
        entries = _make_disk(system, options, out)
        size = (out / DISK).stat().st_size
        for name in system.further:
            disk.make_empty(out / name, out / DISK)
        also = "".join(f"; {name}, as large and empty" for name in system.further)
        now.note = f"{DISK}, {size / (1 << 20):.0f} MiB: {summary(entries)}{also}"
    if not system.client:
        return entries, {}
    replace_file(out / LIST, pack_list(entries))
    if system.filesystem == FFS:
        return entries, {"type": FFS, "own": disk.own_folder(entries), "seed": str(options.seed or 1)}
    return entries, _client_params(options, entries, Ext2(out / DISK))


def _take_out(
    system: System, composed: machine.Composed, out: Path, ram: Path, console: machine.Console
) -> None:
    """The disks that were in the machine's memory."""
    names = {} if composed.disk else {DISK: AFTER}
    names.update((name, after_name(name)) for name in system.further)
    for name, after in names.items():
        with step("disk") as now:
            aftermath.take_out(ram, console, composed, name, out / after)
            now.note = f"{after} taken out of the machine"


def _take_log(system: System, composed: machine.Composed, out: Path, ram: Path, console: machine.Console) -> None:
    with step("log") as now:
        aftermath.take_out(ram, console, composed, LOG, out / LOG)
        now.note = blklog.cut_off(out / LOG)


def _judge(system: System, out: Path, entries: list[Entry], own: list[Entry]) -> None:
    with step("check") as now:
        if system.interactive:
            now.note = aftermath.judge_changed(out / AFTER)
        elif system.filesystem == FFS:
            now.note = ffs.judge(out / AFTER, entries, own)
        else:
            now.note = aftermath.judge(out / AFTER, entries, own)
    for name, wanted in system.further.items():
        with step("check") as now:
            now.note = aftermath.judge_further(out / after_name(name), wanted, out / DISK, entries)


def _boot(
    system: System, options: Options, out: Path, entries: list[Entry], own: list[Entry]
) -> None:
    composed = machine.read_composed(out)
    iso = out / f"{system.name}.iso" if options.grub else None
    limit = options.seconds or composed.seconds
    typed = machine.what_is_typed(options, system.interactive)
    forever = options.gdb or typed.raw
    until = "until it ends itself" if forever else f"at most {limit} seconds"
    print(f"boot      {composed.memory_mib} MiB of memory, {until}", flush=True)
    if options.gdb:
        print(f"          waiting for gdb: gdb -ex 'target remote :1234' {machine.KERNEL}", flush=True)
    if composed.disk:
        shutil.copyfile(out / DISK, out / AFTER)  # the machine writes to the copy
    with _memory_file(out, composed, options.keep) as ram:
        command = machine.command_line(options, composed, out, ram, iso, typed)
        console = machine.run(command, composed, out, None if forever else float(limit), typed)
        if system.log_kib:
            _take_log(system, composed, out, ram, console)
        if entries:
            _take_out(system, composed, out, ram, console)
    if entries:
        _judge(system, out, entries, own)


def _ends_in_shell(options: Options) -> bool:
    """Whether somebody who has named no system sits at a terminal."""
    other = options.named or options.compose or options.gdb or options.input or options.unchecked
    return not other and sys.stdin.isatty() and sys.stdout.isatty()


def _run(options: Options) -> None:
    """A system, and those that come after it; the shell, on the disk that the last one has written."""
    if _ends_in_shell(options):
        out = (options.out or BUILD / options.system).resolve()
        _run_all(options)
        print(f"shell     on the same disk, {AFTER}; exit or Ctrl-D ends it")
        own = out / SHELL if options.out else None
        options = replace(options, system=SHELL, folder=None, mke2fs="", image=out / AFTER, out=own)
    _run_all(options)


def _run_all(options: Options) -> None:
    done: list[str] = []
    while options.system:
        if options.system in done:
            raise Stop(f"{options.system} comes after itself (the key then)")
        done.append(options.system)
        options = replace(options, system=_run_one(options), out=None)


def _run_one(options: Options) -> str:
    """Result: the system that comes next, empty if none does."""
    system = read_system(options.system)
    out = (options.out or BUILD / system.name).resolve()
    if options.input and (options.input.is_dir() or not options.input.exists()):
        raise Stop(f"--input {options.input}: there is no such file")
    if not options.compose:
        machine.find_qemu(options.qemu)
    if options.kvm:
        machine.check_kvm()
    with locked(out / ".lock"):
        entries, params = _prepare(system, options, out)
        with step("kernel") as now:
            now.note = build_kernel()
        with step("compose") as now:
            now.note = compose(system, options, out, len(entries), params)
        if options.grub:
            with step("grub") as now:
                now.note = make_iso(system, out)
        if options.compose:
            return ""
        own = plan.plan(options.seed or 1, params["own"]) if params.get("own") else []
        _boot(system, options, out, entries, own)
    print(f"{system.name}: good")
    return system.then


def main(argv: list[str]) -> int:
    """Runs a system; result: the exit status."""
    options = parse(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the machine ends with us
    try:
        if options.list:
            return _list_systems()
        _run(options)
    except Stop as stop:
        say_error(str(stop))
        return 1
    except OSError as error:
        say_error(f"{error.filename or 'a file'}: {error.strerror}")
        return 1
    except KeyboardInterrupt:
        say_error("interrupted")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
