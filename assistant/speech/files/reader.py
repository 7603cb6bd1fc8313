"""A transcript file as a transcript of ours, with the names it gives to those who speak. Bytes in, a noun out, the same each time.

Who the names are is for a person to say, so every speaker stays open, but for the two labels that say it: `Coach` and `Client`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.domain import IMPORTED, MAX_SEGMENT_WORDS, Gap, HeardBy, Imported, Kind, Segment, Transcript
from assistant.errors import InputError, InputMissing, NothingSaid
from assistant.identity import new_id
from assistant.protocols import Brief
from assistant.speech.files import cues, labels, neutral, prose, shape, word
from assistant.speech.files.form import ARROW, HEAD, Form, characters_of, form_of
from assistant.speech.files.turns import Turn

LARGEST = 64 * 1024 * 1024
"""Bytes: a Word file holds pictures."""
LARGEST_TEXT = 4 * 1024 * 1024
"""Characters: days of talk, and with the other limits what bounds the time that any file takes."""
LONGEST_LINE = 500_000
"""Characters: a day on one line."""
MOST_TURNS = 40_000
MOST_SEGMENTS = 20_000
"""More than a working day of talk."""
DATED_NAME = re.compile(r"(?<!\d)(20\d\d)-?(0[1-9]|1[0-2])-?([0-2]\d|3[01])(?=[-_T ]\d{4,6}(?!\d)|[^\d-]|$)")
"""How Zoom and Teams name their files: GMT20260312-140000, -20260312_140000."""
GAP = re.compile(r"^\[(unclear|silence|damaged|dropout|paused|not transcribed) (\d{1,6}(?::\d\d){1,2})-(\d{1,6}(?::\d\d){1,2})\]$")
UNCLEAR = "(unclear) "
"""How our own text and subtitles show where nothing was heard, and what may have been heard wrongly."""


@dataclass(frozen=True, kw_only=True)
class _Found:
    turns: list[Turn]
    date: dt.date | None = None
    taken_out: int = 0


def take(path: Path, *, asked: bool) -> Imported | None:
    """The transcript in a file, its day the file's own where it names none. None for what is no transcript: a recording, perhaps.

    `asked`: a person says that it is one, so a plain text counts whatever its suffix. Raises InputError or NothingSaid.
    """
    try:
        if path.exists() and not path.is_file():
            raise InputError("This is no ordinary file.", do="Give one transcript.")
        with path.open("rb") as file:
            head = file.read(HEAD)
            if asked and not head:
                raise InputError("The file is empty.", do="Download the transcript again.")
            form = form_of(head, path.name, asked=asked)
            if form is None:
                return None
            data = head + file.read(LARGEST + 1 - len(head))
        day = dt.datetime.fromtimestamp(path.stat().st_mtime).astimezone().date()
    except FileNotFoundError:
        raise InputMissing(f"There is no file {path}.", do="Check its name and folder.") from None
    except OSError as error:
        raise InputError(
            f"The file could not be read ({error.strerror}).", do="Check its name, its folder, and that you may read it."
        ) from error
    found = read(data, path.name, form)
    if form == "json" or found.transcript.session_date is not None:
        return found
    return replace(found, transcript=replace(found.transcript, session_date=day))


def read(data: bytes, name: str, form: Form | None = None) -> Imported:
    """Raises InputError for what cannot be read or is no transcript, NothingSaid where it has no words."""
    form = form or form_of(data[:HEAD], name, asked=True)
    if form is None:
        raise InputError("This is not a transcript.", do="Take a recording in with `coachnote process`.")
    if len(data) > LARGEST:
        raise InputError(
            f"This file is larger than {LARGEST >> 20} MB.", do="Give the transcript alone, as text or as .docx without pictures."
        )
    if form == "json":
        return _own(data)
    return _imported(_turns(data, form), form, name)


def _turns(data: bytes, form: Form) -> _Found:
    date, hidden = None, 0
    if form == "docx":
        text, date, hidden = word.lines(data)
    else:
        text = characters_of(data)[0]
    text, acting = neutral.characters(_must_be_handy(text))
    text = re.sub(r" ?\t[ \t]*", "\t", re.sub(r"[ \xa0]{2,}", " ", text))
    if form in ("vtt", "srt") or ARROW.search(text[:HEAD]):  # Teams wrote lines of times into Word files once
        turns, marks = cues.turns(text, vtt=form == "vtt")
        return _Found(turns=labels.assigned(_few(turns), often=False), date=date, taken_out=acting + marks + hidden)
    turns, told = prose.turns(text)
    return _Found(turns=labels.assigned(_few(turns), often=True), date=told or date, taken_out=acting + hidden)


def _few(turns: list[Turn]) -> list[Turn]:
    if len(turns) > MOST_TURNS:
        raise InputError(f"This file holds more than {MOST_TURNS} turns.", do="Give the transcript of one session.")
    return turns


def _must_be_handy(text: str) -> str:
    if len(text) > LARGEST_TEXT:
        raise InputError("This file holds far more text than a transcript.", do="Give the transcript of one session.")
    if max(map(len, text.splitlines()), default=0) > LONGEST_LINE:
        raise InputError("This file has a line that no transcript has.", do="Save the transcript again as text, with its line breaks.")
    return text


def _imported(found: _Found, form: Form, name: str) -> Imported:
    turns, gaps, taken_out = _neutral(found.turns)
    names = list(dict.fromkeys(turn.name for turn in turns if turn.name))
    places = {name: n for n, name in enumerate(names)}
    segments = tuple(_segments(turns))
    if not any(c.isalnum() for segment in segments for c in segment.text):
        raise NothingSaid("There are no words in this file.", do="Check that it is the right one, or that its transcription has ended.")
    taken_out += found.taken_out
    made_by = HeardBy(engine=IMPORTED, settings={"format": form, "speakers": len(names), "neutralised": taken_out})
    kind: Kind = "appointment" if len(names) > 1 else "dictation"
    brief = Brief(id=new_id(), kind=kind, session_date=found.date or _date_in(name), date_confirmed=False)
    imported = Imported(
        transcript=brief.transcript(segments, made_by, gaps=tuple(gaps)),
        names=tuple(names),
        voices=tuple(places.get(turn.name or "") for turn in turns),
    )
    known = [name.casefold() for name in names]
    roles = [known.index(role) if known.count(role) == 1 else None for role in ("coach", "client")]
    return imported if roles == [None, None] else imported.told(*roles)


def _neutral(turns: Iterable[Turn]) -> tuple[list[Turn], list[Gap], int]:
    """Turns shaped and harmless, our own marks of what was not heard, and how much was taken out."""
    clean: list[Turn] = []
    gaps: list[Gap] = []
    count = 0
    for turn in turns:
        lines, marks = zip(*map(neutral.neutral, turn.text.split("\n")), strict=True)
        name, more = neutral.neutral(turn.name or "")
        count += sum(marks) + more
        text = "\n".join(lines)
        gap = GAP.match(text)
        if gap is not None:
            gaps += _gap(gap)
            continue
        unclear = text.startswith(UNCLEAR)
        clean.append(replace(turn, name=name or None, text=text.removeprefix(UNCLEAR), unclear=unclear))
    shaped: list[Turn] = []
    for turn in shape.shaped(clean):
        said, joined = neutral.neutral(turn.text)  # lines that were joined can make a new token
        count += joined
        shaped += [replace(turn, text=said)] if said else []
        if len(shaped) > MOST_SEGMENTS:
            raise InputError(f"This file holds more than {MOST_SEGMENTS} sentences.", do="Give the transcript of one session.")
    return shaped, gaps, count


def _gap(found: re.Match[str]) -> list[Gap]:
    first, last = cues.seconds(found[2]), cues.seconds(found[3])
    return [Gap(start=first, end=last, why=found[1].replace(" ", "_"))] if last >= first else []  # type: ignore[arg-type]


def _segments(turns: Iterable[Turn]) -> Iterable[Segment]:
    for n, turn in enumerate(turns):
        yield Segment(id=n, start=turn.start, end=turn.end, speaker=None, text=turn.text, flags=("unclear",) if turn.unclear else ())


def _date_in(name: str) -> dt.date | None:
    found = DATED_NAME.search(name)
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _own(data: bytes) -> Imported:
    """A document of ours, as strict as ever; its words are made harmless, and a segment that is too long is cut."""
    from assistant import documents

    transcript = documents.read_transcript(data)
    segments = tuple(_harmless(segment) for segment in transcript.segments)
    if not any(c.isalnum() for segment in segments for c in segment.text):
        raise NothingSaid("There are no words in this transcript.", do="Check that it is the right file.")
    if any(len(segment.text.split()) > MAX_SEGMENT_WORDS for segment in segments):
        segments = tuple(_short(segments))
    return Imported(transcript=_harmless_names(replace(transcript, segments=segments)))


def _harmless(segment: Segment) -> Segment:
    text, count = neutral.neutral(segment.text)
    if not count and text == " ".join(segment.text.split()):
        return segment
    return replace(segment, text=text, words=(), original=None, corrections=())


def _harmless_names(transcript: Transcript) -> Transcript:
    client, coach = (name and neutral.neutral(name)[0] for name in (transcript.client, transcript.coach))
    return replace(transcript, client=client, coach=coach)


def _short(segments: Iterable[Segment]) -> Iterable[Segment]:
    """Numbered anew."""
    number = 0
    for segment in segments:
        turn = Turn(start=segment.start, end=segment.end, text=segment.text)
        parts = list(shape.shaped([turn])) if len(segment.text.split()) > MAX_SEGMENT_WORDS else [turn]
        for part in parts:
            whole = {} if len(parts) == 1 else {"words": (), "original": None, "corrections": ()}
            yield replace(segment, id=number, start=part.start, end=part.end, text=part.text, **whole)  # type: ignore[arg-type]
            number += 1
