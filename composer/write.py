"""
Write: the boot image. Packs the records of interfaces/init/info.h, whose layouts are read from
that header, and puts everything into one archive, the manifest first.
"""

from __future__ import annotations

import json
from typing import Iterable

from .errors import Refusal
from .frames import memory_sums, reserved_frames
from .headers import Headers
from .model import Allocated, Component, Image, Linked, Thread
from .tar import Archive, offsets

MANIFEST = "manifest"
USERS = {"fs", "socket"}  # interfaces whose servers know users
BOOTER = "booter"  # the name that the kernel looks for (kernel/abi/boot.h)


def program_name(allocated: Allocated, name: str) -> str:
    return BOOTER if name == allocated.checked.roles.booter else name


def file_name(component: str, file: str) -> str:
    return f"files/{component}/{file}"


class _Blob:
    """A header, then arrays, then strings. Offsets count from the start of the header."""

    def __init__(self, header_size: int) -> None:
        self.start = header_size
        self.body = bytearray()
        self.strings: list[tuple[int, str]] = []

    def array(self, records: Iterable[bytes]) -> tuple[int, int]:
        """Appends records; result: their number and offset."""
        items = list(records)
        self.body += bytes(-len(self.body) % 8)
        at = self.start + len(self.body)
        self.body += b"".join(items)
        return len(items), at

    def text(self, text: str) -> int:
        at = self.start + len(self.body)
        self.body += text.encode() + b"\0"
        return at

    def size(self) -> int:
        return self.start + len(self.body)


def _thread_records(
    allocated: Allocated, name: str, threads: list[Thread], headers: Headers
) -> list[bytes]:
    part = allocated.parts[name]
    return [
        headers.structs["info_thread"].pack(
            comp=part.id,
            number=thread.number,
            priority=thread.priority,
            rcv_slot=part.rcv_slots.get(thread.number, 0),
            budget_us=thread.budget_us,
            period_us=thread.period_us,
        )
        for thread in threads
    ]


def _threads_of(allocated: Allocated, name: str, headers: Headers) -> list[bytes]:
    """Its own threads; the scheduler learns of all that it has to make: not the main threads of
    those that start before it, nor its own."""
    roles = allocated.checked.roles
    components = allocated.checked.system.components
    if name != roles.sched:
        return _thread_records(allocated, name, components[name].named, headers)
    records = []
    for other in allocated.parts:
        early = other in (roles.booter, roles.memmgr, roles.sched)
        threads = [thread for thread in components[other].named if thread.number or not early]
        records += _thread_records(allocated, other, threads, headers)
    return records


def _comp_records(allocated: Allocated, headers: Headers) -> list[bytes]:
    records = []
    for name, part in allocated.parts.items():
        component = allocated.checked.system.components[name]
        pages = component.memory_kib * 1024 // headers["PAGE_SIZE"]
        records.append(
            headers.structs["info_comp"].pack(
                name=name,
                id=part.id,
                order=part.order,
                ceiling=part.ceiling,
                max_threads=component.threads,
                memory_pages=pages,
            )
        )
    return records


def _place_records(allocated: Allocated, headers: Headers) -> list[bytes]:
    """The slots that the scheduler fills in the tables of all components."""
    return [
        headers.structs["info_place"].pack(
            comp=part.id, slot=grant.slot, kind=headers[grant.kind], a=grant.a, b=grant.b
        )
        for part in allocated.parts.values()
        for grant in part.grants
        if grant.kind in ("GRANT_SND", "GRANT_THREADS")
    ]


def _params(allocated: Allocated, component: Component) -> dict[str, str]:
    """The script's parameters, who provides what, for servers as whom their clients come and
    who tells of their deaths, for the booter whose verdict counts, and for the memory manager who may have memory for devices."""
    checked = allocated.checked
    params = dict(component.params)
    for name, provider in checked.providers[component.name].items():
        params[f"provider.{name}"] = str(allocated.parts[provider].id)
    for client in checked.system.components.values():
        servers = checked.providers[client.name]
        used = {need.interface for need in client.needs if servers[need.name] == component.name}
        if USERS & used:
            params[f"user.{allocated.parts[client.name].id}"] = client.user
    if component.name == checked.roles.booter and checked.system.verdict:
        params["verdict"] = str(allocated.parts[checked.system.verdict].id)
    if any(f.death for i in component.provides for f in checked.system.interfaces[i].functions):
        params["booter"] = str(allocated.parts[checked.roles.booter].id)
    if component.dma:
        params["dma"] = "1"
    if component.name == checked.roles.memmgr:
        params["dma_components"] = str(_dma_components(allocated))
    return dict(sorted(params.items()))


