"""Owners, groups, permissions, attributes, times, and remounting."""

from __future__ import annotations

import subprocess
from typing import Callable

from .tools import Bench, command, must

EPERM, EACCES, EBUSY, EROFS, EINVAL, ENOENT, EBADF, ENOSPC = 1, 13, 16, 30, 22, 2, 9, 28
CREAT, WRONLY, RDWR, TRUNC, APPEND = 0x200, 1, 2, 0x400, 8

Step = tuple[str, int]


def _run(bench: Bench, image, steps: list[Step], *options: str):
    """Runs commands between mount and unmount; each must give its result."""
    lines = [command("mount", "/", "rw"), *(line for line, _ in steps), command("unmount", "/")]
    run = bench.rumpfs(image, lines, *options)
    for answer, (line, want) in zip(run.answers[1:], steps):
        must(answer.value == want, f"{line} gives {answer.value}, not {want}: {run.said[-1000:]}")
    return run


def _root() -> Step:
    return command("setcred", 0, 0, 0), 0


def _user(uid: int, group: int) -> Step:
    return command("setcred", uid, uid, group), 0


def _permissions(bench: Bench) -> None:
    image = bench.image(4096, "-b", "1024")
    _run(
        bench,
        image,
        [
            (command("mkdir", "/open", "755"), 0),
            (command("chmod", "/open", "1777"), 0),
            (command("mkdir", "/closed", "700"), 0),
            (command("write", "/closed/in", 10, 1, 0), 10),
            (command("write", "/open/root", 10, 1, 0), 10),
            (command("chmod", "/open/root", "600"), 0),
            _user(1000, 100),
            (command("open", "/open/root", 0, 0), -EACCES),
            (command("open", "/open/root", WRONLY, 0), -EACCES),
            (command("access", "/open/root", 4), -EACCES),
            (command("access", "/open/root", 0), 0),
            (command("access", "/open/none", 0), -ENOENT),
            (command("access", "/open/root", 8), -EINVAL),
            (command("truncate", "/open/root", 0), -EACCES),
            (command("chmod", "/open/root", "666"), -EPERM),
            (command("chown", "/open/root", 1000, 1000), -EPERM),
            (command("unlink", "/open/root"), -EPERM),
            (command("rename", "/open/root", "/open/mine"), -EPERM),
            (command("open", "/closed/in", 0, 0), -EACCES),
            (command("stat", "/closed/in"), -EACCES),
            # who may not search a folder does not learn what is in it
            (command("rename", "/closed/in", "/open/x"), -EACCES),
            (command("rename", "/closed/none", "/open/x"), -EACCES),
            (command("mkdir", "/new", "755"), -EACCES),
            (command("mount", "/open", "rw"), -EPERM),
            (command("remount", "/", "ro"), -EPERM),
            (command("write", "/open/mine", 10, 1, 0), 10),
            _user(1001, 100),
            (command("rename", "/open/mine", "/open/yours"), -EPERM),
            (command("access", "/open/mine", 6), -EACCES),
            (command("access", "/open/mine", 4), 0),
            _root(),
            (command("access", "/open/root", 6), 0),
            (command("access", "/open/root", 1), -EACCES),
            (command("access", "/closed", 7), 0),
        ],
    )
    bench.fsck(image)


def _groups(bench: Bench) -> None:
    image = bench.image(4096, "-b", "1024")
    run = _run(
        bench,
        image,
        [
            (command("chmod", "/", "777"), 0),
            _user(1000, 100),
            (command("write", "/f", 10, 1, 0), 10),
            (command("chmod", "/f", "6750"), 0),
            (command("chown", "/f", 0xFFFFFFFF, 100), 0),
            (command("stat", "/f"), 0),
            (command("chown", "/f", 0xFFFFFFFF, 200), -EPERM),
            (command("chown", "/f", 1001, 0xFFFFFFFF), -EPERM),
            (command("chmod", "/f", "6750"), 0),
            (command("stat", "/f"), 0),
            _user(1001, 100),
            (command("open", "/f", 0, 0), 0),
            (command("open", "/f", WRONLY, 0), -EACCES),
            _user(1001, 101),
            (command("open", "/f", 0, 0), -EACCES),
            # a group that its owner is no member of
            _user(1000, 300),
            (command("chmod", "/f", "2770"), 0),
            (command("stat", "/f"), 0),
            # somebody else's bytes do not run as the owner, but no bytes change nothing
            (command("chmod", "/f", "4777"), 0),
            _user(1001, 100),
            (command("open", "/f", WRONLY, 0), 1),
            (command("put", 1, 0), 0),
            (command("stat", "/f"), 0),
            (command("put", 1, 1), 1),
            (command("stat", "/f"), 0),
            (command("close", 1), 0),
            (command("close", 0), 0),
        ],
    )
    modes = [answer.text[0].split()[1] for answer in run.answers if answer.command.startswith("stat")]
    must(modes == ["100750", "106750", "100770", "104777", "100777"], f"the modes are {modes}")
    bench.fsck(image)


