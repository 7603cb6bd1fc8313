"""What `coachnote record` does around the microphone: keys, words for the person, and what is kept when something fails."""

from __future__ import annotations

import signal
from collections.abc import Generator

import pytest

from assistant.cli import record
from assistant.domain import Recording
from assistant.errors import MissingPart, NotWritable, Stopped
from assistant.pipeline import Intake
from assistant.protocols import AudioWriter, Level
from tests.fakes import FakeLetterbox, FakeStore, MemoryWriter

TENTH = bytes(3_200)
INTAKE = Intake(client="C-0042")


class Scripted:
    """A recorder that writes one block a step until it is told to stop."""

    def __init__(self, *levels: Level, fault: Exception | None = None) -> None:
        self.levels, self.fault = levels, fault
        self.commands: list[str | None] = []

    def record(self, sink: AudioWriter, seconds: float | None) -> Generator[Level, str | None, float]:
        written = 0
        for level in self.levels:
            if level.at > 0:
                sink.write(TENTH)
                written += 1
            command = yield level
            self.commands.append(command)
            if command == "stop":
                break
        if self.fault:
            raise self.fault
        return written / 10


def level(at: float, warning: str | None = None) -> Level:
    return Level(at=at, rms=-30.0, peak=-20.0, warning=warning)  # type: ignore[arg-type]


def levels(count: int) -> tuple[Level, ...]:
    return tuple(level((n + 1) / 10) for n in range(count))


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def only(store: FakeStore) -> tuple[Recording, MemoryWriter]:
    assert len(store.audio) == 1
    return next(iter(store.audio.values()))


def test_a_recording_is_whole_with_its_length(store: FakeStore) -> None:
    taped = record._dictate(FakeLetterbox(store), Scripted(*levels(5)), INTAKE, None)
    recording, writer = only(store)
    session = recording.session
    assert (taped.session, taped.recording, taped.seconds, recording.media) == (session, recording.id, 0.5, "microphone")
    assert (writer.closed, writer.data.getvalue()) == (True, TENTH * 5)
    assert (store.session(session).client, store.session(session).kind) == ("C-0042", "dictation")


@pytest.mark.parametrize("fault", [MissingPart("No microphone was found."), None])
def test_a_microphone_that_never_speaks_leaves_nothing_behind(store: FakeStore, fault: Exception | None) -> None:
    with pytest.raises(MissingPart if fault else Stopped):
        record._dictate(FakeLetterbox(store), Scripted(level(0.0), fault=fault), INTAKE, None)
    assert (store.filed, store.audio) == ({}, {})


def test_a_recording_that_ends_by_itself_before_its_time_says_why(store: FakeStore, capsys: pytest.CaptureFixture[str]) -> None:
    record._dictate(FakeLetterbox(store), Scripted(*levels(5)), INTAKE, 0.5)
    assert record.GONE not in capsys.readouterr().err
    record._dictate(FakeLetterbox(store), Scripted(*levels(5)), INTAKE, 60)
    assert record.GONE in capsys.readouterr().err


class FullFor:
    """A writer on a disk that has no room for some writes; it holds what it was given, as the store's does."""

    def __init__(self, writes: int, *, of: int = 0) -> None:
        """Full for so many writes, or for so many of every `of`."""
        self.full, self.again, self.of, self.count = writes, writes, of, 0
        self.held, self.saved, self.closed = b"", b"", False

    def write(self, data: bytes) -> object:
        self.held += data
        self._save()
        return len(data)

    def _save(self) -> None:
        self.count += 1
        if self.of and self.count % self.of == 0:
            self.full = self.again
        if self.full > 0:
            self.full -= 1
            raise NotWritable("The disk is full.", do="Free some space and try again.")
        self.saved, self.held = self.saved + self.held, b""

    def close(self) -> None:
        self._save()
        self.closed = True


def on_a_disk(store: FakeStore, writer: FullFor, monkeypatch: pytest.MonkeyPatch) -> FakeLetterbox:
    start = store.start_recording
    monkeypatch.setattr(store, "start_recording", lambda *words: (start(*words)[0], writer))
    return FakeLetterbox(store)


