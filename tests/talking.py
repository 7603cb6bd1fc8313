"""`python -m tests.talking ARGUMENTS`: the real `coachnote` with a microphone that talks in real time, for tests that kill it.

What it says is `speech()`, noise that is the same every time, so that a test can tell which part of it was kept.
COACHNOTE_TEST_HEARS puts a scripted transcriber in place of Whisper: it hears the example transcript in anything but silence and takes that
many seconds over it.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any, BinaryIO

import numpy as np

from assistant.capture.portaudio import WANTED, Callback, Format
from assistant.domain import Transcript
from assistant.errors import NothingSaid
from assistant.protocols import Brief, Progress
from assistant.store import keys, letterbox
from tests.fakes import ScriptedDrafter, ScriptedTranscriber
from tests.microphone import HEADER
from tests.store.made import PASSPHRASE

ROOT = Path(__file__).resolve().parents[1]
LATE = 0.05
"""Seconds from the microphone to the callback."""


def speech(seconds: float) -> bytes:
    """16 kHz mono s16le."""
    return np.random.default_rng(7).integers(-8_000, 8_000, round(seconds * 16_000), dtype="<i2").tobytes()


class Talking:
    """A stream that runs in a thread of its own, as PortAudio's does."""

    active, latency = True, LATE

    def __init__(self, _device: object, callback: Callback) -> None:
        self._callback, self._end = callback, threading.Event()
        self._thread = threading.Thread(target=self._talk, daemon=True)
        self._thread.start()

    def _talk(self) -> None:
        said, start = speech(120.0), time.monotonic()
        for n in range(1_200):
            if self._end.wait(max(0.0, start + (n + 1) * 0.1 - time.monotonic())):
                return
            self._callback(memoryview(said)[n * 3_200 : (n + 1) * 3_200], 1_600, None, 0)

    def stop(self) -> None:
        self._end.set()
        self._thread.join()

    def close(self) -> None:
        pass


def open_talking(device: object, callback: Callback) -> tuple[Talking, Format]:
    return Talking(device, callback), WANTED


class Hears(ScriptedTranscriber):
    def transcribe(self, audio: Path | BinaryIO, brief: Brief) -> Generator[Progress, None, Transcript]:
        assert not isinstance(audio, Path)
        if not any(audio.read()[HEADER:]):
            raise NothingSaid("Nothing was said in it.")
        seconds = float(os.environ["COACHNOTE_TEST_HEARS"])
        for n in range(round(seconds * 10)):
            yield Progress(stage="transcribe", done=n / 10, total=seconds)
            time.sleep(0.1)
        return (yield from super().transcribe(audio, brief))


def main() -> None:
    from assistant import wiring
    from assistant.capture.microphone import MicrophoneRecorder

    wiring.recorder = lambda: MicrophoneRecorder(open_stream=open_talking)
    wiring.recorder_available = lambda: None
    if os.environ.get("COACHNOTE_TEST_HEARS"):
        wiring.transcriber = lambda *_: Hears()
        wiring.drafter = lambda *_: ScriptedDrafter()
    from assistant.__main__ import main as coachnote

    coachnote()


def seen_here(folder: Path) -> dict[str, str]:
    """The environment of a computer on which the store was unlocked before."""
    letterbox.remember(folder / "state" / "coachnote" / "boxes", folder / "store", keys.read(folder / "store")[0].box)
    return {"XDG_STATE_HOME": str(folder / "state")}


@contextmanager
def started(
    folder: Path, *words: str, hears: str = "", module: str = "tests.talking", passphrase: str | None = PASSPHRASE, **options: Any
) -> Iterator[Popen[str]]:
    """The command under way, with its store in `folder`; killed at the end if it is still running. It asks where `passphrase` is None."""
    read, write = os.pipe()
    os.write(write, (passphrase or "").encode() + b"\n")
    os.close(write)
    given = [] if passphrase is None else ["--passphrase-fd", str(read)]
    command = [sys.executable, "-m", module, "--store", str(folder / "store"), *given, *words]
    own = {"COACHNOTE_TEST_HEARS": hears, "COACHNOTE_MODELS": str(folder / "models"), **seen_here(folder)}
    env = {**os.environ, **own, **options.pop("env", {})}
    with Popen(command, **{"stdout": PIPE, "stderr": PIPE, "text": True, "cwd": ROOT, "env": env, "pass_fds": [read]} | options) as process:
        os.close(read)
        try:
            yield process
        finally:
            process.kill()


def run(folder: Path, *words: str, code: int = 0, hears: str = "", **options: Any) -> str:
    """The command to its end; what it wrote to stdout, or to stderr when it was to fail."""
    with started(folder, *words, hears=hears, **options) as process:
        out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    assert process.returncode == code, err
    return err if code else out


def until(process: Popen[str], words: str) -> list[str]:
    """Read stderr up to the line that holds `words`."""
    seen: list[str] = []
    assert process.stderr is not None
    for line in process.stderr:
        seen.append(line.strip())
        if words in line:
            return seen
    raise AssertionError(f"never said {words!r}, but {seen}")


def traces(folder: Path, said: bytes) -> Iterator[Path]:
    """Files that hold a tenth of a millisecond of what was said, or a WAV header."""
    pieces = {said[at : at + 32] for at in range(0, min(len(said), 64_000), 512)} | {b"RIFF\xff\xff\xff\xff"}
    for path in folder.rglob("*"):
        if path.is_file() and any(piece in path.read_bytes() for piece in pieces):
            yield path


if __name__ == "__main__":
    main()
