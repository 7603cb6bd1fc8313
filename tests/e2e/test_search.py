"""`coachnote search` as a person calls it."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
from pathlib import Path

import pytest

from tests.e2e.test_straight_line import coachnote
from tests.examples import CLIENT, MADE_AT, SESSION, session, transcript
from tests.store.made import PASSPHRASE, make, opened, work_day

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the example session, signed, and an older one of nobody's."""
    made = tmp_path_factory.mktemp("search")
    make(made / "store")
    store = opened(made / "store")
    work_day(store)
    store.add_session(session(id="s-0002", client=None, date=dt.date(2025, 1, 2), created_at=MADE_AT))
    store.save_transcript("s-0002", transcript())
    store.close()
    return made


def search(folder: Path, *words: str, stdin: str = "", code: int = 0) -> subprocess.CompletedProcess[str]:
    return coachnote("search", *words, folder=folder, stdin=stdin, code=code, passphrase=PASSPHRASE)


def test_a_line_for_each_session_with_what_stands_round_the_words(folder: Path) -> None:
    done = search(folder, "council", "rent")
    assert done.stdout.splitlines() == [
        f"{SESSION}  2026-03-12  C-0042      note        He is about £240 behind with the rent and has not told the council.",
        "s-0002  2025-01-02  unassigned  transcript  He's about 240 pounds behind with the rent and he hasn't told the council.",
    ]
    assert CLIENT.name not in done.stdout + done.stderr


def test_filters_a_phrase_and_a_limit(folder: Path) -> None:
    assert search(folder, "council", "--since", "2026-01-01").stdout.split()[0] == SESSION
    assert search(folder, "council", "--until", "2025-12-31").stdout.split()[0] == "s-0002"
    assert search(folder, "council", "--client", "C-0042").stdout.count("\n") == 1
    assert search(folder, "rent and").stdout and not search(folder, "and rent").stdout, "one argument of several words is a phrase"
    limited = search(folder, "council", "--limit", "1")
    assert limited.stdout.count("\n") == 1 and "the best 1" in limited.stderr


def test_json_is_one_list_and_nothing_else(folder: Path) -> None:
    done = search(folder, "--format", "json", stdin="okoro\n")
    assert (json.loads(done.stdout), done.stderr) == (
        [{"session": SESSION, "date": "2026-03-12", "client": "C-0042", "where": "name", "text": ""}],
        "",
    )
    assert json.loads(search(folder, "zebra", "--format", "json").stdout) == []


def test_a_name_may_be_piped_in_and_nothing_found_is_no_error(folder: Path) -> None:
    assert search(folder, stdin=f"{CLIENT.name}\n").stdout.split()[0] == SESSION
    nothing = search(folder, "zebra")
    assert nothing.stdout == "" and "Nothing was found." in nothing.stderr
    assert search(folder, '"', "(*", "NEAR").stdout == ""
    assert "No word was given" in search(folder, code=2).stderr
    assert "no client C-9999" in search(folder, "rent", "--client", "C-9999", code=2).stderr


def test_each_search_is_in_the_audit_and_no_word_of_it(folder: Path) -> None:
    def entered() -> list[str]:
        store = opened(folder / "store")
        rows = store._db.rows("SELECT * FROM audit WHERE what = 'searched'")
        store.close()
        return [str(row["object"]) for row in rows]

    before = entered()
    search(folder, "kitchen")
    assert entered() == [*before, "store"]
