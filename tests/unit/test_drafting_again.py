"""The straight line for a corrected transcript and for a typed note: what was kept stays kept, and stopping loses nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from assistant import approval, documents, pipeline, typed
from assistant.domain import Decision, Draft, Review, Statement, Transcript
from assistant.errors import InputError, ModelMissing, NothingSaid, UsageProblem
from assistant.pipeline import Intake
from assistant.protocols import Drafter, Progress
from tests.examples import SESSION, draft, transcript
from tests.fakes import FakeStore, ScriptedDrafter, filled_store
from tests.work import finish

RIGHT = "He's about 24 pounds behind with the rent and he hasn't told the council."


@dataclass
class Numbered(ScriptedDrafter):
    """Every draft has an id of its own, and quotes the transcript it was given."""

    made: int = 1

    def draft(self, transcript: Transcript) -> Generator[Progress, None, Draft]:
        whole = yield from super().draft(transcript)
        self.made += 1
        texts = {s.id: s.text for s in transcript.segments}
        sections = tuple(replace(n, statements=tuple(_requoted(s, texts) for s in n.statements)) for n in whole.note)
        return replace(whole, draft=f"d-{self.made:04}", note=sections)


def _requoted(statement: Statement, texts: dict[int, str]) -> Statement:
    quotes = (e if e.quote in texts[e.segment] else replace(e, quote=texts[e.segment]) for e in statement.evidence)
    return replace(statement, evidence=tuple(quotes))


def no_model() -> Drafter:
    raise ModelMissing("There is no model.", do="Add one.")


def reviewed_store() -> FakeStore:
    store = filled_store()
    decisions = (Decision(path="note/progress/0", verdict="accept"), Decision(path="actions/1", verdict="drop"))
    store.save_review(SESSION, Review(draft="d-0001", decisions=decisions))
    return store


def test_a_corrected_transcript_is_kept_beside_the_one_before_and_drafted_anew() -> None:
    store = reviewed_store()
    corrected = typed.corrected(transcript(), 9, RIGHT)
    finish(pipeline.correct_session(store, SESSION, corrected, Numbered))
    assert store.heard[SESSION] == [transcript(), corrected]
    assert [d.draft for d in store.drafted[SESSION]] == ["d-0001", "d-0002"]
    assert store.drafted[SESSION][1].transcript == corrected.id
    review = store.review(SESSION)
    assert review is not None
    assert (review.draft, [(d.path, d.verdict) for d in review.decisions]) == (
        "d-0002",
        [("note/progress/0", "accept"), ("actions/1", "drop")],
    )
    assert store.reviewed[SESSION][0].draft == "d-0001"


def test_a_correction_whose_draft_fails_is_kept_and_finished_later() -> None:
    store = reviewed_store()
    with pytest.raises(ModelMissing):
        finish(pipeline.correct_session(store, SESSION, typed.corrected(transcript(), 9, RIGHT), no_model))
    assert len(store.heard[SESSION]) == 2 and len(store.drafted[SESSION]) == 1
    engines = pipeline.Engines(probe=print, transcriber=lambda: pytest.fail("heard again"), drafter=Numbered)
    finish(pipeline.finish_session(store, SESSION, engines))
    assert store.drafted[SESSION][-1].transcript == store.heard[SESSION][-1].id
    again = store.review(SESSION)
    assert again is not None and len(again.decisions) == 2
    finish(pipeline.finish_session(store, SESSION, replace(engines, drafter=no_model)))
    assert len(store.drafted[SESSION]) == 2


def test_a_corrected_document_becomes_the_sessions_newest_transcript(tmp_path: Path) -> None:
    store, path = reviewed_store(), tmp_path / "corrected.json"
    path.write_bytes(documents.transcript_json(replace(typed.corrected(transcript(), 9, RIGHT), id="t-0001", previous_actions=())))
    finish(pipeline.correct_from_file(store, SESSION, path, Numbered))
    newest = store.transcript(SESSION)
    assert newest is not None and newest.segments[9].text == RIGHT
    assert newest.id != "t-0001" and pipeline.is_drafted(newest, store.draft(SESSION))
    assert len(store.sessions()) == 3


@pytest.mark.parametrize(("session", "error"), [("s-9999", UsageProblem), (SESSION, InputError)])
def test_a_correction_that_cannot_be_read_changes_nothing(tmp_path: Path, session: str, error: type[Exception]) -> None:
    store, path = reviewed_store(), tmp_path / "corrected.json"
    path.write_text('{"schema": "coachnote.transcript/1", "min": 3}')
    with pytest.raises(error):
        finish(pipeline.correct_from_file(store, session, path, Numbered))
    assert len(store.heard[SESSION]) == len(store.drafted[SESSION]) == 1


def test_a_typed_note_is_kept_drafted_and_signed_without_a_time() -> None:
    store = FakeStore()
    store.add_client("Sam Okoro", "C-0042")
    text = " ".join(s.text for s in transcript().segments)
    session = finish(pipeline.write_session(store, text, Intake(client="C-0042", date=dt.date(2026, 3, 12)), ScriptedDrafter))
    heard, made = store.transcript(session), store.draft(session)
    assert heard is not None and made is not None
    assert (heard.client, heard.session_date, store.recordings(session)) == ("Sam", dt.date(2026, 3, 12), [])
    review = Review(draft=approval.key(made), decisions=tuple(Decision(path=p, verdict="accept") for p, _ in approval.items(made)))
    store.save_note(
        approval.sign(
            made, review, heard, session=store.session(session), client="C-0042", signed_by="Ellis", signed_at=dt.datetime.now(dt.UTC)
        )
    )
    assert store.sessions()[0].stage == "signed"


def test_an_empty_note_leaves_no_session() -> None:
    store = FakeStore()
    with pytest.raises(NothingSaid):
        finish(pipeline.write_session(store, " \n", Intake(), ScriptedDrafter))
    assert store.sessions() == []


def test_a_typed_note_whose_draft_fails_is_kept_and_finished_later() -> None:
    store = FakeStore()
    with pytest.raises(ModelMissing):
        finish(pipeline.write_session(store, "Nobody came.", Intake(), no_model))
    row = store.sessions()[0]
    assert row.stage == "transcribed"
    engines = pipeline.Engines(probe=print, transcriber=lambda: pytest.fail("nothing to hear"), drafter=ScriptedDrafter)
    finish(pipeline.finish_session(store, row.session.id, engines))
    assert store.sessions()[0].stage == "drafted"


def test_the_log_tells_no_word_of_a_correction(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="coachnote"):
        finish(pipeline.correct_session(filled_store(), SESSION, typed.corrected(transcript(), 9, RIGHT), Numbered))
        finish(pipeline.write_session(FakeStore(), "Zephyrine did not come.", Intake(), ScriptedDrafter))
    assert "corrected" in caplog.text and "typed" in caplog.text
    assert "pounds" not in caplog.text and "Zephyrine" not in caplog.text


def test_the_example_draft_would_notice_a_stale_quote() -> None:
    made = finish(Numbered().draft(typed.corrected(transcript(), 9, RIGHT)))
    assert made.note != draft().note
