"""A transcript that another program wrote, and the names that it gives to those who speak: who they are is for a person to say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from assistant.domain.heard import Segment, Transcript
from assistant.domain.words import Speaker

IMPORTED = "imported"
"""`HeardBy.engine` of what was read from such a file."""


@dataclass(frozen=True, kw_only=True)
class Imported:
    transcript: Transcript
    names: tuple[str, ...] = field(default=(), repr=False)
    """As the file writes them, in the order in which they begin to speak. They are kept nowhere."""
    voices: tuple[int | None, ...] = ()
    """For each segment the place in `names` of whoever says it; empty for a document of our own."""

    def lines(self) -> Counter[int]:
        """How many segments each of the names says."""
        return Counter(voice for voice in self.voices if voice is not None)

    def told(self, coach: int | None, client: int | None) -> Imported:
        """With speakers, once a person has said which of the names is the coach and which the client.

        When both are known, everybody else is `other`; while one is not, everybody else may be that one and stays open.
        """
        known: dict[int | None, Speaker] = {place: who for place, who in ((coach, "coach"), (client, "client")) if place is not None}  # type: ignore[misc]
        rest: Speaker | None = "other" if coach is not None and client is not None else None

        def of(segment: Segment, voice: int | None) -> Segment:
            return replace(segment, speaker=known.get(voice, rest) if voice is not None else None)

        segments = tuple(of(s, v) for s, v in zip(self.transcript.segments, self.voices, strict=True))
        return replace(self, transcript=replace(self.transcript, segments=segments))
