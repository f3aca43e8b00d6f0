"""
Report: what a person wants to know of a composed system: the graph, and for each component memory,
capability slots, stacks, and who may call whom, with the descriptors that the interfaces declare
for recovery.
"""

from __future__ import annotations

import html
import subprocess
from collections import Counter

from .frames import component_frames
from .headers import Headers
from .model import REST, Image, Linked

STYLE = (
    "body{font:15px/1.45 sans-serif;margin:2em auto;max-width:72em;color:#222}"
    "table{border-collapse:collapse;"
    "margin:.5em 0 2em}"
    "td,th{border:1px solid #bbb;padding:.2em .6em;text-align:left;vertical-align:top}"
    "th{background:#eee}td.n{text-align:right}img{max-width:100%}"
)

Row = list[object]


def graph_source(linked: Linked) -> str:
    """The graph in graphviz's language: an arrow goes from client to server; dashed ones are
    notifications."""
    checked = linked.allocated.checked
    lines = [
        "digraph system {",
        "rankdir=RL; node [shape=box, fontname=sans]; edge [fontname=sans, fontsize=10];",
    ]
    for name in linked.allocated.parts:
        trusted = name in (checked.roles.booter, checked.roles.memmgr, checked.roles.sched)
        lines.append(f'"{name}" [style={"bold" if trusted else "solid"}];')
    for client, providers in checked.providers.items():
        needs = checked.system.components[client].needs
        for server in sorted(set(providers.values())):
            label = "\\n".join(sorted(n.text for n in needs if providers[n.name] == server))
            lines.append(f'"{client}" -> "{server}" [label="{label}"];')
    for name, component in checked.system.components.items():
        for target, number, _ in component.notifies:
            lines.append(
                f'"{name}" -> "{target}" '
                f'[style=dashed, constraint=false, label="{target}/{number}"];'
            )
    return "\n".join(lines + ["}"]) + "\n"


