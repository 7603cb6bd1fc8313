"""Why a recording gave no transcript, as far as its sound tells. Pure."""

from __future__ import annotations

from assistant.errors import NothingSaid
from assistant.speech.decode import Decoded
from assistant.speech.vad import LOUD, Activity

DEAD, FAINT = -90.0, -60.0
"""dBFS: below the one a microphone gave nothing at all, below the other next to nothing."""


def nothing_said(decoded: Decoded, heard: Activity) -> NothingSaid:
    return NothingSaid(
        "No speech was found in this recording.",
        means=f"{_sound(float(heard.level.max()))}{_damage(decoded)}",
        do="Play it to check. Nothing was written.",
    )


def _sound(loudest: float) -> str:
    if loudest < DEAD:
        return "It is silent from end to end: the microphone was muted or switched off."
    if loudest < FAINT:
        return "It is nearly silent: the microphone may have been covered or too far away."
    if loudest < LOUD:
        return "It holds faint sounds, but no voice: the microphone may have been too far away."
    return "It holds sound, but no voice that can be told from noise: this may be another file than you meant."


def _damage(decoded: Decoded) -> str:
    lost = sum(gap.end - gap.start for gap in decoded.gaps)
    return f" {lost:.0f} seconds of it are lost, since the file is damaged." if lost >= 1 else ""
