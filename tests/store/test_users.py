"""Several people for one store: who gets in, who does not any more, and what a change that breaks off leaves behind."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from assistant.errors import Refused, StoreDamaged, UsageProblem, WrongPassphrase
from assistant.store import keys, rotation, slots, vault
from assistant.store.vault import SqliteStore
from tests.examples import SESSION
from tests.store.made import COST, PASSPHRASE, SOUND, make, opened

SECOND = "plover hinge saddle moss"
THIRD = "gravel onion ferry dusk"


def open_as(folder: Path, passphrase: str) -> SqliteStore:
    return vault.open_with_passphrase(folder, passphrase)


def unharmed(store: SqliteStore) -> None:
    """Everything of the example's working day can still be read, and nothing is found wrong with it."""
    assert store.transcript(SESSION)
    assert store.notes(SESSION)
    (recording,) = store.recordings(SESSION)
    with store.open_recording(recording.id) as sound:
        assert sound.read() == SOUND
    assert store.faults() == []


@pytest.fixture
def two(filled: Path) -> Path:
    """The example, and a coach beside its admin."""
    store = opened(filled)
    store.add_user("second", SECOND, "coach", cost=COST)
    store.close()
    return filled


def test_two_people_open_one_store_and_see_who_they_are(two: Path) -> None:
    coach = open_as(two, SECOND)
    assert [(u.name, u.role, u.you) for u in coach.users()] == [("admin", "admin", False), ("second", "coach", True)]
    unharmed(coach)
    coach.close()
    admin = opened(two)
    assert [u.you for u in admin.users()] == [True, False]
    unharmed(admin)
    admin.close()


@pytest.mark.parametrize(
    "act",
    [
        lambda s: s.add_user("third", THIRD, "coach"),
        lambda s: s.revoke_user("admin"),
        lambda s: s.new_recovery_code(),
        lambda s: s.change_passphrase(THIRD, "admin"),
    ],
)
def test_a_coach_may_not_say_who_gets_in(two: Path, act: Callable[[SqliteStore], object]) -> None:
    before = (two / "keys.json").read_bytes()
    store = open_as(two, SECOND)
    with pytest.raises(Refused, match="Only an admin"):
        act(store)
    store.close()
    assert (two / "keys.json").read_bytes() == before


def test_whoever_was_revoked_is_out_even_with_an_old_header(two: Path) -> None:
    old = (two / "keys.json").read_bytes()
    store = opened(two)
    store.revoke_user("second")
    unharmed(store)
    store.close()
    with pytest.raises(WrongPassphrase):
        open_as(two, SECOND)
    for name in keys.NAMES:
        (two / name).write_bytes(old)
    with pytest.raises(StoreDamaged):  # the header opens, and what it opens nothing is under any more
        open_as(two, SECOND)


def test_after_a_change_of_the_master_key_everybody_else_gets_in_without_being_asked(filled: Path) -> None:
    store = opened(filled)
    code = store.new_recovery_code()
    store.add_user("second", SECOND, "coach", cost=COST)
    store.add_user("third", THIRD, "admin", cost=COST)
    store.revoke_user("second")
    store.close()
    for again in (open_as(filled, THIRD), open_as(filled, PASSPHRASE), vault.open_with_recovery(filled, code)):
        unharmed(again)
        again.close()


def test_an_old_recovery_code_opens_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    old = make(folder)
    store = opened(folder)
    new = store.new_recovery_code()
    store.close()
    with pytest.raises(WrongPassphrase):
        vault.open_with_recovery(folder, old)
    vault.open_with_recovery(folder, new).close()


def test_another_passphrase_leaves_the_database_as_it_is(two: Path) -> None:
    store = open_as(two, SECOND)
    store.change_passphrase(THIRD, cost=COST)
    store.close()
    with pytest.raises(WrongPassphrase):
        open_as(two, SECOND)
    again = open_as(two, THIRD)
    unharmed(again)
    again.close()


def test_the_recovery_code_gives_a_forgotten_passphrase_back(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    code = make(folder)
    store = vault.open_with_recovery(folder, code)
    store.change_passphrase(THIRD, cost=COST)
    store.close()
    again = open_as(folder, THIRD)
    assert again.role == "admin"
    assert again.faults() == []  # and may verify the audit
    again.close()


@pytest.mark.parametrize(("name", "why"), [("admin", "only admin"), ("nobody", "Nobody called")])
def test_whom_nobody_can_revoke(two: Path, name: str, why: str) -> None:
    store = opened(two)
    with pytest.raises((Refused, UsageProblem), match=why):
        store.revoke_user(name)
    store.close()


def test_an_admin_cannot_revoke_herself(two: Path) -> None:
    store = opened(two)
    store.add_user("third", THIRD, "admin", cost=COST)
    with pytest.raises(Refused, match="yourself"):
        store.revoke_user("admin")
    store.close()


@pytest.mark.parametrize("name", ["admin", "ADMIN", "second", "recovery", "", "two words", "x" * 33, "a@b"])
def test_a_name_is_short_and_not_taken(two: Path, name: str) -> None:
    store = opened(two)
    with pytest.raises((Refused, UsageProblem)):
        store.add_user(name, THIRD, "coach", cost=COST)
    store.close()


def test_nobody_changes_who_gets_in_while_somebody_else_is_in(two: Path) -> None:
    other, store = open_as(two, SECOND), opened(two)
    with pytest.raises(Refused, match="Another coachnote"):
        store.revoke_user("second")
    unharmed(other)
    other.close()
    store.revoke_user("second")
    unharmed(store)
    store.close()


@pytest.mark.parametrize("step", ["beside", "database", "entries", "header"])
def test_a_change_of_the_master_key_that_breaks_off_is_undone_or_finished(two: Path, step: str) -> None:
    """As a crash after each of its steps would leave it."""
    store, new = opened(two), None

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    where = {
        "beside": mock.patch.object(type(store._db), "rekey", stop),
        "database": mock.patch.object(rotation, "_publish", stop),
        "entries": mock.patch.object(keys, "save", stop),
        "header": mock.patch.object(rotation, "_forget", stop),
    }[step]
    new = slots.rotated(store._unlocked)
    with where, pytest.raises(KeyboardInterrupt):
        rotation.rotate(two, store._db, store._keys, new)
    store._db.close()
    store._presence.leave()
    for passphrase in (PASSPHRASE, SECOND):
        again = open_as(two, passphrase)
        unharmed(again)
        again.close()
    assert not list(two.glob("*.next.*"))
    assert keys.read(two)[0].gen == (1 if step == "beside" else 2)


def test_what_lies_under_the_old_master_key_is_gone(two: Path) -> None:
    old = keys.unlock(two, PASSPHRASE)
    store = opened(two)
    store.revoke_user("second")
    store.close()
    copy = shutil.copytree(two, two.parent / "copy")
    with pytest.raises(StoreDamaged):
        vault._connect(copy, old)


def test_the_cost_of_a_passphrase_is_measured_and_within_bounds() -> None:
    cost = slots.calibrated()
    assert slots.LEAST_KIB <= cost.m <= slots.MOST_KIB
    assert (cost.t, cost.p) == (3, 4)


def test_whoever_is_named_first_is_tried_first(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[bytes] = []

    def stretch(passphrase: str, salt: bytes, cost: keys.Cost) -> bytes:
        tried.append(salt)
        return real(passphrase, salt, cost)

    real = keys.stretch
    monkeypatch.setattr(keys, "stretch", stretch)
    vault.open_with_passphrase(two, SECOND, "second").close()
    assert len(tried) == 1
    vault.open_with_passphrase(two, SECOND).close()
    assert len(tried) == 3
