"""
Check: is the graph sound? Finds the provider of every needed interface, the order of
initialisation, who can be inside whom, and refuses what cannot work. What needs the compiled
programs is checked by link.
"""

from __future__ import annotations

from .errors import Refusal
from .headers import Headers
from .interface import Function
from .model import REST, THREADS, Checked, Component, Need, Range, Roles, System, Thread

STACKS_MIN = 2
STACK_KIB_MAX = 60  # a stride of 64 KiB less the guard page
SPARE_THREADS = 16
PORTS = 1 << 16
THREAD_NUMBER_MAX = 255
RESETS, DEATHS = 2, 3  # threads of the booter; components/booter/main.c
FILE_NAME_MAX = 60  # so that a tar header holds it with the component's name
# What is no component's: the low MiB, the firmware's tables at the top (128 KiB), the kernel with its page tables (192 KiB), what
# the booter keeps to build a component once more (256 KiB); and the kernel's record of each frame.
KERNEL_KIB = 1600
KERNEL_SHARE = 256

Graph = dict[str, list[str]]


def _find_provider(system: System, client: Component, need: Need) -> str:
    providers = [
        other.name for other in system.components.values() if need.interface in other.provides
    ]
    if need.provider:
        if need.provider not in system.components:
            raise Refusal(
                need.chosen,
                f"needs {need.text} of {need.provider}, which does not exist",
                client.name,
            )
        if need.provider not in providers:
            raise Refusal(
                need.chosen,
                f"needs {need.text} of {need.provider}, which does not provide it",
                client.name,
            )
        providers = [need.provider]
    if not providers:
        raise Refusal(
            need.where,
            f"needs interface {need.text}, which no component provides",
            client.name,
        )
    if len(providers) > 1:
        raise Refusal(
            need.where,
            f"needs interface {need.text}, which has {len(providers)} providers "
            f"({', '.join(providers)}); choose one: "
            f'providers = {{ {need.name} = "{providers[0]}" }}',
            client.name,
        )
    if providers[0] == client.name:
        raise Refusal(need.chosen, f"needs interface {need.text} of itself", client.name)
    if need.name in client.provides:
        raise Refusal(
            need.where,
            f"both provides and needs interface {need.interface}; its functions can have only "
            "one of the two meanings",
            client.name,
        )
    return providers[0]


def _find_providers(system: System, client: Component) -> dict[str, str]:
    """The provider of each import. No two imports of an interface have the same: a server knows a
    client by its badge, so it would take both for one."""
    found = {need.name: _find_provider(system, client, need) for need in client.needs}
    taken: dict[tuple[str, str], Need] = {}
    for need in client.needs:
        other = taken.setdefault((need.interface, found[need.name]), need)
        if other is not need:
            raise Refusal(
                need.chosen,
                f"needs {need.text} of {found[need.name]}, of which it has {other.text} already",
                client.name,
            )
    return found


def find_roles(system: System) -> Roles:
    """The booter, the memory manager and the scheduler are who provides init, mem and sched. A
    component that is alone runs as the booter."""
    found = {}
    for interface in ("init", "mem", "sched"):
        providers = [
            component
            for component in system.components.values()
            if interface in component.provides
        ]
        if len(providers) > 1:
            raise Refusal(
                providers[1].provides[interface],
                f"provides {interface}, as {providers[0].name} does; there " "can be one only",
                providers[1].name,
            )
        found[interface] = providers[0].name if providers else ""
    if not found["init"] and len(system.components) == 1:
        found["init"] = next(iter(system.components))  # a program that runs alone
    if not found["init"]:
        raise Refusal(system.where, "no component provides init: the system has no booter")
    return Roles(found["init"], found["mem"], found["sched"])


def _visit(graph: Graph, node: str, path: list[str], done: list[str]) -> list[str]:
    """Depth-first: appends what has been finished to done; a non-empty result is a cycle."""
    if node in path:
        return path[path.index(node) :] + [node]
    if node in done:
        return []
    for other in graph[node]:
        cycle = _visit(graph, other, path + [node], done)
        if cycle:
            return cycle
    done.append(node)
    return []


