"""Looks at all that a store holds, entry by entry and file by file, and says what is wrong in one sentence each. Changes nothing.

Knows a table by its columns: what has `sealed` is opened with the key that `owner` names, or with the client's own.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator, Iterator
from pathlib import Path

from assistant.errors import StoreDamaged, StoreError
from assistant.protocols import Progress
from assistant.store import audio, disk, keys, plaintext
from assistant.store.base import Row
from assistant.store.client_keys import ClientKeys, KeyGoneError, of_client, of_recording
from assistant.store.connection import Connection
from assistant.store.recordings import FOLDER as AUDIO

AT_ONCE = 500
"""Rows that are read at once."""
ENOUGH = 200_000
"""Words and pairs of words that are searched for at once: some 20 MB of memory. Beyond it, names and longer words only."""
OWNED = {"owner", "ref"}
"""What is sealed to a person's slot, as the roots of the audit are, has neither column."""
Findings = Generator[Progress, None, list[str]]


def findings(folder: Path, connection: Connection, entries: ClientKeys, header: keys.Header) -> Findings:
    """Every sealed entry, every recording from end to end, every file's mode, and any plaintext of what was opened."""
    wanted: set[bytes] = set()
    found = yield from _entries(connection, entries, wanted)
    found += yield from _recordings(folder, connection, entries)
    found += _modes(folder)
    return found + (yield from _plaintext(folder, wanted, header))


def _entries(connection: Connection, entries: ClientKeys, wanted: set[bytes]) -> Findings:
    """Adds the words of everything it opens to `wanted`."""
    found: list[str] = []
    counts = connection.counts()
    tables = [table for table in counts if (names := _columns(connection, table)) and "sealed" in names and names & OWNED]
    done, total = 0, sum(counts[table] for table in tables)
    for table in tables:
        try:
            for rows in _by_rowid(connection, table):
                for row in rows:
                    found += _opened(table, row, entries, wanted)
                done += len(rows)
                yield Progress(stage="entries", done=done, total=total)
        except StoreError:
            found.append(f"The table {table} cannot be read to its end.")
    return found


def _opened(table: str, row: Row, entries: ClientKeys, wanted: set[bytes]) -> Iterator[str]:
    if row["sealed"] is None:
        return
    name = row.get("id") or row["ref"]
    try:
        text = entries.unseal(row.get("owner") or of_client(name), f"{table}|{name}", row["sealed"]).decode(errors="replace")
    except KeyGoneError:
        yield f"An entry of {table} has no key ({name})."
    except StoreDamaged:
        yield f"An entry of {table} does not match its seal ({name})."
    else:
        wanted |= plaintext.words(text)
        if table == "clients" or len(wanted) < ENOUGH:
            wanted |= plaintext.pairs(text)


def _recordings(folder: Path, connection: Connection, entries: ClientKeys) -> Findings:
    found = []
    rows = connection.rows("SELECT * FROM recordings WHERE state != 'erased' ORDER BY rowid")
    for done, row in enumerate(rows):
        yield Progress(stage="sound", done=done, total=len(rows))
        path = folder / AUDIO / f"{row['id']}.enc"
        try:
            if row["state"] != "recording":
                _heard_whole(path, row, entries)
            elif not path.exists():
                raise audio.damaged("is missing")
        except KeyGoneError:
            continue  # told already, with the keys
        except StoreDamaged as error:
            found.append(f"{error.what} ({row['id']})")
    return found


def _heard_whole(path: Path, row: Row, entries: ClientKeys) -> None:
    """Raises StoreDamaged."""
    with audio.open_reader(path, row["id"], entries.get(of_recording(row["id"]))) as reader:
        size = 0
        while block := reader.read(disk.BLOCK):
            size += len(block)
    if size != row["bytes"]:
        raise audio.damaged("is not as long as it was")


def _modes(folder: Path) -> list[str]:
    """Only on systems that have them."""
    if os.name == "nt":
        return []
    found = []
    for path in [folder, *sorted(folder.rglob("*"))]:
        with contextlib.suppress(FileNotFoundError):  # gone meanwhile
            if path.stat().st_mode & 0o077:
                found.append(f"Others may look into {_name(path, folder)}: its mode is {path.stat().st_mode & 0o777:o}.")
    return found


def _plaintext(folder: Path, wanted: set[bytes], header: keys.Header) -> Findings:
    """The header is no secret: what stands in it anyway, such as the names of users, is not searched for in its own files."""
    found: list[str] = []
    public = plaintext.words(keys.encoded(header).decode())
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    done, total = 0, sum(path.stat().st_size for path in paths)
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            if plaintext.found_in(path, wanted - public if path.name.startswith("keys.") else wanted):
                found.append(f"The file {_name(path, folder)} holds plaintext.")
            done += path.stat().st_size
        yield Progress(stage="plaintext", done=done, total=total)
    return found


def _name(path: Path, folder: Path) -> str:
    return "the store's folder" if path == folder else str(path.relative_to(folder))


def _columns(connection: Connection, table: str) -> set[str]:
    return {row["name"] for row in connection.rows(f"PRAGMA table_info({table})")}


def _by_rowid(connection: Connection, table: str) -> Iterator[list[Row]]:
    after = -1
    while rows := connection.rows(f"SELECT rowid AS _at, * FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT {AT_ONCE}", [after]):  # noqa: S608 - the schema's names
        yield rows
        after = rows[-1]["_at"]
