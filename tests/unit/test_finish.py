"""`coachnote finish`: one session that cannot be finished does not hold up the others; a missing model holds up all, and says so once."""

from __future__ import annotations

import pytest

from assistant import console, wiring
from assistant.cli import process
from assistant.cli.main import coachnote
from assistant.errors import ModelMissing
from assistant.pipeline import Engines
from assistant.protocols import Transcriber
from tests.examples import session
from tests.fakes import FakeStore, ScriptedDrafter, ScriptedTranscriber


def waiting(store: FakeStore, name: str, *, sound: bool) -> None:
    store.add_session(session(id=name, client=None))
    if sound:
        recording, _ = store.start_recording(name, ".wav")
        store.finish_recording(recording.id, 5.0)


def finish(store: FakeStore, monkeypatch: pytest.MonkeyPatch, transcriber: type[ScriptedTranscriber] | None = ScriptedTranscriber) -> int:
    def none() -> Transcriber:
        raise ModelMissing("There is no model.", do="Add one.")

    made = Engines(probe=print, transcriber=transcriber or none, drafter=ScriptedDrafter)
    monkeypatch.setattr(process, "unlock", lambda settings: store)
    monkeypatch.setattr(wiring, "engines", lambda settings, model: made)
    return console.run(coachnote, ["finish"])


def test_a_session_without_its_recording_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = FakeStore()
    waiting(store, "s-1", sound=True)
    waiting(store, "s-2", sound=False)
    waiting(store, "s-3", sound=True)
    assert finish(store, monkeypatch) == 10
    assert {row.session.id: row.stage for row in store.sessions()} == {"s-1": "drafted", "s-2": "recorded", "s-3": "drafted"}
    assert "s-2 has no recording" in capsys.readouterr().err


def test_nothing_finished_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    store = FakeStore()
    waiting(store, "s-2", sound=False)
    assert finish(store, monkeypatch) == 11


def test_a_missing_model_is_told_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    store = FakeStore()
    waiting(store, "s-1", sound=True)
    waiting(store, "s-2", sound=True)
    assert finish(store, monkeypatch, None) == 5
    assert capsys.readouterr().err.count("There is no model.") == 1


def test_nothing_waiting_is_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert finish(FakeStore(), monkeypatch) == 0
