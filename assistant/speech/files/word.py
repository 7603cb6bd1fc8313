"""The text of a Word file (.docx): its paragraphs, and the rows of its tables with tabs between the cells.

The file is unpacked in memory under a limit, and its XML is read as a stream without document types, entities or other files. Nothing is
fetched and nothing in it is run. Text that Word does not show is left out: hidden, deleted, or the code of a field.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import re
import zipfile
from dataclasses import dataclass, field
from xml.parsers import expat

from assistant.errors import InputError

LARGEST = 48 * 1024 * 1024
"""Bytes of XML: hours of talk take two or three million."""
MOST_ELEMENTS = 1_000_000
"""Of the XML: a long meeting takes some hundred thousand."""
MOST_PARTS = 5_000
"""Files within the file: Teams adds a picture a speaker."""
WORDS_NAMESPACE = re.compile(r"^(?:http://schemas\.openxmlformats\.org/wordprocessingml/|http://purl\.oclc\.org/ooxml/wordprocessingml/)")


@dataclass
class _Page:
    lines: list[str] = field(default_factory=list)
    open: list[list[str]] = field(default_factory=list)
    """Texts of the paragraphs that are open: one within another in text boxes."""
    cells: list[list[str]] | None = None
    depth: int = 0
    """Of elements whose text is not shown."""
    is_text: bool = False
    is_hidden: bool = False
    hidden: int = 0
    elements: int = 0


def lines(data: bytes) -> tuple[str, dt.date | None, int]:
    """The text, the day the file was made, and how many hidden pieces were left out. Raises InputError."""
    try:
        with zipfile.ZipFile(io.BytesIO(_whole(data))) as archive:
            page = _read(_part(archive, "word/document.xml"))
            return "\n".join(page.lines), _made(archive), page.hidden
    except InputError:
        raise
    except Exception as error:  # zipfile has dozens of ways to fail on bytes that somebody made up
        raise InputError("This Word file is damaged.", do="Open it in Word, save it again, and try once more.") from error


def _whole(data: bytes) -> bytes:
    if data.count(b"PK\x01\x02") > MOST_PARTS:
        raise InputError("This file holds thousands of others.", do="Save the transcript alone as .docx.")
    return data


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    if name not in archive.namelist():
        raise InputError("This archive is not a Word file.", do="Unpack it, and give the transcript itself.")
    if archive.getinfo(name).flag_bits & 0x1:
        raise InputError("This Word file is protected by a password.", do="Open it in Word and save it without one.")
    with archive.open(name) as part:
        data = part.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise _too_much()
    return data


def _too_much() -> InputError:
    return InputError("This Word file holds far more than a transcript.", do="Save the transcript alone as .docx.")


def _made(archive: zipfile.ZipFile) -> dt.date | None:
    """The day that Word's own properties give. A guess, like every date of a file."""
    try:
        found = re.search(rb"<dcterms:created\b[^>]{0,200}>(\d{4}-\d\d-\d\d)", _part(archive, "docProps/core.xml")[:1_000_000])
        return dt.date.fromisoformat(found[1].decode()) if found else None
    except (InputError, ValueError):
        return None


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise InputError("This Word file holds a document type, which Word never writes.", do="Open it in Word and save it again.")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def _read(xml: bytes) -> _Page:
    page, parser = _Page(), _parser()
    parser.StartElementHandler = lambda name, attributes: _start(page, _local(name), attributes)
    parser.EndElementHandler = lambda name: _end(page, _local(name))
    parser.CharacterDataHandler = lambda text: _text(page, text)
    parser.Parse(xml, True)
    return page


@functools.lru_cache(maxsize=256)
def _local(name: str) -> str:
    """`p` for Word's own elements, `Fallback` for the copy of what newer versions show otherwise, nothing for all others."""
    space, _, local = name.rpartition(" ")
    return local if local == "Fallback" or WORDS_NAMESPACE.match(space) else ""


def _start(page: _Page, name: str, attributes: dict[str, str]) -> None:
    page.elements += 1
    if page.elements > MOST_ELEMENTS:
        raise _too_much()
    if page.depth or name in ("Fallback", "del", "moveFrom"):
        page.depth += 1
    elif name == "p":
        page.open.append([])
    elif name == "tr" and page.cells is None:
        page.cells = []
    elif name == "tc" and page.cells is not None:
        page.cells.append([])
    elif name == "r":
        page.is_hidden = False
    elif name == "vanish":
        page.is_hidden = not any(key.endswith(" val") and value in ("0", "false", "off") for key, value in attributes.items())
    elif name == "t":
        page.is_text = True
        page.hidden += page.is_hidden
    elif name in ("tab", "br", "cr") and page.open and not page.is_hidden:
        page.open[-1].append("\t" if name == "tab" else "\n")


def _end(page: _Page, name: str) -> None:
    if page.depth:
        page.depth -= 1
    elif name == "t":
        page.is_text = False
    elif name == "r":
        page.is_hidden = False
    elif name == "p" and page.open:
        text = "".join(page.open.pop())
        if page.cells:
            page.cells[-1] += text.split()
        else:
            page.lines.append(text)
    elif name == "tr" and page.cells is not None:
        page.lines.append("\t".join(" ".join(cell) for cell in page.cells))
        page.cells = None


def _text(page: _Page, text: str) -> None:
    if page.is_text and page.open and not page.depth and not page.is_hidden:
        page.open[-1].append(text)
