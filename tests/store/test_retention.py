"""Retention on a whole store: what goes when, what is asked first, and what stays readable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.domain import Retention
from assistant.errors import Refused
from assistant.store.client_keys import of_recording
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, SESSION, draft, session, transcript
from tests.store.made import COST, SOUND, opened
from tests.store.test_users import SECOND, open_as

RULES = Retention()
DAY = dt.timedelta(days=1)


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@pytest.fixture
def kept(filled: Path) -> Iterator[SqliteStore]:
    """The example, signed today, and a session that is drafted and recorded today and signed by nobody."""
    store = opened(filled)
    store.add_session(session(id="s-0002", created_at=now()))
    recording, writer = store.start_recording("s-0002", ".wav")
    writer.write(SOUND)
    writer.close()
    store.finish_recording(recording.id, 1.0)
    store.save_transcript("s-0002", transcript())
    store.save_draft("s-0002", draft())
    yield store
    store.close()


def due(store: SqliteStore, days: float, rules: Retention = RULES) -> list[tuple[str, str]]:
    return [(each.what, each.session) for each in store.outlook(rules, now() + days * DAY).due]


def apply(store: SqliteStore, days: float, *, rules: Retention = RULES, sure: bool = False) -> list[tuple[str, str]]:
    return [(each.what, each.session) for each in store.apply_retention(rules, sure=sure, now=now() + days * DAY)]


def test_each_thing_has_a_clock_of_its_own(kept: SqliteStore) -> None:
    assert due(kept, 6.9) == []
    assert due(kept, 7.1) == [("recording", SESSION)]
    assert due(kept, 29.9) == [("recording", SESSION)]
    assert set(due(kept, 30.1)) == {("recording", SESSION), ("recording", "s-0002"), ("draft", "s-0002")}
    rules = Retention(transcript_days=40, note_years=6)
    assert ("transcript", SESSION) not in due(kept, 39, rules) and ("transcript", SESSION) in due(kept, 41, rules)
    assert ("note", SESSION) not in due(kept, 6 * 365, rules) and ("note", SESSION) in due(kept, 6 * 366 + 1, rules)


def test_a_week_before_it_is_announced(kept: SqliteStore) -> None:
    soon = kept.outlook(RULES, now() + 24 * DAY).soon
    assert {(each.what, each.session) for each in soon} == {("recording", "s-0002"), ("draft", "s-0002")}


def test_a_signed_note_stays_readable_when_its_recording_goes(kept: SqliteStore, filled: Path) -> None:
    recording = kept.recordings(SESSION)[0].id
    assert apply(kept, 8) == [("recording", SESSION)]
    (row,) = kept.recordings(SESSION)
    assert (row.state, row.seconds) == ("erased", 85.2)
    assert kept.notes(SESSION) and kept.transcript(SESSION)
    with pytest.raises(Refused, match="erased on") as told:
        kept.open_recording(recording)
    assert f"{now():%d %B %Y}" in told.value.what and "retention rule" in told.value.means
    assert not kept._keys.has(of_recording(recording)) and not (filled / "audio" / f"{recording}.enc").exists()
    assert kept.faults() == []
    assert apply(kept, 9) == []


def test_an_unsigned_session_goes_when_nothing_of_it_is_left(kept: SqliteStore) -> None:
    for day in range(0, 40, 10):  # somebody opens the store now and then
        _opened_on(kept, now() + day * DAY)
    apply(kept, 31)
    assert [s.session.id for s in kept.sessions()] == [SESSION]
    entries = kept._db.rows("SELECT what, why FROM erasures WHERE object = 's-0002'")
    assert entries == [{"what": "session", "why": "retention"}]
    assert kept.faults() == [] or all("chain" in fault for fault in kept.faults())


def test_notes_go_by_the_schedule_of_the_organisation_and_only_for_an_admin(kept: SqliteStore, filled: Path) -> None:
    rules = Retention(note_years=1)
    kept.close()
    admin = opened(filled)
    admin.add_user("second", SECOND, "coach", cost=COST)
    admin.close()
    coach = open_as(filled, SECOND)
    assert ("note", SESSION) not in apply(coach, 400, rules=rules, sure=True)
    assert coach.notes(SESSION)
    coach.close()
    admin = opened(filled)
    assert ("note", SESSION) in apply(admin, 400, rules=rules, sure=True)
    assert admin.sessions() == [] and admin.faults() == []
    admin.close()


def test_a_transcript_that_goes_after_signing_leaves_the_note(kept: SqliteStore) -> None:
    apply(kept, 20, rules=Retention(transcript_days=10))
    assert kept.transcript(SESSION) is None and kept.draft(SESSION) is None and kept.review(SESSION) is None
    assert kept.notes(SESSION)[0].note[0].statements[0].evidence[0].quote


def test_a_legal_hold_stops_them_all(kept: SqliteStore) -> None:
    kept.hold(CLIENT.ref)
    assert due(kept, 9000, Retention(transcript_days=1, note_years=1)) == []
    assert apply(kept, 9000, rules=Retention(transcript_days=1, note_years=1), sure=True) == []
    kept.release(CLIENT.ref)
    assert len(due(kept, 9000)) == 3


def test_signing_stops_the_clock_of_the_draft(kept: SqliteStore) -> None:
    from tests.store.made import note

    kept.save_note(note(session="s-0002"))
    assert ("draft", "s-0002") not in due(kept, 3000)


def _opened_on(store: SqliteStore, at: dt.datetime) -> None:
    """An entry of the audit as that day would have left it; its seal does not matter here."""
    with store._db.write() as db:
        last = next(iter(db.query("SELECT max(n) AS n FROM audit")))["n"]
        db["audit"].insert({"n": last + 1, "at": at.isoformat(), "what": "opened", "object": "x", "slot": "x", "mac": b"x"})


def test_after_a_long_absence_nothing_unsigned_goes_unasked(kept: SqliteStore) -> None:
    told = kept.outlook(RULES, now() + 40 * DAY)
    assert told.doubt and "40 days" in told.doubt
    assert apply(kept, 40) == [("recording", SESSION)]
    assert kept.draft("s-0002")
    _opened_on(kept, now() + 40 * DAY)
    assert apply(kept, 41) == [], "opening it once more is no confirmation"
    assert set(apply(kept, 41, sure=True)) == {("recording", "s-0002"), ("draft", "s-0002")}


def test_once_confirmed_the_calendar_is_trusted_again(kept: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    _opened_on(kept, now() - 50 * DAY)  # the clock was back then: the entry before it is newer
    assert kept.outlook(RULES, now()).doubt
    kept.apply_retention(RULES, sure=True)
    assert kept.outlook(RULES, now()).doubt is None


@pytest.mark.parametrize("days", [-1, -400, 400])
def test_a_clock_that_jumps_deletes_nothing_unsigned(kept: SqliteStore, days: int) -> None:
    told = kept.outlook(RULES, now() + days * DAY)
    assert told.doubt and "clock" in told.doubt
    apply(kept, days)
    assert kept.draft("s-0002") and kept.recordings("s-0002")[0].state == "complete"
    if days < 0:
        assert told.due == ()


def test_a_recording_that_is_being_made_is_left(kept: SqliteStore) -> None:
    kept.add_session(session(id="s-0003", created_at=now()))
    _, writer = kept.start_recording("s-0003", ".wav")
    apply(kept, 31, sure=True)
    assert kept.recordings("s-0003")[0].state == "recording"
    writer.close()
