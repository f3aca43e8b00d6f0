"""Local sockets: names, streams, datagrams, waiting, and threads that take each other's sockets away."""

from __future__ import annotations

from typing import Callable

from .tools import Bench, Run, command, must

EPERM, ENOENT, EBADF, EACCES, EBUSY, ENOTDIR, EINVAL, EMFILE = 1, 2, 9, 13, 16, 20, 22, 24
ESPIPE, EROFS, EPIPE, EAGAIN, ENOTSOCK, EDESTADDRREQ, EMSGSIZE, EPROTOTYPE = 29, 30, 32, 35, 38, 39, 40, 41
ENOPROTOOPT, EOPNOTSUPP, EAFNOSUPPORT, EADDRINUSE, ECONNRESET, ENOBUFS = 42, 45, 47, 48, 54, 55
EISCONN, ENOTCONN, ECONNREFUSED, ENXIO, ENAMETOOLONG = 56, 57, 61, 6, 63
LOCAL, INET, INET6, STREAM, DATAGRAM = 1, 2, 24, 1, 2
IN, OUT, FAILED, HUNG_UP, INVALID = 1, 4, 8, 16, 32
TYPE, ERROR, ACCEPTCONN, SNDBUF, RCVBUF, SNDTIMEO, RCVTIMEO, NONBLOCK, REUSEADDR = range(1, 10)
RECEIVE, SEND, BOTH = 0, 1, 2
BUFFER = 32768  # of a stream at first

Step = tuple[str, int]


def _do(want: int, *words: object) -> Step:
    """A command and its result."""
    return command(*words), want


def _run(bench: Bench, steps: list[Step], fsck: bool = True) -> Run:
    """Runs commands between mount and unmount; each must give its result."""
    image = bench.image(4096, "-b", "1024")
    lines = [command("mount", "/", "rw"), *(line for line, _ in steps), command("unmount", "/")]
    run = bench.rumpfs(image, lines)
    for number, (answer, (line, want)) in enumerate(zip(run.answers[1:], steps)):
        must(answer.value == want, f"step {number}, {line}, gives {answer.value}, not {want}: {run.said[-1000:]}")
    must(run.answers[-1].value == 0, f"unmount gives {run.answers[-1].value}")
    if fsck:
        bench.fsck(image)
    return run


def _names(bench: Bench) -> None:
    run = _run(
        bench,
        [
            _do(0, "socket", LOCAL, STREAM, 0),
            _do(1, "socket", LOCAL, STREAM, 0),
            _do(-ENOENT, "bind", 0, "/none/s"),
            _do(-ENOENT, "bind", 0, "/s/"),
            _do(0, "mkdir", "/closed", "700"),
            _do(0, "bind", 0, "/s"),
            _do(-EINVAL, "bind", 0, "/again"),
            _do(-EADDRINUSE, "bind", 1, "/s"),
            _do(0, "stat", "/s"),
            _do(0, "getsockname", 0),
            _do(0, "getsockname", 1),
            _do(-ENOTCONN, "getpeername", 0),
            _do(-ENXIO, "open", "/s", 2, 0),
            _do(-ENOTDIR, "stat", "/s/x"),
            _do(-EINVAL, "truncate", "/s", 0),
            # nobody listens, or it is no socket, or not such a one
            _do(-ECONNREFUSED, "connect", 1, "/s"),
            _do(-ECONNREFUSED, "connect", 1, "/closed"),
            _do(-ENOENT, "connect", 1, "/none"),
            _do(0, "listen", 0, 1),
            _do(-EAFNOSUPPORT, "connect", 1, "-"),
            _do(2, "socket", LOCAL, DATAGRAM, 0),
            _do(-EPROTOTYPE, "connect", 2, "/s"),
            # a bound name keeps the mount, and follows a rename
            _do(-EBUSY, "unmount", "/"),
            _do(0, "rename", "/s", "/closed/t"),
            _do(0, "connect", 1, "/closed/t"),
            _do(3, "accept", 0),
            _do(0, "getpeername", 1),
            _do(0, "getsockname", 3),
            # without its name it lives on, and the name is free
            _do(0, "unlink", "/closed/t"),
            _do(0, "chmod", "/", "777"),
            _do(5, "send", 1, 5),
            _do(5, "receive", 3, 100),
            _do(4, "socket", LOCAL, STREAM, 0),
            _do(-ENOENT, "connect", 4, "/closed/t"),
            _do(0, "bind", 4, "/closed/t"),
            _do(0, "listen", 4, 1),
            # only who may search, and write to it, connects
            _do(0, "setcred", 1000, 1000, 1000),
            _do(5, "socket", LOCAL, STREAM, 0),
            _do(-EACCES, "connect", 5, "/closed/t"),
            _do(-EACCES, "bind", 5, "/closed/mine"),
            _do(0, "setcred", 0, 0, 0),
            _do(0, "rename", "/closed/t", "/t"),
            _do(0, "setcred", 1000, 1000, 1000),
            _do(-EACCES, "connect", 5, "/t"),
            _do(0, "setcred", 0, 0, 0),
            _do(0, "chmod", "/t", "722"),
            _do(0, "setcred", 1000, 1000, 1000),
            _do(0, "connect", 5, "/t"),
            _do(0, "setcred", 0, 0, 0),
            *[_do(0, "close", fd) for fd in range(6)],
            # what is left is a name, and nobody there
            _do(0, "socket", LOCAL, STREAM, 0),
            _do(-ECONNREFUSED, "connect", 0, "/t"),
            _do(-EADDRINUSE, "bind", 0, "/t"),
            _do(0, "link", "/t", "/u"),
            _do(0, "unlink", "/t"),
            _do(0, "unlink", "/u"),
            _do(0, "bind", 0, "/t"),
            _do(0, "unlink", "/t"),
            _do(0, "stat", "/"),
            _do(0, "close", 0),
        ],
    )
    texts = [answer.text[0] for answer in run.answers if answer.text]
    must(texts[0].startswith("mode 140755 nlink 1 uid 0 gid 0 size 0 blocks 0"), f"the socket's stat is {texts[0]}")
    want = ["address 1 /s", "address 1 ", "address 1 ", "address 1 /s", "address 1 /s"]
    must(texts[1:6] == want, f"the addresses are {texts[1:6]}")