def find_order(system: System, providers: dict[str, dict[str, str]], roles: Roles) -> list[str]:
    """Booter, memory manager, scheduler, then servers before their clients, otherwise as the
    script has them. What the booter needs does not count: only its recovery thread invokes to the
    right, each time with a timeout."""
    graph: Graph = {
        name: sorted(set(providers[name].values()), key=list(system.components).index)
        for name in system.components
    }
    graph[roles.booter] = []
    first = [name for name in (roles.booter, roles.memmgr, roles.sched) if name]
    done: list[str] = []
    for name in first + list(system.components):
        cycle = _visit(graph, name, [], done)
        if cycle:
            component = system.components[cycle[0]]
            need = next(n for n in component.needs if providers[cycle[0]][n.name] == cycle[1])
            raise Refusal(
                need.where,
                f"cycle of synchronous dependencies: {' -> '.join(cycle)}",
                component.name,
            )
    return _check_order(system, providers, list(dict.fromkeys(first + done)), first)


def _check_order(
    system: System, providers: dict[str, dict[str, str]], order: list[str], first: list[str]
) -> list[str]:
    for name in first[1:]:
        for need in system.components[name].needs:
            provider = providers[name][need.name]
            if order.index(provider) > order.index(name):
                raise Refusal(
                    need.where,
                    f"needs {need.text} of {provider}, which starts after it",
                    name,
                )
    if (
        order[len(first) :]
        and len(first) < 3
        and not any("sched" in c.provides for c in system.components.values())
    ):
        late = system.components[order[len(first)]]
        raise Refusal(
            late.where, "has no scheduler to run it: no component provides sched", late.name
        )
    return order


def _paths(providers: dict[str, dict[str, str]], start: str, booter: str) -> set[str]:
    """Every component that a thread of a component can come to. Nobody's thread goes on from the
    booter to the right, but the booter's own."""
    found: set[str] = set()
    todo = list(providers[start].values())
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [] if name == booter else providers[name].values()
    return found


def find_reach(providers: dict[str, dict[str, str]], booter: str) -> dict[str, dict[str, int]]:
    """For each component: whose threads can be inside, and how many times one of them at once. The
    graph has no cycle but through the booter, so twice means the booter's recovery thread, come
    back by way of another component."""
    reach: dict[str, dict[str, int]] = {name: {name: 1} for name in providers}
    for origin in providers:
        for name in _paths(providers, origin, booter):
            reach[name][origin] = reach[name].get(origin, 0) + 1
    return reach


def mourners(system: System, providers: dict[str, dict[str, str]], client: str) -> list[tuple[str, Function]]:
    """Who is told, by which function, when a component has died."""
    told = {}
    for need in system.components[client].needs:
        for function in system.interfaces[need.interface].functions:
            if function.death:
                told[providers[client][need.name], function.name] = function
    return [(server, function) for (server, _), function in told.items()]


def find_told(system: System, providers: dict[str, dict[str, str]], booter: str) -> dict[str, set[int]]:
    """For each component: which of the booter's threads can be inside that tell of deaths."""
    told: dict[str, set[int]] = {name: set() for name in providers}
    for name in providers:
        for server, function in mourners(system, providers, name):
            for visited in {server} | _paths(providers, server, booter):
                told[visited].add(RESETS if function.death == "first" else DEATHS)
    return told


def _count_stacks(
    system: System, reach: dict[str, dict[str, int]], told: dict[str, set[int]], most: int
) -> dict[str, int]:
    stacks = {}
    for name, component in system.components.items():
        wanted = len(told[name]) + sum(
            system.components[origin].threads * times for origin, times in reach[name].items()
        )
        if wanted > most:
            who = ", ".join(
                f"{origin} {system.components[origin].threads}" for origin in sorted(reach[name])
            )
            raise component.refuse(
                "threads",
                f"{wanted} threads can be inside at once ({who}), but it can have {most} "
                "execution stacks at most",
            )
        stacks[name] = max(wanted, STACKS_MIN)
    return stacks


