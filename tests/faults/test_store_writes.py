"""The store writes its own files and no other: no temporary file, no journal elsewhere, seen from the operating system."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.test_store_crash import ROOT

OWN = re.compile(
    r"(keys(\.copy)?\.json|client-keys(\.copy)?\.bin|audit\.head)(\.tmp)?|(keys|store)\.lock|\.making|notes\.db(-wal|-shm|-journal)?|audio(/[0-9a-f-]+\.(enc|box(\.tmp)?))?|"
)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("strace"), reason="strace is not installed (apt install strace)")
def test_every_file_it_writes_lies_in_the_store_and_has_a_name_of_its_own(tmp_path: Path) -> None:
    calls = "open,openat,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,truncate,mknod,mknodat,memfd_create"
    command = ["strace", "-f", "-qq", "-y", "-s", "4096", "-e", f"trace={calls}", "-o", str(tmp_path / "log"), sys.executable, "-B", "-m",
               "tests.store.children", "day", str(tmp_path / "store"), "x", "0"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)
    if "ptrace" in done.stderr.lower():
        pytest.skip("tracing is not allowed here")
    assert done.returncode == 0, done.stderr
    lines = [line for line in (tmp_path / "log").read_text(errors="replace").splitlines() if not re.search(r"= -1 E\w+", line)]
    writing = [line for line in lines if re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)", line) or not re.search(r"\bopen(at)?\(", line)]
    paths = {path for line in writing for path in re.findall(r'"([^"]*)"', line)}
    elsewhere = {p for p in paths if not p.startswith((str(tmp_path / "store"), "/dev/"))}
    assert any(p.endswith("notes.db") for p in paths), "the trace should show the database being opened"
    assert elsewhere == set()
    inside = {p.removeprefix(str(tmp_path / "store")).lstrip("/") for p in paths if not p.startswith("/dev/")}
    assert {p for p in inside if not OWN.fullmatch(p)} == set()
