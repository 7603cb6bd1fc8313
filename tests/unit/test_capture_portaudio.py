from __future__ import annotations

import ctypes.util
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.capture import portaudio
from assistant.capture.portaudio import Format, install_hint, must_be_available, open_microphone
from assistant.errors import MissingPart


class PortAudioError(Exception):
    pass


class FakeSounddevice(SimpleNamespace):
    """What of sounddevice is used, for a device that takes only some formats."""

    PortAudioError = PortAudioError

    def __init__(self, takes: Callable[[int, int], bool] = lambda rate, channels: True, *, inputs: int = 1, opens: bool = True) -> None:
        super().__init__(takes=takes, inputs=inputs, opens=opens, asked={})

    def query_devices(self, device: object, kind: str) -> dict[str, Any]:
        assert kind == "input"
        if self.inputs < 0:
            raise PortAudioError("Error querying device -1")
        if device == "no such":
            raise ValueError("No input device matching 'no such'")
        return {"max_input_channels": self.inputs, "default_samplerate": 44_100.0}

    def check_input_settings(self, *, device: object, channels: int, dtype: str, samplerate: int) -> None:
        assert dtype == "int16"
        if not self.takes(samplerate, channels):
            raise PortAudioError("Invalid sample rate")

    def RawInputStream(self, **asked: Any) -> Any:  # noqa: N802 - sounddevice's own name
        self.asked = asked
        if not self.opens:
            raise PortAudioError("Device unavailable")
        return SimpleNamespace(start=lambda: self.asked.update(started=True))


def use(monkeypatch: pytest.MonkeyPatch, fake: FakeSounddevice) -> FakeSounddevice:
    monkeypatch.setitem(sys.modules, "sounddevice", fake)  # type: ignore[arg-type]
    return fake


@pytest.mark.parametrize(
    ("takes", "form"),
    [
        (lambda rate, channels: True, Format(rate=16_000, channels=1)),
        (lambda rate, channels: rate == 44_100, Format(rate=44_100, channels=1)),
        (lambda rate, channels: channels == 2 and rate == 16_000, Format(rate=16_000, channels=2)),
        (lambda rate, channels: False, Format(rate=44_100, channels=2)),
    ],
    ids=["anything", "its own rate only", "stereo only", "nothing it admits to"],
)
def test_the_nearest_format_that_the_device_takes_is_opened(
    monkeypatch: pytest.MonkeyPatch, takes: Callable[[int, int], bool], form: Format
) -> None:
    fake = use(monkeypatch, FakeSounddevice(takes, inputs=8))
    _, opened = open_microphone(None, lambda *_: None)
    assert opened == form
    assert (fake.asked["samplerate"], fake.asked["channels"], fake.asked["dtype"]) == (form.rate, form.channels, "int16")
    assert (fake.asked["latency"], fake.asked["blocksize"], fake.asked["started"]) == (0.3, form.rate // 10, True)


@pytest.mark.parametrize("inputs", [-1, 0])
def test_no_microphone_is_told_before_anything_is_opened(monkeypatch: pytest.MonkeyPatch, inputs: int) -> None:
    fake = use(monkeypatch, FakeSounddevice(inputs=inputs))
    for attempt in (must_be_available, lambda: open_microphone(None, lambda *_: None)):
        with pytest.raises(MissingPart, match=r"No microphone was found\."):
            attempt()
    assert fake.asked == {}


def test_a_device_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeSounddevice())
    with pytest.raises(MissingPart, match="'no such'"):
        must_be_available("no such")


def test_a_microphone_that_cannot_be_opened_says_what_to_look_at(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, FakeSounddevice(opens=False))
    with pytest.raises(MissingPart) as caught:
        open_microphone(None, lambda *_: None)
    assert "privacy settings" in caught.value.do


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the sounddevice wheel brings PortAudio with it here")
def test_without_the_portaudio_library_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(ctypes.util, "find_library", lambda _: None)
    with pytest.raises(MissingPart) as caught:
        must_be_available()
    assert caught.value.exit_code == 12
    assert "apt install libportaudio2" in caught.value.do


@pytest.mark.parametrize(("platform", "words"), [("linux", "apt"), ("darwin", "brew install portaudio"), ("win32", "comes with")])
def test_the_hint_suits_the_system(platform: str, words: str) -> None:
    assert words in install_hint(platform)


def test_what_alsa_writes_to_the_terminal_is_kept_from_it(capfd: pytest.CaptureFixture[str]) -> None:
    import os

    with portaudio._no_chatter():
        os.write(2, b"ALSA lib pcm.c:2664: Unknown PCM\n")
    os.write(2, b"afterwards\n")
    assert capfd.readouterr().err == "afterwards\n"
