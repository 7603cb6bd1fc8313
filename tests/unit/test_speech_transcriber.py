"""From a recording to a transcript, with an engine whose answers are written here."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from assistant.domain import Correction, PreviousAction, Term, Transcript, Word
from assistant.errors import ModelUnusable, NothingSaid
from assistant.protocols import Brief, Progress
from assistant.speech import transcriber as walk
from assistant.speech.cards import Card, ModelOnDisk
from assistant.speech.decode import Decoded
from assistant.speech.ear import Heard
from assistant.speech.sentences import Piece
from assistant.speech.transcriber import SpeechTranscriber
from assistant.speech.vad import STEP, Activity
from tests.near import NearEars
from tests.sound import RATE, noise, wav
from tests.work import finish

BRIEF = Brief(id="t1", kind="appointment", session_date=dt.date(2026, 3, 12), date_confirmed=False, client="Amir", coach="Helen")
SURE = Heard(pieces=(), tokens=8, logprob=-0.3, compression=1.1, no_speech=0.01, seconds=4)


def words(text: str, start: float = 0, end: float = 3, **change: object) -> Heard:
    return replace(SURE, pieces=(Piece(start=start, end=end, text=text),), **change)


class Scripted:
    """An ear that gives answers in order, or by a function, and writes down what it was asked."""

    compute_type = "int8"
    multilingual = False
    settings: ClassVar = {"beam": 5}

    def __init__(self, *answers: Heard, always: Callable[[int], Heard] | None = None) -> None:
        self._answers = list(answers)
        self._always = always
        self.asked: list[tuple[float, float, str]] = []

    def hear(self, sound: np.ndarray, *, window: float, language: str, prompt: Sequence[str] = (), translate: bool = False) -> Heard:
        self.asked.append((round(len(sound) / RATE, 1), round(window, 1), ", ".join(prompt)))
        return self._always(len(self.asked)) if self._always else self._answers.pop(0)


def transcriber(engine: Scripted, *expected: Term, window: float = 10.0, name: str = "small.en", **settings: bool) -> SpeechTranscriber:
    card = Card(name=name, smallest_window=window, prompt=settings.pop("prompted", True))
    return SpeechTranscriber(ModelOnDisk(card=card, folder=Path()), NearEars(engine), expected, **settings)


@pytest.fixture
def voices(monkeypatch: pytest.MonkeyPatch) -> Callable[..., io.BytesIO]:
    """A recording in which the voice detector finds speech between the given seconds."""

    def make(seconds: float, *spans: tuple[float, float], likely: float = 0.9, surely: tuple[float, float] | None = None) -> io.BytesIO:
        def activity(_: Decoded):  # type: ignore[no-untyped-def]
            speech = np.zeros(round(seconds / STEP), dtype=np.float32)
            for start, end in spans:
                speech[round(start / STEP) : round(end / STEP)] = 0.9 if (start, end) == surely else likely
            yield Progress(stage="decode", done=seconds, total=seconds)
            return Activity(speech=speech, level=np.full(len(speech), -30, dtype=np.float32), seconds=seconds)

        monkeypatch.setattr(walk.vad, "activity", activity)
        return io.BytesIO(wav(noise(seconds)))

    return make


def hear(recording: io.BytesIO, engine: Scripted, *expected: Term, **settings: object) -> Transcript:
    return finish(transcriber(engine, *expected, **settings).transcribe(recording, BRIEF))  # type: ignore[arg-type]


def test_segments_carry_the_recordings_own_seconds(voices: Callable[..., io.BytesIO]) -> None:
    engine = Scripted(words("He rang the college.", 0.3, 2.5), words("They have a place. It is free.", 0.2, 3.9))
    heard = hear(voices(20, (2, 5), (8, 12)), engine)
    assert [(s.id, s.text) for s in heard.segments] == [(0, "He rang the college."), (1, "They have a place."), (2, "It is free.")]
    assert heard.segments[0].start == pytest.approx(2 - 0.3 + 0.3, abs=0.05)
    assert heard.segments[-1].end == pytest.approx(8 - 0.3 + 3.9, abs=0.05)
    assert {(s.confidence, s.flags, s.speaker) for s in heard.segments} == {(0.741, (), None)}
    assert heard.gaps == ()


def test_the_document_says_what_was_known_and_who_heard_it(voices: Callable[..., io.BytesIO]) -> None:
    heard = hear(voices(5, (1, 4)), Scripted(words("He rang.")))
    assert (heard.id, heard.kind, heard.session_date, heard.date_confirmed) == ("t1", "appointment", dt.date(2026, 3, 12), False)
    assert (heard.client, heard.coach, heard.language) == ("Amir", "Helen", "en")
    assert heard.made_by is not None
    assert (heard.made_by.engine, heard.made_by.model) == ("faster-whisper", "small.en")
    assert heard.made_by.settings["beam"] == 5
    assert "demo" not in heard.made_by.settings


def test_actions_agreed_last_time_are_handed_on(voices: Callable[..., io.BytesIO]) -> None:
    before = (PreviousAction(id="p1", what="Ring the college", owner="client"),)
    work = transcriber(Scripted(words("He rang."))).transcribe(voices(5, (1, 4)), replace(BRIEF, previous_actions=before))
    assert finish(work).previous_actions == before


def test_the_demo_model_is_named_as_such(voices: Callable[..., io.BytesIO]) -> None:
    heard = hear(voices(5, (1, 4)), Scripted(words("He rang.")), name="demo")
    assert heard.made_by is not None
    assert heard.made_by.settings["demo"] is True


def test_the_window_is_as_long_as_the_stretch_needs(voices: Callable[..., io.BytesIO]) -> None:
    engine = Scripted(words("One."), words("Two.", end=14))
    hear(voices(40, (2, 4), (10, 24)), engine)
    assert engine.asked == [(2.6, 10.0, ""), (14.6, 16.6, "")]
    shorter = Scripted(words("One."))
    hear(voices(10, (2, 4)), shorter, window=3.0)
    assert shorter.asked == [(2.6, 4.6, "")]


def test_a_suspicious_stretch_is_heard_again_without_the_prompt(voices: Callable[..., io.BytesIO]) -> None:
    engine = Scripted(words("He rang he rang.", compression=3.0), words("He rang the college."))
    heard = hear(voices(5, (1, 4)), engine, Term(text="Amir"))
    assert engine.asked == [(3.6, 10.0, "Amir"), (3.6, 10.0, "")]
    assert [(s.text, s.flags) for s in heard.segments] == [("He rang the college.", ("redone",))]


def test_and_then_in_a_full_window(voices: Callable[..., io.BytesIO]) -> None:
    engine = Scripted(*[words("He rang he rang.", compression=3.0)] * 2, words("He rang the college."))
    heard = hear(voices(5, (1, 4)), engine, Term(text="Amir"))
    assert engine.asked[2] == (3.6, 30.0, "")
    assert [(s.text, s.flags) for s in heard.segments] == [("He rang the college.", ("redone",))]


def test_a_stretch_that_stays_suspicious_is_kept_and_flagged(voices: Callable[..., io.BytesIO]) -> None:
    heard = hear(voices(5, (1, 4)), Scripted(words("He rang.", logprob=-1.2), words("Ha ring.", logprob=-1.4)))
    assert [(s.text, s.flags) for s in heard.segments] == [("He rang.", ("unclear",))]


def test_text_is_dropped_when_all_witnesses_agree_and_leaves_a_gap(voices: Callable[..., io.BytesIO]) -> None:
    ghost = words("Thank you for watching.", logprob=-1.5, no_speech=0.9)
    recording = voices(30, (1, 5), (10, 14), likely=0.45, surely=(1, 5))
    heard = hear(recording, Scripted(words("He rang.", end=4), ghost, ghost))
    assert [s.text for s in heard.segments] == ["He rang."]
    assert [(g.why, round(g.start), round(g.end)) for g in heard.gaps if g.why == "unclear"] == [("unclear", 10, 14)]


def test_words_that_only_whisper_heard_are_flagged(voices: Callable[..., io.BytesIO]) -> None:
    recording = voices(20, (1, 5), (10, 14), likely=0.45, surely=(1, 5))
    heard = hear(recording, Scripted(words("He rang."), words("Thank you.")))
    assert [s.flags for s in heard.segments] == [(), ("unclear",)]


def test_where_nobody_speaks_the_model_is_not_even_asked(voices: Callable[..., io.BytesIO]) -> None:
    with pytest.raises(NothingSaid, match="No speech"):
        hear(voices(8, (1, 5), likely=0.45), Scripted())


SPOKEN = (Word(start=0.1, end=0.3, text="He", confidence=0.9), Word(start=0.4, end=1, text="rang.", confidence=0.3))


def test_only_doubtful_words_carry_a_time_unless_all_are_asked_for(voices: Callable[..., io.BytesIO]) -> None:
    (segment,) = hear(voices(5, (1, 4)), Scripted(words("He rang.", words=SPOKEN))).segments
    assert [(w.text, w.confidence) for w in segment.words] == [("rang.", 0.3)]
    assert (segment.words[0].start, segment.words[0].end) == (pytest.approx(1.1, abs=0.05), pytest.approx(1.7, abs=0.05))
    every = transcriber(Scripted(words("He rang.", words=SPOKEN)))
    every.word_times = True
    (segment,) = finish(every.transcribe(voices(5, (1, 4)), BRIEF)).segments
    assert [w.text for w in segment.words] == ["He", "rang."]


def test_words_are_shared_out_to_their_sentences(voices: Callable[..., io.BytesIO]) -> None:
    spoken = tuple(Word(start=n, end=n + 1, text=text, confidence=0.2) for n, text in enumerate(["He", "rang.", "She", "came."]))
    segments = hear(voices(5, (1, 4)), Scripted(words("He rang. She came.", words=spoken))).segments
    assert [[w.text for w in s.words] for s in segments] == [["He", "rang."], ["She", "came."]]


def test_words_that_do_not_read_as_the_text_does_are_left_out(voices: Callable[..., io.BytesIO]) -> None:
    (segment,) = hear(voices(5, (1, 4)), Scripted(words("He rang off.", words=SPOKEN))).segments
    assert segment.words == ()


def test_speech_without_words_is_an_explained_gap_and_not_nothing_said(voices: Callable[..., io.BytesIO]) -> None:
    heard = hear(voices(8, (1, 2)), Scripted(SURE, SURE))
    assert heard.segments == ()
    assert [g.why for g in heard.gaps] == ["unclear"]


def test_silence_never_reaches_the_engine(voices: Callable[..., io.BytesIO], monkeypatch: pytest.MonkeyPatch) -> None:
    recording = voices(8)
    monkeypatch.setattr(walk.vad, "plan", lambda *_: [])
    with pytest.raises(NothingSaid):
        hear(recording, Scripted())


def test_what_the_model_left_off_at_the_end_is_heard_by_itself(voices: Callable[..., io.BytesIO]) -> None:
    engine = Scripted(words("He rang the college.", 0, 3), words("They have a place.", 0, 5))
    heard = hear(voices(14, (1, 11)), engine)
    assert [s.text for s in heard.segments] == ["He rang the college.", "They have a place."]
    assert engine.asked[1][0] == pytest.approx(10.6 - 3, abs=0.1)
    assert heard.segments[1].start == pytest.approx(0.7 + 3, abs=0.1)


def test_speech_that_even_then_has_no_words_is_a_gap(voices: Callable[..., io.BytesIO]) -> None:
    heard = hear(voices(14, (1, 11)), Scripted(words("He rang the college.", 0, 3), SURE, SURE))
    assert [s.text for s in heard.segments] == ["He rang the college."]
    (gap,) = heard.gaps
    assert gap.why == "unclear"
    assert gap.start == pytest.approx(3.7, abs=0.1)


def promising(recording: io.BytesIO, seconds: float) -> io.BytesIO:
    """The same file with a header that tells of more sound than there is, as when a copy was cut short."""
    data = bytearray(recording.getvalue())
    data[4:8] = (round(seconds * RATE * 2) + 36).to_bytes(4, "little")
    return io.BytesIO(bytes(data))


def test_damage_in_the_file_is_told_in_the_transcript(voices: Callable[..., io.BytesIO]) -> None:
    heard = hear(promising(voices(5, (1, 4)), 9), Scripted(words("He rang.", 0, 3.6)))
    assert [(g.start, g.end, g.why) for g in heard.gaps] == [(5, 9, "damaged")]


def test_damage_is_told_even_where_nothing_was_said(voices: Callable[..., io.BytesIO]) -> None:
    with pytest.raises(NothingSaid) as nothing:
        hear(promising(voices(5), 9), Scripted())
    assert "4 seconds of it are lost" in nothing.value.means


def test_progress_is_given_at_every_stage_and_with_every_segment(voices: Callable[..., io.BytesIO]) -> None:
    work = transcriber(Scripted(words("One. Two."), words("Three."))).transcribe(voices(20, (2, 5), (8, 12)), BRIEF)
    steps = list(work)
    assert list(dict.fromkeys(step.stage for step in steps)) == ["decode", "load", "transcribe"]
    assert [step.segment.text for step in steps if step.segment] == ["One.", "Two.", "Three."]
    done = [step.done for step in steps if step.stage == "transcribe"]
    assert done == sorted(done)
    assert {step.total for step in steps if step.stage == "transcribe"} == {20.0}


def test_closing_the_work_stops_it(voices: Callable[..., io.BytesIO]) -> None:
    engine = Scripted(always=lambda n: words(f"Sentence {n}."))
    work = transcriber(engine).transcribe(voices(60, *((n, n + 3) for n in range(1, 50, 6))), BRIEF)
    while next(work).segment is None:
        pass
    work.close()
    assert len(engine.asked) == 1


class Polyglot(Scripted):
    """Says of the recording's longest stretches, then of each stretch, in which language it is, and writes down in which it was to hear."""

    multilingual = True

    def __init__(self, *answers: Heard, shares: list[dict[str, float]]) -> None:
        super().__init__(*answers)
        self._shares = shares
        self.tasks: list[tuple[str, bool]] = []

    def hear(self, sound: np.ndarray, *, window: float, language: str, prompt: Sequence[str] = (), translate: bool = False) -> Heard:
        self.tasks.append((language, translate))
        heard = super().hear(sound, window=window, language=language, prompt=prompt)
        return replace(heard, language="en" if translate else language)

    def languages(self, sound: np.ndarray, *, window: float) -> dict[str, float]:
        return self._shares.pop(0)


