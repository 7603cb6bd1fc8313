"""`coachnote refile`, with the real store: what the person is asked, told and refused."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.examples import CLIENT, SESSION
from tests.store.made import make, opened, work_day
from tests.talking import run, started

pytestmark = pytest.mark.slow

RIGHT, NAME, WHY = "C-0007", "Priya Nair", "two clients on one morning"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    make(tmp_path / "store")
    store = opened(tmp_path / "store")
    work_day(store)
    store.add_client(NAME, RIGHT)
    store.close()
    return tmp_path


def refile(folder: Path, reason: str, *, to: str = RIGHT) -> tuple[int, str, str]:
    with started(folder, "refile", SESSION, "--to", to, hears="0.1", stdin=subprocess.PIPE) as process:
        out, err = process.communicate(f"{reason}\n", timeout=60)
    assert "Traceback" not in err
    return process.returncode, out.strip(), err


def test_a_signed_note_is_made_void_and_begins_again(made: Path) -> None:
    code, session, err = refile(made, WHY)
    assert code == 0, err
    assert f"begins again under {RIGHT}" in err
    assert WHY not in err
    store = opened(made / "store")
    void = store.notes(SESSION)[-1].void
    assert void is not None
    assert (void.who, void.why) == ("admin", WHY)
    assert (store.session(session).client, store.notes(session)) == (RIGHT, [])
    store.close()
    listed = run(made, "list").splitlines()
    assert [line.split()[-3:] for line in listed if line.startswith(SESSION)] == [["void,", "version", "2"]]
    assert [line for line in listed if line.startswith(session) and RIGHT in line and "ready for review" in line]
    err = run(made, "export", SESSION, code=8)
    assert "is void" in err
    assert "wrong client" in err
    assert WHY not in err
    assert "not signed" not in err
    assert refile(made, WHY)[0] == 8


@pytest.mark.parametrize(("reason", "to", "code"), [("", RIGHT, 2), (WHY, "C-9999", 2), (WHY, CLIENT.ref, 8)])
def test_what_is_refused_changes_nothing(made: Path, reason: str, to: str, code: int) -> None:
    assert refile(made, reason, to=to)[0] == code
    store = opened(made / "store")
    assert len(store.notes(SESSION)) == 1
    assert len(store.sessions()) == 1
    store.close()
