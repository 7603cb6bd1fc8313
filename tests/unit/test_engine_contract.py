"""What every speech engine must do, whichever it is: the ear by itself, and a whole recording through it."""

from __future__ import annotations

import datetime as dt
import importlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from assistant import documents, wiring
from assistant.domain import Transcript
from assistant.errors import ModelUnusable
from assistant.protocols import Brief
from assistant.speech import guards, hearing, plain, vad
from assistant.speech.account import UNHEARD
from assistant.speech.cards import ModelOnDisk, known
from assistant.speech.decode import decode
from assistant.speech.ear import LONGEST_WINDOW, Ear, Heard, MakesEar
from assistant.speech.ears import FarEars
from assistant.speech.hearing import Found, Sound, Task
from assistant.speech.level import STEP
from assistant.speech.transcriber import SpeechTranscriber
from assistant.speech.vad import Activity
from tests.engines import ENGINES, Contender
from tests.processes import gone
from tests.sound import RATE, wav
from tests.tones import dialled
from tests.work import finish

BRIEF = Brief(id="t1", session_date=dt.date(2026, 3, 12))


@dataclass(frozen=True, kw_only=True)
class Loaded:
    contender: Contender
    model: ModelOnDisk
    load: MakesEar
    ear: Ear

    def hear(self, sound: np.ndarray, *, window: float = 10.0, language: str = "en", prompt: tuple[str, ...] = ()) -> Heard:
        return self.ear.hear(sound.astype(np.float32) / 32768, window=window, language=language, prompt=prompt)


@pytest.fixture(scope="module", params=ENGINES, ids=lambda contender: contender.card.name)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    contender: Contender = request.param
    folder = tmp_path_factory.mktemp("engines") / contender.card.name
    contender.make(folder)
    module, _, name = contender.ear.partition(":")
    load: MakesEar = getattr(importlib.import_module(module), name)
    model = ModelOnDisk(card=contender.card, folder=folder)
    return Loaded(contender=contender, model=model, load=load, ear=load(model.card.name, folder, card=False))


def test_every_card_names_an_engine_that_wiring_knows() -> None:
    assert {card.engine for card in known()} <= set(wiring.EARS)


def test_something_is_heard_at_all(engine: Loaded) -> None:
    assert engine.hear(engine.contender.says).pieces


def test_silence_gives_nothing_or_what_nobody_would_believe(engine: Loaded) -> None:
    heard = engine.hear(np.zeros(4 * RATE, dtype=np.int16))
    assert not heard.pieces or guards.suspicious(heard) or heard.no_speech > 0


@pytest.mark.parametrize("seconds", [0.01, 1.0, 6.0, 31.0])
def test_times_are_in_order_and_inside_the_sound(engine: Loaded, seconds: float) -> None:
    sound = np.resize(engine.contender.says, round(seconds * RATE))
    heard = engine.hear(sound, window=min(LONGEST_WINDOW, seconds + 2))
    assert heard.seconds == pytest.approx(seconds, abs=0.001)
    for times in ([(p.start, p.end) for p in heard.pieces], [(w.start, w.end) for w in heard.words]):
        assert all(0 <= start <= end <= min(seconds, LONGEST_WINDOW) for start, end in times)
        assert [start for start, _ in times] == sorted(start for start, _ in times)
    assert all(a.end <= b.start for a, b in pairwise(heard.pieces))


def test_figures_are_figures(engine: Loaded) -> None:
    heard = engine.hear(engine.contender.says)
    assert heard.tokens >= 0 and heard.logprob <= 0 and heard.compression >= 0 and 0 <= heard.no_speech <= 1
    assert 0 <= heard.confidence <= 1
    assert all(word.confidence is None or 0 <= word.confidence <= 1 for word in heard.words)


def test_what_was_said_is_in_no_repr(engine: Loaded) -> None:
    heard = engine.hear(engine.contender.says)
    shown = repr((heard, heard.pieces, engine.ear, Task(language="en", prompt=("forklift",))))
    assert heard.text
    assert not any(word in shown.split() for word in heard.text.split() if word.isalpha() and len(word) > 3)
    assert "forklift" not in shown


def test_a_model_just_loaded_hears_the_same_again(engine: Loaded) -> None:
    def heard() -> Heard:
        ear = engine.load(engine.model.card.name, engine.model.folder, card=False)
        return ear.hear(engine.contender.says.astype(np.float32) / 32768, window=10.0, language="en")

    assert heard() == heard()


def test_more_prompt_than_there_is_room_for_does_no_harm(engine: Loaded) -> None:
    assert engine.hear(engine.contender.says, prompt=("Restart", "Citizens Advice", "Universal Credit") * 200).seconds > 0