def draw_graph(source: str) -> tuple[str, str]:
    """The graph as SVG, or nothing and why not."""
    try:
        done = subprocess.run(
            ["dot", "-Tsvg"], input=source, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return "", "graphviz (dot) is not installed: no graph.svg"
    return (
        (done.stdout, "") if done.returncode == 0 else ("", f"dot failed: {done.stderr.strip()}")
    )


def _table(head: list[str], rows: list[Row]) -> str:
    lines = ["<table><tr>" + "".join(f"<th>{html.escape(text)}</th>" for text in head) + "</tr>"]
    for row in rows:
        cells = "".join(
            f'<td class="n">{cell}</td>'
            if isinstance(cell, int)
            else f"<td>{html.escape(str(cell))}</td>"
            for cell in row
        )
        lines.append(f"<tr>{cells}</tr>")
    return "\n".join(lines) + "</table>\n"


def _component_rows(linked: Linked) -> list[Row]:
    components = linked.allocated.checked.system.components
    return [
        [
            name,
            part.id,
            components[name].program,
            ", ".join(components[name].provides),
            components[name].threads,
            part.stacks,
            components[name].stack_kib,
            components[name].priority,
            part.ceiling,
        ]
        for name, part in linked.allocated.parts.items()
    ]


def _memory_rows(linked: Linked, headers: Headers) -> list[Row]:
    rows: list[Row] = []
    for name, program in linked.programs.items():
        component = linked.allocated.checked.system.components[name]
        frames = "the rest" if component.frames_kib == REST else component.frames_kib
        built = component_frames(linked, name, headers) * headers["PAGE_SIZE"] >> 10
        rows.append(
            [
                name,
                program.text_bytes,
                program.data_bytes,
                program.bss_bytes,
                program.image_pages,
                built,
                component.memory_kib,
                frames,
                sum(file.size for file in component.files),
            ]
        )
    return rows


def _sum_rows(linked: Linked, image: Image) -> list[Row]:
    all_kib = linked.allocated.checked.system.memory_mib << 10
    total = sum(image.memory.values())
    rows: list[Row] = [[what, kib] for what, kib in image.memory.items()]
    return [*rows, ["together", total], ["beside the files", total - image.memory["files"]], ["free for ever", all_kib - total]]


def _slot_rows(linked: Linked) -> list[Row]:
    rows: list[Row] = []
    for name, part in linked.allocated.parts.items():
        imports: dict[str, list[int]] = {}
        for item in part.imports:
            imports.setdefault(f"{item.need.text} of {item.server}", []).append(item.slot)
        for text, slots in imports.items():
            rows.append([name, f"{slots[0]} to {slots[-1]}", text])
        names = {other.id: label for label, other in linked.allocated.parts.items()}
        for grant in part.grants:
            rows.append([name, grant.slot, _grant_text(grant.kind, grant.a, grant.b, names)])
    return rows


def _grant_text(kind: str, a: int, b: int, names: dict[int, str]) -> str:
    texts = {
        "GRANT_FRAMES": f"{a} frames" if a else "all frames that are left",
        "GRANT_IOPORT": f"ports {a:#x}, {b}",
        "GRANT_IRQ": f"interrupt line {a}",
        "GRANT_CAPTBL": f"capability table of {names.get(a)}",
        "GRANT_PGTBL": f"address space of {names.get(a)}",
        "GRANT_COMP": f"component {names.get(a)}",
        "GRANT_TCAP": "all the time there is",
        "GRANT_DEVICE": f"device memory {a:#x}, {b} bytes",
        "GRANT_RCV": f"end point of its thread {a}",
        "GRANT_FREE": f"{b} free slots",
        "GRANT_THREADS": f"{b} slots for the threads that the scheduler makes",
        "GRANT_CONTROL": "its own thread and root end point",
        "GRANT_DEATH": f"tells {names.get(b)} of the death of {names.get(a)}",
        "GRANT_RESET": f"tells {names.get(b)} first of the death of {names.get(a)}",
        "GRANT_SND": f"may notify {names.get(a)}, thread {b}",
    }
    return texts[kind]


def _call_rows(linked: Linked) -> list[Row]:
    checked = linked.allocated.checked
    rows: list[Row] = []
    for client, providers in checked.providers.items():
        for need in checked.system.components[client].needs:
            functions = checked.system.interfaces[need.interface].functions
            calls = ", ".join(need.symbol(function.name) for function in functions)
            rows.append([client, providers[need.name], need.text, calls])
    return rows


def _stack_rows(linked: Linked) -> list[Row]:
    checked = linked.allocated.checked
    rows: list[Row] = []
    for name, part in linked.allocated.parts.items():
        sums = [
            f"{origin} {checked.system.components[origin].threads}"
            + (" twice" if times > 1 else "")
            for origin, times in checked.reach[name].items()
        ]
        rows.append([name, part.stacks, " + ".join(sums)])
    return rows


def _function_rows(linked: Linked) -> list[Row]:
    interfaces = linked.allocated.checked.system.interfaces
    used = Counter(
        item.function.name for part in linked.allocated.parts.values() for item in part.imports
    )
    return [
        [
            function.name,
            "yes" if function.blocks else "no",
            function.repeat,
            "; ".join(" ".join(row) for row in function.descriptors),
            used[function.name],
        ]
        for name in sorted(interfaces)
        for function in interfaces[name].functions
    ]


def report(linked: Linked, image: Image, headers: Headers, has_graph: bool) -> str:
    """The report as one page of HTML."""
    system = linked.allocated.checked.system
    parts = [
        '<!DOCTYPE html><html lang="en"><meta charset="utf-8">',
        f"<title>{html.escape(system.name)}</title><style>{STYLE}</style>",
        f"<h1>{html.escape(system.name)}</h1><p>{html.escape(system.description)}</p>",
        f"<p>A machine of {system.memory_mib} MiB; boot image {len(image.data) >> 10} KiB; "
        f"{linked.reserved_frames} frames for the booter to build the components of.</p>",
    ]
    if has_graph:
        parts.append('<p><img src="graph.svg" alt="graph of components"></p>')
    tables = [
        (
            "Components",
            [
                "component",
                "id",
                "program",
                "provides",
                "threads",
                "stacks",
                "KiB each",
                "priority",
                "ceiling",
            ],
            _component_rows(linked),
        ),
        (
            "Memory",
            [
                "component",
                "code",
                "data",
                "zeroed",
                "pages",
                "built from, KiB",
                "budget, KiB",
                "frames, KiB",
                "files, bytes",
            ],
            _memory_rows(linked, headers),
        ),
        (
            f"What the machine's {system.memory_mib} MiB are for, at most",
            ["what", "KiB"],
            _sum_rows(linked, image),
        ),
        ("Capability slots", ["component", "slots", "what"], _slot_rows(linked)),
        (
            "Stacks: whose threads can be inside",
            ["component", "stacks", "threads"],
            _stack_rows(linked),
        ),
        ("Who may call whom", ["client", "server", "interface", "functions"], _call_rows(linked)),
        (
            "Functions and their descriptors",
            ["function", "blocks", "repeating", "descriptors", "clients"],
            _function_rows(linked),
        ),
    ]
    parts += [f"<h2>{title}</h2>\n{_table(head, rows)}" for title, head, rows in tables]
    return "\n".join(parts) + "</html>\n"
