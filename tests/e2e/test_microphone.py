"""A voice is played, PortAudio hears it, and the encrypted recording holds it sample by sample."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.microphone import HEADER
from tests.pulse import Pulse, say_to_wav, sound_server
from tests.store.made import make, opened
from tests.talking import run, started, traces, until

WORDS = "She came at ten and we went over her CV. She will ring the warehouse by Friday."
LEAD = 0.8
"""Seconds of silence before the first word."""


@pytest.fixture(scope="module")
def pulse() -> Iterator[Pulse]:
    with sound_server() as server:
        yield server


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("microphone")
    make(folder / "store")
    return folder


@pytest.fixture(scope="module")
def voice(made: Path, pulse: Pulse) -> tuple[Path, np.ndarray]:
    wav = made.parent / f"{made.name}-voice.wav"
    return wav, np.frombuffer(say_to_wav(WORDS, wav, lead=LEAD), "<i2")


def newest(folder: Path) -> tuple[str, np.ndarray]:
    """State and samples of the newest recording."""
    kept = opened(folder / "store")
    try:
        kept.recover_recordings()
        recording = kept.recordings(kept.sessions()[0].session.id)[-1]
        with kept.open_recording(recording.id) as audio:
            return recording.state, np.frombuffer(audio.read()[HEADER:], "<i2")
    finally:
        kept.close()


def place(of: np.ndarray, within: np.ndarray) -> int:
    """Where the words begin, by cross-correlation."""
    size = 1 << (len(of) + len(within)).bit_length()
    spectrum = np.fft.rfft(within.astype(float), size) * np.conj(np.fft.rfft(of.astype(float), size))
    return int(np.fft.irfft(spectrum, size)[: len(within)].argmax())


def test_every_sample_of_the_words_is_recorded(pulse: Pulse, made: Path, voice: tuple[Path, np.ndarray]) -> None:
    wav, played = voice
    words = played[round(LEAD * 16_000) :]
    with started(made, "record", module="assistant", env=pulse.env) as process:
        until(process, "Recording: speak now")
        pulse.play(wav)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == 5  # no speech model here: kept, and waiting
    state, recorded = newest(made)
    assert state == "complete"
    assert len(words) > 3 * 16_000
    start = place(words, recorded)
    assert np.array_equal(recorded[start : start + len(words)], words)


@pytest.mark.slow
def test_a_kill_loses_less_than_a_second_of_a_real_microphone(pulse: Pulse, made: Path, voice: tuple[Path, np.ndarray]) -> None:
    wav, played = voice
    with started(made, "record", module="assistant", env=pulse.env) as process:
        until(process, "Recording: speak now")
        since = time.monotonic()
        pulse.play(wav)
        process.kill()
        spoken = time.monotonic() - since
    state, recorded = newest(made)
    assert state == "recovered"
    assert len(recorded) / 16_000 > spoken - 1.0
    assert not list(traces(made, played[round(LEAD * 16_000) :].tobytes()))


@pytest.mark.slow
def test_a_computer_too_busy_to_listen_for_a_while_loses_nothing(pulse: Pulse, made: Path, voice: tuple[Path, np.ndarray]) -> None:
    wav, played = voice
    words = played[round(LEAD * 16_000) :]
    with started(made, "record", module="assistant", env=pulse.env) as process:
        until(process, "Recording: speak now")
        playing = threading.Thread(target=pulse.play, args=[wav])
        playing.start()
        time.sleep(LEAD + 0.7)
        process.send_signal(signal.SIGSTOP)
        time.sleep(1.5)
        process.send_signal(signal.SIGCONT)
        playing.join()
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert "stalled on its way" not in err
    _, recorded = newest(made)
    start = place(words, recorded)
    assert np.array_equal(recorded[start : start + len(words)], words)


@pytest.mark.slow
def test_a_sound_server_that_dies_and_comes_back_goes_on_in_the_same_recording(made: Path, voice: tuple[Path, np.ndarray]) -> None:
    wav, played = voice
    words = played[round(LEAD * 16_000) :]
    with sound_server() as pulse, started(made, "record", module="assistant", env=pulse.env) as process:
        until(process, "Recording: speak now")
        pulse.play(wav)
        pulse.control("exit")
        until(process, "stalled on its way")
        again = pulse.start()
        time.sleep(3.0)
        pulse.play(wav)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        again.kill()
        again.wait()
    state, recorded = newest(made)
    assert state == "complete"
    middle = place(words, recorded) + len(words) // 2
    other = recorded[middle:] if middle < len(recorded) // 2 else recorded[:middle]
    start = place(words, other)
    assert np.array_equal(other[start : start + len(words)], words)


@pytest.mark.slow
def test_a_machine_without_a_microphone_is_told_so(made: Path, tmp_path: Path) -> None:
    (tmp_path / ".asoundrc").write_text("")
    err = run(made, "record", code=12, module="assistant", env={"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)})
    assert "microphone" in err
