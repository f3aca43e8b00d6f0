"""
How many frames the booter uses to build the components: what goes into manifest.reserved_frames,
and what the machine must have beside the budgets. Counts pages and the page tables that reach
them, one by one.
"""

from __future__ import annotations

from .check import kernel_kib
from .headers import Headers
from .model import Allocated, Component, Image, Linked

SPARE_FRAMES = 32  # end points, and the threads and tcaps of those who start before the scheduler
INFO_PAGES = 2  # each component has a copy of its information
TABLE_ENTRIES = 512
TABLES_LEAST = 6
OBJECTS_PER_COMP = 2  # the component itself and the thread that initialises it


def _pages(linked: Linked, name: str, headers: Headers) -> dict[str, list[tuple[int, int]]]:
    """Runs of pages as (address, number): those that the booter gives frames of their own, and
    those it maps from the image."""
    page = headers["PAGE_SIZE"]
    part = linked.allocated.parts[name]
    component = linked.allocated.checked.system.components[name]
    stack_pages = component.stack_kib * 1024 // page
    own = [(headers["IMAGE_VA"], linked.programs[name].image_pages)]
    own.append((headers["INFO_VA"], INFO_PAGES))
    for index in range(part.stacks):
        top = headers["STACK_VA"] + (index + 1) * headers["STACK_STRIDE"]
        own.append((top - stack_pages * page, stack_pages))
    shared = [
        (address, -(-file.size // page))
        for address, file in zip(part.file_addresses, component.files)
    ]
    devices = sum(part.count for part in component.devices)
    shared.append((headers["DEVICES_VA"], devices // page))
    return {"own": own, "shared": shared}


def _tables(runs: list[tuple[int, int]], page: int) -> int:
    """Page tables that reach the runs, the top included."""
    count = 1
    for shift in (21, 30, 39):
        places: set[int] = set()
        for address, pages in runs:
            if pages:
                places.update(range(address >> shift, ((address + pages * page - 1) >> shift) + 1))
        count += len(places)
    return count


def component_frames(linked: Linked, name: str, headers: Headers) -> int:
    runs = _pages(linked, name, headers)
    slots = linked.allocated.parts[name].captbl_slots
    beyond = max(slots - headers["SLOTS_FIRST_FRAME"], 0)
    captbl = 1 + -(-beyond // headers["SLOTS_PER_FRAME"])
    user = sum(pages for _, pages in runs["own"])
    tables = _tables(runs["own"] + runs["shared"], headers["PAGE_SIZE"])
    return user + tables + captbl + OBJECTS_PER_COMP


def _budget_tables(component: Component, page: int) -> int:
    """Frames that memmgr uses beside a budget: page tables of heap and sessions, and a few bits for each page."""
    pages = component.memory_kib * 1024 // page
    return TABLES_LEAST + pages // (TABLE_ENTRIES // 2)


def memory_sums(linked: Linked, image: Image, headers: Headers) -> dict[str, int]:
    """What the machine's memory is for, and how much of it may be needed at once, in KiB."""
    system = linked.allocated.checked.system
    components = system.components.values()
    page = headers["PAGE_SIZE"]
    files = sum(-(-file.size // page) * page for c in components for file in c.files)
    tables = sum(_budget_tables(component, page) for component in components)
    return {
        "kernel and firmware": kernel_kib(system),
        "files": files >> 10,
        "the rest of the boot image": len(image.data) - files >> 10,
        "programs, stacks and kernel objects": linked.reserved_frames * page >> 10,
        "threads": sum(max(component.frames_kib, 0) for component in components),
        "budgets": sum(component.memory_kib for component in components),
        "memmgr's tables for them": tables * page >> 10,
    }


def reserved_frames(linked: Linked, headers: Headers) -> int:
    """Frames that the booter takes for itself and for every component."""
    allocated: Allocated = linked.allocated
    return SPARE_FRAMES + sum(component_frames(linked, name, headers) for name in allocated.parts)
