"""Drafting understands English only: what was said in another language is kept from every drafter, and the draft says so.

Nothing is invented from it and nothing of it is lost: the lines stay in the transcript, and the notice says where they are. A line that
was translated, or that a coach put into English, is drafted from.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from assistant.domain import Draft, Notice, Transcript
from assistant.languages import foreign, remarks
from assistant.protocols import Drafter, Progress


class EnglishOnly:
    """A protocols.Drafter: another one's draft, made from the lines in English alone."""

    def __init__(self, drafter: Drafter) -> None:
        self.drafter = drafter

    def draft(self, transcript: Transcript) -> Generator[Progress, None, Draft]:
        unread = foreign(transcript)
        lines = tuple(replace(s, text="", words=()) if s.id in unread else s for s in transcript.segments)
        draft = yield from self.drafter.draft(replace(transcript, segments=lines))
        coverage = replace(draft.coverage, read=min(draft.coverage.read, len(lines) - len(unread)))
        notices = tuple(Notice(code=code, why=why) for code, why in remarks(transcript))
        return replace(draft, coverage=coverage, notices=(*notices, *draft.notices))
