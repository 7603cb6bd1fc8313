"""PulseAudio with a null sink: a microphone that hears what is played to it. Skips where a part is missing."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ASOUNDRC = """
pcm.!default { type pulse }
ctl.!default { type pulse }
"""
LOOK = "import sounddevice; assert sounddevice.query_devices(kind='input')['max_input_channels'] > 0"


@dataclass(frozen=True)
class Pulse:
    env: dict[str, str]
    """The environment in which the default microphone is the null sink's monitor."""

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server, here first or again after `pactl exit`, and wait until it answers."""
        server = subprocess.Popen(_command(), env=self.env, stderr=subprocess.DEVNULL)
        _wait(self)
        return server

    def play(self, wav: Path) -> None:
        """Returns when it has been played to the end."""
        subprocess.run(["paplay", "--device=fakemic", str(wav)], env=self.env, check=True)

    def control(self, *words: str) -> str:
        return subprocess.run(["pactl", *words], env=self.env, check=True, capture_output=True, text=True).stdout


@contextmanager
def sound_server() -> Iterator[Pulse]:
    _must_have_parts()
    with tempfile.TemporaryDirectory(prefix="pulse-") as folder:  # short: a socket's path has room for a hundred letters
        home = Path(folder)
        (home / ".asoundrc").write_text(ASOUNDRC)
        env = {**os.environ, "HOME": folder, "XDG_RUNTIME_DIR": folder}
        pulse = Pulse(env)
        server = pulse.start()
        try:
            _must_reach(pulse)
            yield pulse
        finally:
            server.kill()
            server.wait()


def _must_have_parts() -> None:
    for program, package in {"pulseaudio": "pulseaudio", "pactl": "pulseaudio-utils", "espeak-ng": "espeak-ng", "ffmpeg": "ffmpeg"}.items():
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (apt package {package})")
    if ctypes.util.find_library("portaudio") is None:
        pytest.skip("PortAudio is not installed (apt package libportaudio2)")


def _command() -> list[str]:
    sink = "module-null-sink sink_name=fakemic rate=16000 channels=1"
    return ["pulseaudio", "--daemonize=no", "--exit-idle-time=-1", "-n", "-L", "module-native-protocol-unix", "-L", sink]


def _wait(pulse: Pulse) -> None:
    for _ in range(100):
        time.sleep(0.1)
        found = subprocess.run(["pactl", "set-default-source", "fakemic.monitor"], env=pulse.env, capture_output=True, check=False)
        if found.returncode == 0:
            return
    pytest.skip("PulseAudio does not start on this machine")


def _must_reach(pulse: Pulse) -> None:
    if subprocess.run([sys.executable, "-c", LOOK], env=pulse.env, capture_output=True, check=False).returncode:
        pytest.skip("ALSA cannot reach PulseAudio (apt package libasound2-plugins)")


def say_to_wav(words: str, wav: Path, *, lead: float = 2.0) -> bytes:
    """Speak `words` into a 16 kHz WAV after `lead` seconds of silence, and return its samples.

    A null sink loses the first moments of what is played to it, more than a second of it where other programs listen too.
    """
    spoken = wav.with_suffix(".espeak.wav")
    subprocess.run(["espeak-ng", "-v", "en-gb", "-w", str(spoken), words], check=True)
    shape = ["-af", f"volume=-6dB,adelay={round(1000 * lead)}", "-ar", "16000", "-ac", "1", "-c:a", "pcm_s16le", "-bitexact"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(spoken), *shape, str(wav)], check=True)
    return wav.read_bytes().partition(b"data")[2][4:]
