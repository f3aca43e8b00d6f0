"""
Link: programs. Compiles what each component is made of, checks that the graph which the script
draws is the one that the code has (every provided function is there, nothing undeclared is
called), and links each component with its stubs.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from .build import Source, compile_source, in_parallel, run_tool, sources_in
from .elf import BIND_WEAK, Elf, Symbol
from .errors import Refusal
from .headers import Headers
from .interface import Function, read_interface
from .model import Allocated, Component, Linked, Need, Program
from .places import Places
from .stubs import ENTRY_PREFIX, import_name, stubs_source

PT_TLS = 7
WRAP = "__wrap_"  # before a function's name: what stands before that function, and finds it as __real_
LDFLAGS = [
    "-nostdlib",
    "-static",
    "--gc-sections",
    "--fatal-warnings",
    "--build-id=none",
    "-z",
    "noexecstack",
    "-z",
    "max-page-size=4096",
]


@dataclass
class Tools:
    """What every step of this stage needs."""

    places: Places
    headers: Headers
    folder: str  # where programs with symbols and stubs go
    script: str  # the linker script of components
    library: list[str]


def _symbols(objects: list[str]) -> list[Symbol]:
    found = []
    for name in objects:
        with open(name, "rb") as stream:
            found += Elf(stream.read()).symbols()
    return found


def provided_functions(allocated: Allocated, component: Component) -> list[Function]:
    interfaces = allocated.checked.system.interfaces
    return [function for name in component.provides for function in interfaces[name].functions]


def _check_implemented(allocated: Allocated, component: Component, defined: set[str]) -> None:
    for name, where in component.provides.items():
        for function in allocated.checked.system.interfaces[name].functions:
            if function.name not in defined:
                raise Refusal(
                    where,
                    f"provides {name}, but does not implement {function.name}",
                    component.name,
                )


def _interface_of(symbol: str, places: Places) -> str:
    """The interface that a function belongs to, "" if none."""
    for name in places.interface_names():
        if symbol.startswith(name.replace("-", "_") + "_"):
            file = places.interface_file(name) or ""
            interface = read_interface(name, file, places.shown(file))
            if (
                any(symbol == function.name for function in interface.functions)
                or symbol in interface.local
            ):
                return name
    return ""


def _import_of(symbol: str, places: Places) -> str:
    """The import, as needs must list it, that a function belongs to, "" if none."""
    interface = _interface_of(symbol, places)
    for mark in [] if interface else re.finditer("_", symbol):
        interface = _interface_of(symbol[mark.end() :], places)
        if interface:
            return f"{interface} as {symbol[: mark.start()]}"
    return interface


def _check_declared(component: Component, wanted: set[str], tools: Tools) -> None:
    needed = {need.text for need in component.needs}
    for symbol in sorted(wanted):
        interface = _interface_of(symbol, tools.places)
        if interface and interface not in needed:
            raise component.refuse(
                "needs", f"calls {symbol}, but does not list interface {interface} in needs"
            )


def _component_objects(allocated: Allocated, component: Component, tools: Tools) -> list[str]:
    """The component's own objects, with what they define and call checked against the script."""
    for name in component.sources:
        if not os.path.isdir(os.path.join(component.folder, name)):
            raise component.refuse(
                "sources", f"there is no folder {name} in {tools.places.shown(component.folder)}"
            )
    sources = sources_in(component.folder, component.sources, component.cflags, component.name)
    if not sources:
        raise Refusal(
            component.where,
            f"{tools.places.shown(component.folder)} has no source file",
            component.name,
        )
    objects = in_parallel(lambda source: compile_source(tools.places, source), sources)
    symbols = _symbols(objects)
    defined = {symbol.name for symbol in symbols if symbol.defined}
    library = {symbol.name for symbol in _symbols(tools.library) if symbol.defined}
    _check_implemented(allocated, component, defined)
    wanted = {s.name for s in symbols if not s.defined and s.bind != BIND_WEAK}
    _check_declared(component, wanted - defined - library, tools)
    return objects


def _renamed(need: Need, objects: list[str], names: set[str], file: str) -> list[str]:
    """Copies of an interface's client side in which every name has the import's name before it."""
    flags = [f"--redefine-sym={name}={need.symbol(name)}" for name in sorted(names)]
    copies = []
    for index, name in enumerate(objects):
        copies.append(f"{file}.{need.name}{index}.o")
        status, said = run_tool(["objcopy", *flags, name, os.path.abspath(copies[-1])])
        if status:
            raise Refusal(need.where, f"{need.text} cannot be given its name", "", said)
    return copies


def _interface_objects(allocated: Allocated, component: Component, tools: Tools) -> list[str]:
    """The client sides, beyond stubs, of what the component imports."""
    found: list[str] = []
    for need in component.needs:
        folder = os.path.dirname(tools.places.interface_file(need.interface) or "")
        sources: list[Source] = sources_in(folder, [], [], component.name)
        objects = in_parallel(lambda source: compile_source(tools.places, source), sources)
        if need.name != need.interface:
            functions = allocated.checked.system.interfaces[need.interface].functions
            own = {symbol.name for symbol in _symbols(objects) if symbol.defined}
            names = own | {function.name for function in functions} | {import_name(need)}
            objects = _renamed(need, objects, names, os.path.join(tools.folder, component.name))
        found += objects
    return found


