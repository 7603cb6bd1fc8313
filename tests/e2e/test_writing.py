"""Through the real command, drafter and store: a note with no recording, a corrected transcript, and a template of the organisation."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import documents, pipeline, resources, store, typed
from assistant.domain import Transcript
from assistant.protocols import Store
from tests.e2e.test_straight_line import NAME, PASSPHRASE, coachnote, make, sign

pytestmark = pytest.mark.slow

NOTE = """She did not want to be recorded today. She came in on time.
She has finished the food hygiene course and passed with 15 marks.
She won't do nights because of her little one.
I'll ring the school kitchen by Wednesday. She'll send me her CV by Friday.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not (resources.root() / "models" / "tagger" / "weights.npz").exists():
        pytest.skip("the tagger's weights are not in models/tagger")
    made = tmp_path_factory.mktemp("written")
    make(made)
    coachnote("clients", "add", "C-0042", folder=made, stdin=f"{NAME}\n")
    return made


def opened(folder: Path) -> Store:
    return store.open_store(folder / "store", PASSPHRASE)


def heard(folder: Path, session: str) -> Transcript:
    kept = opened(folder)
    transcript = kept.transcript(session)
    kept.close()
    assert transcript is not None
    return transcript


def test_a_note_with_no_recording_is_written_signed_and_exported(folder: Path) -> None:
    done = coachnote("write", "--client", "C-0042", "--date", "2026-03-10", folder=folder, stdin=NOTE)
    session = done.stdout.strip()
    written = heard(folder, session)
    assert [s.start for s in written.segments] == [None] * 6
    assert written.made_by is not None and written.made_by.engine == "typed"
    kept = opened(folder)
    draft, summary = kept.draft(session), kept.sessions()[0]
    kept.close()
    assert draft is not None and documents.read_draft(documents.draft_json(draft), written) == draft
    assert (summary.stage, summary.session.date, summary.session.date_confirmed) == ("drafted", dt.date(2026, 3, 10), True)
    assert dt.date(2026, 3, 11) in {a.due for a in draft.actions}
    sign(folder, session)
    note = coachnote("export", session, folder=folder).stdout
    assert "Written by the coach; there is no recording" in note and "nights" in note
    assert json.loads(coachnote("export", session, "--format", "json", folder=folder).stdout)["client"] == "C-0042"


def test_nothing_written_is_an_error_and_leaves_no_session(folder: Path) -> None:
    before = coachnote("list", folder=folder).stdout
    coachnote("write", "--client", "C-0042", folder=folder, stdin=" \n", code=4)
    coachnote("write", "--client", "C-9999", folder=folder, stdin="Nobody came.", code=2)
    assert coachnote("list", folder=folder).stdout == before


def test_a_corrected_transcript_is_drafted_again_in_its_session(folder: Path) -> None:
    session = coachnote("write", "--client", "C-0042", "--date", "2026-03-10", folder=folder, stdin=NOTE).stdout.strip()
    first = heard(folder, session)
    wrong = next(s for s in first.segments if "15" in s.text)
    right = typed.corrected(first, wrong.id, wrong.text.replace("15", "50"))
    path = folder / "corrected.json"
    path.write_bytes(documents.transcript_json(right))
    assert coachnote("process", str(path), "--session", session, folder=folder).stdout.strip() == session
    coachnote("process", str(path), "--session", session, "--client", "C-0042", folder=folder, code=2)
    kept = opened(folder)
    newest, draft, before = kept.transcript(session), kept.draft(session), kept.earlier_transcript(session, first.id)
    kept.close()
    assert before == first and newest is not None and draft is not None
    assert newest.segments == right.segments and pipeline.is_drafted(newest, draft)
    said = " ".join(s.text for section in draft.note for s in section.statements)
    assert "50" in said and "15" not in said


def test_a_template_of_the_organisation_is_used_from_draft_to_export(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACHNOTE_CONFIG", str(tmp_path / "settings.toml"))
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "ours.toml").write_text(
        'id = "ours"\nversion = 1\n[[section]]\nkey = "x_all"\nheading = "What was said today"\n'
        'from = ["attendance", "progress", "goals", "ruled_out", "skills", "barriers", "support"]\n'
    )
    path = tmp_path / "visit.json"
    first = typed.transcript(NOTE, pipeline.Brief(id="t-1", session_date=dt.date(2026, 3, 10)))
    path.write_bytes(documents.transcript_json(replace(first, id="visit")))
    plain = documents.read_draft(coachnote("draft", str(path), folder=folder).stdout.encode(), first)
    drafted = coachnote("draft", str(path), "--template", "ours", folder=folder).stdout
    ours = documents.read_draft(drafted.encode(), first)
    assert [s.section for s in ours.note] == ["x_all"]
    assert {s.text for s in ours.note[0].statements} == {s.text for section in plain.note for s in section.statements}
    assert (ours.actions, ours.left_out) == (plain.actions, plain.left_out)
    assert "## What was said today" in coachnote("draft", str(path), "--template", "ours", "--format", "md", folder=folder).stdout
    session = coachnote("process", str(path), "--client", "C-0042", "--template", "ours", folder=folder).stdout.strip()
    sign(folder, session)
    assert "## What was said today" in coachnote("export", session, folder=folder).stdout
    (tmp_path / "templates" / "ours.toml").unlink()
    assert "## All" in coachnote("export", session, folder=folder).stdout
    assert "There is no template called ours" in coachnote("draft", str(path), "--template", "ours", folder=folder, code=2).stderr
