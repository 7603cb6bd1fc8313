"""Takes out of a text what could act on a terminal or on a language model's prompt, and counts it. The words that people said stay.

Knows no format. The drafter and the screens guard themselves again: documents reach them by other ways too.
"""

from __future__ import annotations

import re

ESCAPE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)|[]PX^_]|[ -/]*[0-Z\\^-~])?|\x9b[0-?]*[ -/]*[@-~]"
)
"""Sequences that a terminal obeys, whole: colours, cursor, window title, links (ECMA-48, sections 5.3 to 5.6)."""
ACTING = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # control characters but for white space
    "\u061c\u202a-\u202e\u2066-\u2069"  # text that runs backwards
    "\u200b\u180e\u2061-\u2064\u206a-\u206f\ufff9-\ufffb"  # invisible
    "\U000e0000-\U000e01ef]"  # tags and selectors that spell hidden text
)
QUIET = re.compile("[\u00ad\u200c-\u200f\u2060\ufeff]")
"""Marks that honest text holds (soft hyphens, joiners, a byte order mark within): taken out too, not worth a word."""
HALF = re.compile("[\ud800-\udfff]")
MARK = re.compile(
    r"<[|｜][^<>\n]{0,60}>"
    r"|</?(?:s|bos|eos|pad|unk|mask|think|thinking|start_of_turn|end_of_turn|tool_call|tool_response|system|user|assistant)>"
    r"|\[/?(?:INST|SYS|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]"
    r"|<</?SYS>>"
)
"""Special tokens of the common chat formats. Wider nets, such as for anything in angle brackets, would catch words that people said."""
PASSES = 8
BRACKETS = str.maketrans("<>[]", "‹›()")


def characters(text: str) -> tuple[str, int]:
    """Without characters that act, lines and tabs kept, and how many were taken out."""
    text, escapes = ESCAPE.subn("", text)
    text, acting = ACTING.subn("", QUIET.sub("", text))
    text, halves = HALF.subn("�", text)
    return text, escapes + acting + halves


def neutral(text: str) -> tuple[str, int]:
    """One line without acting characters and special tokens, and how many were taken out."""
    text, count = characters(text)
    text = " ".join(text.split())
    for _ in range(PASSES):  # what is left can join to a new one
        text, found = MARK.subn(" ", text)
        if not found:
            return " ".join(text.split()), count
        count += found
    return " ".join(text.translate(BRACKETS).split()), count
