"""From the name of a system to something that boots: its script, the kernel, the composed image."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from .errors import Stop
from .options import Options
from .places import BUILD, KERNEL, PROJECT, SCRIPTS, call, first_line, locked, replace_file

sys.path.insert(0, str(PROJECT))
from composer.errors import Refusal  # noqa: E402  (the composer lies in the project's folder)
from composer.script import Script, Setting, read_script  # noqa: E402

DISK, LIST, LOG = "disk.img", "list.bin", "blk.log"
EXT2, FFS = "ext2", "ffs"  # what a disk may have on it
UNCHECKED = "fsclient: "  # all that the client of an unchecked disk must print
SEEDS = 100  # seeds of one script are smaller
BASE_DISK_MIB = 10  # what the memory that a script asks for has room for
MOST_MIB = 3000  # memory of this machine type lies in one piece up to here
SECONDS_A_MIB, NAMES_A_SECOND = 2, 50  # what software emulation needs at most


@dataclass(frozen=True)
class System:
    """A script, and what of it concerns this program."""

    name: str
    file: Path
    description: str
    memory_mib: int
    seconds: int
    interactive: str  # what is typed if nobody can; empty if it wants no input
    then: str  # the system that comes after a good run; empty if none does
    with_disk: bool
    further: dict[str, str]  # names of further disks, and what they must be after a run
    device: str  # the disk is a device of this kind; empty: a file of the boot image
    mke2fs: str  # what the script has mke2fs told
    filesystem: str  # on the disk
    client: str  # the component that gets the list of the disk's files; empty if none does
    log_kib: int  # of the block server's log; 0: it keeps none


def script_file(name: str) -> Path:
    """A name stands for runscripts/NAME.toml; a path ending in .toml for itself."""
    file = Path(name) if name.endswith(".toml") else SCRIPTS / f"{name}.toml"
    if "/" in name and not name.endswith(".toml") or not file.is_file():
        raise Stop(f"there is no system {name}; runscripts/run --list shows those there are")
    return file


def _who_has(script: Script, file: str) -> str:
    """The first component whose script gives it a file of that name."""
    for name, block in script.components.items():
        setting = block.settings.get("files")
        files = setting.value if setting and isinstance(setting.value, list) else []
        if any(isinstance(entry, dict) and entry.get("name") == file for entry in files):
            return name
    return ""


def _number(script: Script, key: str, otherwise: int) -> int:
    setting = script.system.settings.get(key)
    return setting.value if setting and isinstance(setting.value, int) else otherwise


def _text(script: Script, key: str) -> str:
    setting = script.system.settings.get(key)
    return setting.value if setting and isinstance(setting.value, str) else ""


def _further(script: Script) -> dict[str, str]:
    setting = script.system.settings.get("disks")
    return dict(setting.value) if setting and isinstance(setting.value, dict) else {}


def _log_kib(script: Script) -> int:
    """How large a log the component that has the file for one keeps."""
    name = _who_has(script, LOG)
    if not name:
        return 0
    kib = _own_number(script.components[name].params, "log")
    if not kib:
        raise Stop(f"component {name} has the file {LOG}, and its parameter log is no number of KiB")
    return kib


def read_system(name: str) -> System:
    """Reads a script as far as this program must know it; the composer checks the rest."""
    file = script_file(name)
    try:
        script = read_script(str(file))
    except Refusal as refusal:
        raise Stop(str(refusal).replace(f"{PROJECT}/", "")) from None
    return System(
        file.stem,
        file,
        _text(script, "description"),
        _number(script, "memory_mib", 64),
        _number(script, "seconds", 60),
        _text(script, "interactive"),
        _text(script, "then"),
        bool(_who_has(script, DISK) or _text(script, "disk")),
        _further(script),
        _text(script, "disk"),
        _text(script, "mke2fs"),
        _text(script, "filesystem") or EXT2,
        _who_has(script, LIST),
        _log_kib(script),
    )


def build_kernel() -> str:
    """Makes the kernel; result: what to say about it."""
    with locked(BUILD / ".kernel.lock"):
        done = call(["make", "-s", "-j2", "-C", PROJECT / "kernel"])
    if done.returncode:
        raise Stop(f"the kernel does not build: {done.stderr.decode('utf-8', 'replace').rstrip()}")
    if not KERNEL.exists():
        raise Stop(f"building the kernel made no {KERNEL.relative_to(PROJECT)}")
    return f"{KERNEL.relative_to(PROJECT)}, {KERNEL.stat().st_size >> 10} KiB"


def make_iso(system: System, out: Path) -> str:
    """Makes a GRUB image of a composed system; result: what to say about it."""
    iso = out / f"{system.name}.iso"
    with locked(BUILD / ".kernel.lock"):
        files = [f"IMAGE={out / 'boot.img'}", f"OUT_ISO={iso}"]
        done = call(["make", "-s", "-C", PROJECT / "kernel", "iso", *files])
    if done.returncode:
        raise Stop(f"{iso}: cannot be made: {first_line(done.stderr)}")
    return f"{iso.name}, {iso.stat().st_size >> 20} MiB"


def memory_for(system: System, options: Options, bytes_of_files: int) -> int:
    """
    MiB of the machine: what the script says, and more if the disk is larger than what that is
    meant for.
    """
    files = -(-bytes_of_files // (1 << 20))
    needed = system.memory_mib + max(0, files - BASE_DISK_MIB) * 65 // 64
    most = options.memory_mib or MOST_MIB
    if files > BASE_DISK_MIB and needed > most:
        raise Stop(
            f"the disk image and its list have {files} MiB, too large for a machine with {most} MiB"
            f" of memory: {system.name} would need {needed} MiB"
        )
    return options.memory_mib or needed


def _own_number(params: dict[str, Setting], key: str) -> int | None:
    """A parameter that the script gives a number; None if it does not."""
    text = params[key].value if key in params else None
    return int(text) if isinstance(text, str) and text.isdigit() else None


def _asked_params(system: System, options: Options) -> tuple[dict[str, dict[str, str]], int]:
    """
    For each component, what --seed and --operations make of the numbers in the script, and by how
    much that makes the run longer. Seeds of a run differ from each other as they do in the script.
    """
    found: dict[str, dict[str, str]] = {}
    longer = 1
    for name, block in read_script(str(system.file)).components.items():
        seed, operations = (_own_number(block.params, key) for key in ("seed", "operations"))
        if options.seed and seed is not None:
            found.setdefault(name, {})["seed"] = str(options.seed * SEEDS + seed)
        if options.operations and operations:
            found.setdefault(name, {})["operations"] = str(options.operations)
            longer = max(longer, -(-options.operations // operations))
    if options.operations and not any("operations" in params for params in found.values()):
        raise Stop(f"{system.name} has no component with the parameter operations")
    return found, longer


def _overlay(
    system: System, out: Path, facts: dict[str, object], params: dict[str, dict[str, str]]
) -> Path:
    """
    A script that is the system's own with what this run changes. It has the same name and lies in
    the run's folder.
    """
    lines = [f"include = [{json.dumps(os.path.relpath(system.file, out))}]", "", "[system]"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in facts.items()]
    for component, values in params.items():
        lines += ["", f"[component.{component}.params]"]
        lines += [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    file = out / f"{system.name}.toml"
    replace_file(file, ("\n".join(lines) + "\n").encode())
    return file


def compose(system: System, options: Options, out: Path, names: int, params: dict[str, str]) -> str:
    """Runs the composer; names: how many the client checks. Result: what to say about it."""
    script, files, size = system.file, [], 0
    disks = [DISK] * (system.with_disk and not system.device) + list(system.further)
    for file in disks + [LIST] * bool(system.client) + [LOG] * bool(system.log_kib):
        files += ["--file", f"{file}={out / file}"]
        size += (out / file).stat().st_size
    changed, longer = _asked_params(system, options)
    if params:
        changed.setdefault(system.client, {}).update(params)
    if size or changed or options.memory_mib:
        memory = memory_for(system, options, size)
        seconds = system.seconds * longer + (size >> 20) * SECONDS_A_MIB + names // NAMES_A_SECOND
        facts: dict[str, object] = {"memory_mib": memory, "image_limit_mib": memory}
        facts["seconds"] = seconds
        if options.unchecked:
            facts["expect"] = [UNCHECKED]
        script = _overlay(system, out, facts, changed)
    roots = [part for root in options.roots for part in ("--root", root.resolve())]
    command = [sys.executable, "-m", "composer", script.resolve(), "--out", out, *files, *roots]
    done = call(command, cwd=PROJECT)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip() or first_line(done.stdout)
        raise Stop(said.replace(f"{PROJECT}/", ""))
    said = first_line(done.stdout)
    return os.path.relpath(said.partition(": ")[0], PROJECT) + ": " + said.partition(": ")[2]
