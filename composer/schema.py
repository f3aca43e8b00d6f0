"""
Parse, second half: from merged keys to typed components. What keys there are, of which type, with
which default; everything that can be said of one component alone is refused here.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any, Callable

from .errors import Refusal, Where
from .interface import Interface, read_interface
from .model import REST, THREADS, Component, File, Need, Range, System, Thread
from .netbsd import Unfit, find_archives
from .places import Places
from .script import Block, Script, Setting, Source, merge_table

DEFAULT_PRIORITY = 10
NETBSD = "netbsd"
KERNELS = ("builtin", NETBSD)
IMPORT = re.compile(r"([^ ]+)(?: as ([a-z][a-z0-9_]*))?")
GROUPS_MAX = 16  # supplementary groups of a process; components/rumpcomp/rsys.h


@dataclass(frozen=True)
class Kind:
    """What a value must be, and how a refusal calls it."""

    text: str
    holds: Callable[[Any], bool]


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63


def _is_list(value: Any, holds: Callable[[Any], bool]) -> bool:
    return isinstance(value, list) and all(holds(element) for element in value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_range(value: Any) -> bool:
    return _is_list(value, _is_number) and len(value) == 2 and value[1] > 0


TEXT = Kind("a string", _is_text)
NUMBER = Kind("a number, 0 or more", _is_number)
FLAG = Kind("true or false", lambda value: isinstance(value, bool))
TEXTS = Kind("a list of strings", lambda value: _is_list(value, _is_text))
NUMBERS = Kind("a list of numbers", lambda value: _is_list(value, _is_number))
RANGES = Kind("a list of [first, number] pairs", lambda value: _is_list(value, _is_range))
TABLES = Kind("a list of tables", lambda value: _is_list(value, lambda e: isinstance(e, dict)))
NAMED = Kind(
    "a table of strings",
    lambda value: isinstance(value, dict) and all(_is_text(text) for text in value.values()),
)
SPECIAL_FRAMES = {"rest": REST, "threads": THREADS}
FRAMES = Kind('a number of KiB, "rest" or "threads"', lambda value: _is_number(value) or value in [*SPECIAL_FRAMES])

DISKS = ["virtio", "ahci"]  # devices that the machine may have
FILESYSTEMS = ["ext2", "ffs"]  # that a disk may have on it
FURTHER = ["copy", "sound"]  # what further disks must be after a run; runscripts/README.md
DISK_NAME = re.compile(r"disk[a-z0-9_-]+\.img")
SYSTEM_KEYS = {
    "description": TEXT,
    "memory_mib": NUMBER,
    "image_limit_mib": NUMBER,
    "verdict": TEXT,
    "expect": TEXTS,
    "forbid": TEXTS,
    "seconds": NUMBER,
    "then": TEXT,
    "interactive": TEXT,
    "icount": FLAG,
    "disk": TEXT,
    "disk_options": TEXT,
    "disks": NAMED,
    "mke2fs": TEXT,
    "filesystem": TEXT,
}
DEFAULT_KEYS = {  # what a component.toml may say
    "provides": TEXTS,
    "needs": TEXTS,
    "sources": TEXTS,
    "kernel": TEXT,
    "drivers": TEXTS,
    "archives": TEXTS,
    "cflags": TEXTS,
    "memory_kib": NUMBER,
    "stack_kib": NUMBER,
    "threads": NUMBER,
    "ceiling": NUMBER,
    "trusted": FLAG,
    "dma": FLAG,
    "ports": RANGES,
    "share_ports": FLAG,
    "irqs": NUMBERS,
    "devices": RANGES,
    "frames_kib": FRAMES,
    "controls": TEXTS,
    "notifies": TEXTS,
    "slots": NUMBER,
    "thread_slots": NUMBER,
    "files": TABLES,
    "thread": TABLES,
    "priority": NUMBER,
    "processor": NUMBER,
    "user": TEXT,
}
COMPONENT_KEYS = {"program": TEXT, **DEFAULT_KEYS}
del COMPONENT_KEYS[
    "cflags"
]  # one object serves every instance of a program, so no script may change it
THREAD_KEYS = {
    "number": NUMBER,
    "priority": NUMBER,
    "endpoint": FLAG,
    "budget_us": NUMBER,
    "period_us": NUMBER,
}
FILE_KEYS = {"name": TEXT, "writable": FLAG}


def _check_keys(block: Block, keys: dict[str, Kind], who: str) -> None:
    for key, setting in block.settings.items():
        if key not in keys:
            raise Refusal(setting.where, f"unknown key {key}", who)
        if not keys[key].holds(setting.value):
            raise Refusal(setting.where, f"{key} must be {keys[key].text}", who)


def _check_table(
    setting: Setting, index: int, keys: dict[str, Kind], needed: str, who: str
) -> dict[str, Any]:
    """One element of a list of tables, its keys checked."""
    table = setting.value[index]
    for key, value in table.items():
        if key not in keys:
            raise Refusal(setting.at(index, key), f"unknown key {key} in {setting.path[-1]}", who)
        if not keys[key].holds(value):
            raise Refusal(setting.at(index, key), f"{key} must be {keys[key].text}", who)
    if needed not in table:
        raise Refusal(
            setting.at(index), f"an element of {setting.path[-1]} needs the key {needed}", who
        )
    return dict(table)


class _Reader:
    """Reads the keys of one component."""

    def __init__(self, name: str, block: Block, places: Places, script_file: str) -> None:
        self.name = name
        self.block = block
        self.places = places
        self.script_folder = os.path.dirname(script_file)

    def get(self, key: str, default: Any) -> Any:
        setting = self.block.settings.get(key)
        return setting.value if setting else default

    def texts(self, key: str) -> dict[str, Where]:
        """A list of strings with the place of each; twice the same is refused."""
        setting = self.block.settings.get(key)
        found: dict[str, Where] = {}
        for index, text in enumerate(setting.value if setting else []):
            assert setting
            if text in found:
                raise Refusal(setting.at(index), f"{key} names {text} twice", self.name)
            found[text] = setting.at(index)
        return found

    def ranges(self, key: str) -> list[Range]:
        setting = self.block.settings.get(key)
        if not setting:
            return []
        pairs = [pair if isinstance(pair, list) else [pair, 1] for pair in setting.value]
        return [
            Range(first, count, setting.at(index)) for index, (first, count) in enumerate(pairs)
        ]

    def needs(self) -> list[Need]:
        """Imports, each with the provider that the script chooses for it."""
        found: dict[str, Need] = {}
        for text, where in self.texts("needs").items():
            form = IMPORT.fullmatch(text)
            if not form:
                raise Refusal(
                    where,
                    f'needs "{text}"; the form is INTERFACE or INTERFACE as NAME, the name of small '
                    "letters, digits and _",
                    self.name,
                )
            name = form[2] or form[1]
            if name in found:
                raise Refusal(
                    where,
                    f"has two imports called {name}; give one another name: {form[1]} as NAME",
                    self.name,
                )
            provider, chosen = self.provider(name)
            found[name] = Need(form[1], name, where, provider, chosen or where)
        for name, setting in self.block.providers.items():
            if name not in found:
                raise Refusal(
                    setting.where, f"providers has {name}, but needs has no such import", self.name
                )
        return list(found.values())

    def provider(self, name: str) -> tuple[str, Where | None]:
        """Who the script says provides an import, and where; "" if it says nothing."""
        setting = self.block.providers.get(name)
        if setting and not _is_text(setting.value):
            raise Refusal(setting.where, f"the provider of {name} must be a string", self.name)
        return (setting.value, setting.where) if setting else ("", None)

    def threads(self) -> list[Thread]:
        """The main thread and those that the script names, by number."""
        main = self.get("priority", DEFAULT_PRIORITY)
        where = (
            self.block.settings["priority"].where
            if "priority" in self.block.settings
            else self.block.where
        )
        named = {0: Thread(0, main, False, 0, 0, where)}
        setting = self.block.settings.get("thread")
        seen: set[int] = set()
        for index in range(len(setting.value) if setting else 0):
            assert setting
            table = _check_table(setting, index, THREAD_KEYS, "number", self.name)
            number = table["number"]
            if number in seen:
                raise Refusal(
                    setting.at(index, "number"), f"thread {number} is there twice", self.name
                )
            seen.add(number)
            named[number] = Thread(
                number,
                table.get("priority", main),
                table.get("endpoint", False),
                table.get("budget_us", 0),
                table.get("period_us", 0),
                setting.at(index),
            )
        return [named[number] for number in sorted(named)]

    def notifies(self) -> list[tuple[str, int, Where]]:
        found = []
        for text, where in self.texts("notifies").items():
            target, _, number = text.partition("/")
            if not number.isdecimal():
                raise Refusal(
                    where, f"notifies names {text}; the form is component/number", self.name
                )
            found.append((target, int(number), where))
        return found

    def files(self) -> list[File]:
        setting = self.block.settings.get("files")
        found: list[File] = []
        for index in range(len(setting.value) if setting else 0):
            assert setting
            table = _check_table(setting, index, FILE_KEYS, "name", self.name)
            name, where = table["name"], setting.at(index)
            path = self.places.files.get(name) or os.path.join(os.path.dirname(where.file), name)
            if not os.path.isfile(path):
                raise Refusal(
                    where,
                    f"file {name} is missing: no --file {name}=PATH and no {path}",
                    self.name,
                )
            if any(name == other.name for other in found):
                raise Refusal(where, f"file {name} is there twice", self.name)
            found.append(
                File(name, table.get("writable", False), path, os.path.getsize(path), where)
            )
        return found

    def archives(self) -> list[str]:
        """Paths of archives to link, ${VARIABLE} of the environment filled in; relative ones are
        the script's neighbours."""
        paths = []
        for text, where in self.texts("archives").items():
            missing = [name for name in re.findall(r"\$\{(\w+)\}", text) if name not in os.environ]
            if missing:
                raise Refusal(
                    where, f"archive {text} needs {missing[0]} in the environment", self.name
                )
            path = os.path.join(self.script_folder, os.path.expandvars(text))
            if not os.path.isfile(path):
                raise Refusal(where, f"archive {path} is missing", self.name)
            paths.append(os.path.abspath(path))
        return paths

    def user(self) -> str:
        """Whose process the component is towards a rump kernel: uid:gid and further groups."""
        text = self.get("user", "0:0")
        numbers = re.split("[:,]", text)
        if not re.fullmatch(r"\d+:\d+(,\d+)*", text) or any(int(n) >= 1 << 32 for n in numbers):
            raise Refusal(
                self.block.settings["user"].where,
                f'user is "{text}"; the form is "uid:gid" or "uid:gid,group,..."',
                self.name,
            )
        if len(numbers) > 2 + GROUPS_MAX:
            raise Refusal(
                self.block.settings["user"].where,
                f"user names {len(numbers) - 2} groups beside the first, above {GROUPS_MAX}",
                self.name,
            )
        return str(text)

    def kernel(self) -> list[str]:
        """The subfolder of a rump kernel, none if the component has none."""
        kernel = self.get("kernel", "")
        if kernel not in ("", *KERNELS):
            raise Refusal(
                self.block.settings["kernel"].where,
                f"there is no kernel {kernel}, only {' and '.join(KERNELS)}",
                self.name,
            )
        return [kernel] if kernel else []

    def drivers(self) -> list[str]:
        """Archives of NetBSD's kernel with the drivers that the script names."""
        setting = self.block.settings.get("drivers")
        if self.get("kernel", "") != NETBSD:
            if setting:
                raise Refusal(setting.where, "drivers are for kernel netbsd only", self.name)
            return []
        try:
            return find_archives(list(self.texts("drivers")))
        except Unfit as unfit:
            where = setting.where if setting else self.block.settings["kernel"].where
            raise Refusal(where, str(unfit), self.name) from None

    def params(self) -> dict[str, str]:
        for setting in self.block.params.values():
            if not isinstance(setting.value, str):
                raise Refusal(
                    setting.where, f"parameter {setting.path[-1]} must be a string", self.name
                )
        return {key: self.block.params[key].value for key in sorted(self.block.params)}

    def folder(self) -> str:
        program = self.get("program", self.name)
        folder = (
            self.places.component_folder(program)
            if _is_text(program) and "/" not in program
            else None
        )
        if folder is None:
            setting = self.block.settings.get("program")
            where = setting.where if setting else self.block.where
            raise Refusal(
                where,
                f"there is no program {program} (components/{program} or "
                f"components/apps/{program})",
                self.name,
            )
        return folder

    def add_defaults(self, folder: str) -> None:
        """Merges the program's component.toml below what the script says."""
        file = os.path.join(folder, "component.toml")
        if not os.path.exists(file):
            return
        source = Source(file)
        source.file = self.places.shown(file)
        block = Block(Where(source.file, 1))
        merge_table(block, source, source.data, ())
        _check_keys(block, DEFAULT_KEYS, self.name)
        merge_table(self.block, source, source.data, (), override=False)