def _first_root(bench: Bench) -> None:
    run = bench.rumpfs(
        bench.image(4096),
        [
            command("socket", LOCAL, STREAM, 0),
            command("socket", LOCAL, STREAM, 0),
            command("mkdir", "/run", "755"),
            command("bind", 0, "/run/s"),
            command("bind", 1, "/run/s"),
            command("rmdir", "/run"),
            command("stat", "/run/s"),
            command("walk", "/"),
            command("listen", 0, 1),
            command("connect", 1, "/run/s"),
            command("accept", 0),
            command("unlink", "/run/s"),
            command("rmdir", "/run"),
            command("send", 1, 7),
            command("close", 0),
            command("receive", 2, 10),
            command("stat", "/"),
        ],
    )
    values = [answer.value for answer in run.answers]
    values[7] = 0
    must(values == [0, 1, 0, 0, -EADDRINUSE, -66, 0, 0, 0, 0, 2, 0, 0, 7, 0, 7, 0], f"the results are {values}")
    must("nlink 2 " in run.answers[-1].text[0], f"the root is {run.answers[-1].text}")


def _streams(bench: Bench) -> None:
    _run(
        bench,
        [
            _do(0, "socket", LOCAL, STREAM, 0),
            _do(-EDESTADDRREQ, "listen", 0, 1),
            _do(-EINVAL, "accept", 0),
            _do(-ENOTCONN, "send", 0, 1),
            _do(-ENOTCONN, "receive", 0, 1),
            _do(-ENOTCONN, "shutdown", 0, BOTH),
            _do(0, "bind", 0, "/s"),
            _do(0, "listen", 0, 1),
            _do(1, "socket", LOCAL, STREAM, 1),
            _do(0, "connect", 1, "/s"),
            _do(-EISCONN, "connect", 1, "/s"),
            _do(-EINVAL, "listen", 1, 1),
            _do(-EOPNOTSUPP, "connect", 0, "/s"),
            # the backlog is full; before it is accepted, it takes bytes
            _do(2, "socket", LOCAL, STREAM, 1),
            _do(-EAGAIN, "connect", 2, "/s"),
            _do(100, "send", 1, 100),
            _do(3, "accept", 0),
            _do(0, "connect", 2, "/s"),
            _do(60, "receive", 3, 60),
            _do(40, "peek", 3, 60),
            _do(40, "receive", 3, 60),
            _do(-EAGAIN, "receive", 3, 60),
            _do(-EISCONN, "sendto", 1, 5, "/s"),
            # read, write and close of files
            _do(9, "put", 1, 9),
            _do(9, "read", 3, 100),
            _do(0o140777, "fstat", 3),
            _do(-ESPIPE, "lseek", 3, 0),
            _do(-ESPIPE, "pread", 3, 1, 0),
            _do(-ENOTDIR, "readdir", 3),
            _do(-EINVAL, "ftruncate", 3, 0),
            _do(-EINVAL, "fsyncfd", 3),
            # a full buffer takes a part, then nothing
            _do(BUFFER, "send", 1, BUFFER + 1000),
            _do(-EAGAIN, "send", 1, 1),
            _do(0, "poll", 1, OUT, 0),
            _do(10000, "receive", 3, 10000),
            _do(OUT, "poll", 1, OUT, 0),
            _do(10000, "send", 1, 20000),
            _do(BUFFER, "receive", 3, 100000),
            # the end of one direction, then of the other
            _do(3, "send", 1, 3),
            _do(0, "shutdown", 1, SEND),
            _do(-EPIPE, "send", 1, 1),
            _do(3, "receive", 3, 10),
            _do(0, "receive", 3, 10),
            _do(IN | OUT, "poll", 3, IN | OUT, 0),
            _do(4, "send", 3, 4),
            _do(0, "close", 3),
            _do(IN | OUT | HUNG_UP, "poll", 1, IN | OUT, 0),
            _do(4, "receive", 1, 10),
            _do(0, "receive", 1, 10),
            _do(-ENOTCONN, "getpeername", 1),
            # who closes with something unread resets the connection
            _do(3, "accept", 0),
            _do(5, "send", 2, 5),
            _do(6, "send", 3, 6),
            _do(0, "close", 3),
            _do(IN | OUT | FAILED | HUNG_UP, "poll", 2, IN | OUT, 0),
            _do(ECONNRESET, "getopt", 2, ERROR),
            _do(0, "getopt", 2, ERROR),
            _do(6, "receive", 2, 10),
            _do(0, "receive", 2, 10),
            _do(-EPIPE, "send", 2, 5),
            # so does a listener that goes, to those whom nobody accepted
            _do(3, "socket", LOCAL, STREAM, 0),
            _do(0, "connect", 3, "/s"),
            _do(0, "close", 0),
            _do(-ECONNRESET, "send", 3, 1),
            _do(-EPIPE, "send", 3, 1),
            _do(0, "receive", 3, 1),
            _do(0, "close", 1),
            _do(0, "close", 2),
            _do(0, "close", 3),
            # who connected and left is accepted all the same, with what it said
            _do(0, "socket", LOCAL, STREAM, 0),
            _do(0, "unlink", "/s"),
            _do(0, "bind", 0, "/s"),
            _do(0, "listen", 0, 1),
            _do(1, "socket", LOCAL, STREAM, 0),
            _do(0, "connect", 1, "/s"),
            _do(8, "send", 1, 8),
            _do(0, "close", 1),
            _do(1, "accept", 0),
            _do(8, "receive", 1, 10),
            _do(0, "receive", 1, 10),
            _do(0, "close", 0),
            _do(0, "close", 1),
        ],
    )


