"""
Command line: python3 -m composer SCRIPT --out FOLDER [--file NAME=PATH]... [--root FOLDER]..., or
--list. Exit status 0 = composed, 1 = refused, 2 = used wrongly. What is written appears under its
name only when everything is ready.
"""

from __future__ import annotations

import argparse
import glob
import os
import sys
import tempfile

from .allocate import allocate
from .check import check
from .errors import Refusal, Where
from .headers import Headers, read_headers
from .link import link
from .model import Image, Linked
from .places import PROJECT, Places
from .report import draw_graph, graph_source, report
from .schema import read_system
from .script import read_script
from .write import system_json, write

FINAL_ORDER = ("boot.img",)  # put in place last: who sees it sees the rest


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="composer", description="Composes a system from a script."
    )
    parser.add_argument("script", nargs="?", help="composition script (TOML)")
    parser.add_argument("--out", metavar="FOLDER", help="where the boot image and the report go")
    parser.add_argument(
        "--file",
        action="append",
        default=[],
        metavar="NAME=PATH",
        help="a file that the script names",
    )
    parser.add_argument(
        "--root",
        action="append",
        default=[],
        metavar="FOLDER",
        help="a further folder with components/ and interfaces/, searched first",
    )
    parser.add_argument(
        "--objects", default="build/obj", metavar="FOLDER", help="where objects are kept"
    )
    parser.add_argument("--list", action="store_true", help="list the systems of runscripts/")
    options = parser.parse_args(argv)
    if not options.list and not (options.script and options.out):
        parser.error("needs a script and --out, or --list")
    for text in options.file:
        if "=" not in text or not os.path.isfile(text.partition("=")[2]):
            parser.error(f"--file {text}: not of the form NAME=PATH, or there is no such file")
    return options


def list_systems() -> None:
    """Prints name and description of every script of runscripts/."""
    for file in sorted(glob.glob(os.path.join(PROJECT, "runscripts", "*.toml"))):
        setting = read_script(file).system.settings.get("description")
        name = os.path.splitext(os.path.basename(file))[0]
        print(f"{name:16}  {setting.value if setting else ''}".rstrip())


def load_headers(places: Places) -> Headers:
    headers = read_headers(
        places.abi_files(), os.path.join(PROJECT, "interfaces", "init", "info.h")
    )
    headers.read(places.find("components", "lib", "stubs.h") or "components/lib/stubs.h")
    return headers


def _write_files(folder: str, linked: Linked, image: Image, headers: Headers) -> None:
    svg, reason = draw_graph(graph_source(linked))
    if reason:
        print(f"composer: {reason}", file=sys.stderr)
    texts = {
        "system.json": system_json(linked, image),
        "report.html": report(linked, image, headers, bool(svg)),
    }
    if svg:
        texts["graph.svg"] = svg
    for name, text in texts.items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as stream:
            stream.write(text)
    with open(os.path.join(folder, "boot.img"), "wb") as stream:
        stream.write(image.data)


def _publish(scratch: str, out: str) -> None:
    """Moves finished files to their names, the boot image last."""
    names = sorted(os.listdir(scratch), key=lambda name: (name in FINAL_ORDER, name))
    for name in names:
        os.replace(os.path.join(scratch, name), os.path.join(out, name))


def _check_files_used(places: Places, linked_names: set[str]) -> None:
    for name in places.files:
        if name not in linked_names:
            raise Refusal(Where("--file"), f"no component of the script has a file {name}")


def compose(script_file: str, out: str, places: Places) -> str:
    """All stages in order. Result: a line that says what was made."""
    headers = load_headers(places)
    system = read_system(read_script(script_file), places)
    _check_files_used(places, {file.name for c in system.components.values() for file in c.files})
    allocated = allocate(check(system, headers), headers)
    os.makedirs(out, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".composing-", dir=out) as scratch:
        linked = link(allocated, places, headers, scratch)
        image = write(linked, headers)
        _write_files(scratch, linked, image, headers)
        _publish(scratch, out)
    made = os.path.join(out, "boot.img")
    return f"{made}: {len(allocated.parts)} components, {len(image.data) >> 10} KiB"


def main(argv: list[str]) -> int:
    options = _arguments(argv)
    places = Places(
        options.root, dict(text.split("=", 1) for text in options.file), options.objects
    )
    try:
        if options.list:
            list_systems()
        else:
            print(compose(options.script, options.out, places))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
