"""One bad file never stops the rest, and a second run does nothing twice."""

from __future__ import annotations

import datetime as dt
import errno
from collections.abc import Callable, Generator
from pathlib import Path
from typing import BinaryIO

import pytest

from assistant import documents
from assistant.batch.plan import Job, plan_folder
from assistant.batch.report import Report
from assistant.batch.run import Ended, Event, JobDone, JobFailed, JobProgress, JobSkipped, JobStarted, JobWaiting, run_jobs
from assistant.domain import Transcript
from assistant.errors import AllFailed, ModelMissing, NotAudio, NothingSaid, NotWritable, SomeFailed, StoreDamaged
from assistant.pipeline import Engines, Intake
from assistant.protocols import Brief, Progress, Transcriber
from tests.examples import transcript
from tests.fakes import FakeStore, ScriptedDrafter, ScriptedTranscriber


@pytest.fixture
def store() -> FakeStore:
    kept = FakeStore()
    kept.add_client("Sam Okoro", "C-0042")
    return kept


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "recordings"
    for name in ("a.wav", "C-0042/b.wav", "c.wav", "d.wav"):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(name.encode() * 1_000)
    return place


class Transcribes:
    """Hears what is in a file by its first bytes."""

    def __init__(self, **faults: Callable[[], Exception]) -> None:
        self.faults = faults
        self.heard: list[bytes] = []

    def transcribe(self, audio: Path | BinaryIO, brief: Brief) -> Generator[Progress, None, Transcript]:
        assert not isinstance(audio, Path)
        name = audio.read(5).split(b".")[0].decode()
        self.heard.append(name.encode())
        yield Progress(stage="transcribe", done=0.0, total=1.0)
        if name in self.faults:
            raise self.faults[name]()
        return (yield from ScriptedTranscriber().transcribe(audio, brief))


def engines(transcriber: Transcriber | None = None, probe: Callable[[Path], object] = lambda path: None) -> Engines:
    return Engines(probe=probe, transcriber=lambda: transcriber or ScriptedTranscriber(), drafter=ScriptedDrafter)


def no_model() -> Transcriber:
    raise ModelMissing("No speech model is on this computer.", do="Add one.")


def jobs(folder: Path, store: FakeStore) -> tuple[Job, ...]:
    return plan_folder(folder, store.people, Intake()).jobs


def run(folder: Path, store: FakeStore, using: Engines | None = None) -> dict[str, Ended]:
    events = list(run_jobs(store, jobs(folder, store), using or engines()))
    return {event.job.name: event for event in events if not isinstance(event, JobStarted | JobProgress)}


def test_every_file_becomes_a_drafted_session_of_its_client(folder: Path, store: FakeStore) -> None:
    ended = run(folder, store)
    assert {type(each) for each in ended.values()} == {JobDone}
    assert {row.stage for row in store.sessions()} == {"drafted"}
    assert store.session(ended["C-0042/b.wav"].session).client == "C-0042"  # type: ignore[union-attr]
    assert store.session(ended["a.wav"].session).client is None  # type: ignore[union-attr]


def test_events_come_in_order_job_after_job(folder: Path, store: FakeStore) -> None:
    planned = jobs(folder, store)
    events = list(run_jobs(store, planned, engines()))
    for job in planned:
        mine: list[Event] = [event for event in events if event.job == job]
        assert isinstance(mine[0], JobStarted)
        assert isinstance(mine[-1], JobDone)
        assert [type(event) for event in mine[1:-1]] == [JobProgress] * (len(mine) - 2)
        assert next(e.step.stage for e in mine if isinstance(e, JobProgress)) == "keep"
    assert [event.job for event in events if isinstance(event, JobStarted)] == list(planned)


def test_a_model_is_loaded_once_for_all_files_and_only_when_there_is_something_to_hear(folder: Path, store: FakeStore) -> None:
    made: list[Transcriber] = []

    def load() -> Transcriber:
        made.append(ScriptedTranscriber())
        return made[-1]

    counted = Engines(probe=lambda path: None, transcriber=load, drafter=ScriptedDrafter)
    run(folder, store, counted)
    assert len(made) == 1
    run(folder, store, counted)
    assert len(made) == 1


def test_running_again_takes_nothing_in_twice(folder: Path, store: FakeStore) -> None:
    run(folder, store)
    sessions, hears = list(store.filed), Transcribes()
    ended = run(folder, store, engines(hears))
    assert {type(each) for each in ended.values()} == {JobSkipped}
    assert list(store.filed) == sessions
    assert hears.heard == []


def test_the_same_bytes_under_another_name_are_the_same_session(folder: Path, store: FakeStore) -> None:
    (folder / "copy of a.wav").write_bytes((folder / "a.wav").read_bytes())
    ended = run(folder, store)
    first, second = ended["a.wav"], ended["copy of a.wav"]
    assert isinstance(first, JobDone) and isinstance(second, JobSkipped)
    assert first.session == second.session


FAULTS: list[tuple[Callable[[], Exception], str]] = [
    (lambda: NotAudio("No sound could be decoded from it."), "No sound could be decoded"),
    (lambda: NothingSaid("Nothing was said."), "Nothing was said"),
    (lambda: RuntimeError("Amir lost his flat"), "Something went wrong inside coachnote (RuntimeError)"),
    (lambda: OSError(errno.EIO, "Input/output error"), "(OSError)"),
    (MemoryError, "(MemoryError)"),
]


