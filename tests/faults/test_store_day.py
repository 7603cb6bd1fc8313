"""A whole working day through the real commands, traced: no text of it lies anywhere, and no file is written but what a person asked for.

The canaries are every name, sentence, passphrase and code of the day. They may be seen where a person asked to see them, and nowhere else.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import struct
import subprocess
import sys
import termios
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from assistant import approval, resources
from assistant.domain import SECTIONS
from assistant.store import vault
from tests.faults.test_store_crash import ROOT
from tests.faults.test_store_writes import OWN
from tests.store.made import PASSPHRASE, files, spellings

DEMO = resources.root() / "models" / "demo"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux" or not shutil.which("strace"), reason="strace is not installed (apt install strace)"),
    pytest.mark.skipif(not (DEMO / "model.bin").exists(), reason="the demo model is not in models/demo"),
]

NAME = "Zephyrine Quillfeather"
COACH = "Thistlewood"
HEADING = "Vellichor since last time"
TEMPLATE = "asked-for.toml"
TYPED = """Zephyrine came in on time with a periwinkle portfolio.
She has finished the gossamer hygiene course.
She won't do nights because of her little marmalade cat.
I'll ring the Halcyon kitchen by Wednesday.
"""
WRONG = "an incandescent wrong passphrase"
SECOND, LATER = "quixotic lanterns of another coach", "the same coach with newer lanterns"
CALLS = (
    "open,openat,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,mkdir,mkdirat,truncate,mknod,mknodat,connect,sendto,sendmsg"
)
NETWORK = re.compile(r"\b(connect|sendto|sendmsg)\(")
LEAST = 12
"""Characters of a sentence that is looked for: shorter ones, such as `Yes.`, are met by chance."""


@dataclass
class Day:
    home: Path
    shown: dict[str, str] = field(default_factory=dict)
    """By command, what it told without being asked for any text: stderr, and stdout where nothing was to be shown."""
    codes: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    @property
    def store(self) -> Path:
        return self.home / "data" / "coachnote" / "store"

    def environment(self) -> dict[str, str]:
        own = {name: str(self.home / place) for name, place in PLACES.items()}
        return {**os.environ, **own, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "TERM": "xterm-256color"}

    def traced(self, *command: str) -> list[str]:
        log = self.home.parent / f"trace-{len(list(self.home.parent.glob('trace-*')))}"
        return ["strace", "-f", "--seccomp-bpf", "-qq", "-y", "-s", "4096", "-e", f"trace={CALLS}", "-o", str(log), *command]

    def run(self, *words: str, given: str = "", code: int = 0, asked: bool = False, passphrase: str = PASSPHRASE) -> str:
        """Stdout of a command. `asked`: a person wants to see text there."""
        read, write = os.pipe()
        os.write(write, passphrase.encode() + b"\n")
        os.close(write)
        command = [sys.executable, "-m", "assistant", "--verbose", "--passphrase-fd", str(read), *words]
        done = subprocess.run(self.traced(*command), input=given, capture_output=True, text=True, pass_fds=[read], cwd=self.home,
                              env=self.environment(), timeout=300)  # fmt: skip
        os.close(read)
        assert done.returncode == code, done.stderr
        self.shown[" ".join(words)] = done.stderr + ("" if asked else done.stdout)
        return done.stdout

    def child(self, work: str) -> None:
        command = self.traced(sys.executable, "-m", "tests.store.children", work, str(self.store), "x", "0")
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.home, env=self.environment(), timeout=300)
        assert done.returncode == 0, done.stderr
        self.shown[work] = done.stderr + done.stdout


PLACES = {"HOME": ".", "XDG_DATA_HOME": "data", "XDG_CONFIG_HOME": "config", "XDG_CACHE_HOME": "cache", "XDG_STATE_HOME": "state",
          "XDG_RUNTIME_DIR": "run", "TMPDIR": "tmp"}  # fmt: skip


class Terminal:
    """The real app in a terminal of its own, with somebody at its keys."""

    def __init__(self, command: list[str], day: Day) -> None:
        ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 130, 0, 0))
        self._end, self._seen = ours, ""
        self._child = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=day.home, env=day.environment(), start_new_session=True
        )
        os.close(theirs)
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        try:
            while data := os.read(self._end, 65536):
                self._seen += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", data.decode(errors="replace"))
        except OSError:  # the other end is closed
            pass

    def until(self, text: str, press: str = "", since: int | None = None) -> None:
        """Until it shows the text, with these keys again and again meanwhile; `since`: from where on it may have shown it already."""
        deadline, start = time.monotonic() + 120, len(self._seen) if since is None else since
        while text not in self._seen[start:]:
            assert time.monotonic() < deadline and self._child.poll() is None, self._seen[-3000:]
            self.type(press)
            time.sleep(0.2)

    def type(self, keys: str) -> None:
        os.write(self._end, keys.encode())

    def leave(self, keys: str) -> str:
        """All that was on the screen."""
        self.type(keys)
        assert self._child.wait(60) == 0
        self._reader.join(10)
        os.close(self._end)
        return self._seen


def signed_in_the_app(day: Day, session: str) -> str:
    """Everything on the screen while a coach unlocks the app, accepts all, and signs."""
    terminal = Terminal(day.traced(sys.executable, "-m", "assistant", "review", session), day)
    terminal.until("Passphrase")
    time.sleep(1)
    terminal.type(f"{PASSPHRASE}\r")
    terminal.until("What was said", since=0)
    terminal.until("ready to sign", "am", since=0)  # a draft may have nothing to check
    terminal.type("s")
    time.sleep(1)
    terminal.type("\r")
    terminal.until("signed, version 1")
    return terminal.leave("\x11")


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    day = Day(tmp_path_factory.mktemp("day") / "home")
    for place in PLACES.values():
        (day.home / place).mkdir(parents=True, exist_ok=True)
    templates = day.home / "config" / "coachnote" / "templates"
    templates.mkdir(parents=True)
    keys = "".join(f'[[section]]\nkey = "{key}"\n' for key in SECTIONS)
    (templates / TEMPLATE).write_text(f'id = "asked-for"\nversion = 1\n{keys}'.replace('"progress"', f'"progress"\nheading = "{HEADING}"'))
    code = day.run("init", asked=True).strip()
    assert code.count("-") == 8
    day.codes.append(code)
    day.run("clients", "add", "C-0042", given=f"{NAME}\n")
    written = day.run(
        "write", "--client", "C-0042", "--date", "2026-03-10", "--coach", COACH, "--template", "asked-for", given=TYPED
    ).strip()
    spoken = day.run("process", str(DEMO / "dictation.flac"), "--client", "C-0042", "--date", "2026-03-12", "--model", "demo").strip()
    day.run("export", written, code=8)
    screen = signed_in_the_app(day, written)
    assert PASSPHRASE not in screen
    day.run("list")
    day.run("list", code=6, passphrase=WRONG)
    day.run("clients", "list")
    assert NAME in day.run("clients", "list", "--names", asked=True)
    note = day.run("export", written, asked=True)
    assert "gossamer" in note and HEADING in note
    day.run("export", written, "--format", "json", "--out", str(day.home / "asked-for.json"))
    day.run("export", spoken, code=8)
    day.run("eval", "--signed", "--format", "json")
    day.run("finish")
    assert "gossamer" in day.run("search", given="gossamer hygiene\n", asked=True)
    day.run("users", "add", "second", given=f"{SECOND}\n")
    day.run("passphrase", given=f"{LATER}\n", passphrase=SECOND)
    day.run("users", "revoke", "second")
    day.codes += [day.run("recovery", asked=True).strip(), SECOND, LATER]
    day.run("audit", "verify")
    day.child("people")
    day.run("doctor")
    return day


def canaries(day: Day) -> set[str]:
    """Whatever the store itself can tell, and what opened it."""
    store = vault.open_with_passphrase(day.store, PASSPHRASE)
    found = {NAME, COACH, HEADING, PASSPHRASE, WRONG, *day.codes, *TYPED.splitlines(), "periwinkle", "marmalade", "Halcyon kitchen"}
    for row in store.sessions():
        transcript, draft = store.transcript(row.session.id), store.draft(row.session.id)
        assert transcript and draft
        found |= {segment.text for segment in transcript.segments}
        found |= {str(words(item)) for made in (draft, *store.notes(row.session.id)) for _, item in approval.items(made)}
    store.close()
    return {text for text in found if len(text) >= LEAST} | {"periwinkle", COACH}


def words(item: object) -> object:
    return getattr(item, approval.WORDS[type(item)], "") if type(item) in approval.WORDS else getattr(item, "text", "")


def hits(data: bytes, texts: set[str]) -> list[str]:
    return [text for text in texts if any(spelling in data for spelling in spellings(text) if len(spelling) >= 8)]


def test_no_word_of_the_day_lies_in_any_file(day: Day) -> None:
    texts, looked_at = canaries(day), 0
    assert len(texts) > 20
    for path in files(day.home):
        if path.name not in ("asked-for.json", TEMPLATE):
            looked_at += 1
            assert hits(path.read_bytes(), texts) == [], path
    print(f"{len(texts)} texts in {looked_at} files and of {len(day.shown)} commands")
    assert looked_at >= 7
    assert hits((day.home / "asked-for.json").read_bytes(), texts), "the search would find what is there"


def test_no_command_showed_what_nobody_asked_to_see(day: Day) -> None:
    texts = canaries(day)
    assert {name: found for name, shown in day.shown.items() if (found := hits(shown.encode(), texts))} == {}


def writes(line: str) -> bool:
    """Whether a traced call succeeded and could change something."""
    if re.search(r"= -1 E\w+", line) or NETWORK.search(line):
        return False
    return not re.search(r"\bopen(at)?\(", line) or re.search(r"O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)", line) is not None


def trace(day: Day) -> list[str]:
    logs = sorted(day.home.parent.glob("trace-*"))
    assert len(logs) >= 15
    return [line for log in logs for line in log.read_text(errors="replace").splitlines()]


def test_nobody_on_the_network_was_spoken_to(day: Day) -> None:
    assert [line for line in trace(day) if NETWORK.search(line) and "sa_family=AF_INET" in line] == []


def test_no_file_was_written_but_the_stores_own_and_what_was_asked_for(day: Day) -> None:
    paths = {path for line in trace(day) if writes(line) for path in re.findall(r'"([^"]*)"', line)}
    inside = {p.removeprefix(str(day.store)).lstrip("/") for p in paths if p.startswith(str(day.store))}
    assert {"notes.db", "keys.json", "audit.head"} <= inside
    assert {p for p in inside if not OWN.fullmatch(p) and not re.fullmatch(r"(keys|client-keys)\.next\.\w+(\.tmp)?", p)} == set()
    asked = re.compile(rf"{re.escape(str(day.home))}/(asked-for\.json|\.coachnote-\w+)")
    made = {str(folder) for folder in (day.store, *day.store.parents)}
    made.add(str(day.home / "run" / "pulse"))  # the sound server's own folder, made when doctor looks for a microphone
    state = day.home / "state" / "coachnote"
    made |= {str(state), str(state / "boxes")}  # the public half of the store's box, remembered outside it
    asked = re.compile(rf"{asked.pattern}|{re.escape(str(state))}/boxes/[0-9a-f]{{32}}(\.tmp)?")
    print(f"{len(inside)} names in the store")
    assert {p for p in paths if not p.startswith((str(day.store), "/dev/")) and p not in made and not asked.fullmatch(p)} == set()
