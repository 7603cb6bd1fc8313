"""Locking in real terminals: the process is another one with the same number, and neither its memory nor the terminal holds a word."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("there are no pseudo-terminals here", allow_module_level=True)

import fcntl
import struct
import termios

from tests.examples import CLIENT, SESSION, draft, session, transcript
from tests.faults.test_record_keys import Terminal
from tests.store.made import PASSPHRASE, make, opened

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
HALF = "zebrafinches"
SECRETS = (HALF, "hygiene course", "Mill Road", PASSPHRASE)
LOCK, QUIT, ENTER = "\x0c", "\x11", "\r"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with the example session to be reviewed."""
    make(tmp_path / "store")
    store = opened(tmp_path / "store")
    store.add_client(CLIENT.name, CLIENT.ref)
    store.add_session(session())
    store.save_transcript(SESSION, transcript())
    store.save_draft(SESSION, draft())
    store.close()
    return tmp_path / "store"


def command(folder: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "assistant", "--store", str(folder), *options, "review", SESSION]


def outside() -> dict[str, str]:
    """The environment, without the terminal that the tests run in."""
    return {key: value for key, value in os.environ.items() if key not in ("TMUX", "COLUMNS", "LINES")}


class App:
    """The app in a pseudo-terminal of 100 columns and 30 lines."""

    def __init__(self, folder: Path, *options: str, **how: object) -> None:
        self.terminal = Terminal()
        fcntl.ioctl(self.terminal.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        here = dict.fromkeys(("stdin", "stdout", "stderr"), self.terminal.theirs)
        environment = {**outside(), "TERM": "xterm-256color", "TEXTUAL_ANIMATIONS": "none"}
        self.process = subprocess.Popen(command(folder, *options), cwd=ROOT, env=environment, start_new_session=True, **here, **how)  # type: ignore[call-overload]

    def until(self, words: str, since: int = 0) -> int:
        """Waits for words to be written; where in what was written they end."""
        for _ in range(600):
            if words in self.terminal.screen[since:]:
                return self.terminal.screen.index(words, since) + len(words)
            time.sleep(0.05)
        raise AssertionError(f"{words!r} was never seen, but {self.terminal.screen[since:]!r}")

    def unlock(self, since: int = 0) -> int:
        """From the screen that asks for the passphrase to the review: its footer has been seen."""
        self.until("Passphrase", since)
        self.terminal.press(PASSPHRASE + ENTER)
        return self.until("Drop", since)

    def lock(self) -> int:
        """Until the passphrase is asked for; from where on nothing more may have been written."""
        before = len(self.terminal.screen)
        self.terminal.press(LOCK)
        hidden = self.until("coachnote is locked", before)
        self.until("Locked with Ctrl+L.", hidden)
        return hidden


@contextmanager
def app(folder: Path, *options: str, **how: object) -> Iterator[App]:
    running = App(folder, *options, **how)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.process.wait(timeout=20)
        os.close(running.terminal.theirs)
        os.close(running.terminal.ours)


def found_in_memory(pid: int, *texts: str) -> set[str]:
    """Which texts lie anywhere in the memory of a process, as Python or a library keeps them. Raises PermissionError."""
    needles = {text: [text.encode(code) for code in ("utf-8", "utf-16-le", "utf-32-le")] for text in texts}
    found = set()
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            start, end = (int(number, 16) for number in line.split()[0].split("-"))
            if not line.split()[1].startswith("rw"):  # what cannot be written to came out of a file
                continue
            with suppress(OSError, ValueError, OverflowError):
                memory.seek(start)
                held = memory.read(end - start)
                found |= {text for text, forms in needles.items() if any(form in held for form in forms)}
    return found


def open_files(pid: int) -> set[str]:
    return {name for fd in Path(f"/proc/{pid}/fd").iterdir() for name in [os.path.basename(os.readlink(fd))]}


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@on_linux
def test_the_process_that_held_the_key_is_replaced_and_what_was_typed_comes_back(folder: Path) -> None:
    with app(folder) as running:
        pid = running.process.pid
        shown = running.unlock()
        running.terminal.press("e")
        running.until("Enter saves", shown)
        running.terminal.press(f"\x1b[200~{HALF}\x1b[201~")  # pasted, so that it is drawn in one piece
        running.until(HALF, shown)
        with suppress(PermissionError):  # whoever is not root is refused: the process does not let itself be read
            assert found_in_memory(pid, *SECRETS) >= {HALF, "Mill Road"}
        with suppress(PermissionError):
            assert "notes.db" in open_files(pid)

        hidden = running.lock()
        assert running.process.poll() is None
        assert found_in_memory(pid, *SECRETS, "Locked with Ctrl+L.") == {"Locked with Ctrl+L."}
        assert not [name for name in open_files(pid) if name.startswith(("notes.db", "client-keys", "store.lock"))]
        mark = next(v for v in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") if v.startswith(b"COACHNOTE_LOCKED="))
        assert mark == b'COACHNOTE_LOCKED={"why": "asked", "session": "s-0001", "reviewing": true, "lost": false}'
        assert not [secret for secret in SECRETS if secret in running.terminal.screen[hidden:]]

        running.unlock(hidden)
        put_back = running.until("Enter saves", hidden)
        running.terminal.press(ENTER)
        running.until("edited", put_back)
        running.terminal.press(QUIT)
        assert running.process.wait(timeout=30) == 0
        assert running.terminal.as_before
    store = opened(folder)
    review = store.review(SESSION)
    assert review is not None and review.decisions[-1].statement is not None
    assert review.decisions[-1].statement.text.endswith(HALF)
    assert store.unfinished(SESSION) is None
    store.close()


@on_linux
def test_a_passphrase_from_a_descriptor_opens_once_and_a_person_opens_the_next_time(folder: Path) -> None:
    ours, theirs = os.pipe()
    os.write(theirs, f"{PASSPHRASE}\n{PASSPHRASE}\n".encode())
    os.close(theirs)
    with app(folder, "--passphrase-fd", str(ours), pass_fds=[ours]) as running:
        os.close(ours)
        running.until("Drop")
        hidden = running.lock()
        descriptors = {int(fd.name): os.readlink(fd) for fd in Path(f"/proc/{running.process.pid}/fd").iterdir()}
        assert "pipe" not in descriptors.get(ours, "")
        assert "Drop" not in running.terminal.screen[hidden:]
        running.unlock(hidden)
        running.terminal.press(QUIT)
        assert running.process.wait(timeout=30) == 0


def tmux(server: str, *words: str) -> str:
    return subprocess.run(
        ["tmux", "-L", server, "-f", "/dev/null", *words], env=outside(), check=True, capture_output=True, text=True
    ).stdout


def everything(server: str) -> str:
    """The screen and all that scrolled out of it, and the other screen that lies behind the app."""
    with suppress(subprocess.CalledProcessError):  # there is none once the app has ended
        return tmux(server, "capture-pane", "-p", "-S", "-") + tmux(server, "capture-pane", "-p", "-a", "-S", "-")
    return tmux(server, "capture-pane", "-p", "-S", "-")


def wait_for(server: str, seen: Callable[[str], bool]) -> None:
    """Until the screen shows what is waited for."""
    for _ in range(600):
        if seen(tmux(server, "capture-pane", "-p")):
            return
        time.sleep(0.05)
    raise AssertionError(f"never seen, but {tmux(server, 'capture-pane', '-p')}")


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_neither_the_screen_nor_what_scrolled_out_of_it_holds_a_word(folder: Path) -> None:
    server = f"coachnote-{os.getpid()}"
    shell = (
        f"for n in $(seq 60); do echo exported: {HALF}; done; cd {shlex.quote(str(ROOT))}; {shlex.join(command(folder))}; exec sleep 600"
    )
    tmux(server, "new-session", "-d", "-x", "100", "-y", "30", shell)
    try:
        wait_for(server, lambda screen: "Passphrase" in screen)
        assert everything(server).count(HALF) == 60
        tmux(server, "send-keys", PASSPHRASE, "Enter")
        wait_for(server, lambda screen: "hygiene course" in screen)
        tmux(server, "send-keys", "C-l")
        begun = time.monotonic()
        wait_for(server, lambda screen: "hygiene course" not in screen)
        assert time.monotonic() - begun < 1.0
        wait_for(server, lambda screen: "Locked with Ctrl+L." in screen)
        assert not [secret for secret in (*SECRETS, "Sam") if secret in everything(server)]
        tmux(server, "send-keys", "Escape")
        wait_for(server, lambda screen: "Locked" not in screen)
        assert everything(server).strip() == ""
    finally:
        tmux(server, "kill-server")


def test_an_app_whose_terminal_is_gone_ends(folder: Path) -> None:
    """It has no controlling terminal here, so no signal tells it."""
    with app(folder) as running:
        running.unlock()
        os.close(running.terminal.ours)
        os.kill(running.process.pid, signal.SIGWINCH)  # it writes, so that whoever reads here lets go
        running.process.wait(timeout=20)
        os.dup2(running.terminal.theirs, running.terminal.ours)  # to be closed like the others