@pytest.mark.parametrize(("fault", "why"), FAULTS, ids=["not audio", "silence", "a fault", "a bad disk sector", "out of memory"])
def test_one_bad_file_never_stops_the_rest_and_keeps_its_reason(
    folder: Path, store: FakeStore, fault: Callable[[], Exception], why: str
) -> None:
    ended = run(folder, store, engines(Transcribes(a=fault)))
    assert {name: type(each) for name, each in ended.items()} == {
        "a.wav": JobFailed, "C-0042/b.wav": JobDone, "c.wav": JobDone, "d.wav": JobDone,
    }  # fmt: skip
    failed = ended["a.wav"]
    assert isinstance(failed, JobFailed)
    assert why in failed.why
    assert "Amir" not in failed.why + failed.advice


def test_a_failed_file_is_tried_again_and_only_that_one(folder: Path, store: FakeStore) -> None:
    run(folder, store, engines(Transcribes(c=lambda: RuntimeError())))
    hears = Transcribes()
    ended = run(folder, store, engines(hears))
    assert {name for name, each in ended.items() if isinstance(each, JobDone)} == {"c.wav"}
    assert hears.heard == [b"c"]
    assert len(store.filed) == 4


def test_without_a_model_every_recording_is_kept_and_a_later_run_goes_on(folder: Path, store: FakeStore) -> None:
    kept = run(folder, store, Engines(probe=lambda path: None, transcriber=no_model, drafter=ScriptedDrafter))
    assert {type(each) for each in kept.values()} == {JobWaiting}
    assert [r.state for s in store.filed for r in store.recordings(s)] == ["complete"] * 4
    sessions = list(store.filed)
    assert {type(each) for each in run(folder, store).values()} == {JobDone}
    assert list(store.filed) == sessions
    assert all(len(store.recordings(s)) == 1 for s in sessions)


def test_a_transcript_document_needs_no_model(folder: Path, store: FakeStore) -> None:
    (folder / "typed.json").write_bytes(documents.transcript_json(transcript()))
    ended = run(folder, store, Engines(probe=lambda path: None, transcriber=no_model, drafter=ScriptedDrafter))
    assert isinstance(ended["typed.json"], JobDone)


def test_a_row_that_cannot_be_followed_is_not_taken_in(folder: Path, store: FakeStore) -> None:
    (folder / "manifest.csv").write_text("file,client\na.wav,C-7777\n")
    ended = run(folder, store)
    assert isinstance(ended["a.wav"], JobFailed)
    assert len(store.filed) == 3


def test_a_file_that_vanished_meanwhile_is_a_failure_of_its_own(folder: Path, store: FakeStore) -> None:
    planned = jobs(folder, store)
    (folder / "c.wav").unlink()
    ended = [event for event in run_jobs(store, planned, engines()) if isinstance(event, JobFailed)]
    assert [each.job.name for each in ended] == ["c.wav"]


@pytest.mark.parametrize(
    "fault", [NotWritable("The disk is full."), StoreDamaged("Damaged."), OSError(errno.ENOSPC, "No space left on device")]
)
def test_a_full_disk_or_a_broken_store_stops_the_batch(folder: Path, store: FakeStore, fault: Exception) -> None:
    seen: list[str] = []

    def collect() -> None:
        for event in run_jobs(store, jobs(folder, store), engines(Transcribes(c=lambda: fault))):
            seen.extend([event.job.name] if isinstance(event, JobDone) else [])

    with pytest.raises((NotWritable, StoreDamaged)):
        collect()
    assert seen == ["a.wav", "C-0042/b.wav"]


def test_closing_the_run_in_the_middle_keeps_what_is_whole(folder: Path, store: FakeStore) -> None:
    events = run_jobs(store, jobs(folder, store), engines())
    for event in events:
        if isinstance(event, JobProgress) and event.job.name == "c.wav" and event.step.stage == "transcribe":
            break
    events.close()
    stages = sorted(row.stage for row in store.sessions())
    assert stages == ["drafted", "drafted", "recorded"]
    assert {type(each) for each in run(folder, store).values()} == {JobDone, JobSkipped}
    assert len(store.filed) == 4


def report(*ended: Ended, planned: int | None = None) -> Report:
    return Report(len(ended) if planned is None else planned, list(ended))


def job(name: str) -> Job:
    return Job(path=Path(name), name=name, intake=Intake(client="C-0042", date=dt.date(2026, 3, 12)))


DONE = JobDone(job=job("a.wav"), session="s1")
FAILED = JobFailed(job=job("longer name.wav"), why="It is empty.", advice="Copy it again.")
WAITING = JobWaiting(job=job("w.wav"), reason=ModelMissing("The recording is kept as session s2.", do="Then run `coachnote finish s2`."))


def test_exit_codes() -> None:
    assert report(DONE, DONE).problem() is None
    assert isinstance(report(DONE, FAILED).problem(), SomeFailed)
    assert isinstance(report(WAITING, FAILED).problem(), SomeFailed)
    assert isinstance(report(FAILED, FAILED).problem(), AllFailed)
    assert [problem.exit_code for problem in (report(DONE, WAITING).problem(),) if problem] == [5]


def test_the_summary_names_each_file_and_its_reason_and_counts() -> None:
    assert list(report(DONE, FAILED, planned=3).lines()) == [
        "a.wav            C-0042      drafted: s1",
        "longer name.wav  C-0042      failed: It is empty.",
        "3 files: 1 drafted, 1 failed, 1 not reached.",
    ]


def test_what_a_missing_model_means_is_said_once_for_all() -> None:
    missing = ModelMissing("No speech model is on this computer.", do="Add one.")
    try:
        raise WAITING.reason from missing
    except ModelMissing as raised:
        problem = report(JobWaiting(job=job("w.wav"), reason=raised)).problem()
    assert problem is not None
    assert (problem.means, problem.do) == ("No speech model is on this computer.", "Add one. Then run `coachnote finish`.")
