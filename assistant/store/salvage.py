"""Saves what can be read of a damaged database, row by row, into a new one with the same tables, indexes and triggers.

After one damaged page a connection of SQLCipher reads nothing right any more, so the file is opened anew after each. A stretch of rows
that does not read is halved until the rows that are lost stand alone. Their identifiers come from the index of their table, which lies on
other pages. Where a page is damaged that leads to others, their rows are taken from the leaves themselves (`pages.py`). Knows tables by
their schema only; what a row means, `adoption.py` knows.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.domain import Salvaged
from assistant.errors import CoachnoteError, StoreDamaged
from assistant.store.base import Row
from assistant.store.connection import Connection
from assistant.store.pages import Pages, Value

WINDOW = 256
"""Rows that are looked for at once where a table's end is out of reach: more than a page of these tables holds."""
KINDS: dict[str, tuple[type, ...]] = {"TEXT": (str,), "INTEGER": (int,), "BLOB": (bytes,), "FLOAT": (float, int), "REAL": (float, int)}
"""What a column of each declared type holds."""
OWNED = {"owner", "ref"}
"""What is sealed in a table with one of these columns tells by its seal that it belongs there."""


@dataclass
class Source:
    """The damaged database."""

    connect: Callable[[], Connection]
    """Raises StoreDamaged."""
    _open: Connection | None = field(default=None, repr=False)

    def rows(self, sql: str, values: tuple[object, ...] = ()) -> list[Row] | None:
        """None where anything that was asked for lies on a damaged page."""
        try:
            if self._open is None:
                self._open = self.connect()
            return self._open.rows(sql, values)
        except CoachnoteError:
            self.close()
            return None

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


@dataclass
class _Table:
    source: Source
    name: str
    lost: set[int] = field(default_factory=set)
    """By rowid; some may never have been."""

    def saved(self, names: dict[int, str]) -> Iterator[Row]:
        """In the order in which they were added, each with its rowid as `_at`."""
        first, last = self._end("min"), max([self._end("max") or 0, *names])
        if last:
            yield from self._between(min(first or 1, last), last)
            return
        start = first or 1
        while found := list(self._between(start, start + WINDOW - 1)):
            yield from found
            start += WINDOW

    def names(self) -> dict[int, str]:
        """Identifier by rowid, as the index of the primary key has them; empty where there is none or it is damaged."""
        indexes = [row["name"] for row in self.source.rows(f"PRAGMA index_list({self.name})") or [] if row["origin"] == "pk"]
        if not indexes:
            return {}
        key = (self.source.rows(f"PRAGMA index_info({indexes[0]})") or [])[0]["name"]
        sql = f"SELECT rowid AS _at, {key} AS name FROM {self.name} INDEXED BY {indexes[0]}"  # noqa: S608 - the schema's names
        return {row["_at"]: str(row["name"]) for row in self.source.rows(sql) or []}

    def _end(self, which: str) -> int | None:
        found = self.source.rows(f"SELECT {which}(rowid) AS at FROM {self.name}")  # noqa: S608 - likewise
        return found[0]["at"] if found else None

    def _between(self, first: int, last: int) -> Iterator[Row]:
        # One row is asked for by itself: to know that a stretch has ended, SQLite looks at the row behind it, perhaps on a damaged page.
        which, values = ("= ?", (first,)) if first == last else ("BETWEEN ? AND ? ORDER BY rowid", (first, last))
        rows = self.source.rows(f"SELECT rowid AS _at, * FROM {self.name} WHERE rowid {which}", values)  # noqa: S608 - likewise
        if rows is not None:
            yield from rows
        elif first == last:
            self.lost.add(first)
        else:
            middle = (first + last) // 2
            yield from self._between(first, middle)
            yield from self._between(middle + 1, last)


