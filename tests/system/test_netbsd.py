"""A system whose rump kernel comes from archives: the tiny set of tests/composer/tiny, booted."""

from __future__ import annotations

import sys
from pathlib import Path

from conftest import PROJECT, Run

sys.path.insert(0, str(PROJECT / "tests" / "composer"))
from archives import make_set  # noqa: E402  (tests/composer is no package)

SCRIPT = f"""include = ["{PROJECT}/runscripts/lib/fs.toml"]
[system]
verdict = "client"
expect = ["tiny: the driver is attached", "hello: every component is up"]
[component.client]
program = "hello"
[component.rumpcomp]
kernel = "netbsd"
drivers = ["tiny"]
threads = 8
"""


def test_archives_start_with_their_drivers(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "tiny.toml"
    script.write_text(SCRIPT)
    done = run(script, RUMP_NETBSD=str(make_set(tmp_path / "netbsd")))
    assert done.returncode == 0, done.stdout + done.stderr


def test_without_archives_one_sentence(run: Run) -> None:
    done = run("netbsd-ext2", RUMP_NETBSD="")
    assert done.returncode == 1
    assert "the kernel netbsd needs RUMP_NETBSD" in done.stderr
    assert "Traceback" not in done.stderr
