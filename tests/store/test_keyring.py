"""The operating system's keyring as a convenience: whatever it does, the passphrase opens the store as before."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.cli import unlocking
from assistant.config import Settings
from assistant.errors import CoachnoteError, MissingPart, Refused, StoreDamaged, UsageProblem, WrongPassphrase
from assistant.store import keys, os_keyring, vault
from tests.store.made import COST, PASSPHRASE, make, opened
from tests.store.test_users import SECOND, THIRD, open_as, unharmed

keyring = pytest.importorskip("keyring", reason="the extra `keyring` is not installed")
from keyring import backend, backends, errors  # noqa: E402
from keyring.backends import fail, null  # noqa: E402, F401


class Working(backend.KeyringBackend):
    """In memory, as long as the test."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise errors.PasswordDeleteError


class Locked(Working):
    def get_password(self, service: str, username: str) -> str | None:
        raise errors.KeyringLocked

    set_password = delete_password = get_password  # type: ignore[assignment]


class Silent(Working):
    """Keeps nothing and says nothing, with the priority of one that works."""

    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Hanging(Working):
    def __init__(self, released: threading.Event) -> None:
        super().__init__()
        self.released = released

    def get_password(self, service: str, username: str) -> str | None:
        self.released.wait(60)
        return None

    set_password = get_password  # type: ignore[assignment]


class Changed(Working):
    """Somebody else's value lies there."""

    value: str = "00" * 32

    def get_password(self, service: str, username: str) -> str | None:
        return self.value


class Plaintext(Working):
    """What keeps in a plain file has a lower priority."""

    priority = 0.5


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Working:
    return use(Working(), monkeypatch)


def use(ring: Working, monkeypatch: pytest.MonkeyPatch) -> Working:
    monkeypatch.setattr(keyring, "get_keyring", lambda: ring)
    return ring


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    released = threading.Event()
    use(Hanging(released), monkeypatch)
    monkeypatch.setattr(os_keyring, "PATIENCE", 0.2)
    yield
    released.set()


@pytest.fixture
def remembered(filled: Path, ring: Working) -> Path:
    """The example day, opened by the keyring."""
    store = opened(filled)
    store.remember_me()
    store.close()
    return filled


def by_keyring(folder: Path) -> tuple[vault.SqliteStore | None, list[str]]:
    told: list[str] = []
    return vault.open_with_keyring(folder, told.append), told


def asks(folder: Path, sentences: int) -> None:
    """The passphrase is asked for, with so many sentences about it, and opens everything."""
    store, told = by_keyring(folder)
    assert (store, len(told)) == (None, sentences)
    again = opened(folder)
    unharmed(again)
    again.close()


def test_the_keyring_opens_the_store_as_the_person_who_asked_for_that(remembered: Path, ring: Working) -> None:
    store, told = by_keyring(remembered)
    assert store is not None and told == []
    assert store.role == "admin"
    assert [(user.name, user.you) for user in store.users()] == [("admin", True)]
    unharmed(store)  # and may verify the audit
    store.close()
    (secret,) = ring.kept.values()
    assert len(secret) == 64
    assert not any(secret.encode() in path.read_bytes() or bytes.fromhex(secret) in path.read_bytes() for path in remembered.glob("*.*"))


def test_a_store_that_nobody_had_remembered_asks_without_looking(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os_keyring, "look_up", lambda _: pytest.fail("looked"))
    asks(filled, 0)


def test_the_slot_lasts_through_another_passphrase_and_another_master_key(remembered: Path) -> None:
    store, _ = by_keyring(remembered)
    assert store
    store.change_passphrase(THIRD, cost=COST)
    store.new_recovery_code()
    store.add_user("second", SECOND, "coach", cost=COST)
    store.revoke_user("second")
    store.close()
    for again in (by_keyring(remembered)[0], open_as(remembered, THIRD)):
        assert again
        unharmed(again)
        again.close()
    with pytest.raises(WrongPassphrase):
        open_as(remembered, PASSPHRASE)


def test_whoever_is_revoked_is_out_by_the_keyring_too(filled: Path, ring: Working) -> None:
    store = opened(filled)
    store.add_user("second", SECOND, "admin", cost=COST)
    store.close()
    second = open_as(filled, SECOND)
    second.remember_me()
    second.close()
    old = (filled / "keys.json").read_bytes()
    store = opened(filled)
    store.revoke_user("second")
    assert len(store._db.rows("SELECT * FROM audit_roots")) == 2
    store.close()
    assert [slot.kind for slot in keys.read(filled)[0].slots] == ["passphrase", "recovery"]
    asks(filled, 0)
    for name in keys.NAMES:
        (filled / name).write_bytes(old)
    assert by_keyring(filled)[0] is None
    with pytest.raises(StoreDamaged):
        open_as(filled, SECOND)