def test_what_a_full_disk_refuses_is_held_and_written_when_there_is_room(
    store: FakeStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    writer = FullFor(3)
    record._dictate(on_a_disk(store, writer, monkeypatch), Scripted(*levels(6)), INTAKE, None)
    assert (writer.saved, writer.closed) == (TENTH * 6, True)
    assert capsys.readouterr().err.count("The disk is full. Free some space while you go on") == 1


def test_a_disk_that_stays_full_says_what_is_kept(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotWritable) as caught:
        record._dictate(on_a_disk(store, FullFor(99), monkeypatch), Scripted(*levels(6)), INTAKE, None)
    session = next(iter(store.filed))
    assert session in caught.value.means
    assert f"coachnote finish {session}" in caught.value.do


def test_more_than_ten_minutes_are_not_held_in_memory(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "MOST_UNSAVED", len(TENTH) * 3)
    recorder = Scripted(*levels(50))
    with pytest.raises(NotWritable):
        record._dictate(on_a_disk(store, FullFor(99), monkeypatch), recorder, INTAKE, None)
    assert len(recorder.commands) == 3


def test_a_disk_that_is_full_now_and_then_may_be_so_for_hours(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "MOST_UNSAVED", len(TENTH) * 3)
    writer = FullFor(2, of=4)
    record._dictate(on_a_disk(store, writer, monkeypatch), Scripted(*levels(50)), INTAKE, None)
    assert writer.saved == TENTH * 50


def test_ctrl_c_becomes_a_stop_and_handlers_are_put_back(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(signal.SIGINT)
    recorder = Scripted(*levels(50))
    shown = record._Face.show

    def press(face: record._Face, now: Level, command: str | None) -> None:
        shown(face, now, command)
        if now.at == 0.5:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(record._Face, "show", press)
    record._dictate(FakeLetterbox(store), recorder, INTAKE, None)
    assert recorder.commands == [None] * 5 + ["stop"]
    assert only(store)[1].closed
    assert signal.getsignal(signal.SIGINT) is before


def test_a_polite_kill_keeps_the_recording_and_ends(store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record._Face, "show", lambda *_: signal.raise_signal(signal.SIGTERM))
    with pytest.raises(Stopped) as caught:
        record._dictate(FakeLetterbox(store), Scripted(*levels(50)), INTAKE, None)
    assert only(store)[1].closed
    assert "coachnote finish" in caught.value.do


@pytest.mark.parametrize(
    ("key", "paused", "command"),
    [(" ", False, "pause"), ("p", False, "pause"), (" ", True, "resume"), ("q", False, "stop"), ("\n", True, "stop"), ("x", False, None)],
)
def test_keys(key: str, paused: bool, command: str | None) -> None:
    assert record._command(lambda: key, paused=paused) == command


def test_no_key_is_no_command() -> None:
    assert record._command(lambda: None, paused=True) is None


def test_each_warning_is_said_once_in_plain_words(store: FakeStore, capsys: pytest.CaptureFixture[str]) -> None:
    told = ["dead", "dead", None, "dead", "silent", "clipping", "dropout"]
    record._dictate(FakeLetterbox(store), Scripted(*(level((n + 1) / 10, warning) for n, warning in enumerate(told))), INTAKE, None)
    err = capsys.readouterr().err
    assert [err.count(words) for words in record.WARNINGS.values()] == [1, 1, 1, 1]


def test_speaking_is_invited_at_the_first_sound_only(store: FakeStore, capsys: pytest.CaptureFixture[str]) -> None:
    record._dictate(FakeLetterbox(store), Scripted(level(0.0), level(0.0), *levels(3)), INTAKE, None)
    assert capsys.readouterr().err.count("speak now") == 1


def test_the_meter() -> None:
    assert record.meter_line(Level(at=65.0, rms=-40.0, peak=-30.0), paused=False) == f"REC 1:05  [{'#' * 12}{' ' * 12}]  "
    loud, dead = Level(at=3605.0, rms=0.0, peak=0.0, warning="clipping"), Level(at=1.0, rms=-120.0, peak=-120.0, warning="dead")
    assert record.meter_line(loud, paused=False) == f"REC 1:00:05  [{'#' * 24}]  too loud"
    assert record.meter_line(dead, paused=False) == f"REC 0:01  [{' ' * 24}]  muted?"
    assert record.meter_line(level(5.0), paused=True).startswith("PAUSED 0:05")
