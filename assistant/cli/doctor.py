"""`coachnote doctor`: what this machine lacks, and how to get it. Looks, and changes nothing."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from assistant import wiring
from assistant.cli import disks
from assistant.errors import CoachnoteError

if TYPE_CHECKING:
    from assistant.config import Settings

LEAST_FREE = 2 * 1024**3
"""Bytes: a day of recordings (115 MB an hour) with room to spare."""

ENCRYPTION = "LUKS, FileVault, BitLocker"


class Finding(NamedTuple):
    fine: bool
    part: str
    says: str


@click.command()
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Look for what is missing on this machine and say how to get it.

    \b
    Example:  coachnote doctor
    """
    for finding in _findings(settings):
        print(f"{'ok     ' if finding.fine else 'look at'}  {finding.part:<14} {finding.says}")


def _findings(settings: Settings) -> Iterator[Finding]:
    yield Finding(True, "Python", f"{platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores")
    yield _tried("microphone", lambda: wiring.recorder_available(), "PortAudio and an input device are there")
    yield _tried("speech model", lambda: wiring.transcriber(settings), "a Whisper model is on disk")
    yield _tried("demo model", lambda: wiring.transcriber(settings, "demo"), "the bundled demo model loads")
    if settings.diarize:
        yield _tried("two voices", lambda: wiring.diarizer(settings), "the diarize extra and its models are there")
    yield _tried("store", lambda: wiring.require_store(settings), f"there is one in {settings.store}")
    folder = next(p for p in (settings.store, *settings.store.parents) if p.exists())
    yield _free_space(folder)
    yield _share(folder)
    yield _disk(folder)
    yield _swap()
    yield Finding(True, "language model", _language_model(settings))


def _language_model(settings: Settings) -> str:
    """Never something to look at: the offline drafter works without one."""
    if any(importlib.util.find_spec(part) is None for part in ("torch", "transformers", "llguidance")):
        return "the llm extra is not installed, and not needed: the offline drafter works without it"
    try:
        return f"{wiring.find_language_model(settings).card.name} is on disk"
    except CoachnoteError:
        return "none on disk, and not needed: the offline drafter works without one"


def _tried(part: str, attempt: Callable[[], object], fine: str) -> Finding:
    try:
        attempt()
    except CoachnoteError as error:
        return Finding(False, part, f"{error.what} {error.do}".strip())
    return Finding(True, part, fine)


def _free_space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    return Finding(
        free >= LEAST_FREE, "disk space", f"{free / 1024**3:.1f} GB free" + ("" if free >= LEAST_FREE else ": free some before recording")
    )


def _share(folder: Path) -> Finding:
    """SQLite's write-ahead log does not work over a network (sqlite.org/wal.html)."""
    kind = disks.kind_of(folder)
    if disks.is_share(kind):
        return Finding(False, "file system", f"{kind}: a store on a network share can be damaged. Keep it on a disk of this computer")
    return Finding(True, "file system", f"{kind}, on this computer" if kind else "not known: keep the store on a disk of this computer")


def _disk(folder: Path) -> Finding:
    says = {
        "yes": "encrypted",
        "no": "not encrypted, as far as the system tells: the store is, but what else this computer writes is not",
        "unknown": f"encrypted or not, that could not be told: make sure that it is ({ENCRYPTION})",
    }
    found = disks.encrypted(folder)
    return Finding(found == "yes", "disk", says[found])


def _swap() -> Finding:
    """Notes are encrypted on disk, but a system may write memory to swap, which is only as safe as the disk it is on."""
    used = disks.swaps()
    if used is None:
        return Finding(True, "swap", f"not looked at on this system: make sure that the disk is encrypted ({ENCRYPTION})")
    if not used:
        return Finding(True, "swap", "off")
    plain = [swap.name for swap in used if swap.encrypted == "no"]
    if plain:
        return Finding(False, "swap", f"on and not encrypted ({', '.join(plain)}): memory can be written to it")
    if any(swap.encrypted == "unknown" for swap in used):
        return Finding(False, "swap", "on: memory can be written to it, and whether it is encrypted could not be told")
    return Finding(True, "swap", "on, and encrypted or in memory")
