"""Voices that were told apart in a recording, before anybody has said whose they are.

The transcript keeps them as one letter a segment, in `HeardBy.settings`: a segment's place among them is its id, which stays when its words
are corrected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from assistant.domain.heard import Segment, Transcript
from assistant.domain.words import Speaker

VOICES = "voices"
"""Key of `HeardBy.settings`."""
LEFT, RIGHT = "L", "R"
"""Two people on two channels; voices told apart by their sound are A and B, in the order in which they begin to speak."""
UNKNOWN = "-"


def letter(transcript: Transcript, segment: Segment) -> str | None:
    """Of the voice that says a segment; None where that is not known."""
    letters = transcript.made_by.settings.get(VOICES) if transcript.made_by else None
    if not isinstance(letters, str) or not 0 <= segment.id < len(letters) or letters[segment.id] == UNKNOWN:
        return None
    return letters[segment.id]


def lines(transcript: Transcript) -> dict[str, list[Segment]]:
    """What each voice says, by its letter."""
    found: dict[str, list[Segment]] = {}
    for segment in transcript.segments:
        known = letter(transcript, segment)
        if known is not None:
            found.setdefault(known, []).append(segment)
    return dict(sorted(found.items()))


def told(transcript: Transcript, who: Mapping[str, Speaker]) -> Transcript:
    """With speakers, as far as a person has said whose voice is whose; all else stays as it was."""

    def known(segment: Segment) -> Segment:
        return replace(segment, speaker=who.get(letter(transcript, segment) or "", segment.speaker))

    return replace(transcript, segments=tuple(map(known, transcript.segments)))


def told_by_channel(transcript: Transcript, left: Speaker | None) -> Transcript:
    """With the coach or the client on the left channel, and the other one on the right; as it was where the voices are not on two."""
    if left is None:
        return transcript
    return told(transcript, {LEFT: left, RIGHT: "client" if left == "coach" else "coach"})


def name(transcript: Transcript, segment: Segment) -> str:
    """Who says a segment, for people to read: `Coach`, or `Voice A` while nobody has said who that is; empty where nothing is known."""
    if segment.speaker is not None:
        return segment.speaker.capitalize()
    known = letter(transcript, segment)
    return f"Voice {known}" if known else ""
