"""When a decoded stretch is not to be believed: thresholds on what Whisper says about its own work. Pure.

Sources: compression 2.4, log-probability -1.0 and no-speech 0.6 are Whisper's own (Radford et al. 2022, section 4.5); twelve tokens
a second is about twice the fastest English speech; a four-word run said three times at the end is the usual repetition loop.
"""

from __future__ import annotations

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


def suspicious(heard: Heard) -> bool:
    """Too fast, too repetitive, too unsure or looping."""
    return _too_fast(heard) or heard.compression > MOST_COMPRESSION or heard.logprob < LEAST_LOGPROB or loops(heard.text.split())


def _too_fast(heard: Heard) -> bool:
    seconds = max(heard.seconds, 1.0)
    return heard.tokens > FASTEST * seconds if heard.language == ENGLISH else len(heard.text) > FASTEST_LETTERS * seconds


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
