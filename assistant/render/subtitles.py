"""A transcript as plain text, WebVTT or SubRip. Pure text in, text out; knows no file and no terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from assistant.domain import Gap, Segment, Speaker, Transcript, voices
from assistant.doubt import doubted, respelt
from assistant.errors import UsageProblem
from assistant.languages import in_brackets

SHORTEST_CUE = 0.1
"""Seconds: players refuse a subtitle that ends as it starts."""


@dataclass(frozen=True, kw_only=True)
class _Line:
    start: float | None
    end: float | None
    speaker: str = field(default="", repr=False)
    text: str = field(repr=False)
    mark: str = ""
    marked: str = field(default="", repr=False)
    """The text with its doubtful words marked."""


def as_text(transcript: Transcript) -> str:
    """One line a segment or gap: `[02:10] Coach: …`, doubtful ones marked `(unclear)`, a doubtful word `[?word]`,
    and what was put right by the list of words `(heard: rest art)`.

    Here and in subtitles, a line that is not English says so, and a translated one has the words heard beside it.
    A voice is `Voice A` until somebody has said whose it is.
    """
    return "".join(f"{_stamp(line.start)}{_named(line)}{line.mark}{line.marked or line.text}\n" for line in _lines(transcript))


def as_vtt(transcript: Transcript) -> str:
    """WebVTT with voice spans where a speaker is known. Raises UsageProblem when a segment has no time."""
    cues = [f"{_clock(start, '.')} --> {_clock(end, '.')}\n{_voice(line)}\n" for start, end, line in _timed(transcript)]
    return "\n".join(["WEBVTT\n", *cues])


def as_srt(transcript: Transcript) -> str:
    """SubRip. Raises UsageProblem when a segment has no time."""
    cues = [
        f"{n}\n{_clock(start, ',')} --> {_clock(end, ',')}\n{_plain(line)}\n" for n, (start, end, line) in enumerate(_timed(transcript), 1)
    ]
    return "\n".join(cues) or "\n"


FORMATS: dict[str, Callable[[Transcript], str]] = {"txt": as_text, "vtt": as_vtt, "srt": as_srt}


def _lines(transcript: Transcript) -> Iterator[_Line]:
    """Segments and gaps by time; a segment without time stays where it stands."""
    gaps, told = sorted(transcript.gaps, key=lambda gap: gap.start), in_brackets(transcript)
    for segment in transcript.segments:
        while gaps and segment.start is not None and gaps[0].start <= segment.start:
            yield _gap(gaps.pop(0))
        yield _segment(segment, transcript, told.get(segment.id))
    yield from map(_gap, gaps)


def _segment(segment: Segment, transcript: Transcript, told: str | None) -> _Line:
    mark = "(unclear) " if "unclear" in segment.flags else ""
    before, after = f"({told}) " if told else "", f" (heard: {segment.original})" if segment.original else ""
    text, marked = (" ".join(f"{before}{words}{after}".split()) for words in (segment.text, _marked(segment)))
    speaker = _name(segment.speaker, transcript) or voices.name(transcript, segment)
    changed = " ".join(respelt(segment).split())
    marked += f" ({changed})" if changed else ""
    return _Line(start=segment.start, end=segment.end, speaker=speaker, text=text, mark=mark, marked=marked)


def _marked(segment: Segment) -> str:
    text = segment.text
    for start, end in reversed(doubted(segment)):
        text = f"{text[:start]}[?{text[start:end]}]{text[end:]}"
    return text


def _gap(gap: Gap) -> _Line:
    return _Line(start=gap.start, end=gap.end, text=f"[{gap.why.replace('_', ' ')} {short_time(gap.start)}-{short_time(gap.end)}]")


def _name(speaker: Speaker | None, transcript: Transcript) -> str:
    if speaker is None:
        return ""
    names = {"coach": transcript.coach, "client": transcript.client}
    return names.get(speaker) or speaker.capitalize()


def _timed(transcript: Transcript) -> Iterator[tuple[float, float, _Line]]:
    for line in _lines(transcript):
        if line.start is None or line.end is None:
            raise UsageProblem("This transcript has no times, so it cannot become subtitles.", do="Choose --format txt.")
        yield line.start, max(line.end, line.start + SHORTEST_CUE), line


def _voice(line: _Line) -> str:
    return f"<v {_escaped(line.speaker)}>{_escaped(line.text)}</v>" if line.speaker else _escaped(line.text)


def _escaped(text: str) -> str:
    """WebVTT's own escapes (W3C WebVTT, section 4.2.2); with `>` gone, no text can look like the arrow between times."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _plain(line: _Line) -> str:
    """SubRip has no escapes: an arrow is drawn otherwise, so that no reader takes it for a line of times."""
    return f"{_named(line)}{line.text}".replace("-->", "→")


def _named(line: _Line) -> str:
    return f"{line.speaker}: " if line.speaker else ""


def _stamp(start: float | None) -> str:
    return "" if start is None else f"[{short_time(start)}] "


def short_time(seconds: float) -> str:
    """`02:14`, or `1:02:14` from an hour on."""
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60:02}:{rest % 60:02}"


def _clock(seconds: float, point: str) -> str:
    """`00:02:14.250`: hours may have more than two digits in both formats."""
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{thousandths:03}"