def _stubs_object(allocated: Allocated, component: Component, tools: Tools) -> str:
    text = stubs_source(
        allocated.parts[component.name], provided_functions(allocated, component), tools.headers
    )
    file = os.path.join(tools.folder, f"{component.name}.stubs.S")
    with open(file, "w", encoding="utf-8") as stream:
        stream.write(text)
    made = file.removesuffix(".S") + ".o"
    includes = ["-I" + os.path.join(root, "components") for root in tools.places.all_roots()]
    status, said = run_tool(
        ["gcc", "-c", *includes, os.path.abspath(file), "-o", os.path.abspath(made)]
    )
    if status:
        raise Refusal(component.where, "its stubs do not assemble", component.name, said)
    return made


def _link_failure(component: Component, said: str, tools: Tools) -> Refusal:
    missing = re.search(r"undefined reference to `([^']+)'", said)
    if not missing:
        return Refusal(component.where, "does not link", component.name, said)
    wanted = _import_of(missing.group(1), tools.places)
    if wanted and wanted not in {need.text for need in component.needs}:
        return component.refuse(
            "needs",
            f"calls {missing.group(1)} (from what it links), but does not list interface "
            f"{wanted} in needs",
        )
    return Refusal(
        component.where,
        f"calls {missing.group(1)}, which is defined nowhere",
        component.name,
        said,
    )


def _check_program(component: Component, elf: Elf, headers: Headers) -> None:
    low, high = elf.load_range()
    if low < headers["IMAGE_VA"] or high > headers["STACK_VA"]:
        raise Refusal(
            component.where,
            f"the program lies at {low:#x} to {high:#x}, outside {headers['IMAGE_VA']:#x} to "
            f"{headers['STACK_VA']:#x}",
            component.name,
        )
    for segment in elf.segments:
        if segment[0] == PT_TLS and (segment[6] > headers["TLS_BYTES"] or segment[5]):
            what = (
                "has initial values"
                if segment[5]
                else f"is {segment[6]} bytes of {headers['TLS_BYTES']}"
            )
            raise Refusal(component.where, f"thread-local storage {what}", component.name)


def _link_one(allocated: Allocated, component: Component, tools: Tools) -> Program:
    objects = _component_objects(allocated, component, tools)
    objects += (
        _interface_objects(allocated, component, tools)
        + [_stubs_object(allocated, component, tools)]
        + tools.library
    )
    provided = provided_functions(allocated, component)
    keep = [flag for function in provided for flag in ("-u", ENTRY_PREFIX + function.name)]
    wrapped = sorted(s.name for s in _symbols(objects) if s.defined and s.name.startswith(WRAP))
    keep += [f"--wrap={name.removeprefix(WRAP)}" for name in wrapped]
    file = os.path.abspath(os.path.join(tools.folder, f"{component.name}.elf"))
    archives = (
        ["--whole-archive", *component.archives, "--no-whole-archive"]
        if component.archives
        else []
    )
    status, said = run_tool(
        [
            "ld",
            *LDFLAGS,
            "-T",
            tools.script,
            *keep,
            "-o",
            file,
            *[os.path.abspath(name) for name in objects],
            *archives,
        ]
    )
    if status:
        raise _link_failure(component, said, tools)
    return _read_program(component, provided, file, tools.headers)


def _read_program(
    component: Component, provided: list[Function], file: str, headers: Headers
) -> Program:
    status, said = run_tool(["objcopy", "--strip-all", file, file + ".stripped"])
    if status:
        raise Refusal(component.where, "cannot be stripped", component.name, said)
    with open(file + ".stripped", "rb") as stream:
        stripped = stream.read()
    os.unlink(file + ".stripped")
    with open(file, "rb") as stream:
        elf = Elf(stream.read())
    _check_program(component, elf, headers)
    addresses = {symbol.name: symbol.value for symbol in elf.symbols() if symbol.defined}
    low, high = elf.load_range()
    page = headers["PAGE_SIZE"]
    pages = -(-high // page) - low // page
    entries = {function.name: addresses[ENTRY_PREFIX + function.name] for function in provided}
    return Program(stripped, file, entries, pages, *elf.sizes())


def link(allocated: Allocated, places: Places, headers: Headers, folder: str) -> Linked:
    """Builds every component; folder receives NAME.elf with symbols and the stubs' source."""
    library_folder = places.find("components", "lib", "component.ld")
    if library_folder is None:
        raise Refusal(allocated.checked.system.where, "there is no components/lib/component.ld")
    sources = sources_in(os.path.dirname(library_folder), [], [])
    library = in_parallel(lambda source: compile_source(places, source), sources)
    tools = Tools(places, headers, folder, library_folder, library)
    components = allocated.checked.system.components
    return Linked(
        allocated,
        {name: _link_one(allocated, components[name], tools) for name in allocated.parts},
    )
