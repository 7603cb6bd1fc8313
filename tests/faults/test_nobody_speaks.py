"""Recordings in which nobody speaks: an empty transcript that says why, whatever the model would have made of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant import config, console, wiring
from assistant.cli.main import coachnote
from assistant.errors import CoachnoteError, NothingSaid
from assistant.protocols import Brief
from tests.sound import RATE, noise, wav
from tests.work import finish, write_table

BRIEF = Brief(id="t1")
TONE = (8000 * np.sin(np.arange(6 * RATE) * 2 * np.pi * 440 / RATE)).astype(np.int16)


def test_every_clip_without_a_voice_gives_nothing_and_says_why(shared: Path, with_model: str) -> None:
    """With the demo model, which was made to hear one voice, and with one that babbles. The outcomes are in a table."""
    clips = sorted((shared / "data" / "nonspeech").glob("*.wav"))
    assert len(clips) >= 9
    models = {name: wiring.transcriber(config.load(), name) for name in ("demo", with_model)}
    rows = [(clip.name, name, *_outcome(models[name], clip)) for clip in clips for name in models]
    write_table("nonspeech", ("clip", "model", "outcome", "why"), rows)
    assert {row[2] for row in rows} == {"NothingSaid, exit 4"}, rows


def _outcome(transcriber: object, clip: Path) -> tuple[str, str]:
    try:
        heard = finish(transcriber.transcribe(clip, BRIEF))  # type: ignore[attr-defined]
    except CoachnoteError as error:
        return f"{type(error).__name__}, exit {error.exit_code}", error.means
    return f"{len(heard.segments)} segments", ""


MADE: dict[str, tuple[np.ndarray, str]] = {
    "muted": (np.zeros(8 * RATE, dtype=np.int16), "muted or switched off"),
    "covered": ((noise(8) // 600).astype(np.int16), "nearly silent"),
    "far": ((noise(8) // 40).astype(np.int16), "faint sounds"),
    "tone": (TONE, "no voice that can be told from noise"),
    "roar": (noise(8), "no voice that can be told from noise"),
}


@pytest.mark.parametrize("case", MADE)
def test_the_reason_fits_the_sound(case: str, with_model: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sound, reason = MADE[case]
    (tmp_path / "visit.wav").write_bytes(wav(sound))
    code = console.run(coachnote, ["transcribe", str(tmp_path / "visit.wav"), "--model", with_model])
    out, err = capsys.readouterr()
    assert (code, out) == (NothingSaid.exit_code, "")
    assert reason in err
