"""What a file is, by its first bytes, and its characters. A suffix decides only where the content does not.

Knows no format further than its beginning.
"""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath
from typing import Literal

from assistant.errors import InputError

Form = Literal["json", "docx", "vtt", "srt", "txt"]

HEAD = 1 << 16
"""Bytes that tell what a file is."""
PLAIN = frozenset({"", ".txt", ".text", ".md", ".log"})
"""Suffixes of plain text. A text under another one is a transcript only if a person says so."""
CLOCK = r"(?:\d{1,6}:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,3})?"
ARROW = re.compile(rf"^[ \t]*({CLOCK})[ \t]*-->[ \t]*({CLOCK})[ \t]*(?:[ \t][a-zA-Z].*)?$", re.MULTILINE)
BINARY_SHARE = 0.02
"""Control characters above this share make no text: random bytes hold a tenth, texts next to none."""
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OTHERS = (
    (b"%PDF-", "a PDF", "Save it as a Word or text file, or copy its text into one."),
    (b"{\\rtf", "a rich text file (RTF)", "Open it in Word and save it as .docx or as plain text."),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a file of an older Office program", "Open it in Word and save it as .docx."),
    (b"<!doctype html", "a web page", "Download the transcript itself."),
    (b"<html", "a web page", "Download the transcript itself."),
)


def form_of(head: bytes, name: str, *, asked: bool) -> Form | None:
    """None where it is no transcript: a recording, perhaps. `asked`: a person says that it is one, so any text counts.

    Raises InputError for documents of other kinds.
    """
    _must_not_be_another(head)
    suffix = PurePath(name).suffix.lower()
    if suffix == ".json":
        return "json"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "docx"
    if not _is_text(head):
        return None
    text = characters_of(head)[0].lstrip()
    if text.startswith("{"):
        return "json"
    if text.startswith("WEBVTT"):
        return "vtt"
    if ARROW.search(text.replace("\r", "\n")):
        return "srt"
    return "txt" if asked or suffix in PLAIN else None


def _must_not_be_another(head: bytes) -> None:
    start = head[:64].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    for mark, what, do in OTHERS:
        if start.startswith(mark.lower()):
            raise InputError(f"This is {what}.", means="It is not read here.", do=do)


def _is_text(head: bytes) -> bool:
    text, encoding = characters_of(head)
    acting = sum(text.count(chr(n)) for n in range(32) if chr(n) not in "\t\n\v\f\r\x1b\x1c\x1d\x1e\x1f")
    strange = text.count("�") if encoding.startswith(("utf-16", "utf-32")) else 0
    return bool(text) and acting + strange <= BINARY_SHARE * len(text)


def characters_of(data: bytes) -> tuple[str, str]:
    """The text and the encoding it was read in: a byte order mark decides, else UTF-16 shows by its zeros, else UTF-8, else cp1252.

    Never fails: what cannot be read becomes �.
    """
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), None) or _by_zeros(data) or _narrow(data)
    return data.decode(encoding, errors="replace").removeprefix("\ufeff"), encoding.removesuffix("-sig")


def _by_zeros(data: bytes) -> str | None:
    """UTF-16 without its mark: in Latin letters every other byte is zero."""
    start = data[:4096]
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 10 < len(start) * 2 or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _narrow(data: bytes) -> str:
    """UTF-8 also where a few bytes are damaged or the end is cut: its pairs of bytes hardly come about by chance."""
    text = data.decode("utf-8", errors="replace")
    damaged = text.count("�")
    beyond = sum(1 for c in text if c > "\x7f") - damaged if damaged else 0
    return "utf-8" if damaged <= beyond or (damaged == 1 and text.endswith("�") and data[-1] >= 0xC0) else "cp1252"