def _component(reader: _Reader) -> Component:
    _check_keys(reader.block, COMPONENT_KEYS, reader.name)
    folder = reader.folder()
    reader.add_defaults(folder)
    get = reader.get
    frames = get("frames_kib", 0)
    named = reader.threads()
    return Component(
        name=reader.name,
        block=reader.block,
        program=get("program", reader.name),
        folder=folder,
        sources=get("sources", []) + reader.kernel(),
        archives=reader.archives() + reader.drivers(),
        cflags=get("cflags", []),
        provides=reader.texts("provides"),
        needs=reader.needs(),
        memory_kib=get("memory_kib", 0),
        stack_kib=get("stack_kib", 16),
        threads=get("threads", len(named)),
        priority=named[0].priority,
        named=named,
        ceiling=get("ceiling", None),
        trusted=get("trusted", False),
        dma=get("dma", False),
        ports=reader.ranges("ports"),
        share_ports=get("share_ports", False),
        irqs=reader.ranges("irqs"),
        devices=reader.ranges("devices"),
        frames_kib=SPECIAL_FRAMES.get(frames, frames),
        controls=reader.texts("controls"),
        notifies=reader.notifies(),
        slots=get("slots", 0),
        thread_slots=get("thread_slots", 0),
        files=reader.files(),
        params=reader.params(),
        user=reader.user(),
    )