def test_languages_are_probabilities_and_each_can_be_heard_in(engine: Loaded) -> None:
    if not engine.ear.multilingual:
        assert engine.hear(engine.contender.says).language == "en"
        return
    shares = engine.ear.languages(engine.contender.says.astype(np.float32) / 32768, window=LONGEST_WINDOW)
    assert shares and all(0 <= share <= 1 for share in shares.values()) and sum(shares.values()) <= 1.001
    likeliest = max(shares, key=lambda name: shares[name])
    assert engine.hear(engine.contender.says, language=likeliest).language == likeliest
    assert (
        engine.ear.hear(engine.contender.says.astype(np.float32) / 32768, window=10.0, language=likeliest, translate=True).language == "en"
    )


def test_settings_are_plain_and_say_where_it_runs(engine: Loaded) -> None:
    settings = dict(engine.ear.settings)
    assert json.loads(json.dumps(settings)) == settings
    assert all(value is None or isinstance(value, str | int | float | bool) for value in settings.values())
    assert settings["device"] == "cpu"


def test_a_model_is_refused_when_any_of_its_files_is_damaged(engine: Loaded, tmp_path: Path) -> None:
    for name in engine.model.card.files:
        for data in (b"", b"\6\0\0\0 not what it was"):
            folder = tmp_path / f"{name}-{len(data)}"
            engine.contender.make(folder)
            (folder / name).write_bytes(data)
            with pytest.raises(ModelUnusable, match="broken"):
                engine.load("broken", folder, card=False)


def test_what_is_found_is_plain_data(engine: Loaded) -> None:
    windows = round(len(engine.contender.says) / RATE / STEP)
    sure, level = np.full(windows, 0.9, dtype=np.float32), np.full(windows, -20, dtype=np.float32)
    activity = Activity(speech=sure, level=level, seconds=windows * STEP)
    sound = Sound(samples=engine.contender.says, activity=activity, likely=0.9)
    task = Task(language="en", word_times=True)
    again, told = plain.decoded(plain.encoded((sound, task)), tuple[Sound, Task])
    assert told == task
    assert np.array_equal(again.samples, sound.samples) and np.array_equal(again.activity.speech, sure)
    found = hearing.hear(engine.ear, again, task)
    assert found.pieces or found.lost
    assert plain.decoded(plain.encoded(found), Found) == found


@pytest.fixture
def transcriber(engine: Loaded) -> Iterator[SpeechTranscriber]:
    ears = FarEars(engine.contender.ear, engine.model)
    yield SpeechTranscriber(engine.model, ears)
    ears.close()


@pytest.fixture(scope="module")
def recording(speech: np.ndarray) -> np.ndarray:
    """Speech, a pause in which somebody dials, and speech again."""
    return np.concatenate([speech[: 4 * RATE], np.zeros(RATE, dtype=np.int16), dialled("one", "two"), speech[4 * RATE : 7 * RATE]])


def test_a_recording_becomes_a_document_that_accounts_for_every_second_of_speech(
    transcriber: SpeechTranscriber, engine: Loaded, recording: np.ndarray
) -> None:
    transcript: Transcript = finish(transcriber.transcribe(io.BytesIO(wav(recording)), BRIEF))
    read = documents.read_transcript(documents.transcript_json(transcript))
    assert read == transcript
    assert read.made_by is not None and (read.made_by.engine, read.made_by.model) == (engine.contender.engine, engine.model.card.name)
    assert all(len(segment.text.split()) <= 30 for segment in read.segments)
    assert [s.id for s in read.segments] == list(range(len(read.segments)))
    spans = sorted([(s.start or 0.0, s.end or 0.0) for s in read.segments] + [(gap.start, gap.end) for gap in read.gaps])
    activity = finish(vad.activity(finish(decode(io.BytesIO(wav(recording))))))
    assert _unaccounted(activity, spans) <= UNHEARD
    assert read.segments or read.gaps


def _unaccounted(activity: Activity, spans: list[tuple[float, float]]) -> float:
    """The most seconds of likely speech between two things that the transcript tells of."""
    edges = [0.0, *(edge for span in spans for edge in span), activity.seconds]
    return max(activity.said(start, end) if end - start > 2 * STEP else 0.0 for start, end in zip(edges[::2], edges[1::2], strict=True))


@pytest.mark.parametrize("stop", ["decode", "load", "transcribe"])
def test_it_can_be_stopped_at_every_stage_and_leaves_no_process(
    transcriber: SpeechTranscriber, recording: np.ndarray, stop: str, engine: Loaded
) -> None:
    work = transcriber.transcribe(io.BytesIO(wav(recording)), BRIEF)
    while next(work).stage != stop:
        pass
    pids: list[int] = transcriber.ears.pids  # type: ignore[attr-defined]
    assert pids
    work.close()
    assert gone(pids, 0)