def _link_owner(bench: Bench) -> None:
    """chown is about what a symbolic link names, lchown about the link."""
    image = bench.image(4096, "-b", "1024")
    steps = [
        (command("write", "/f", 10, 1, 0), 10),
        (command("symlink", "f", "/link"), 0),
        (command("symlink", "none", "/dangling"), 0),
        (command("chown", "/link", 1, 2), 0),
        (command("lchown", "/link", 1000, 70000), 0),
        (command("lchown", "/link", 0xFFFFFFFF, 100), 0),
        (command("lchown", "/f", 0xFFFFFFFF, 3), 0),
        (command("chown", "/dangling", 1, 2), -ENOENT),
        (command("lchown", "/dangling", 1, 2), 0),
        _user(1000, 100),
        (command("lchown", "/link", 1001, 0xFFFFFFFF), -EPERM),
        _root(),
    ]
    _run(bench, image, steps)
    run = _run(bench, image, [(command("stat", f"/{name}"), 0) for name in ("f", "link", "dangling")])
    owners = [tuple(map(int, answer.text[0].split()[5:8:2])) for answer in run.answers[1:4]]
    must(owners == [(1, 3), (1000, 100), (1, 2)], f"the owners are {owners}")
    bench.fsck(image)


def _reserve(bench: Bench) -> None:
    image = bench.image(4096, "-b", "1024", "-m", "10")
    run = bench.rumpfs(
        image,
        [
            command("mount", "/", "rw"),
            command("chmod", "/", "777"),
            command("setcred", 1000, 1000, 100),
            command("open", "/f", CREAT | WRONLY, 0o644),
            *[command("put", 0, 65536)] * 70,
            command("statfs", "/"),
            command("setcred", 0, 0, 0),
            *[command("put", 0, 65536)] * 10,
            command("statfs", "/"),
            command("close", 0),
            command("unmount", "/"),
        ],
    )
    user = [answer.value for answer in run.answers[4:74]]
    must(user[0] == 65536 and user[-1] == -ENOSPC, f"a user's writes give {user}")
    free, root = run.answers[74].text[0].split(), run.answers[85 + 1].text[0].split()
    must(int(free[3]) in range(400, 412) and int(free[5]) == 0, f"a user leaves {free}")
    must(run.answers[76].value == 65536 and int(root[3]) == 0, f"root gives {run.answers[76].value} and leaves {root}")
    bench.fsck(image)


def _protected(bench: Bench) -> None:
    image = bench.image(4096, "-b", "1024")
    bench.succeed(
        image,
        [command("write", f"/{name}", 10, 1, 0) for name in ("fixed", "log", "plain")] + [command("mkdir", "/dir", "755")],
    )
    for name, flags in (("fixed", "0x10"), ("log", "0x20"), ("dir", "0x10")):
        subprocess.run(
            ["debugfs", "-w", "-R", f"sif /{name} flags {flags}", str(image)], capture_output=True, check=True
        )
    _run(
        bench,
        image,
        [
            (command("open", "/fixed", WRONLY, 0), -EPERM),
            (command("truncate", "/fixed", 0), -EPERM),
            (command("unlink", "/fixed"), -EPERM),
            (command("rename", "/fixed", "/other"), -EPERM),
            (command("rename", "/plain", "/fixed"), -EPERM),
            (command("link", "/fixed", "/other"), -EPERM),
            (command("chmod", "/fixed", "600"), -EPERM),
            (command("utimens", "/fixed", 1, 1), -EPERM),
            (command("mkdir", "/dir/x", "755"), -EPERM),
            (command("open", "/log", WRONLY, 0), -EPERM),
            (command("open", "/log", WRONLY | APPEND | TRUNC, 0), -EPERM),
            (command("truncate", "/log", 0), -EPERM),
            (command("unlink", "/log"), -EPERM),
            (command("open", "/log", WRONLY | APPEND, 0), 0),
            (command("put", 0, 5), 5),
            (command("close", 0), 0),
            (command("check", "/fixed", 10, 1), 10),
        ],
    )
    bench.fsck(image)


def _times(bench: Bench) -> None:
    for inode, latest in (("128", (1 << 31) - 1), ("256", (1 << 31) - 1 + (3 << 32))):
        image = bench.image(4096, "-b", "1024", "-I", inode)
        _run(
            bench,
            image,
            [
                (command("write", "/f", 10, 1, 0), 10),
                (command("utimens", "/f", 1000, 2000), 0),
                (command("utimens", "/f", "same", 3000), 0),
                (command("chmod", "/f", "666"), 0),
                (command("write", "/g", 10, 1, 0), 10),
                (command("utimens", "/g", 1 << 40, -5), 0),
                (command("write", "/h", 10, 1, 0), 10),
                (command("utimens", "/h", 7, "same"), 0),
                _user(1000, 100),
                (command("utimens", "/f", 5, 5), -EPERM),
                (command("utimens", "/h", "now", "now"), -EACCES),
                (command("utimens", "/none", "now", "now"), -ENOENT),
                _root(),
            ],
        )
        run = _run(bench, image, [(command("stat", f"/{name}"), 0) for name in "fgh"])
        found = [answer.text[0].split() for answer in run.answers[1:4]]
        f, g, h = [(int(words[13]), int(words[15])) for words in found]
        must(f == (1000, 3000) and g == (latest, -5), f"times of {inode} bytes are {f} and {g}")
        must(h[0] == 7 and h[1] > 1_600_000_000, f"a time that stays is {h}")
        bench.fsck(image)


