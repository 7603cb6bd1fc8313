"""`manifest.csv`: what a person says about the recordings of a folder. A row that cannot be followed keeps its reason."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import cast

from assistant.domain import Kind, Speaker
from assistant.errors import InputError
from assistant.pipeline import Intake

MANIFEST = "manifest.csv"
COLUMNS = ("file", "client", "date", "kind", "coach", "left")
KINDS = ("dictation", "appointment")
SIDES = ("coach", "client")


@dataclass(frozen=True, kw_only=True)
class Row:
    intake: Intake
    problem: str | None = None
    """With the line number, as a sentence."""


class _Bad(Exception):
    """A cell that cannot be followed, and why."""


def read_manifest(folder: Path, clients: Collection[str], told: Intake) -> dict[str, Row]:
    """Rows by file name inside the folder; empty without a manifest. Raises InputError when it cannot be read at all.

    Comma or semicolon, with or without a byte order mark, UTF-8 or the Windows code page that Excel writes.
    """
    text = _text(folder / MANIFEST)
    if text is None:
        return {}
    rows: dict[str, Row] = {}
    for line, cells in _lines(text):
        name = _name(cells["file"]) if cells["file"] else f"{MANIFEST} line {line}"
        row = _row(folder, line, cells, clients, told)
        if name in rows:
            row = replace(row, problem=f"{MANIFEST} has more than one line for this file (one is line {line}).")
        rows[name] = row
    return rows


def _text(path: Path) -> str | None:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(f"could not be read ({error.strerror})") from error
    if b"\0" in data:
        raise _unreadable("is not a text in UTF-8 (save it as CSV, comma separated)")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _unreadable(why: str) -> InputError:
    return InputError(
        f"{MANIFEST} {why}.",
        means="Without it, recordings could go to the wrong client, so nothing was taken in.",
        do=f"Its first line names the columns: {','.join(COLUMNS)}. Only `file` is needed.",
    )


def _lines(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line numbers and cells by column, empty lines left out."""
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",", strict=True)
    try:
        columns = [name.strip().lower() for name in next(reader, [])]
        _must_be_known(columns)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                padded = [cell.strip() for cell in cells] + [""] * len(columns)
                yield reader.line_num, dict.fromkeys(COLUMNS, "") | dict(zip(columns, padded, strict=False))
    except csv.Error as error:
        raise _unreadable(f"is not a table of values (line {reader.line_num})") from error


def _must_be_known(columns: list[str]) -> None:
    if "file" not in columns:
        raise _unreadable("has no column `file` in its first line")
    unknown = [name for name in columns if name and name not in COLUMNS]
    if unknown or len(set(columns)) < len(columns):
        raise _unreadable(f"has a column that is not understood: {unknown[0]!r}" if unknown else "has a column twice")


def _name(cell: str) -> str:
    return PurePosixPath(cell.replace("\\", "/")).as_posix()


def _row(folder: Path, line: int, cells: dict[str, str], clients: Collection[str], told: Intake) -> Row:
    try:
        _must_be_inside(folder, cells["file"])
        intake = replace(
            told,
            client=_client(cells["client"], clients) or told.client,
            date=_date(cells["date"]) or told.date,
            kind=_kind(cells["kind"]) or told.kind,
            coach=cells["coach"] or told.coach,
            left=_left(cells["left"]) or told.left,
        )
    except _Bad as bad:
        return Row(intake=told, problem=f"{MANIFEST} line {line}: {bad}")
    return Row(intake=intake)


def _must_be_inside(folder: Path, cell: str) -> None:
    path = PurePosixPath(_name(cell))
    if not cell:
        raise _Bad("no file is named.")
    try:
        inside = ".." not in path.parts and (folder / path).resolve().is_relative_to(folder.resolve())
        there = (folder / path).is_file()
    except OSError:  # longer than any name can be
        inside, there = True, False
    if not inside:
        raise _Bad("the file is outside this folder.")
    if not there:
        raise _Bad("there is no such file.")


def _client(cell: str, clients: Collection[str]) -> str | None:
    if cell and cell not in clients:
        raise _Bad("there is no client with that reference. Add it with `coachnote clients add`, or correct the line.")
    return cell or None


def _date(cell: str) -> date | None:
    try:
        return date.fromisoformat(cell) if cell else None
    except ValueError:
        raise _Bad("the date is not understood. Write it as 2026-03-12.") from None


def _kind(cell: str) -> Kind | None:
    if cell and cell.lower() not in KINDS:
        raise _Bad(f"the kind is not understood. It is one of: {', '.join(KINDS)}.")
    return cast(Kind, cell.lower()) if cell else None


def _left(cell: str) -> Speaker | None:
    if cell and cell.lower() not in SIDES:
        raise _Bad(f"who is on the left channel is not understood. It is one of: {', '.join(SIDES)}.")
    return cast(Speaker, cell.lower()) if cell else None
