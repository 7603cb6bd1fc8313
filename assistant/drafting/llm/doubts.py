"""Does a model's sentence say what the lines it cites say? Words in common, the same yes or no, no talk of risk that nobody talked of.

Comes after `assistant.grounding`, which compares numbers, times, dates and names. Rules of thumb on words: two words of one line swapped,
or a better adjective than the speaker's, pass. Knows no section and no owner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from assistant.drafting.lexicon import content

LEAST_COVERED = 0.45
"""Share of a sentence's content stems that its evidence must hold: the true paraphrases in the tests keep above, most inventions below."""
REPORTING = content(
    "participant client coach report reports say says said state states mention feel feels want wants need needs plan plans currently"
    " has have will"
)
"""What the writer of a note adds to any sentence."""
NEGATION = re.compile(
    r"\b(?:no|not|never|none|nothing|without|cannot|unable|neither|nor|refus\w+|declin\w+|fail\w+|lost|missed|rather|against|stopped|hardly"
    r"|struggl\w+|nae|didnae|cannae|hasnae|won't|nowt|unless|lack\w*|ruled|avoid\w*)\b|n't\b",
    re.IGNORECASE,
)


PART = re.compile(r"[,;:.?!]|\b(?:and|but|so|because|cos|though|although|while|which)\b", re.IGNORECASE)
RISK = re.compile(
    r"\b(?:suicid\w*|self[- ]harm\w*|kill(?:ed|ing|s)? (?:himself|herself|themselves|myself|him|her)|overdos\w*"
    r"|abus(?:e|ed|ive|ing)|violen\w*"
    r"|threat\w*|aggress\w*|assault\w*|weapons?|knife|safeguard\w*|exploit\w*|coerc\w*|neglect\w*|stalk\w*|strangl\w*"
    r"|end(?:ing)? (?:it all|his life|her life)"
    r"|hurt(?:ing)? (?:himself|herself|themselves|myself)|afraid of|scared of|danger\w*|crisis|homeless\w*|drunk|relaps\w*)\b",
    re.IGNORECASE,
)


def covered(text: str, evidence: Iterable[str], known: Iterable[str] = ()) -> float:
    """Share of the content stems of `text` that `evidence` holds, from 0 to 1; 1 for a sentence without any."""
    wanted = content(text) - REPORTING - content(" ".join(known))
    held = content(" ".join(evidence))
    return len(wanted & held) / len(wanted) if wanted else 1.0


def negation_differs(text: str, evidence: Iterable[str]) -> bool:
    """Whether the sentence says no and its evidence nowhere does, or says yes where the part of the evidence nearest to it says no."""
    parts = [part for line in evidence for part in PART.split(line.replace("’", "'")) if content(part)]
    if NEGATION.search(text):
        return not any(NEGATION.search(part) for part in parts)
    nearest = max(parts, key=lambda part: len(content(part) & content(text)), default="")
    return bool(NEGATION.search(nearest))


def risk_added(text: str, evidence: Iterable[str]) -> bool:
    """Whether the sentence speaks of a risk that its evidence does not speak of."""
    return bool(RISK.search(text)) and not RISK.search(" ".join(evidence))


def in_doubt(text: str, evidence: Iterable[str], known: Iterable[str] = ()) -> bool:
    said = list(evidence)
    return covered(text, said, known) < LEAST_COVERED or negation_differs(text, said) or risk_added(text, said)
