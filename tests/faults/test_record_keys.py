"""The keys of `coachnote record` in a real terminal, and the terminal put back as it was."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals here", allow_module_level=True)

import fcntl
import pty
import signal
import termios

from assistant.domain import Recording
from tests.store.made import PASSPHRASE, make, opened
from tests.talking import started


class Terminal:
    def __init__(self) -> None:
        self.ours, self.theirs = pty.openpty()
        self.before = termios.tcgetattr(self.theirs)
        self._screen = ""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while True:
            try:
                self._screen += os.read(self.ours, 4096).decode(errors="replace")
            except OSError:
                return

    @property
    def screen(self) -> str:
        return self._screen

    def press(self, key: str) -> None:
        os.write(self.ours, key.encode())

    def wait(self, seen: Callable[[str], bool]) -> None:
        for _ in range(200):
            if seen(self._screen):
                return
            time.sleep(0.05)
        raise AssertionError(f"never seen, but {self._screen!r}")

    @property
    def as_before(self) -> bool:
        return termios.tcgetattr(self.theirs) == self.before


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    made = Terminal()
    yield made
    os.close(made.ours)
    os.close(made.theirs)


@contextmanager
def recording(folder: Path, terminal: Terminal, **options: Any) -> Iterator[int]:
    """A recording under way at that terminal; gives the process's id."""
    make(folder / "store")
    here = {"stdin": terminal.theirs, "stderr": terminal.theirs, "start_new_session": True, **options}
    with started(folder, "record", hears="0.1", **here) as process:
        terminal.wait(lambda screen: "REC 0:00" in screen)
        yield process.pid
        process.wait(timeout=30)


def newest(folder: Path) -> Recording:
    kept = opened(folder / "store")
    try:
        kept.recover_recordings()
        return kept.recordings(kept.sessions()[0].session.id)[-1]
    finally:
        kept.close()


def test_space_pauses_space_goes_on_and_enter_stops(tmp_path: Path, terminal: Terminal) -> None:
    with recording(tmp_path, terminal):
        since = time.monotonic()
        terminal.press(" ")
        terminal.wait(lambda screen: "PAUSED" in screen)
        at_pause = terminal.screen.rsplit("PAUSED ", 1)[1][:4]
        time.sleep(1.5)
        assert terminal.screen.rsplit("PAUSED ", 1)[1][:4] == at_pause
        terminal.press(" ")
        terminal.wait(lambda screen: "REC 0:01" in screen)
        terminal.press("\r")
    lasted = time.monotonic() - since
    assert "Drafted:" in terminal.screen
    assert terminal.as_before
    kept = newest(tmp_path)
    assert kept.state == "complete"
    assert kept.seconds is not None
    assert 1.0 <= kept.seconds < lasted + 0.5 - 1.5  # the pause is not in it


def own_terminal() -> None:
    """What a terminal's window does for the program in it: Ctrl-C reaches it, and a passphrase is asked for there."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_the_passphrase_is_asked_for_when_the_recording_has_ended(tmp_path: Path, terminal: Terminal) -> None:
    with recording(tmp_path, terminal, passphrase=None, preexec_fn=own_terminal):
        assert "Passphrase" not in terminal.screen
        terminal.press("\r")
        terminal.wait(lambda screen: "Passphrase: " in screen)
        time.sleep(0.2)  # it begins to read, and throws away what was pressed before
        terminal.press(f"{PASSPHRASE}\r")
    assert "Drafted:" in terminal.screen
    assert PASSPHRASE not in terminal.screen
    assert terminal.as_before
    assert newest(tmp_path).state == "complete"


@pytest.mark.slow
def test_whoever_walks_away_from_the_passphrase_loses_nothing(tmp_path: Path, terminal: Terminal) -> None:
    with recording(tmp_path, terminal, passphrase=None, preexec_fn=own_terminal):
        terminal.press("\r")
        terminal.wait(lambda screen: "Passphrase: " in screen)
        time.sleep(0.2)
        terminal.press("\x03")
    assert "The recording is safe" in terminal.screen
    assert terminal.as_before
    assert newest(tmp_path).state == "complete"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_the_terminal_as_it_was(tmp_path: Path, terminal: Terminal, number: signal.Signals) -> None:
    with recording(tmp_path, terminal) as pid:
        assert not terminal.as_before
        os.kill(pid, number)
    assert terminal.as_before
    assert newest(tmp_path).state == "complete"