def _dma_components(allocated: Allocated) -> int:
    """A bit for each component that may have memory for devices, at its id."""
    components = allocated.checked.system.components
    return sum(1 << part.id for name, part in allocated.parts.items() if components[name].dma)


def _file_records(
    blob: _Blob, component: Component, addresses: list[int], headers: Headers
) -> list[bytes]:
    return [
        headers.structs["info_file"].pack(
            name=blob.text(file.name),
            flags=headers["FILE_WRITABLE"] * file.writable,
            va=address,
            bytes=file.size,
        )
        for file, address in zip(component.files, addresses)
    ]


def comp_info(allocated: Allocated, name: str, headers: Headers) -> bytes:
    """The blob that a component finds at INFO_VA."""
    component, part = allocated.checked.system.components[name], allocated.parts[name]
    struct = headers.structs["comp_info"]
    blob = _Blob(struct.size)
    grants = blob.array(
        headers.structs["info_grant"].pack(kind=headers[g.kind], slot=g.slot, a=g.a, b=g.b)
        for g in part.grants
    )
    threads = blob.array(_threads_of(allocated, name, headers))
    comps = blob.array(_comp_records(allocated, headers) if component.controls else [])
    is_sched = name == allocated.checked.roles.sched
    places = blob.array(_place_records(allocated, headers) if is_sched else [])
    pairs = [
        (blob.text(key), blob.text(value)) for key, value in _params(allocated, component).items()
    ]
    params = blob.array(
        headers.structs["info_param"].pack(key=key, value=value) for key, value in pairs
    )
    files = blob.array(_file_records(blob, component, part.file_addresses, headers))
    header = struct.pack(
        magic=headers["INFO_MAGIC"],
        size=blob.size(),
        name=name,
        id=part.id,
        stacks=part.stacks,
        stack_pages=component.stack_kib * 1024 // headers["PAGE_SIZE"],
        ngrants=grants[0],
        grants=grants[1],
        nparams=params[0],
        params=params[1],
        nfiles=files[0],
        files=files[1],
        nthreads=threads[0],
        threads=threads[1],
        ncomps=comps[0],
        comps=comps[1],
        nplaces=places[0],
        places=places[1],
    )
    return header + bytes(blob.body)


def _flags(allocated: Allocated, name: str, headers: Headers) -> int:
    roles = allocated.checked.roles
    trusted = (
        name in (roles.booter, roles.memmgr, roles.sched)
        or allocated.checked.system.components[name].trusted
    )
    return (
        headers["COMP_TRUSTED"] * trusted
        | headers["COMP_BOOTER"] * (name == roles.booter)
        | headers["COMP_SCHED"] * (name == roles.sched)
    )


def _manifest_comps(linked: Linked, headers: Headers) -> list[bytes]:
    allocated = linked.allocated
    return [
        headers.structs["manifest_comp"].pack(
            name=name,
            program=program_name(allocated, name),
            info=f"{name}.info",
            id=part.id,
            order=part.order,
            flags=_flags(allocated, name, headers),
            captbl_slots=part.captbl_slots,
            image_pages=linked.programs[name].image_pages,
        )
        for name, part in allocated.parts.items()
    ]


def _manifest_sinvs(linked: Linked, headers: Headers) -> list[bytes]:
    parts = linked.allocated.parts
    return [
        headers.structs["manifest_sinv"].pack(
            client=part.id,
            slot=item.slot,
            server=parts[item.server].id,
            entry=linked.programs[item.server].entries[item.function.name],
            badge=part.id,
        )
        for part in parts.values()
        for item in (*part.imports, *part.notices)
    ]