def _datagrams(bench: Bench) -> None:
    run = _run(
        bench,
        [
            _do(0, "socket", LOCAL, DATAGRAM, 0),
            _do(1, "socket", LOCAL, DATAGRAM, 0),
            _do(-EOPNOTSUPP, "listen", 0, 1),
            _do(-EOPNOTSUPP, "accept", 0),
            _do(0, "bind", 0, "/d"),
            _do(-EDESTADDRREQ, "send", 1, 5),
            _do(-EAGAIN, "receive", 0, 5),
            _do(-EMSGSIZE, "sendto", 1, 8193, "/d"),
            _do(8192, "sendto", 1, 8192, "/d"),
            _do(0, "sendto", 1, 0, "/d"),
            _do(30, "sendto", 1, 30, "/d"),
            _do(8192, "peek", 0, 10000),
            _do(8192, "receive", 0, 10000),
            _do(0, "receive", 0, 10000),
            _do(10, "receive", 0, 10),  # the rest of it is lost
            _do(-EAGAIN, "receive", 0, 10),
            # one that is connected; it has a name, which the receiver hears
            _do(0, "bind", 1, "/e"),
            _do(0, "connect", 1, "/d"),
            _do(-EISCONN, "sendto", 1, 5, "/d"),
            _do(5, "send", 1, 5),
            _do(5, "receive", 0, 10),
            _do(0, "getpeername", 1),
            # a full queue
            *[_do(8000, "send", 1, 8000)] * 4,
            _do(-EAGAIN, "send", 1, 8000),
            _do(0, "poll", 1, OUT, 0),
            *[_do(8000, "receive", 0, 8000)] * 4,
            _do(OUT, "poll", 1, OUT, 0),
            # who has a peer receives from nobody else
            _do(2, "socket", LOCAL, DATAGRAM, 0),
            _do(0, "connect", 0, "/e"),
            _do(-EPERM, "sendto", 2, 5, "/d"),
            _do(0, "connect", 0, "-"),
            _do(5, "sendto", 2, 5, "/d"),
            _do(5, "receive", 0, 10),
            # shutting down
            _do(-ENOTCONN, "shutdown", 0, SEND),
            _do(0, "shutdown", 1, SEND),
            _do(-EPIPE, "send", 1, 5),
            # the receiver goes
            _do(0, "connect", 2, "/d"),
            _do(0, "close", 0),
            _do(-ECONNRESET, "send", 2, 5),
            _do(-EDESTADDRREQ, "send", 2, 5),
            _do(-ECONNREFUSED, "sendto", 2, 5, "/d"),
            # one that is its own peer
            _do(0, "unlink", "/d"),
            _do(0, "bind", 2, "/d"),
            _do(0, "connect", 2, "/d"),
            _do(5, "send", 2, 5),
            _do(5, "receive", 2, 5),
            _do(6, "send", 2, 6),
            _do(0, "close", 2),
            _do(0, "close", 1),
        ],
    )
    texts = [answer.text[0] for answer in run.answers if answer.command.startswith("receive") and answer.text]
    must(texts[0] == "address 1 " and texts[3] == "address 1 /e", f"the senders are {texts}")


