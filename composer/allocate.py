"""
Allocate: numbers. Component ids, capability slots, end points and addresses of files. Ids follow
the order of initialisation and begin at 1, so that 0 is nobody. A table's slots are given in this
order: imports by interface and function, grants, end points, free slots.
"""

from __future__ import annotations

from .check import mourners
from .headers import Headers
from .model import REST, Allocated, Allocation, Checked, Component, Grant, Import, Notice, Thread


class _Slots:
    """Hands out the slots of one capability table in order."""

    def __init__(self, first: int) -> None:
        self.next = first

    def take(self, count: int = 1) -> int:
        slot = self.next
        self.next += count
        return slot


def _imports(checked: Checked, name: str, slots: _Slots) -> list[Import]:
    found = []
    for need in checked.system.components[name].needs:
        server = checked.providers[name][need.name]
        for function in checked.system.interfaces[need.interface].functions:
            found.append(Import(function, need, server, slots.take()))
    return found


def _notices(checked: Checked, slots: _Slots) -> tuple[list[Notice], list[Grant]]:
    """For each server and each function of it that is told of deaths: the slot; and for each of its
    clients a grant that says so."""
    notices: dict[tuple[str, str], Notice] = {}
    grants = []
    for client in checked.order:
        for server, function in mourners(checked.system, checked.providers, client):
            key = (server, function.name)
            if key not in notices:
                notices[key] = Notice(function, server, slots.take())
            ids = [checked.order.index(name) + 1 for name in (client, server)]
            kind = "GRANT_RESET" if function.death == "first" else "GRANT_DEATH"
            grants.append(Grant(kind, notices[key].slot, *ids))
    return list(notices.values()), grants


def _controlled(checked: Checked, component: Component) -> list[str]:
    return (
        checked.order
        if "*" in component.controls
        else [n for n in checked.order if n in component.controls]
    )


def _scheduler_grants(slots: _Slots) -> list[Grant]:
    return [Grant("GRANT_TCAP", slots.take(), 0, 0), Grant("GRANT_CONTROL", slots.take(2), 0, 0)]


def _range_grants(component: Component, slots: _Slots, page_size: int) -> list[Grant]:
    grants = []
    if component.frames_kib:
        pages = 0 if component.frames_kib == REST else -(-component.frames_kib * 1024 // page_size)
        grants.append(Grant("GRANT_FRAMES", slots.take(), pages, 0))
    for kind, ranges in (
        ("GRANT_IOPORT", component.ports),
        ("GRANT_IRQ", component.irqs),
        ("GRANT_DEVICE", component.devices),
    ):
        grants += [Grant(kind, slots.take(), part.first, part.count) for part in ranges]
    return grants


def _control_grants(checked: Checked, component: Component, slots: _Slots) -> list[Grant]:
    grants = []
    for name in _controlled(checked, component):
        number = checked.order.index(name) + 1
        for kind in ("GRANT_CAPTBL", "GRANT_PGTBL", "GRANT_COMP"):
            grants.append(Grant(kind, slots.take(), number, 0))
    return grants


def _notification_grants(checked: Checked, component: Component, slots: _Slots) -> list[Grant]:
    return [
        Grant("GRANT_SND", slots.take(), checked.order.index(target) + 1, number)
        for target, number, _ in component.notifies
    ]


def _endpoint_slots(threads: list[Thread], slots: _Slots) -> dict[int, int]:
    return {thread.number: slots.take() for thread in threads if thread.endpoint}


def _file_addresses(component: Component, headers: Headers) -> list[int]:
    """Each file begins on a page of its own, with an unmapped page before the next."""
    addresses = []
    address = headers["FILES_VA"]
    for file in component.files:
        addresses.append(address)
        address += (-(-file.size // headers["PAGE_SIZE"]) + 1) * headers["PAGE_SIZE"]
    return addresses


def _allocate_one(checked: Checked, name: str, headers: Headers) -> Allocation:
    component = checked.system.components[name]
    is_booter = name == checked.roles.booter
    slots = _Slots(headers["SLOT_BOOT_FREE"] if is_booter else headers["SLOT_FIRST"])
    imports = _imports(checked, name, slots)
    notices, deaths = _notices(checked, slots) if is_booter else ([], [])
    grants = _scheduler_grants(slots) if name == checked.roles.sched else []
    grants += _range_grants(component, slots, headers["PAGE_SIZE"])
    grants += _control_grants(checked, component, slots) + _notification_grants(
        checked, component, slots
    )
    rcv_slots = _endpoint_slots(component.named, slots)
    grants += [Grant("GRANT_RCV", slot, number, 0) for number, slot in rcv_slots.items()]
    if component.slots:
        grants.append(Grant("GRANT_FREE", slots.take(component.slots), 0, component.slots))
    if component.thread_slots:
        grants.append(
            Grant("GRANT_THREADS", slots.take(component.thread_slots), 0, component.thread_slots)
        )
    if slots.next > headers["SLOT_LIMIT"]:
        raise component.refuse(
            "slots", f"needs {slots.next} capability slots; a table has {headers['SLOT_LIMIT']}"
        )
    grants += deaths
    order = checked.order.index(name)
    return Allocation(
        order + 1,
        order,
        checked.stacks[name],
        checked.ceilings[name],
        imports,
        notices,
        grants,
        rcv_slots,
        _file_addresses(component, headers),
        slots.next,
    )


def allocate(checked: Checked, headers: Headers) -> Allocated:
    return Allocated(
        checked, {name: _allocate_one(checked, name, headers) for name in checked.order}
    )
