"""The database file: always encrypted, opened the safe way, its damage called damage."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlcipher3

from assistant.errors import CoachnoteError, NotWritable, StoreDamaged, StoreError
from assistant.store.connection import Connection, translated
from tests.store.made import opened

KEY, SALT = bytes(range(32)), bytes(range(16))


def fresh(folder: Path, rows: int = 200) -> Path:
    connection = Connection(folder / "a.db", KEY, SALT)
    with connection.write() as db:
        db["t"].insert_all(({"id": n, "text": f"row {n} " + "x" * 200} for n in range(rows)), pk="id")
    connection.close()
    return folder / "a.db"


def python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


def test_a_plaintext_sqlite_under_sqlite_utils_stops_the_store() -> None:
    done = python("import sqlite_utils\nimport assistant.store.connection")
    assert done.returncode != 0
    assert "ImportError" in done.stderr


def test_the_shim_holds_when_the_store_comes_first() -> None:
    done = python(
        "import assistant.store.connection, sqlite_utils, sqlcipher3\n"
        "assert sqlite_utils.db.sqlite3 is sqlcipher3 and sqlite_utils.utils.sqlite3 is sqlcipher3\n"
        "assert issubclass(sqlcipher3.OperationalError, sqlite_utils.utils.OperationalError)\n"
    )
    assert done.returncode == 0, done.stderr


def test_the_file_is_noise_and_private_from_the_first_byte(tmp_path: Path) -> None:
    connection = Connection(tmp_path / "a.db", KEY, SALT)
    with connection.write() as db:
        db["t"].insert({"text": "planted sentence"})
    names = {path.name for path in tmp_path.iterdir()} - {"home"}
    assert names == {"a.db", "a.db-wal", "a.db-shm"}
    for name in names:
        data = (tmp_path / name).read_bytes()
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600
        assert not data.startswith(b"SQLite format 3")
        assert b"planted" not in data
    connection.close()


def test_safe_settings_are_in_force(tmp_path: Path) -> None:
    connection = Connection(tmp_path / "a.db", KEY, SALT)
    for name, value in (("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("temp_store", 2),
                        ("trusted_schema", 0), ("recursive_triggers", 1)):  # fmt: skip
        assert connection._raw.execute(f"PRAGMA {name}").fetchone()[0] == value
    assert connection._raw.execute("PRAGMA cipher_status").fetchone() == ("1",)
    connection.close()


@pytest.mark.parametrize("at", [20, 1000, 4096 + 50, 3 * 4096 - 10])
def test_a_flipped_bit_in_any_page_is_noticed(tmp_path: Path, at: int) -> None:
    path = fresh(tmp_path)
    with path.open("r+b") as file:
        byte = os.pread(file.fileno(), 1, at)
        os.pwrite(file.fileno(), bytes([byte[0] ^ 1]), at)
    try:
        connection = Connection(path, KEY, SALT)
    except StoreDamaged:
        return
    assert connection.faults()
    connection.close()


def test_a_damaged_salt_is_put_back(tmp_path: Path) -> None:
    path = fresh(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(bytes(16) + whole[16:])
    connection = Connection(path, KEY, SALT)
    assert connection.row("SELECT count(*) AS n FROM t") == {"n": 200}
    assert connection.faults() == []
    connection.close()
    assert path.read_bytes()[:16] == whole[:16]


@pytest.mark.parametrize(
    "content", [b"SQLite format 3\0" + bytes(5000), b"hello", bytes(range(256)) * 32], ids=["plaintext", "text", "noise"]
)
def test_another_file_in_its_place_is_damage_and_left_alone(filled: Path, content: bytes) -> None:
    (filled / "notes.db").write_bytes(content)
    with pytest.raises(StoreDamaged):
        opened(filled)
    assert (filled / "notes.db").read_bytes() == content


def test_an_emptied_database_is_damage(filled: Path) -> None:
    """Not a new store: its keys say that it has been used."""
    (filled / "notes.db").write_bytes(b"")
    with pytest.raises(StoreDamaged):
        opened(filled)
    assert (filled / "notes.db").read_bytes() == b""


def test_the_wrong_key_never_opens_it(tmp_path: Path) -> None:
    path = fresh(tmp_path)
    with pytest.raises(StoreDamaged):
        Connection(path, bytes(32), SALT)


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    connection = Connection(fresh(tmp_path), KEY, SALT)
    with pytest.raises(sqlcipher3.IntegrityError), connection.write() as db:
        db["t"].insert_all([{"id": 999, "text": "half"}, {"id": 999, "text": "twice"}])
    assert connection.row("SELECT * FROM t WHERE id = 999") is None
    assert not connection._raw.in_transaction
    connection.close()


def test_a_writer_that_waits_too_long_is_told_so(tmp_path: Path) -> None:
    path = fresh(tmp_path)
    first, second = Connection(path, KEY, SALT), Connection(path, KEY, SALT, wait=0.05)
    with first.write() as db:
        db["t"].insert({"id": 1000, "text": "first"})
        assert second.row("SELECT count(*) AS n FROM t") == {"n": 200}, "readers never wait"
        with pytest.raises(StoreError), second.write():
            pass
    with second.write() as db:
        db["t"].insert({"id": 1001, "text": "second"})
    assert first.row("SELECT count(*) AS n FROM t") == {"n": 202}
    first.close()
    second.close()


@pytest.mark.parametrize(
    ("code", "ours"),
    [(sqlcipher3.SQLITE_FULL, NotWritable), (sqlcipher3.SQLITE_READONLY, NotWritable), (10 | 3 << 8, NotWritable), (11, StoreDamaged),
     (26, StoreDamaged), (5, StoreError), (6 | 1 << 8, StoreError)],
)  # fmt: skip
def test_every_refusal_of_sqlite_has_its_own_sentence(code: int, ours: type[CoachnoteError]) -> None:
    error = sqlcipher3.OperationalError("raw words")
    error.sqlite_errorcode = code
    with pytest.raises(ours) as caught, translated():
        raise error
    assert type(caught.value) is ours
    assert "raw words" not in str(caught.value)
    assert caught.value.do
