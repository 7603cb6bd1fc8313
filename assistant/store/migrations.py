"""The tables, as numbered steps that are applied once each and never edited after a release.

Free text lies in `sealed` columns, under the key that the row's `owner` names; only references, identifiers, dates and states stand
beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from assistant.errors import StoreTooNew
from assistant.store.connection import Connection, sqlite_utils

SEALED_TABLES = ("transcripts", "drafts", "reviews", "notes")
APPEND_ONLY = ("transcripts", "drafts", "notes")

STEPS = sqlite_utils.Migrations("coachnote")
Step = Callable[[Any], None]


def step(function: Step) -> Step:
    """Takes the next number; its name is recorded in every database it was applied to."""
    return cast(Step, STEPS()(function))


def waiting(connection: Connection) -> list[str]:
    """Names of the steps that are still to be applied. Raises StoreTooNew when the database has steps this build does not know."""
    done, known = _done(connection), {step.name for step in STEPS._migrations}
    if done - known:
        raise StoreTooNew(
            "This store was last used by a newer coachnote.",
            means="This version does not know its tables; nothing was changed.",
            do="Install the newer version.",
        )
    return sorted(known - done)


def migrate(connection: Connection) -> None:
    """Bring the database to this build's tables. Raises StoreTooNew with nothing changed."""
    if waiting(connection):
        with connection.write() as db:  # each step is a savepoint in it: all are applied, or none
            STEPS.apply(db)


def _done(connection: Connection) -> set[str]:
    table = STEPS.migrations_table
    if connection.row("SELECT 1 FROM sqlite_master WHERE name = ?", [table]) is None:
        return set()
    rows = connection.rows(f"SELECT name FROM {table} WHERE migration_set = ?", [STEPS.name])  # noqa: S608 - the library's own name
    return {row["name"] for row in rows}


@step
def m001_people_and_sessions(db: Any) -> None:
    db["clients"].create({"ref": str, "sealed": bytes}, pk="ref", not_null={"sealed"})
    db["sessions"].create(
        {"id": str, "kind": str, "date": str, "date_confirmed": int, "client": str, "created_at": str, "owner": str, "sealed": bytes},
        pk="id",
        foreign_keys=[("client", "clients", "ref")],
        not_null={"kind", "date_confirmed", "created_at", "owner"},
    )
    db["recordings"].create(
        {"id": str, "session": str, "media": str, "state": str, "seconds": float, "bytes": int},
        pk="id",
        foreign_keys=[("session", "sessions", "id")],
        not_null={"session", "media", "state"},
    )
    db["sources"].create({"digest": str, "session": str}, pk="digest", foreign_keys=[("session", "sessions", "id")], not_null={"session"})


@step
def m002_what_was_heard_drafted_and_signed(db: Any) -> None:
    common = {"id": str, "session": str, "created_at": str, "owner": str, "sealed": bytes}
    required = set(common) - {"id"}
    session = [("session", "sessions", "id")]
    for table in ("transcripts", "drafts"):
        db[table].create(common, pk="id", foreign_keys=session, not_null=required)
    review, draft = {"draft": str}, [("draft", "drafts", "id")]
    db["reviews"].create(common | review, pk="id", foreign_keys=session + draft, not_null=required | set(review))
    note, client = {"version": int, "void": int, "client": str}, [("client", "clients", "ref")]
    db["notes"].create(common | note, pk="id", foreign_keys=session + client, not_null=required | set(note))
    db["reviews"].create_index(["draft"], unique=True)
    db["notes"].create_index(["session", "version"], unique=True)
    db["notes"].create_index(["client"])
    for table in (*SEALED_TABLES[:2], "recordings"):
        db[table].create_index(["session"])


@step
def m003_append_only(db: Any) -> None:
    """What was heard, drafted and signed is never changed or removed; only the key it lies under may change, while nothing is signed."""
    for table in APPEND_ONLY:
        db.execute(f"CREATE TRIGGER {table}_stay BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END")
    for table in ("transcripts", "drafts"):
        db.execute(
            f"""CREATE TRIGGER {table}_keep BEFORE UPDATE ON {table}
            WHEN NEW.owner = OLD.owner OR NEW.id != OLD.id OR NEW.session != OLD.session OR NEW.created_at != OLD.created_at
              OR EXISTS (SELECT 1 FROM notes WHERE session = OLD.session)
            BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"""  # noqa: S608 - names of our own
        )
    db.execute("CREATE TRIGGER notes_keep BEFORE UPDATE ON notes BEGIN SELECT RAISE(ABORT, 'notes are append-only'); END")


@step
def m004_audit(db: Any) -> None:
    columns = {"n": int, "at": str, "what": str, "object": str, "slot": str, "mac": bytes}
    db["audit"].create(columns, pk="n", not_null=set(columns) - {"n"})
    for verb in ("UPDATE", "DELETE"):
        db.execute(f"CREATE TRIGGER audit_no_{verb.lower()} BEFORE {verb} ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END")


@step
def m005_forward_secure_audit(db: Any) -> None:
    db["audit_chain"].create({"id": int, "first": int, "start": bytes, "key": bytes}, pk="id", not_null={"first", "start", "key"})
    db["audit_roots"].create({"slot": str, "sealed": bytes}, pk="slot", not_null={"sealed"})


@step
def m006_erasure(db: Any) -> None:
    """Rows may be deleted only while their owner stands in `erasing`, and each deletion leaves an entry without content."""
    columns = {"n": int, "at": str, "what": str, "object": str, "why": str, "owner": str}
    db["erasures"].create(columns, pk="n", not_null=set(columns) - {"n"})
    for verb in ("UPDATE", "DELETE"):
        db.execute(
            f"CREATE TRIGGER erasures_no_{verb.lower()} BEFORE {verb} ON erasures"
            " BEGIN SELECT RAISE(ABORT, 'erasures are append-only'); END"
        )
    db["erasing"].create({"owner": str}, pk="owner")
    for table in APPEND_ONLY:
        db.execute(f"DROP TRIGGER {table}_stay")
        db.execute(
            f"""CREATE TRIGGER {table}_stay BEFORE DELETE ON {table} WHEN NOT EXISTS (SELECT 1 FROM erasing WHERE owner = OLD.owner)
            BEGIN SELECT RAISE(ABORT, '{table} are append-only'); END"""  # noqa: S608 - names of our own
        )
    db.execute("ALTER TABLE clients ADD COLUMN hold TEXT")  # since when a legal hold stops every clock


@step
def m007_unfinished(db: Any) -> None:
    """Free to change and to go: nothing here has been decided yet. A typed note has no session so far."""
    columns = {"id": str, "session": str, "created_at": str, "owner": str, "sealed": bytes}
    session = [("session", "sessions", "id")]
    db["unfinished"].create(columns, pk="id", foreign_keys=session, not_null=set(columns) - {"id", "session"})
    db["unfinished"].create_index(["session"])


@step
def m008_who_made_a_session(db: Any) -> None:
    db.execute("ALTER TABLE sessions ADD COLUMN made_by TEXT")  # a user's short name; null before there was this column


@step
def m009_clocks(db: Any) -> None:
    """So that retention is reckoned without reading the sealed texts that lie beside the dates."""
    for table in APPEND_ONLY:
        db[table].create_index(["created_at", "session"])