def _descriptors(bench: Bench) -> None:
    long_path = "/" + "p" * 102
    _run(
        bench,
        [
            _do(-EAFNOSUPPORT, "socket", INET, STREAM, 0),
            _do(-EAFNOSUPPORT, "socketpair", INET6, STREAM, 0),
            _do(-EPROTOTYPE, "socket", LOCAL, 3, 0),
            _do(-EINVAL, "socket", LOCAL, STREAM, 2),
            _do(-EBADF, "bind", 0, "/s"),
            _do(0, "open", "/f", 0x202, 0o644),
            _do(-ENOTSOCK, "bind", 0, "/s"),
            _do(-ENOTSOCK, "send", 0, 1),
            _do(-ENOTSOCK, "getopt", 0, TYPE),
            _do(IN | OUT, "poll", 0, IN | OUT, -1),
            _do(INVALID, "poll", 5, IN, -1),
            _do(0, "close", 0),
            _do(0, "socketpair", LOCAL, STREAM, 0),
            _do(-EINVAL, "shutdown", 0, 3),
            _do(STREAM, "getopt", 0, TYPE),
            _do(0, "getopt", 0, ACCEPTCONN),
            _do(-ENOPROTOOPT, "getopt", 0, REUSEADDR),
            _do(-ENOPROTOOPT, "setopt", 0, REUSEADDR, 1),
            _do(-ENOPROTOOPT, "setopt", 0, TYPE, 1),
            _do(-EINVAL, "setopt", 0, SNDBUF, 0),
            _do(-ENOBUFS, "setopt", 0, RCVBUF, 262145),
            _do(-EINVAL, "setopt", 0, NONBLOCK, 2),
            # the smaller of two buffers counts, and one may grow while it is full
            _do(0, "setopt", 0, SNDBUF, 10),
            _do(10, "getopt", 0, SNDBUF),
            _do(10, "send", 0, 11),
            _do(0, "setopt", 0, SNDBUF, 262144),
            _do(BUFFER - 10, "send", 0, 300000),
            _do(0, "setopt", 1, RCVBUF, 262144),
            _do(262144 - BUFFER, "send", 0, 300000),
            _do(0, "setopt", 1, RCVBUF, 5),
            _do(-EAGAIN, "send", 0, 1),
            _do(262140, "receive", 1, 262140),
            _do(1, "send", 0, 300000),
            _do(5, "receive", 1, 300000),
            # time limits: of the socket, and of poll
            _do(0, "setopt", 1, RCVTIMEO, 1000),
            _do(-EAGAIN, "read", 1, 5),
            _do(0, "setopt", 1, RCVTIMEO, 0),
            _do(0, "setopt", 1, NONBLOCK, 1),
            _do(-EAGAIN, "read", 1, 5),
            _do(0, "poll", 1, IN, 1000),
            _do(0, "close", 0),
            _do(0, "read", 1, 5),
            _do(0, "close", 1),
            # the longest path, and a full table
            _do(0, "socket", LOCAL, STREAM, 0),
            _do(0, "bind", 0, long_path),
            _do(0, "unlink", long_path),
            *[_do(0, "socketpair", LOCAL, DATAGRAM, 0)] * 63,
            _do(-EMFILE, "socketpair", LOCAL, STREAM, 0),
            _do(127, "socket", LOCAL, STREAM, 0),
            _do(-EMFILE, "socket", LOCAL, STREAM, 0),
            *[_do(0, "close", fd) for fd in range(128)],
        ],
    )