def _find_ceilings(
    system: System, reach: dict[str, dict[str, int]], told: dict[str, set[int]], booters: list[Thread]
) -> dict[str, int]:
    ceilings = {}
    for name, component in system.components.items():
        visitors = [thread for origin in reach[name] for thread in system.components[origin].named]
        visitors += [thread for thread in booters if thread.number in told[name]]
        best = min(visitors, key=lambda thread: thread.priority)
        ceilings[name] = best.priority if component.ceiling is None else component.ceiling
        if ceilings[name] > best.priority:
            raise component.refuse(
                "ceiling",
                f"ceiling {component.ceiling} is below priority {best.priority} of a thread "
                "that can be inside",
            )
    return ceilings


def _check_limits(component: Component, headers: Headers) -> None:
    """What would not fit into the records of info.h, or exists on no machine."""
    longest = headers["NAME_LEN"] - len(".info") - 1
    if len(component.name) > longest:
        raise Refusal(
            component.where, f"its name is longer than {longest} characters", component.name
        )
    for need in component.needs:
        if len(need.name) >= headers["NAME_LEN"]:
            most = headers["NAME_LEN"] - 1
            raise Refusal(
                need.where, f"an import's name is longer than {most} characters", component.name
            )
    for part in component.ports:
        if part.first + part.count > PORTS:
            raise Refusal(
                part.where,
                f"port {part.first + part.count - 1:#x} is above {PORTS - 1:#x}",
                component.name,
            )
    for part in component.devices:
        if part.first % headers["PAGE_SIZE"] or part.count % headers["PAGE_SIZE"]:
            raise Refusal(part.where, "device memory is given in whole pages", component.name)
    if sum(part.count for part in component.devices) > headers["HEAP_VA"] - headers["DEVICES_VA"]:
        raise component.refuse("devices", "more device memory than there are addresses for")
    for file in component.files:
        if len(file.name.encode()) > FILE_NAME_MAX:
            raise Refusal(
                file.where, f"a file's name has at most {FILE_NAME_MAX} bytes", component.name
            )


def _check_threads(component: Component, lowest: int) -> None:
    for thread in component.named:
        if thread.number > THREAD_NUMBER_MAX:
            raise Refusal(
                thread.where,
                f"thread number {thread.number} is above {THREAD_NUMBER_MAX}",
                component.name,
            )
        if thread.priority > lowest:
            raise Refusal(
                thread.where,
                f"priority {thread.priority} is outside 0 to {lowest}",
                component.name,
            )
        if thread.budget_us > thread.period_us:
            raise Refusal(
                thread.where,
                f"thread {thread.number} has a budget of {thread.budget_us} us in a period of "
                f"{thread.period_us} us",
                component.name,
            )
    if component.ceiling is not None and component.ceiling > lowest:
        raise component.refuse("ceiling", f"ceiling {component.ceiling} is outside 0 to {lowest}")
    if len(component.named) > component.threads:
        raise component.refuse(
            "threads",
            f"names {len(component.named)} threads, the main one included, but may have "
            f"{component.threads} at once",
        )
    if component.stack_kib % 4 or not 4 <= component.stack_kib <= STACK_KIB_MAX:
        raise component.refuse(
            "stack_kib", f"stack_kib must be a multiple of 4 from 4 to {STACK_KIB_MAX}"
        )


def _check_targets(system: System, component: Component) -> None:
    for target, where in component.controls.items():
        if target != "*" and target not in system.components:
            raise Refusal(where, f"controls {target}, which does not exist", component.name)
    for target, number, where in component.notifies:
        if target not in system.components:
            raise Refusal(where, f"notifies {target}, which does not exist", component.name)
        thread = next((t for t in system.components[target].named if t.number == number), None)
        if thread is None or not thread.endpoint:
            raise Refusal(
                where,
                f"notifies thread {number} of {target}, which has no end point",
                component.name,
            )