def _processors(block: Block, name: str) -> None:
    setting = block.settings.get("processor")
    if setting and setting.value != 0:
        raise Refusal(
            setting.where, f"processor {setting.value}: the kernel runs on processor 0 only", name
        )


def _interfaces(components: dict[str, Component], places: Places) -> dict[str, Interface]:
    """Reads every interface that the script names."""
    interfaces: dict[str, Interface] = {}
    for component in components.values():
        named = [(need.interface, need.where) for need in component.needs] + list(
            component.provides.items()
        )
        for name, where in named:
            file = places.interface_file(name)
            if file is None:
                raise Refusal(
                    where,
                    f"there is no interface {name} (interfaces/{name}/{name}.h)",
                    component.name,
                )
            if name not in interfaces:
                interfaces[name] = read_interface(name, file, places.shown(file))
    return interfaces


def _choice(block: Block, key: str, values: list[str]) -> str:
    """What a key says, which may only be one of the values; "" if it is not there."""
    setting = block.settings.get(key)
    if setting and setting.value not in values:
        raise Refusal(setting.where, f"there is no {key} {setting.value}, only {' and '.join(values)}")
    return setting.value if setting else ""


def _disk(block: Block) -> str:
    """The kind of the machine's disk device, "" if it has none."""
    options = block.settings.get("disk_options")
    if options and "disk" not in block.settings:
        raise Refusal(options.where, "disk_options without a disk")
    return _choice(block, "disk", DISKS)