ENGLISH, POLISH, UNSURE = {"en": 0.98}, {"pl": 0.97, "en": 0.02}, {"cy": 0.55, "en": 0.42}
MULTI = "large-v3-turbo"


def hear_in(recording: io.BytesIO, ear: Polyglot, *expected: Term, **settings: object) -> Transcript:
    made = transcriber(ear, *expected, name=MULTI)
    return finish(replace(made, **settings).transcribe(recording, BRIEF))  # type: ignore[arg-type]


def test_another_language_in_the_middle_is_heard_in_it_and_told(voices: Callable[..., io.BytesIO]) -> None:
    ear = Polyglot(words("He rang."), words("Dzwonił."), words("She came."), shares=[ENGLISH, ENGLISH, POLISH, ENGLISH, POLISH, UNSURE])
    heard = hear_in(voices(30, (1, 5), (10, 14), (20, 24)), ear, Term(text="Amir"))
    assert ear.tasks == [("en", False), ("pl", False), ("en", False)]
    assert [prompt for _, _, prompt in ear.asked] == ["Amir", "", "Amir"]  # a prompt in English would draw it towards English
    assert heard.language == "en"
    assert heard.made_by is not None
    assert heard.made_by.settings["other_languages"] == "pl 1"
    assert heard.made_by.settings["doubtful_language"] == "cy 2"
    assert "language" not in heard.made_by.settings