def _overlaps(one: Range, other: Range) -> bool:
    return one.first < other.first + other.count and other.first < one.first + one.count


def _check_sharing(system: System) -> None:
    """No port, interrupt or device register has two owners, but for ports that both sides say they
    share."""
    for key, what in (
        ("ports", "port"),
        ("irqs", "interrupt line"),
        ("devices", "device address"),
    ):
        owners: list[tuple[Component, Range]] = []
        for component in system.components.values():
            for own in getattr(component, key):
                for other, taken in owners:
                    shared = key == "ports" and component.share_ports and other.share_ports
                    if _overlaps(own, taken) and not (shared or other is component):
                        both = max(own.first, taken.first)
                        raise Refusal(
                            own.where,
                            f"{what} {both:#x} belongs to {other.name} already",
                            component.name,
                        )
                owners.append((component, own))


def _settle_frames(system: System, page_size: int) -> None:
    """frames_kib = "threads": the kernel objects of all threads that there may be at once, and some more for those whose
    end the kernel has not settled yet."""
    named = [thread for component in system.components.values() for thread in component.named]
    frames = SPARE_THREADS + sum(component.threads for component in system.components.values())
    frames += sum(2 if thread.endpoint else bool(thread.period_us) for thread in named)
    for component in system.components.values():
        if component.frames_kib == THREADS:
            component.frames_kib = frames * page_size // 1024


def kernel_kib(system: System) -> int:
    """What of the machine is not there for components."""
    return KERNEL_KIB + system.memory_mib * 1024 // KERNEL_SHARE


def _check_memory(system: System) -> None:
    usable = system.memory_mib * 1024 - kernel_kib(system)
    total = 0
    rest = ""
    for component in system.components.values():
        total += component.memory_kib + max(component.frames_kib, 0)
        total += sum(-(-file.size // 1024) for file in component.files)
        if total > usable:
            raise component.refuse(
                "memory_kib",
                f"with it the budgets are {total} KiB, but a machine of "
                f"{system.memory_mib} MiB has {max(usable, 0)} KiB for components",
            )
        if component.frames_kib == REST:
            if rest:
                raise component.refuse(
                    "frames_kib", f"all frames that are left belong to {rest} already"
                )
            rest = component.name


def _check_verdict(system: System, roles: Roles, providers: dict[str, dict[str, str]]) -> None:
    if system.verdict and system.verdict not in system.components:
        raise Refusal(
            system.verdict_where, f"verdict names {system.verdict}, which does not exist"
        )
    if (
        system.verdict
        and system.verdict != roles.booter
        and "init" not in providers[system.verdict]
    ):
        raise Refusal(
            system.verdict_where,
            f"verdict is up to {system.verdict}, which does not need init and so cannot "
            "end the run",
        )


def check(system: System, headers: Headers) -> Checked:
    """Refuses an unsound system; otherwise adds what follows from its graph."""
    roles = find_roles(system)
    providers = {
        name: _find_providers(system, component) for name, component in system.components.items()
    }
    for component in system.components.values():
        _check_limits(component, headers)
        _check_threads(component, headers["PRIO_LOWEST"])
        _check_targets(system, component)
    order = find_order(system, providers, roles)
    _settle_frames(system, headers["PAGE_SIZE"])
    _check_sharing(system)
    _check_memory(system)
    _check_verdict(system, roles, providers)
    reach = find_reach(providers, roles.booter)
    told = find_told(system, providers, roles.booter)
    stacks = _count_stacks(system, reach, told, headers["STACKS_MAX"])
    ceilings = _find_ceilings(system, reach, told, system.components[roles.booter].named if roles.booter else [])
    return Checked(system, roles, order, providers, reach, stacks, ceilings)
