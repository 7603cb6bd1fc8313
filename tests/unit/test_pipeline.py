"""The straight line: each noun saved once when whole, work that stops loses nothing, work that is repeated does nothing twice."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from assistant import briefing, documents, pipeline, typed
from assistant.domain import IMPORTED, HeardBy, Imported, Transcript, voices
from assistant.errors import InputError, InputMissing, MissingPart, ModelMissing, NotAudio, Refused, UsageProblem
from assistant.pipeline import Engines, Intake
from assistant.protocols import Progress, Transcriber
from tests.examples import transcript
from tests.fakes import FakeStore, ScriptedDrafter, ScriptedTranscriber, filled_store

T = TypeVar("T")


def run(steps: Generator[Progress, None, T]) -> T:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def no_model() -> Transcriber:
    raise ModelMissing("No speech model is on this machine.", do="Add one.")


def engines(**changes: object) -> Engines:
    return Engines(**({"probe": lambda path: None, "transcriber": ScriptedTranscriber, "drafter": ScriptedDrafter} | changes))  # type: ignore[arg-type]


@pytest.fixture
def store() -> FakeStore:
    kept = FakeStore()
    kept.add_client("Sam Okoro", "C-0042")
    return kept


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "visit.m4a"
    path.write_bytes(b"pretend sound" * 200_000)
    return path


def test_a_recording_is_kept_transcribed_and_drafted(store: FakeStore, recording: Path) -> None:
    session = run(pipeline.process_file(store, recording, Intake(client="C-0042", date=dt.date(2026, 3, 12)), engines()))
    kept = store.recordings(session)[0]
    assert (kept.media, kept.state) == (".m4a", "complete")
    assert kept.seconds == transcript().segments[-1].end
    assert store.open_recording(kept.id).read() == recording.read_bytes()
    assert store.transcript(session) and store.draft(session)
    assert store.session(session).date_confirmed


def test_the_engine_is_told_the_first_name_and_what_was_agreed_last_time(store: FakeStore, recording: Path) -> None:
    ears = ScriptedTranscriber()
    run(pipeline.process_file(store, recording, Intake(client="C-0042", coach="Ellis"), engines(transcriber=lambda: ears)))
    assert (ears.briefs[0].client, ears.briefs[0].coach) == ("Sam", "Ellis")


def test_a_guessed_date_says_so(store: FakeStore, recording: Path) -> None:
    session = run(pipeline.process_file(store, recording, Intake(), engines()))
    assert store.session(session).date == pipeline.file_date(recording)
    assert not store.session(session).date_confirmed


def test_the_day_a_recording_names_itself_is_a_better_guess_than_the_files(store: FakeStore, recording: Path) -> None:
    made = engines(probe=lambda path: dt.date(2026, 3, 14))
    session = run(pipeline.process_file(store, recording, Intake(), made))
    assert store.session(session).date == dt.date(2026, 3, 14)
    assert not store.session(session).date_confirmed


def test_the_day_a_person_gives_beats_the_recordings_own(store: FakeStore, recording: Path) -> None:
    made = engines(probe=lambda path: dt.date(2026, 3, 14))
    session = run(pipeline.process_file(store, recording, Intake(date=dt.date(2026, 3, 12)), made))
    assert store.session(session).date == dt.date(2026, 3, 12)


def test_the_same_file_is_not_taken_twice(store: FakeStore, recording: Path) -> None:
    first = run(pipeline.process_file(store, recording, Intake(), engines()))
    again = run(pipeline.process_file(store, recording, Intake(client="C-0042"), engines()))
    assert first == again
    assert store.session(first).client == "C-0042"
    assert len(store.recordings(first)) == len(store.heard[first]) == len(store.drafted[first]) == 1


def test_a_file_filed_under_one_client_is_not_filed_under_another(store: FakeStore, recording: Path) -> None:
    store.add_client("Priya Nair", "C-0007")
    run(pipeline.process_file(store, recording, Intake(client="C-0042"), engines()))
    with pytest.raises(Refused):
        run(pipeline.process_file(store, recording, Intake(client="C-0007"), engines()))


def test_without_a_model_the_recording_is_kept_and_the_work_can_be_finished_later(store: FakeStore, recording: Path) -> None:
    with pytest.raises(ModelMissing, match="is kept as session") as caught:
        run(pipeline.process_file(store, recording, Intake(), engines(transcriber=no_model)))
    row = store.sessions()[0]
    assert row.stage == "recorded" and row.session.id in caught.value.do
    run(pipeline.finish_session(store, row.session.id, engines()))
    assert store.sessions()[0].stage == "drafted"


def test_stopping_in_the_middle_of_the_copy_makes_it_again_under_the_same_session(store: FakeStore, recording: Path) -> None:
    steps = pipeline.process_file(store, recording, Intake(), engines())
    next(steps)
    steps.close()
    store.recover_recordings()
    session = run(pipeline.process_file(store, recording, Intake(), engines()))
    states = [r.state for r in store.recordings(session)]
    assert states == ["recovered", "complete"]
    assert len(store.sessions()) == 1


def test_stopping_while_transcribing_saves_no_transcript(store: FakeStore, recording: Path) -> None:
    steps = pipeline.process_file(store, recording, Intake(), engines())
    while next(steps).stage != "transcribe":
        pass
    steps.close()
    assert store.sessions()[0].stage == "recorded"


def test_what_is_no_audio_leaves_no_session(store: FakeStore, recording: Path) -> None:
    def refuse(path: Path) -> None:
        raise NotAudio("No sound could be decoded.")

    with pytest.raises(NotAudio):
        run(pipeline.process_file(store, recording, Intake(), engines(probe=refuse)))
    assert store.sessions() == []


@pytest.mark.parametrize(("make", "error"), [("missing", InputMissing), ("empty", InputError), ("folder", InputMissing)])
def test_what_cannot_be_read_is_refused(store: FakeStore, tmp_path: Path, make: str, error: type[Exception]) -> None:
    path = tmp_path / "x.wav"
    if make == "empty":
        path.touch()
    if make == "folder":
        path.mkdir()
    with pytest.raises(error):
        run(pipeline.process_file(store, path, Intake(), engines()))
    assert store.sessions() == []


def test_an_unknown_client_is_refused_before_anything_is_kept(store: FakeStore, recording: Path) -> None:
    with pytest.raises(UsageProblem):
        run(pipeline.process_file(store, recording, Intake(client="C-9999"), engines()))
    assert store.sessions() == []


def test_a_transcript_document_goes_straight_to_its_draft(store: FakeStore, tmp_path: Path) -> None:
    path = tmp_path / "visit.json"
    path.write_bytes(documents.transcript_json(transcript()))
    session = run(pipeline.process_file(store, path, Intake(client="C-0042"), engines(transcriber=no_model)))
    kept = store.transcript(session)
    assert kept is not None and kept.segments == transcript().segments
    assert store.recordings(session) == []
    assert store.session(session).date == transcript().session_date


def test_a_broken_document_leaves_no_session(store: FakeStore, tmp_path: Path) -> None:
    path = tmp_path / "visit.json"
    path.write_text(json.dumps({"schema": "coachnote.transcript/1", "surprise": 1}))
    with pytest.raises(InputError):
        run(pipeline.process_file(store, path, Intake(), engines()))
    assert store.sessions() == []


def test_open_actions_are_numbered_as_the_next_session_will_ask_for_them() -> None:
    assert briefing.open_actions(None) == ()


def test_drafting_without_a_transcript_says_what_to_do() -> None:
    with pytest.raises(UsageProblem, match="no transcript"):
        run(pipeline.draft_session(filled_store(), "s-0002", ScriptedDrafter))


def test_the_log_tells_ids_and_lengths_and_not_a_word(store: FakeStore, recording: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="coachnote"):
        session = run(pipeline.process_file(store, recording, Intake(client="C-0042"), engines()))
    told = caplog.text
    assert told.count(session) == 3 and "segments heard" in told and "drafted in" in told
    words = {word for segment in transcript().segments for word in segment.text.split() if len(word) > 6}
    assert not [word for word in {*words, "Sam", "Okoro", recording.name} if word in told]


def imported(kind: str = "dictation") -> Imported:
    heard = replace(transcript(), kind=kind, made_by=HeardBy(engine=IMPORTED), session_date=dt.date(2026, 3, 10), date_confirmed=False)  # type: ignore[arg-type]
    return Imported(transcript=heard, names=("Ann", "Bo"), voices=tuple(n % 2 for n in range(len(heard.segments))))


def test_another_programs_transcript_is_kept_without_a_recording_and_its_day_is_a_guess(store: FakeStore, recording: Path) -> None:
    made = engines(reader=lambda path: imported(), probe=lambda path: pytest.fail("heard"))
    session = run(pipeline.process_file(store, recording, Intake(kind="appointment", client="C-0042"), made))
    assert store.recordings(session) == [] and store.draft(session)
    assert (store.session(session).date, store.session(session).date_confirmed) == (dt.date(2026, 3, 10), False)
    assert store.session(session).kind == "appointment"
    assert pipeline.taken_in(store, recording) == session


def test_who_is_who_is_told_later_and_keeps_what_a_coach_corrected(store: FakeStore, recording: Path) -> None:
    session = run(pipeline.process_file(store, recording, Intake(), engines(reader=lambda path: imported())))
    corrected = typed.corrected(imported().transcript, 3, "I put this right.")
    run(pipeline.correct_session(store, session, corrected, ScriptedDrafter))
    told = imported().told(0, 1).transcript
    run(pipeline.tell_apart(store, session, told, ScriptedDrafter))
    newest = store.transcript(session)
    assert newest and newest.segments[3].text == "I put this right."
    assert [s.speaker for s in newest.segments] == [s.speaker for s in told.segments]
    run(pipeline.tell_apart(store, session, told, ScriptedDrafter))
    assert store.transcript(session) is newest
    with pytest.raises(Refused, match="not that of the file"):
        run(pipeline.tell_apart(store, session, replace(told, segments=told.segments[:-1]), ScriptedDrafter))


def with_voices(letters: str) -> ScriptedTranscriber:
    """Hears the example talk, in which nobody has said who is who, with these voices."""
    made_by = HeardBy(engine="faster-whisper", settings={voices.VOICES: letters * len(transcript().segments)})
    segments = tuple(replace(segment, speaker=None) for segment in transcript().segments)
    return ScriptedTranscriber(replace(transcript(), segments=segments, made_by=made_by))


def test_who_is_on_the_left_channel_is_in_the_transcript_that_is_kept(store: FakeStore, recording: Path) -> None:
    session = run(pipeline.process_file(store, recording, Intake(left="client"), engines(transcriber=lambda: with_voices("LR"))))
    (kept,) = store.heard[session]
    assert [segment.speaker for segment in kept.segments[:4]] == ["client", "coach", "client", "coach"]


def test_a_correction_stays_when_a_person_says_later_whose_the_voices_are(store: FakeStore, recording: Path) -> None:
    session = run(pipeline.process_file(store, recording, Intake(), engines(transcriber=lambda: with_voices("AB"))))
    corrected = typed.corrected(store.heard[session][-1], 1, "Another line.")
    run(pipeline.correct_session(store, session, corrected, ScriptedDrafter))
    run(pipeline.tell_apart(store, session, voices.told(corrected, {"A": "coach", "B": "client"}), ScriptedDrafter))
    newest = store.heard[session][-1]
    assert [(s.speaker, s.text) for s in newest.segments[:2]] == [("coach", transcript().segments[0].text), ("client", "Another line.")]
    assert newest.id != corrected.id


def test_a_part_that_is_missing_while_it_is_heard_leaves_the_recording_and_says_how_to_go_on(store: FakeStore, recording: Path) -> None:
    class Lacking(ScriptedTranscriber):
        def transcribe(self, audio: object, brief: object) -> Generator[Progress, None, Transcript]:
            yield Progress(stage="decode", done=0)
            raise MissingPart("It needs sherpa-onnx.", do="Install it.")

    with pytest.raises(MissingPart, match="is kept as session") as caught:
        run(pipeline.process_file(store, recording, Intake(), engines(transcriber=Lacking)))
    (session,) = store.filed
    assert (caught.value.means, caught.value.do) == ("It needs sherpa-onnx.", f"Install it. Then run `coachnote finish {session}`.")
    assert store.recordings(session)[0].state == "complete" and store.transcript(session) is None
