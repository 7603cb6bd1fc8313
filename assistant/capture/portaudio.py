"""The one door to PortAudio: opens a microphone as 16 kHz mono where it can, and as what the device offers where it cannot.

Knows nothing of recordings: it hands every block of samples to a callback, on PortAudio's own thread.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from assistant.errors import MissingPart
from assistant.protocols import SAMPLE_RATE

BLOCKS_PER_SECOND = 10
LATENCY = 0.3
"""Seconds of slack asked of the device. PortAudio's own "high" came to 35 ms, which a busy laptop overruns."""

Callback = Callable[[Any, int, Any, Any], None]
"""PortAudio's own: the samples as a buffer, how many frames, the times, the status flags."""

Device = str | int | None
"""A name or a part of one, PortAudio's number, or None for the system's default."""


@dataclass(frozen=True, kw_only=True)
class Format:
    """16-bit PCM, channels interleaved."""

    rate: int
    """Hz."""
    channels: int


WANTED = Format(rate=SAMPLE_RATE, channels=1)


class Stream(Protocol):
    """The part of sounddevice.RawInputStream that is used."""

    @property
    def active(self) -> bool: ...

    @property
    def latency(self) -> float:
        """Seconds from the microphone to the callback."""

    def stop(self) -> None: ...

    def close(self) -> None: ...


def open_microphone(device: Device, callback: Callback) -> tuple[Stream, Format]:
    """A running stream, and what it delivers. Raises MissingPart without PortAudio or a microphone."""
    sd = _sounddevice()
    found = _input_device(sd, device)
    form = _supported(sd, device, found)
    with _no_chatter(), _said_kindly(sd):
        stream = sd.RawInputStream(
            device=device,
            samplerate=form.rate,
            channels=form.channels,
            dtype="int16",
            blocksize=form.rate // BLOCKS_PER_SECOND,
            latency=LATENCY,
            callback=callback,
        )
        stream.start()
    return stream, form


def must_be_available(device: Device = None) -> None:
    """Raises MissingPart without PortAudio or a microphone. Opens nothing."""
    _input_device(_sounddevice(), device)


def _sounddevice() -> Any:
    try:
        with _no_chatter():
            import sounddevice
    except OSError as error:
        raise MissingPart(
            "PortAudio, the system library that reaches the microphone, was not found.",
            means="Recording needs it. Files that were recorded elsewhere can still be processed.",
            do=install_hint(sys.platform),
        ) from error
    return sounddevice


def install_hint(platform: str) -> str:
    """How to get PortAudio on a system named as `sys.platform` names it."""
    if platform == "win32":
        return "It comes with the sounddevice package on Windows: install coachnote again."
    if platform == "darwin":
        return "Install it with `brew install portaudio`."
    return "Install it with `sudo apt install libportaudio2` (Fedora: `sudo dnf install portaudio`)."


def _input_device(sd: Any, device: Device) -> dict[str, Any]:
    try:
        with _no_chatter():
            found: dict[str, Any] = sd.query_devices(device, "input")
    except (sd.PortAudioError, ValueError) as error:
        raise _no_microphone(device) from error
    if found["max_input_channels"] < 1:
        raise _no_microphone(device)
    return found


def _no_microphone(device: Device) -> MissingPart:
    return MissingPart(
        "No microphone was found." if device is None else f"No microphone called {device!r} was found.",
        means="Nothing was recorded.",
        do="Plug one in, or allow this terminal to use the microphone in the system's privacy settings, and try again.",
    )


def _supported(sd: Any, device: Device, found: dict[str, Any]) -> Format:
    """What engines hear if the device can deliver it; else its own rate and as few channels as it takes."""
    own = int(found["default_samplerate"])
    most = min(2, int(found["max_input_channels"]))
    for form in (WANTED, Format(rate=own, channels=1), Format(rate=SAMPLE_RATE, channels=most)):
        with contextlib.suppress(sd.PortAudioError), _no_chatter():
            sd.check_input_settings(device=device, channels=form.channels, dtype="int16", samplerate=form.rate)
            return form
    return Format(rate=own, channels=most)


@contextlib.contextmanager
def _said_kindly(sd: Any) -> Iterator[None]:
    try:
        yield
    except sd.PortAudioError as error:
        raise MissingPart(
            "The microphone could not be opened.",
            means="Another program may be holding it, or the system does not allow this one to use it. Nothing was recorded.",
            do="Close other programs that use the microphone, check the system's privacy settings, and try again.",
        ) from error


@contextlib.contextmanager
def _no_chatter() -> Iterator[None]:
    """ALSA and JACK write their own remarks to the terminal while devices are looked for: nothing that a person could act on."""
    try:
        kept = os.dup(2)
    except OSError:  # no standard error, so there is nothing to keep quiet
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