def test_the_language_asked_for_is_the_one_heard_and_another_one_is_told(voices: Callable[..., io.BytesIO]) -> None:
    ear = Polyglot(words("Dzwonił."), words("Bore da."), shares=[POLISH, {"cy": 0.9}])
    heard = hear_in(voices(20, (1, 5), (10, 14)), ear, language="cy")
    assert ear.tasks == [("cy", False)] * 2
    assert heard.made_by is not None
    assert (heard.language, heard.made_by.settings["language"]) == ("cy", "cy")
    assert heard.made_by.settings["doubtful_language"] == "pl 0"


def test_the_sound_is_asked_for_in_the_order_of_time(voices: Callable[..., io.BytesIO], monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies between is held in memory: three long stretches of an hour in the order of their length would hold all of it."""
    asked: list[list[float]] = []
    play = Decoded.play
    monkeypatch.setattr(Decoded, "play", lambda self, spans: asked.append([end for _, _, end in spans]) or play(self, spans))
    ear = Polyglot(*[words("He rang.")] * 3, shares=[ENGLISH] * 6)
    hear_in(voices(40, (1, 4), (10, 14), (20, 26)), ear)
    assert len(asked) == 2
    assert all(ends == sorted(ends) for ends in asked)


def test_all_english_says_nothing_of_languages(voices: Callable[..., io.BytesIO]) -> None:
    heard = hear_in(voices(5, (1, 4)), Polyglot(words("He rang."), shares=[ENGLISH, ENGLISH]))
    assert heard.made_by is not None
    assert not {"language", "other_languages", "doubtful_language", "translate"} & set(heard.made_by.settings)


def test_what_is_not_english_is_translated_beside_what_was_heard(voices: Callable[..., io.BytesIO]) -> None:
    ear = Polyglot(words("He rang."), words("Dzwonił.", words=SPOKEN), words("He rang, too."), shares=[ENGLISH, ENGLISH, ENGLISH, POLISH])
    heard = hear_in(voices(20, (1, 5), (10, 14)), ear, translate=True)
    assert ear.tasks == [("en", False), ("pl", False), ("pl", True)]
    assert [(s.text, s.original, s.flags) for s in heard.segments] == [
        ("He rang.", None, ()),
        ("He rang, too.", "Dzwonił.", ("machine_translation",)),
    ]
    assert heard.segments[1].words == ()
    assert heard.made_by is not None
    assert (heard.made_by.settings["translate"], heard.made_by.settings["other_languages"]) == (True, "pl 1")


def test_a_translation_is_doubted_as_everything_else(voices: Callable[..., io.BytesIO]) -> None:
    loop = words("He rang " * 20, compression=9.0)
    ear = Polyglot(words("Dzwonił."), loop, loop, shares=[POLISH, POLISH])
    (segment, *_) = hear_in(voices(5, (1, 4)), ear, translate=True).segments
    assert segment.flags == ("unclear", "machine_translation")
    assert ear.tasks == [("pl", False), ("pl", True), ("pl", True)]


@pytest.mark.parametrize("asked", [{"language": "pl"}, {"translate": True}])
def test_a_model_that_turns_out_to_know_english_only_refuses(asked: dict[str, object], voices: Callable[..., io.BytesIO]) -> None:
    work = replace(transcriber(Scripted(), name="ours"), **asked).transcribe(voices(5, (1, 4)), BRIEF)  # type: ignore[arg-type]
    with pytest.raises(ModelUnusable, match="ours understands English only"):
        finish(work)


def test_a_model_of_many_languages_that_was_trained_in_english_is_not_asked(voices: Callable[..., io.BytesIO]) -> None:
    """distil-large-v3.5 has the vocabulary of all languages and was distilled on English alone."""
    ear = Polyglot(words("He rang."), shares=[])
    card = Card(name="distil-large-v3.5", languages=("en",))
    work = SpeechTranscriber(ModelOnDisk(card=card, folder=Path()), NearEars(ear)).transcribe(voices(5, (1, 4)), BRIEF)
    assert finish(work).language == "en"


RESTART = Term(text="Restart", heard_as=("rest art",))


def test_what_sounds_like_a_listed_word_is_put_right_and_told(voices: Callable[..., io.BytesIO]) -> None:
    heard = hear(voices(5, (1, 4)), Scripted(words("She is on rest art.")), RESTART)
    assert [(s.text, s.corrections) for s in heard.segments] == [
        ("She is on Restart.", (Correction(heard="rest art", shown="Restart", by="vocabulary"),))
    ]


def test_putting_right_can_be_turned_off_and_the_words_are_still_expected(voices: Callable[..., io.BytesIO]) -> None:
    engine = Scripted(words("She is on rest art."))
    heard = hear(voices(5, (1, 4)), engine, RESTART, spelling=False)
    assert [(s.text, s.corrections) for s in heard.segments] == [("She is on rest art.", ())]
    assert engine.asked == [(3.6, 10.0, "Restart")]


def test_the_recordings_own_words_are_likelier_than_the_lists(voices: Callable[..., io.BytesIO]) -> None:
    engine = Scripted(words("He rang."))
    brief = replace(BRIEF, vocabulary=(Term(text="Amir Okonkwo", person=True), Term(text="Amir", person=True), Term(text="a\x1bb\nc")))
    heard = finish(transcriber(engine, RESTART).transcribe(voices(5, (1, 4)), brief))
    assert engine.asked == [(3.6, 10.0, "Amir Okonkwo, a b c, Restart")]
    assert not hasattr(heard, "vocabulary")


def test_a_model_that_takes_no_prompt_gets_none(voices: Callable[..., io.BytesIO]) -> None:
    engine = Scripted(words("She is on rest art."))
    heard = hear(voices(5, (1, 4)), engine, RESTART, prompted=False)
    assert engine.asked == [(3.6, 10.0, "")]
    assert heard.segments[0].text == "She is on Restart."


def test_words_of_another_language_are_neither_expected_nor_put_right(voices: Callable[..., io.BytesIO]) -> None:
    ear = Polyglot(words("Rest art."), shares=[POLISH, POLISH])
    heard = hear_in(voices(5, (1, 4)), ear, RESTART)
    assert (heard.language, ear.asked, heard.segments[0].text) == ("pl", [(3.6, 10.0, "")], "Rest art.")


def test_a_prompt_said_over_again_is_no_speech(voices: Callable[..., io.BytesIO]) -> None:
    engine = Scripted(words("Restart, Amir.", logprob=-0.9), words("He rang."))
    heard = hear(voices(5, (1, 4)), engine, Term(text="Amir"), RESTART)
    assert [(s.text, s.flags) for s in heard.segments] == [("He rang.", ("redone",))]
    assert [asked[2] for asked in engine.asked] == ["Amir, Restart", ""]


def test_where_nothing_is_heard_without_the_prompt_its_echo_is_not_kept(voices: Callable[..., io.BytesIO]) -> None:
    engine = Scripted(words("Restart, Amir.", logprob=-0.9), SURE, SURE)
    heard = hear(voices(5, (1, 4)), engine, Term(text="Amir"), RESTART)
    assert heard.segments == ()
    assert [gap.why for gap in heard.gaps] == ["unclear"]
