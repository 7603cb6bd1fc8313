"""The process that decodes: it hangs, crashes, runs wild or loses its parent, and that costs one recording at most."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from assistant import children
from assistant.errors import InputError, MissingPart, NotAudio
from assistant.speech import decode as decoding
from assistant.speech.decode import decode, probe
from assistant.speech.limits import MEMORY, STUCK
from tests.processes import gone
from tests.sound import RATE, encoded, noise, wav
from tests.work import finish

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are sent another way on this system")
SIX_MINUTES = wav(np.tile(noise(60), 6))


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The children, in the order in which they were started."""
    found: list[subprocess.Popen[bytes]] = []
    start = children.start

    def keep(*words: str) -> subprocess.Popen[bytes]:
        found.append(start(*words))
        return found[-1]

    monkeypatch.setattr(children, "start", keep)
    return found


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_closing_the_work_ends_the_child_within_a_second(started: list[subprocess.Popen[bytes]]) -> None:
    work = decode(io.BytesIO(SIX_MINUTES))
    while next(work).done < 3:
        pass
    since = time.monotonic()
    work.close()
    assert time.monotonic() - since < 1
    assert not alive(started[0].pid)


def test_a_child_that_hangs_can_still_be_stopped(started: list[subprocess.Popen[bytes]]) -> None:
    work = decode(io.BytesIO(SIX_MINUTES))
    next(work)
    os.kill(started[0].pid, signal.SIGSTOP)
    for _ in range(100):
        since = time.monotonic()
        next(work)
        assert time.monotonic() - since < 1
        if time.monotonic() - since > children.BEAT / 2:
            break  # it waits now
    since = time.monotonic()
    work.close()
    assert time.monotonic() - since < 1
    assert not alive(started[0].pid)


@pytest.mark.parametrize("blow", [signal.SIGSTOP, signal.SIGSEGV, signal.SIGKILL], ids=["hangs", "crashes", "out of memory"])
def test_what_was_decoded_before_is_kept_and_the_rest_is_told(
    blow: signal.Signals, started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoding, "PATIENCE", 1.0)
    work = decode(io.BytesIO(SIX_MINUTES))
    while next(work).done < 3:
        pass
    os.kill(started[0].pid, blow)
    decoded = finish(work)
    assert 3 <= decoded.seconds < 360
    assert np.array_equal(decoded.samples, np.tile(noise(60), 6)[: len(decoded.samples)])
    (gap,) = decoded.gaps
    assert (gap.start, gap.end, gap.why) == (pytest.approx(decoded.seconds, abs=0.01), 360, "damaged")


def test_without_a_length_what_is_left_is_judged_by_the_bytes(started: list[subprocess.Popen[bytes]]) -> None:
    work = decode(io.BytesIO(encoded(noise(60, 44_100), "adts", "aac")))
    while next(work).done < 30:
        pass
    started[0].kill()
    assert finish(work).gaps[-1].end == pytest.approx(60, abs=8)


def test_a_child_that_hangs_before_any_sound_is_refused(started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "PATIENCE", 1.0)

    class Stopping(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            os.kill(started[0].pid, signal.SIGSTOP)
            return super().read(size)

    with pytest.raises(NotAudio):
        probe(Stopping(SIX_MINUTES))


def test_a_file_that_is_read_in_circles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "SOME_BYTES", 0)
    monkeypatch.setattr(decoding, "MOST_READ", 0)
    with pytest.raises(NotAudio):
        probe(io.BytesIO(SIX_MINUTES))


def test_more_than_a_day_of_sound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "LONGEST", 100.0)
    with pytest.raises(InputError, match="24 hours"):
        finish(decode(io.BytesIO(SIX_MINUTES)))


def test_a_child_that_cannot_start_is_not_the_files_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "WORKER", "assistant.speech.no_such_worker")
    with pytest.raises(MissingPart):
        probe(io.BytesIO(SIX_MINUTES))


def test_a_parent_that_is_killed_leaves_no_child(tmp_path: Path) -> None:
    (tmp_path / "long.wav").write_bytes(SIX_MINUTES)
    code = (
        "import pathlib, sys, time; from assistant import children; from assistant.speech.decode import blocks; from assistant.speech.tally"
        " import Tally; start = children.start\n"
        "def told(*w):\n p = start(*w); print(p.pid, flush=True); return p\n"
        "children.start = told\nnext(blocks(pathlib.Path(sys.argv[1]), Tally())); print('going', flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "long.wav")], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert parent.stdout.readline() == "going\n"
    parent.kill()
    parent.communicate()
    assert gone([child], 10)


CONFINED = "from assistant.speech import limits; limits.confine()\n"
WILD: dict[str, tuple[str, Callable[[int], bool]]] = {
    "memory": (f"bytearray({MEMORY})", lambda code: code == 1),
    "a file": ("open('kept.wav', 'wb', buffering=0).write(b'sound')", lambda code: code in (1, -signal.SIGXFSZ)),
    "time": (
        f"import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, {STUCK}))\nwhile True: pass",
        lambda code: code == -signal.SIGXCPU,
    ),
}


@pytest.mark.parametrize("what", WILD)
def test_more_than_its_share_is_not_to_be_had(what: str, tmp_path: Path) -> None:
    code, expected = WILD[what]
    env = {**os.environ, "PYTHONPATH": str(children.HOME)}
    done = subprocess.run([sys.executable, "-c", CONFINED + code], cwd=tmp_path, env=env, capture_output=True)
    assert expected(done.returncode), done.stderr
    assert sum(p.stat().st_size for p in tmp_path.iterdir() if p.is_file()) == 0


def test_an_hour_stays_far_below_the_limit_of_memory(started: list[subprocess.Popen[bytes]]) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("looks at a process through /proc")
    work = decode(io.BytesIO(SIX_MINUTES))
    while next(work).done < 300:
        pass
    status = Path(f"/proc/{started[0].pid}/status").read_text(encoding="utf-8")
    work.close()
    peak = int(status.split("VmPeak:")[1].split()[0]) << 10
    assert peak < MEMORY / 3


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at a process through /proc")
def test_the_child_holds_no_file_open(started: list[subprocess.Popen[bytes]], tmp_path: Path) -> None:
    """Neither the recording's own, nor one that it was written to."""
    (tmp_path / "a.wav").write_bytes(SIX_MINUTES)
    work = decode(tmp_path / "a.wav")
    while next(work).done < 3:
        pass
    held = {os.readlink(entry).split(":")[0] for entry in Path(f"/proc/{started[0].pid}/fd").iterdir()}
    work.close()
    assert held == {"pipe", os.devnull}


def test_the_child_loads_neither_numpy_nor_a_model() -> None:
    code = "import sys, assistant.speech.decode_worker; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=children.HOME).stdout.split()
    assert not {"numpy", "faster_whisper", "ctranslate2", "onnxruntime", "assistant.domain"} & set(loaded)
    assert "av" in loaded


def test_the_parent_loads_no_parser() -> None:
    code = "import sys, assistant.speech.decode; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=children.HOME).stdout.split()
    assert "av" not in loaded


def test_samples_are_the_same_from_a_file_and_from_a_stream(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(noise(3)))
    assert np.array_equal(finish(decode(tmp_path / "a.wav")).samples, noise(3))
    assert finish(decode(tmp_path / "a.wav")).seconds == 3 * RATE / RATE
