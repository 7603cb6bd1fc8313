"""When a decoded stretch is not to be believed: thresholds on what Whisper says about its own work. Pure.

Sources: compression 2.4, log-probability -1.0 and no-speech 0.6 are Whisper's own (Radford et al. 2022, section 4.5); twelve tokens
a second is about twice the fastest English speech; a four-word run said three times at the end is the usual repetition loop.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from assistant.languages import ENGLISH
from assistant.speech.ear import Heard

FASTEST = 12.0
"""Tokens a second in English."""
FASTEST_LETTERS = 48.0
"""Characters a second in other languages: four a token, as in English. One and the same text of about 170 characters is 34 of Whisper's
tokens in English, 56 in Polish, 76 in Welsh, 91 in Urdu, 140 in Tamil and 333 in Bengali (measured with its own tokenizer).
"""
MOST_COMPRESSION = 2.4
LEAST_LOGPROB = -1.0
NO_SPEECH = 0.6
NO_VOICE = 0.5
LOOP_WORDS, LOOP_TIMES = 4, 3
UNSURE = math.log(0.5)
"""Mean log-probability of even odds: the same doubt from which a person is asked to listen again."""


def suspicious(heard: Heard) -> bool:
    """Too fast, too repetitive, too unsure or looping."""
    return _too_fast(heard) or heard.compression > MOST_COMPRESSION or heard.logprob < LEAST_LOGPROB or loops(heard.text.split())


def _too_fast(heard: Heard) -> bool:
    seconds = max(heard.seconds, 1.0)
    return heard.tokens > FASTEST * seconds if heard.language == ENGLISH else len(heard.text) > FASTEST_LETTERS * seconds


def echoed(heard: Heard, prompt: Sequence[str], speech: float) -> bool:
    """Whether what was heard is nothing but the prompt said over again: a run of its words in its order.

    Of one or two of its terms only where little was heard (`speech`, by the voice detector) or it was heard with doubt: people say such
    words. Nobody says three by chance in the order of a list.
    """
    terms = [_plain(term) for term in reversed(prompt)]
    said, whole = _plain(heard.text), [word for term in terms for word in term]
    if not said or not any(whole[n : n + len(said)] == said for n in range(len(whole) - len(said) + 1)):
        return False
    unsure = speech < NO_VOICE or heard.no_speech > NO_SPEECH or heard.logprob < UNSURE
    return unsure or len(said) > max(len(a) + len(b) for a, b in zip(terms, [*terms[1:], []], strict=True))


def _plain(text: str) -> list[str]:
    return re.findall(r"[\w'’]+", text.casefold())


def loops(words: Sequence[str]) -> bool:
    """Whether the last four words stand there three times."""
    last = tuple(words[-LOOP_WORDS:])
    if len(last) < LOOP_WORDS:
        return False
    return sum(tuple(words[n : n + LOOP_WORDS]) == last for n in range(len(words) - LOOP_WORDS + 1)) >= LOOP_TIMES


def invented(heard: Heard, speech: float) -> bool:
    """Whether three witnesses agree that nothing was said: Whisper's no-speech token, its doubt, and the voice detector (`speech`)."""
    return heard.no_speech > NO_SPEECH and heard.logprob < LEAST_LOGPROB and speech < NO_VOICE


def better(first: Heard, second: Heard) -> Heard:
    """The one to keep of two decodings of a stretch: not suspicious before suspicious, then text before none, then the surer one."""
    return max((first, second), key=lambda heard: (not suspicious(heard), bool(heard.pieces), heard.logprob))