def _where(bench: Bench) -> None:
    image = bench.image(4096, "-b", "1024")
    run = bench.rumpfs(
        image,
        [
            command("mkdir", "/disk", "755"),
            command("mount", "/disk", "rw"),
            command("getcwd"),
            command("mkdir", "/disk/a b", "755"),
            command("mkdir", "/disk/a b/" + "n" * 255, "755"),
            command("chdir", "/disk/a b/" + "n" * 255),
            command("getcwd"),
            command("rename", "/disk/a b", "/disk/c"),
            command("getcwd"),
            command("umask", "77"),
            command("open", "f", CREAT | RDWR, 0o777),
            command("stat", "f"),
            command("umask", "0"),
            command("close", 0),
            command("unlink", "f"),
            command("rmdir", "/disk/c/" + "n" * 255),
            command("getcwd"),
            command("open", "f", CREAT | RDWR, 0o777),
            command("chdir", "/"),
            command("unmount", "/disk"),
        ],
    )
    values = [answer.value for answer in run.answers]
    want = [0, 0, 1, 0, 0, 0, 265, 0, 263, 0o22, 0, 0, 0o77, 0, 0, 0, -ENOENT, -ENOENT, 0, 0]
    must(values == want, f"the results are {values}, not {want}")
    texts = [answer.text[0] for answer in run.answers if answer.command == "getcwd" and answer.text]
    must(texts == ["/", "/disk/a%20b/" + "n" * 255, "/disk/c/" + "n" * 255], f"getcwd says {texts}")
    must(run.answers[11].text[0].split()[1] == "100700", f"the mode is {run.answers[11].text}")
    bench.fsck(image)


def _remount(bench: Bench) -> None:
    image = bench.image(4096, "-b", "1024")
    run = bench.rumpfs(
        image,
        [
            command("mount", "/", "rw"),
            command("open", "/f", CREAT | RDWR, 0o644),
            command("put", 0, 5000),
            command("remount", "/", "ro"),
            command("unlink", "/f"),
            command("close", 0),
            command("write", "/g", 5000, 1, 0),
            command("open", "/g", 0, 0),
            command("unlink", "/g"),
            command("remount", "/", "ro"),
            command("close", 0),
            command("write", "/h", 5000, 1, 0),
            command("open", "/h", 0, 0),
            command("remount", "/", "ro"),
            command("remount", "/h", "ro"),
            command("read", 0, 100),
            command("write", "/i", 10, 1, 0),
            command("utimens", "/h", 1, 1),
            command("unlink", "/h"),
            command("statfs", "/"),
            command("remount", "/", "ro"),
            command("crash"),
        ],
        may_fail=True,
    )
    values = [answer.value for answer in run.answers]
    want = [0, 0, 5000, -EBUSY, 0, 0, 5000, 0, 0, -EBUSY, 0, 5000, 0, 0, -EINVAL, 100, -EROFS, -EROFS, -EROFS, 0, 0]
    must(values == want, f"the results are {values}, not {want}: {run.said}")
    must(run.answers[19].text[0].endswith("readonly 1"), f"statfs says {run.answers[19].text}")
    bench.fsck(image)  # clean as it was left, power gone
    lines = [
        command("mount", "/", "ro"),
        command("write", "/j", 10, 1, 0),
        command("remount", "/", "rw"),
        command("write", "/j", 10, 1, 0),
        command("unmount", "/"),
    ]
    run = bench.rumpfs(image, lines)
    values = [answer.value for answer in run.answers]
    must(values == [0, -EROFS, 0, 10, 0], f"the results are {values}")
    bench.fsck(image)
    run = bench.rumpfs(image, [command("mount", "/", "ro"), command("remount", "/", "rw"), command("unmount", "/")], "-r")
    must([answer.value for answer in run.answers] == [0, -EROFS, 0], "a read-only device becomes writable")


def tests() -> list[tuple[str, str, Callable[[Bench], None]]]:
    """This file's tests."""
    return [
        ("users-permissions", "what is another's is refused", _permissions),
        ("users-groups", "groups, set-id bits, and giving files away", _groups),
        ("users-link-owner", "a symbolic link's own owner", _link_owner),
        ("users-reserve", "the last blocks are root's", _reserve),
        ("users-protected", "immutable and append-only files", _protected),
        ("users-times", "times are set, kept and limited", _times),
        ("users-where", "working directory and umask", _where),
        ("users-remount", "read-only and writable again", _remount),
    ]
