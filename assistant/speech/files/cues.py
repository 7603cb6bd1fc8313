"""WebVTT (W3C, also as Teams, Zoom and Stream write it) and SubRip, as turns. Lenient: files are numbered wrongly, cut, and glued together.

A block that holds a line of times is a cue, wherever that line stands in it; what follows a blank line without times of its own belongs
to the cue before, unless it is a note, a style or a region. Knows no speaker but those in voice tags.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.speech.files import neutral
from assistant.speech.files.form import ARROW
from assistant.speech.files.turns import Turn, shared_out

BROKEN_ARROW = re.compile(r"^[\d:.,\s]*-->[\d:.,\s]*$")
"""A line of times that was cut or mistyped."""
ASIDE = re.compile(r"^(?:NOTE|STYLE|REGION)(?:\s|$)|^X-TIMESTAMP-MAP")
REMAINS = re.compile(r"^[\d:.,\s>-]*$")
"""A number, or the beginning of a line of times: what a cut file ends in."""
VOICE = re.compile(r"<v(?:\.[^\s<>]{0,200})?(?:[ \t]+([^<>]{0,200}))?>|</v>")
VTT_TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]{0,200}|[\d:.]{1,20}|/)>")
SRT_TAG = re.compile(r"</?(?:b|i|u|s|font|c)(?:[ .][^<>]{0,200})?>|\{\\[^{}]{0,100}\}", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{1,32});")


@dataclass
class _Cue:
    times: str
    lines: list[str] = field(default_factory=list)


def turns(text: str, *, vtt: bool) -> tuple[list[Turn], int]:
    """In the order of the file, which is the order in which it makes sense; and how many special tokens were taken out."""
    found: list[Turn] = []
    count = 0
    for cue in _cues(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        start, end = _times(cue.times)
        said, marks = neutral.MARK.subn(" ", "\n".join(cue.lines))
        count += marks
        turn = Turn(start=start, end=end, text=said)
        found += shared_out(turn, _voices(said) if vtt else [(None, _plain(said))])
    return found, count


def _cues(lines: list[str]) -> Iterator[_Cue]:
    cue: _Cue | None = None
    loose: list[str] = []
    is_open = False
    for line in [*lines, ""]:
        if ARROW.match(line) or BROKEN_ARROW.match(line):
            if cue is not None:
                if is_open and cue.lines and cue.lines[-1].strip().isdigit():
                    cue.lines.pop()  # the number of this one: nothing parts them
                _keep(cue, loose[:-1])  # the last of them names this one
                yield cue
            cue, loose, is_open = _Cue(line), [], True
        elif not line.strip():
            _keep(cue, loose)
            loose, is_open = [], False
        elif is_open and cue is not None:
            cue.lines.append(line)
        else:
            loose.append(line)
    if cue is not None:
        yield cue


def _keep(cue: _Cue | None, loose: list[str]) -> None:
    """A paragraph after a blank line, without times of its own."""
    if cue is not None and loose and not ASIDE.match(loose[0]):
        cue.lines += [line for line in loose if not REMAINS.match(line)]


def _times(line: str) -> tuple[float | None, float | None]:
    match = ARROW.match(line)
    if match is None:
        return None, None
    return seconds(match[1]), max(seconds(match[1]), seconds(match[2]))


def seconds(clock: str) -> float:
    """`1:02:03.250` or `02:03`."""
    whole, _, part = clock.replace(",", ".").partition(".")
    total = 0
    for group in whole.split(":"):
        total = total * 60 + int(group)
    return (total * 1000 + int(part.ljust(3, "0")[:3])) / 1000


def _voices(said: str) -> list[tuple[str | None, str]]:
    parts: list[tuple[str | None, str]] = []
    name, at = None, 0
    for tag in VOICE.finditer(said):
        parts.append((name, _unescaped(said[at : tag.start()])))
        name, at = (_unescaped(tag[1]).strip() or None) if tag[1] else None, tag.end()
    return [*parts, (name, _unescaped(said[at:]))]


def _unescaped(text: str) -> str:
    return ENTITY.sub(lambda entity: html.unescape(entity[0]), VTT_TAG.sub("", text))


def _plain(said: str) -> str:
    return ENTITY.sub(lambda entity: html.unescape(entity[0]), SRT_TAG.sub("", said))
