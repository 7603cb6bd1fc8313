"""Who speaks, where a file writes a name before the words: `Ann: …`, `[Ann] …`, `(Ann)` or `ANN` on a line of its own.

A colon after a word is no proof of a speaker, so a name counts only if the file as a whole bears it out: what is said is never lost for a
name that was none. Knows no times but to share them out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from assistant.speech.files.turns import Turn, shared_out

LONGEST = 40
"""Characters, and five words: longer ones are sentences."""
LABELLED = re.compile(
    rf"^\s*(?:-\s+)?(?:\[([^\[\]:]{{1,{LONGEST}}})\]:?|\(([^():]{{1,{LONGEST}}})\):?(?=\s*$)|([^:\[\]]{{1,{LONGEST}}}):)(?:\s+|$)(.*)$"
)
ALONE = re.compile(rf"^\s*([^:.?!\[\]]{{1,{LONGEST}}}?)\s*$")
WORD = re.compile(r"^[(\"]?[^\W\d_][\w.'’&-]*[),\"]{0,2}$|^\(?[\w-]*\d+\)?$|^&$")
SMALL = "al bin da das de del den der di dos du el la le ten ter van von y"
NO_NAMES = """
action actions address agenda aim aims apologies applause attendance attendees background barriers benefits client's comments
conclusion confidence contact cost crosstalk cv date deadline decision decisions details duration email employer experience
feedback foreign from goal goals health housing inaudible income indistinct interview issue issues job key language laughs
laughter links location meeting minutes money music name next next noise note notes objective objectives outcome outcomes
participants pause phone plan present problem progress purpose re reason ref reference referral referrals result results review
risk risks role school section session silence skills status subject summary support tel time title to topic topics training
transcript transport unclear unintelligible update venue wage website when where work
"""
"""What stands before a colon or in brackets and speaks not."""
PARTICLES, HEADINGS = frozenset(SMALL.split()), frozenset(NO_NAMES.split())
ROLES = frozenset({"coach", "client"})


def is_name(text: str) -> bool:
    """Whether it could be somebody's name or the label of a voice: a few words, each with a capital where its script has them."""
    words = text.split()
    if not 1 <= len(words) <= 5 or len(text) > LONGEST or text.strip().casefold() in HEADINGS:
        return False
    if not words[0].strip("(\"'")[:1].isalpha():
        return False
    return all(WORD.match(w) and (not w.strip("(\"'")[:1].islower() or w in PARTICLES) for w in words) and words[0] not in PARTICLES


def assigned(turns: Sequence[Turn], *, often: bool) -> list[Turn]:
    """The turns with the names that stand before their words. `often`: one that is written once is no name (plain text has headings)."""
    found = [_named(line) for turn in turns if turn.name is None for line in turn.text.split("\n")]
    alone = [_alone(turn.text.split("\n")) for turn in turns if turn.name is None]
    names = _believed([n for n, _ in filter(None, found)], len(alone), often=often) | _repeated(n for n in alone if n)
    return [part for turn in turns for part in (_split(turn, names) if turn.name is None and names else [turn])]


def _named(line: str) -> tuple[str, str] | None:
    match = LABELLED.match(line)
    if match is None:
        return None
    name = " ".join((match[1] or match[2] or match[3]).split())
    return (name, match[4]) if is_name(name) else None


def _alone(lines: Sequence[str]) -> str | None:
    """A first line that is a name and nothing else, with words after it."""
    match = ALONE.match(lines[0]) if len([line for line in lines if line.strip()]) > 1 else None
    name = " ".join(match[1].split()) if match else ""
    return name if name and is_name(name) else None


def _believed(found: Sequence[str], turns: int, *, often: bool) -> set[str]:
    counts = Counter(name.casefold() for name in found)
    repeated = {name for name, n in counts.items() if n > 1}
    many = 2 * len(found) >= turns and len(found) > 1
    steady = 2 * sum(counts[name] for name in repeated) >= len(found)
    return repeated | (ROLES & set(counts)) | (set(counts) if many and (steady or not often) else set())


def _repeated(names: Iterator[str]) -> set[str]:
    """On a line of its own a name has to come again."""
    return {name for name, n in Counter(name.casefold() for name in names).items() if n > 1}


def _split(turn: Turn, names: set[str]) -> list[Turn]:
    parts: list[tuple[str | None, list[str]]] = [(None, [])]
    lines = turn.text.split("\n")
    first = _alone(lines)
    if first is not None and first.casefold() in names:
        parts, lines = [(first, [])], lines[1:]
    for line in lines:
        label = _named(line)
        if label is not None and label[0].casefold() in names:
            parts.append((label[0], [label[1]]))
        else:
            parts[-1][1].append(line)
    return shared_out(turn, [(name, "\n".join(said)) for name, said in parts])