def test_two_people_on_one_computer_are_told_apart(remembered: Path, ring: Working) -> None:
    """As two accounts of the system: each keyring holds the one secret, and neither says a word of the other."""
    admins, ring.kept = ring.kept, {}
    store = opened(remembered)
    store.add_user("second", SECOND, "coach", cost=COST)
    store.close()
    second = open_as(remembered, SECOND)
    second.remember_me()
    second.close()
    for kept, role in ((admins, "admin"), (dict(ring.kept), "coach"), ({}, None)):
        ring.kept = kept
        again, told = by_keyring(remembered)
        assert told == []
        assert (again.role if again else None) == role
        if again:
            again.close()


def test_remembering_again_replaces_what_was_remembered(remembered: Path, ring: Working) -> None:
    first = dict(ring.kept)
    store, _ = by_keyring(remembered)
    assert store
    store.remember_me()
    unharmed(store)
    store.close()
    assert len(ring.kept) == 1 and not set(ring.kept) & set(first)
    assert [slot.kind for slot in keys.read(remembered)[0].slots].count("keyring") == 1
    again, _ = by_keyring(remembered)
    assert again
    unharmed(again)
    again.close()


def test_what_is_forgotten_opens_nothing_even_when_it_is_still_kept(remembered: Path, ring: Working) -> None:
    kept = dict(ring.kept)
    store, _ = by_keyring(remembered)
    assert store and store.forget_me() and not store.forget_me()
    store.close()
    assert ring.kept == {}
    ring.kept = kept
    asks(remembered, 0)


def test_the_passphrase_stays_a_way_in(remembered: Path, ring: Working) -> None:
    ring.kept.clear()
    asks(remembered, 0)
    store = opened(remembered)
    kinds = [slot.kind for slot in store._unlocked.header.slots]
    assert kinds == ["passphrase", "recovery", "keyring"]
    store.close()


def test_a_keyring_that_changed_its_content_asks_with_one_sentence(remembered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("00" * 32, "", "not hexadecimal"):
        changed = Changed()
        changed.value = value
        use(changed, monkeypatch)
        asks(remembered, 1 if value else 0)


def test_a_locked_keyring_asks_with_one_sentence(remembered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(Locked(), monkeypatch)
    asks(remembered, 1)


@pytest.mark.parametrize("kind", ["fail", "null"])
def test_the_packages_own_ways_of_having_none_ask(remembered: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    use(getattr(backends, kind).Keyring(), monkeypatch)
    asks(remembered, 1)


def test_a_keyring_that_never_answers_is_waited_for_once(remembered: Path, hanging: None) -> None:
    started = time.monotonic()
    asks(remembered, 1)
    assert time.monotonic() - started < 5


def test_the_wait_is_three_seconds() -> None:
    assert os_keyring.PATIENCE == 3.0


def refuses(folder: Path, error: type[CoachnoteError] = CoachnoteError) -> None:
    """Nothing is remembered, and nothing has changed."""
    store = opened(folder)
    before = (folder / "keys.json").read_bytes()
    with pytest.raises(error):
        store.remember_me()
    assert (folder / "keys.json").read_bytes() == before
    unharmed(store)
    store.close()


@pytest.mark.parametrize("ring", [Locked(), Silent(), Changed(), Plaintext()], ids=lambda ring: type(ring).__name__)
def test_a_keyring_that_does_not_keep_is_not_relied_on(filled: Path, monkeypatch: pytest.MonkeyPatch, ring: Working) -> None:
    use(ring, monkeypatch)
    refuses(filled)


@pytest.mark.parametrize("kind", ["fail", "null"])
def test_no_keyring_is_not_relied_on(filled: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    use(getattr(backends, kind).Keyring(), monkeypatch)
    refuses(filled)


def test_a_keyring_that_never_answers_is_not_relied_on(filled: Path, hanging: None) -> None:
    refuses(filled)


def test_without_the_package_it_says_how_to_get_it(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    refuses(filled, MissingPart)


def test_a_remembered_store_opens_without_the_package(remembered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    asks(remembered, 1)


def test_the_recovery_code_is_nobody_to_remember(tmp_path: Path, ring: Working) -> None:
    code = make(tmp_path / "store")
    store = vault.open_with_recovery(tmp_path / "store", code)
    for act in (store.remember_me, store.forget_me):
        with pytest.raises(Refused, match="a person"):
            act()
    store.close()
    assert ring.kept == {}


def test_a_header_that_cannot_be_written_leaves_nothing_in_the_keyring(
    filled: Path, ring: Working, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(filled)

    def full(*_: object) -> None:
        raise Refused("no room")

    monkeypatch.setattr(keys, "save", full)
    with pytest.raises(Refused):
        store.remember_me()
    store.close()
    assert ring.kept == {}


def test_a_command_asks_nobody_while_the_keyring_knows(
    remembered: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(store=remembered, models=remembered)
    monkeypatch.setattr("assistant.store.process.harden", lambda: None)  # of the test's own process
    store = unlocking.unlock(settings)
    assert store.sessions()
    store.close()
    assert capfd.readouterr() == ("", "")
    use(Locked(), monkeypatch)
    with pytest.raises(UsageProblem, match="no terminal"):
        unlocking.unlock(settings)
    assert capfd.readouterr().err.count("\n") == 1