def _readonly(bench: Bench) -> None:
    _run(
        bench,
        [
            _do(0, "socket", LOCAL, DATAGRAM, 0),
            _do(1, "socket", LOCAL, DATAGRAM, 0),
            _do(0, "bind", 0, "/d"),
            _do(0, "remount", "/", "ro"),
            _do(-EROFS, "bind", 1, "/e"),
            _do(0, "connect", 1, "/d"),
            _do(5, "send", 1, 5),
            _do(5, "receive", 0, 5),
            _do(0, "remount", "/", "rw"),
            _do(0, "unlink", "/d"),
            _do(-EBUSY, "remount", "/", "ro"),
            _do(0, "close", 0),
            _do(0, "close", 1),
        ],
    )


def _together(kind: str, cpus: int, *rows: tuple[object, ...]) -> Callable[[Bench], None]:
    """Threads at work, whose surprises the program counts; and no memory is lost."""

    def test(bench: Bench) -> None:
        image = bench.image(4096, "-b", "1024")
        lines = [command("mkdir", "/s", "777"), "fill"]
        lines += [command(*(bench.seed if word == "seed" else word for word in row)) for row in rows]
        run = bench.succeed(image, [*lines, "fill", "counts"], "-n", str(cpus), kind=kind)
        for answer, row in zip(run.answers[3:], rows):
            if row[0] == "tangle":
                must(answer.value > int(row[2]) * int(row[3]) / 20, f"{answer.command}: only {answer.value} succeeded")
            else:
                must(answer.value == 0, f"{answer.command}: {answer.value} surprises: {run.said[-1500:]}")
        fills = [answer.value for answer in run.answers if answer.command == "fill"]
        must(fills[0] == fills[1] > 1_000_000, f"sockets hold {fills[0]} bytes before and {fills[1]} afterwards")
        missing = [name for name in ("cv_wait", "cv_woken", "cv_timedwait") if run.counts().get(name, 0) == 0]
        must(not missing, f"it never happened: {', '.join(missing)}")
        bench.fsck(image)

    return test


STREAMS = ("streams", "/s", 4, 2_000_000, "seed")
DATAGRAMS = ("datagrams", "/s", 8, 2000, "seed")


def tests() -> list[tuple[str, str, Callable[[Bench], None]]]:
    """The tests of this module."""
    return [
        ("sockets-names", "names of sockets in the file system, and who may use them", _names),
        ("sockets-first-root", "and in the first file system, in memory", _first_root),
        ("sockets-streams", "connections: errors, ends, resets, full buffers", _streams),
        ("sockets-datagrams", "datagrams are whole, and peers may change", _datagrams),
        ("sockets-descriptors", "descriptors, options, limits", _descriptors),
        ("sockets-readonly", "a read-only file system's sockets", _readonly),
        ("sockets-blocked", "whoever waits is woken, with the right result", _together("asan", 1, ("blocked", "/s"), DATAGRAMS)),
        ("sockets-bytes", "every byte and datagram arrives, in order", _together("asan", 2, STREAMS, DATAGRAMS)),
        ("sockets-tangle", "threads that close each other's sockets", _together("asan", 2, ("tangle", "/s", 8, 10000, "seed"))),
        (
            "sockets-tsan",
            "all that without data races",
            _together(
                "tsan", 2, ("blocked", "/s"), ("streams", "/s", 3, 500_000, "seed"), ("datagrams", "/s", 6, 500, "seed"),
                ("tangle", "/s", 6, 3000, "seed"),
            ),
        ),
    ]
