"""Words to expect in a recording: read from lists, ordered by how likely they are, and written as the prompt that Whisper is given.

A list is a text file that a coach can read and edit: a word or phrase a line, the most useful first, and after a bar what it is misheard
as. Whoever calls says which source is the likelier. Knows no store, no model and no tokenizer, only how one counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from assistant.domain import Term
from assistant.errors import UsageProblem
from assistant.resources import root

LONGEST_TERM, MOST_WORDS = 60, 6
"""Characters and words of a term: longer ones are sentences, and would crowd out the others."""
MOST_HEARD = 4
"""Words that may be put right together, not counting those that must stand beside them."""
MOST_TERMS = 2000
"""Of one file: what does not fit into a prompt is still looked for in what was heard."""
FORM = (
    "One word or phrase a line, at most 60 characters and six words. What it is misheard as may follow a bar, parted by commas, each of at "
    "most four words: `PIP | pipe [assessment]`; what stands in brackets must be said beside it. A line that begins with # is a comment."
)


def seed() -> tuple[Term, ...]:
    """The list that comes with the program: benefits, schemes, certificates and services of job coaching in the UK."""
    return read((root() / "prompts" / "vocabulary.txt").read_text(encoding="utf-8"), "vocabulary.txt")


def organisation(path: Path) -> tuple[Term, ...]:
    """An organisation's own list; none where there is no such file. Raises UsageProblem when it cannot be understood."""
    try:
        return read(path.read_text(encoding="utf-8-sig"), str(path))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(f"The list of words {path} could not be read.", do="Save it as plain text in UTF-8, or move it away.") from error


def read(text: str, name: str) -> tuple[Term, ...]:
    """The terms of a list. Control characters are taken out. Raises UsageProblem with the number of the first line not understood."""
    numbered = ((n, clean(line)) for n, line in enumerate(text.splitlines(), 1))
    lines = [(n, line) for n, line in numbered if line and not line.startswith("#")]
    for n, line in lines:
        if _term(line) is None:
            raise UsageProblem(f"Line {n} of the list of words {name} is not understood.", do=FORM)
    if len(lines) > MOST_TERMS:
        raise UsageProblem(f"The list of words {name} is too long.", do=f"Keep the {MOST_TERMS:,} most useful lines.")
    return tuple(term for _, line in lines if (term := _term(line)))


def clean(text: str) -> str:
    """On one line, with nothing in it that cannot be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def joined(*sources: Iterable[Term]) -> tuple[Term, ...]:
    """The terms of several sources, the likeliest source first, each on one line; what is too long or has no letter is left out."""
    terms = (replace(term, text=clean(term.text)) for source in sources for term in source)
    return tuple(replace(term, heard_as=tuple(filter(_hearable, map(clean, term.heard_as)))) for term in terms if _fits(term.text))


def words(terms: Iterable[Term]) -> tuple[str, ...]:
    """What a prompt of these would say, the most likely first, nothing in it twice."""
    found: dict[str, str] = {}
    for term in terms:
        folded = f" {term.text.casefold()} "
        if not any(folded in known for known in found):
            found[folded] = term.text
    return tuple(found.values())


def prompt(expected: Sequence[str], tokens: Callable[[str], int], most: int) -> str:
    """As many words as fit into `most` tokens, from the front of the list and none of them cut, as a sentence.

    The most likely stands last: nearest to what is heard, and where a program that is handed too much cuts at the front, it stays.
    """
    kept = 0
    while kept < len(expected) and tokens(sentence(expected[: kept + 1])) <= most:
        kept += 1
    return sentence(expected[:kept])


def sentence(expected: Sequence[str]) -> str:
    return ", ".join(reversed(expected)) + "." if expected else ""


def _term(line: str) -> Term | None:
    """None where a line is not understood."""
    text, _, rest = line.partition("|")
    heard_as = tuple(heard.strip() for heard in rest.split(",")) if rest.strip() else ()
    text = text.strip()
    if not _fits(text) or "|" in rest or not all(map(_hearable, heard_as)):
        return None
    return Term(text=text, heard_as=heard_as)


def _fits(text: str) -> bool:
    short = len(text) <= LONGEST_TERM and len(text.split()) <= MOST_WORDS
    return short and any(map(str.isalnum, text)) and not set(text) & set("[]|")


def _hearable(heard: str) -> bool:
    """One to four words, with words in brackets at most before and after them."""
    inner = re.sub(r"^\[[^\[\]]+\] | \[[^\[\]]+\]$", "", heard)
    short = len(inner.split()) <= MOST_HEARD and len(heard) <= 2 * LONGEST_TERM
    return short and any(map(str.isalnum, inner)) and not set(inner) & set("[]|,")