@dataclass(frozen=True)
class Leaves:
    """Every row that lies on a page that is whole, whatever leads to it."""

    pages: Pages
    genuine: Callable[[str, Row], bool | None]
    """Whether a row is what was saved in this table: its seal says so. None where it has none, or none that can be opened."""

    claimed: set[int] = field(default_factory=set)
    """Places in `rows` of those that can be of no other table."""

    @functools.cached_property
    def rows(self) -> list[tuple[int, list[Value]]]:
        return list(self.pages.rows())

    def of(self, table: str, columns: list[Row], without: set[int], names: dict[int, str]) -> Iterator[Row]:
        """Rows that fit the columns, by rowid as `_at`, but those that are saved already; where names are known, those alone."""
        for place, (at, values) in enumerate(self.rows):
            row = {"_at": at, **dict.fromkeys(column["name"] for column in columns)}
            row |= zip((column["name"] for column in columns), values, strict=False)
            named = not names or names.get(at) == row[columns[0]["name"]]
            if at in without or place in self.claimed or not named or not _fits(columns, values):
                continue
            genuine = self.genuine(table, row)
            if genuine or (genuine is None and (names or not row.get("sealed") or not OWNED & row.keys())):
                self.claimed.update([place] if genuine else [])
                without.add(at)
                yield row


def _fits(columns: list[Row], values: list[Value]) -> bool:
    """Columns that were added later lack in rows that are older."""
    least = max((place for place, column in enumerate(columns, start=1) if column["notnull"]), default=1)
    return least <= len(values) <= len(columns) and all(_is(*pair) for pair in zip(columns, values, strict=False))


def _is(column: Row, value: Value) -> bool:
    if column["pk"]:  # SQLite leaves out of a row a number that is its rowid, and nothing else that is a key
        return (value is None) is (column["type"] == "INTEGER")
    return isinstance(value, KINDS[column["type"]]) if value is not None else not column["notnull"]


def tables(source: Source) -> list[str] | None:
    """None where not even the list of the tables can be read."""
    rows = _schema(source, "table")
    return None if rows is None else [row["name"] for row in rows]


def make_tables(db: Any, source: Source) -> None:
    for row in _schema(source, "table") or []:
        db.execute(row["sql"])


def make_indexes_and_triggers(db: Any, source: Source) -> None:
    """Once the rows are in: so no trigger fires on them."""
    for kind in ("index", "trigger"):
        for row in _schema(source, kind) or []:
            db.execute(row["sql"])


def copy_rows(db: Any, source: Source | None, leaves: Leaves, name: str) -> Salvaged:
    """Into a table that is there already. Rowids stay, because what is newest is told by them. Without a `source`, from leaves alone."""
    table, saved, names = _Table(source or Source(_nothing), name), set[int](), dict[int, str]()
    if source:
        names = table.names()
        for row in table.saved(names):
            if leaves.genuine(name, row) is False:  # SQLCipher gives noise, and no error, for the pages on which a long row goes on
                table.lost.add(row["_at"])
            else:
                saved.add(_insert(db, name, row))
    lost = (names.keys() or table.lost) - saved
    if lost or not source:
        for row in leaves.of(name, list(db.query(f"PRAGMA table_info({name})")), set(saved), names):
            saved.add(_insert(db, name, row))
    return Salvaged(table=name, saved=len(saved), lost=tuple(names.get(at, f"row {at}") for at in sorted(lost - saved)))


def _insert(db: Any, name: str, row: Row) -> int:
    values = {"rowid": row["_at"], **{column: value for column, value in row.items() if column != "_at"}}
    marks = ",".join("?" * len(values))
    db.execute(f"INSERT OR IGNORE INTO {name} ({','.join(values)}) VALUES ({marks})", list(values.values()))  # noqa: S608 - the schema's names
    return int(row["_at"])


def _nothing() -> Connection:
    raise StoreDamaged("The list of the tables is damaged.")


def _schema(source: Source, kind: str) -> list[Row] | None:
    sql = "SELECT name, sql FROM sqlite_master WHERE type = ? AND sql IS NOT NULL AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY rowid"
    return source.rows(sql, (kind,))
