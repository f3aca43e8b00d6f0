"""What the stages hand to each other: plain data, no behaviour beyond simple look-ups."""

from __future__ import annotations

from dataclasses import dataclass, field

from .errors import Refusal, Where
from .interface import Function, Interface
from .script import Block

REST = -1  # frames_kib = "rest"
THREADS = -2  # frames_kib = "threads", until check knows how many there can be


@dataclass(frozen=True)
class Need:
    """An import: an interface that a component needs, under a name of its own if there are several
    of one interface. provider is "" if the script leaves it to check to find the only one."""

    interface: str
    name: str  # the interface's, unless it stands behind "as"
    where: Where
    provider: str
    chosen: Where  # where the script says who provides it; where, if it does not

    @property
    def text(self) -> str:
        """As the script has it."""
        return self.interface if self.name == self.interface else f"{self.interface} as {self.name}"

    def symbol(self, name: str) -> str:
        """What a function or variable of the interface is called in a component that has this
        import."""
        return name if self.name == self.interface else f"{self.name}_{name}"


@dataclass(frozen=True)
class Thread:
    """A thread that the script names; number 0 is the main thread."""

    number: int
    priority: int
    endpoint: bool
    budget_us: int
    period_us: int
    where: Where


@dataclass(frozen=True)
class Range:
    """A range of ports, interrupt lines or device addresses."""

    first: int
    count: int
    where: Where


@dataclass(frozen=True)
class File:
    """A file handed over by frame; path is where it lies on the host."""

    name: str
    writable: bool
    path: str
    size: int
    where: Where


@dataclass
class Component:
    """One component as the script states it, with all defaults filled in."""

    name: str
    block: Block
    program: str
    folder: str  # of the program's sources
    sources: list[str]  # subfolders that are compiled too
    archives: list[str]  # linked as a whole, so that their link sets are complete
    cflags: list[str]
    provides: dict[str, Where]
    needs: list[Need]
    memory_kib: int
    stack_kib: int
    threads: int
    priority: int
    named: list[Thread]  # by number, the main thread first
    ceiling: int | None
    trusted: bool
    dma: bool  # may have memory that devices reach
    ports: list[Range]
    share_ports: bool
    irqs: list[Range]
    devices: list[Range]
    frames_kib: int  # or REST, or THREADS
    controls: dict[str, Where]
    notifies: list[tuple[str, int, Where]]
    slots: int
    thread_slots: int
    files: list[File]
    params: dict[str, str]
    user: str  # uid:gid,group,... towards rump kernels

    @property
    def where(self) -> Where:
        return self.block.where

    def at(self, key: str) -> Where:
        """Where a key of this component stands; the component's own line if it has its default."""
        setting = self.block.settings.get(key)
        return setting.where if setting else self.where

    def refuse(self, key: str, reason: str) -> Refusal:
        return Refusal(self.at(key), reason, self.name)


@dataclass
class System:
    """A whole script, parsed: the input of check."""

    name: str
    where: Where
    description: str
    memory_mib: int
    image_limit_mib: int
    verdict: str
    verdict_where: Where
    expect: list[str]
    forbid: list[str]
    seconds: int
    icount: bool
    disk: str  # the kind of the machine's disk device; empty if it has none
    disk_options: str  # for QEMU's -drive
    components: dict[str, Component]
    interfaces: dict[str, Interface]


@dataclass(frozen=True)
class Roles:
    """The components that start before the others, found by the interface that they provide. "" =
    there is none."""

    booter: str
    memmgr: str
    sched: str


@dataclass
class Checked:
    """The output of check: a system whose graph is sound."""

    system: System
    roles: Roles
    order: list[str]  # initialisation order
    providers: dict[str, dict[str, str]]  # component -> import -> component that provides it
    reach: dict[
        str, dict[str, int]
    ]  # component -> component whose threads can be inside -> times at once
    stacks: dict[str, int]
    ceilings: dict[str, int]


@dataclass(frozen=True)
class Grant:
    """A capability that the script gives: kind is the name of an enum grant_kind."""

    kind: str
    slot: int
    a: int
    b: int


@dataclass(frozen=True)
class Import:
    """A capability slot through which a component invokes one function of a server."""

    function: Function
    need: Need
    server: str
    slot: int


@dataclass(frozen=True)
class Notice:
    """A capability slot through which the booter tells a server of the death of clients."""

    function: Function
    server: str
    slot: int


@dataclass
class Allocation:
    """The numbers of one component."""

    id: int
    order: int
    stacks: int
    ceiling: int
    imports: list[Import]
    notices: list[Notice]  # the booter's
    grants: list[Grant]
    rcv_slots: dict[int, int]  # thread number -> slot of its end point
    file_addresses: list[int]
    captbl_slots: int


@dataclass
class Allocated:
    """The output of allocate."""

    checked: Checked
    parts: dict[str, Allocation]  # in initialisation order


@dataclass
class Program:
    """The output of link for one component."""

    elf: bytes  # stripped: what the boot image holds
    symbols_file: str  # the same with symbols
    entries: dict[str, int]  # function -> address of its server entry
    image_pages: int
    text_bytes: int
    data_bytes: int
    bss_bytes: int


@dataclass
class Linked:
    """The output of link."""

    allocated: Allocated
    programs: dict[str, Program]
    reserved_frames: int = 0


@dataclass
class Placed:
    """Where one member of the boot image lies."""

    name: str
    offset: int
    bytes: int


@dataclass
class Image:
    """The output of write."""

    data: bytes
    members: list[Placed] = field(default_factory=list)
    memory: dict[str, int] = field(default_factory=dict)  # what the machine's memory is for, in KiB