def _further_disks(block: Block, components: dict[str, Component]) -> None:
    """Refuses disks that nobody would make, check or have."""
    setting = block.settings.get("disks")
    for name, wanted in setting.value.items() if setting else ():
        assert setting
        where = setting.at(name)
        if not DISK_NAME.fullmatch(name):
            raise Refusal(where, f"disks has {name}; further disks are called diskX.img")
        if wanted not in FURTHER:
            raise Refusal(where, f"disk {name} must be {' or '.join(FURTHER)}, not {wanted}")
        if not any(name == file.name for c in components.values() for file in c.files):
            raise Refusal(where, f"disk {name} is no component's file")


def read_system(script: Script, places: Places) -> System:
    """Types every key of a merged script. Output of the parse stage."""
    _check_keys(script.system, SYSTEM_KEYS, "")
    if not script.components:
        raise Refusal(script.system.where, "the script has no component")
    components = {}
    for name, block in script.components.items():
        components[name] = _component(_Reader(name, block, places, script.file))
        _processors(block, name)
    _further_disks(script.system, components)
    settings = script.system.settings

    def get(key: str, default: Any) -> Any:
        return settings[key].value if key in settings else default

    _choice(script.system, "filesystem", FILESYSTEMS)
    verdict = settings.get("verdict")
    interfaces = _interfaces(components, places)
    return System(
        name=os.path.splitext(os.path.basename(script.file))[0],
        where=script.system.where,
        description=get("description", ""),
        memory_mib=get("memory_mib", 64),
        image_limit_mib=get("image_limit_mib", 48),
        verdict=get("verdict", ""),
        verdict_where=verdict.where if verdict else script.system.where,
        expect=get("expect", []),
        forbid=get("forbid", ["panic"]),
        seconds=get("seconds", 60),
        icount=get("icount", False),
        disk=_disk(script.system),
        disk_options=get("disk_options", ""),
        components=components,
        interfaces=interfaces,
    )
