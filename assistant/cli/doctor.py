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
from assistant.errors import CoachnoteError

if TYPE_CHECKING:
    from assistant.config import Settings

LEAST_FREE = 2 * 1024**3
"""Bytes: a day of recordings (115 MB an hour) with room to spare."""


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
    yield _tried("store", lambda: wiring.require_store(settings), f"there is one in {settings.store}")
    yield _free_space(settings)
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


def _free_space(settings: Settings) -> Finding:
    folder = next(p for p in (settings.store, *settings.store.parents) if p.exists())
    free = shutil.disk_usage(folder).free
    return Finding(
        free >= LEAST_FREE, "disk space", f"{free / 1024**3:.1f} GB free" + ("" if free >= LEAST_FREE else ": free some before recording")
    )


def _swap() -> Finding:
    """Notes are encrypted on disk, but a system may write memory to swap, which is only as safe as the disk it is on."""
    try:
        used = len(Path("/proc/swaps").read_text(encoding="utf-8").splitlines()) > 1
    except OSError:
        return Finding(True, "swap", "not looked at on this system: make sure that the disk is encrypted (BitLocker, FileVault)")
    return Finding(not used, "swap", "on: memory can be written to it, so encrypt the disk that holds it" if used else "off")
