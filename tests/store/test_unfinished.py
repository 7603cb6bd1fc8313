"""What was being typed when the app locked: kept under the right key, found again, gone when it is finished."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from assistant.domain import Unfinished
from assistant.errors import StoreDamaged, UsageProblem
from assistant.store.client_keys import of_client
from assistant.store.vault import SqliteStore
from tests.examples import CLIENT, SESSION, session
from tests.store.made import files, opened, spellings

WORDS = "He would rather not say what the zebrafinch costs"
EDIT = Unfinished(form="edit", at="actions/0", fields={"what": WORDS, "due": "20 M"})
ADD = Unfinished(form="add", at="note/goals", segments=(3,), fields={"text": WORDS})
TYPED = Unfinished(form="write", at="", fields={"words": WORDS, "day": "12 Mar"})


@pytest.fixture(autouse=True)
def _at_work(store: SqliteStore) -> None:
    store.add_client(CLIENT.name, CLIENT.ref)
    store.add_session(session())
    store.add_session(session(id="s-0002", client=None))


@pytest.mark.parametrize(
    ("place", "unfinished"), [(SESSION, EDIT), (SESSION, ADD), ("s-0002", EDIT), (None, TYPED), (None, replace(TYPED, at=CLIENT.ref))]
)
def test_it_comes_back_as_it_was_and_is_gone_once_dropped(store: SqliteStore, place: str | None, unfinished: Unfinished) -> None:
    assert store.unfinished(place) is None
    store.save_unfinished(place, unfinished)
    assert store.unfinished(place) == unfinished
    assert [store.unfinished(other) for other in {SESSION, "s-0002", None} - {place}] == [None, None]
    store.drop_unfinished(place)
    assert store.unfinished(place) is None
    store.drop_unfinished(place)
    assert store._db.rows("SELECT * FROM unfinished") == []
    assert store.faults() == []


def test_only_the_newest_is_kept(store: SqliteStore) -> None:
    for place, two in ((SESSION, (EDIT, ADD)), (None, (TYPED, replace(TYPED, at=CLIENT.ref)))):
        for unfinished in two:
            store.save_unfinished(place, unfinished)
        assert store.unfinished(place) == two[-1]
    assert len(store._db.rows("SELECT * FROM unfinished")) == 2


def test_a_typed_note_for_nobody_takes_its_key_with_it(store: SqliteStore) -> None:
    before = dict(store._keys._entries.keys)
    store.save_unfinished(None, TYPED)
    store.save_unfinished(None, TYPED)
    assert len(store._keys._entries.keys) == len(before) + 1
    store.drop_unfinished(None)
    assert store._keys._entries.keys == before


def test_it_follows_its_session_to_a_client(store: SqliteStore) -> None:
    store.save_unfinished("s-0002", EDIT)
    store.assign("s-0002", CLIENT.ref)
    assert store.unfinished("s-0002") == EDIT
    assert [row["owner"] for row in store._db.rows("SELECT owner FROM unfinished")] == [of_client(CLIENT.ref)]


def test_nothing_of_a_client_whose_key_is_gone_can_be_read_or_kept(store: SqliteStore) -> None:
    store.save_unfinished(SESSION, EDIT)
    store.save_unfinished(None, replace(TYPED, at=CLIENT.ref))
    store._keys.drop(of_client(CLIENT.ref))
    assert store.unfinished(SESSION) is None
    assert store.unfinished(None) is None
    with pytest.raises(StoreDamaged):
        store.save_unfinished(SESSION, ADD)


def test_a_session_that_is_not_there_is_refused(store: SqliteStore) -> None:
    with pytest.raises(UsageProblem):
        store.save_unfinished("s-9999", EDIT)


def test_no_word_of_it_lies_in_a_file_or_a_repr(store: SqliteStore, folder: Path) -> None:
    store.save_unfinished(SESSION, EDIT)
    store.save_unfinished(None, TYPED)
    assert WORDS not in repr(EDIT)
    for word in (WORDS, "zebrafinch"):
        needles = list(spellings(word))
        assert not [path for path in files(folder) if any(needle in path.read_bytes() for needle in needles)]
    store.close()
    again = opened(folder)
    assert again.unfinished(SESSION) == EDIT
    again.close()