def _manifest_files(linked: Linked, headers: Headers, placed: dict[str, int]) -> list[bytes]:
    records = []
    for name, part in linked.allocated.parts.items():
        component = linked.allocated.checked.system.components[name]
        for file, address in zip(component.files, part.file_addresses):
            records.append(
                headers.structs["manifest_file"].pack(
                    comp=part.id,
                    flags=headers["FILE_WRITABLE"] * file.writable,
                    offset=placed.get(file_name(name, file.name), 0),
                    bytes=file.size,
                    va=address,
                )
            )
    return records


def manifest(linked: Linked, headers: Headers, placed: dict[str, int]) -> bytes:
    struct = headers.structs["manifest"]
    blob = _Blob(struct.size)
    comps = blob.array(_manifest_comps(linked, headers))
    sinvs = blob.array(_manifest_sinvs(linked, headers))
    files = blob.array(_manifest_files(linked, headers, placed))
    header = struct.pack(
        magic=headers["MANIFEST_MAGIC"],
        size=blob.size(),
        ncomps=comps[0],
        comps=comps[1],
        nsinvs=sinvs[0],
        sinvs=sinvs[1],
        nfiles=files[0],
        files=files[1],
        reserved_frames=linked.reserved_frames,
    )
    return header + bytes(blob.body)


def _members(linked: Linked, headers: Headers) -> list[tuple[str, bytes]]:
    """What follows the manifest: the booter, programs, their information, files."""
    allocated = linked.allocated
    members = [
        (program_name(allocated, name), program.elf) for name, program in linked.programs.items()
    ]
    members += [(f"{name}.info", comp_info(allocated, name, headers)) for name in allocated.parts]
    for name in allocated.parts:
        for file in allocated.checked.system.components[name].files:
            with open(file.path, "rb") as stream:
                members.append((file_name(name, file.name), stream.read()))
    return members


def _check_size(linked: Linked, image: Image, headers: Headers) -> None:
    system = linked.allocated.checked.system
    if len(image.data) > system.image_limit_mib << 20:
        raise Refusal(
            system.where,
            f"the boot image has {len(image.data) >> 10} KiB, above its limit of "
            f"{system.image_limit_mib} MiB",
        )
    image.memory = memory_sums(linked, image, headers)
    total = sum(image.memory.values())
    if total > system.memory_mib << 10:
        sums = ", ".join(f"{what} {kib} KiB" for what, kib in image.memory.items())
        raise Refusal(
            system.where,
            f"{sums}: together {total} KiB, but the machine has {system.memory_mib} MiB",
        )


def write(linked: Linked, headers: Headers) -> Image:
    """The boot image in memory."""
    linked.reserved_frames = reserved_frames(linked, headers)
    members = _members(linked, headers)
    first_size = len(manifest(linked, headers, {}))
    placed = offsets(
        [(name, len(data)) for name, data in members], first_size, headers["PAGE_SIZE"]
    )
    archive = Archive(headers["PAGE_SIZE"])
    archive.add_first(MANIFEST, manifest(linked, headers, placed))
    for name, data in members:
        archive.add(name, data)
    image = archive.finish()
    assert all(placed.get(member.name, member.offset) == member.offset for member in image.members)
    _check_size(linked, image, headers)
    return image


def system_json(linked: Linked, image: Image) -> str:
    """What runscripts/run needs to know of the system."""
    system = linked.allocated.checked.system
    files = {
        member.name.removeprefix("files/"): {"offset": member.offset, "bytes": member.bytes}
        for member in image.members
        if member.name.startswith("files/")
    }
    facts = {
        "name": system.name,
        "description": system.description,
        "memory_mib": system.memory_mib,
        "verdict": system.verdict,
        "expect": system.expect,
        "forbid": system.forbid,
        "seconds": system.seconds,
        "icount": system.icount,
        "disk": system.disk,
        "disk_options": system.disk_options,
        "image_bytes": len(image.data),
        "memory_kib": image.memory,
        "files": files,
    }
    return json.dumps(facts, indent=2, sort_keys=True) + "\n"
