"""The languages that Whisper knows by code and name, and what is said of a transcript that is not all English."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from faster_whisper.tokenizer import _LANGUAGE_CODES
from hypothesis import given
from hypothesis import strategies as st

from assistant import config, languages
from assistant.domain import HeardBy, Segment, SegmentFlag, Transcript
from assistant.errors import UsageProblem


def line(n: int, text: str = "Words.", *flags: SegmentFlag, timed: bool = True) -> Segment:
    start, end = (20.0 * n, 20.0 * n + 20) if timed else (None, None)
    return Segment(id=n, start=start, end=end, speaker=None, text=text, flags=flags)


def transcript(*segments: Segment, language: str | None = "en", **settings: str) -> Transcript:
    return Transcript(
        id="t",
        kind="appointment",
        session_date=dt.date(2026, 3, 12),
        client=None,
        coach=None,
        language=language,
        segments=segments,
        made_by=HeardBy(engine="faster-whisper", settings=settings),
    )


def test_the_codes_are_those_that_whisper_takes() -> None:
    assert set(languages.NAMES) == set(_LANGUAGE_CODES)
    assert len(set(languages.NAMES.values())) == len(languages.NAMES)
    assert set(languages.ALSO.values()) <= set(languages.NAMES)


@pytest.mark.parametrize(
    ("text", "code"), [("cy", "cy"), ("CY", "cy"), ("Welsh", "cy"), (" haitian  creole ", "ht"), ("farsi", "fa"), ("auto", "auto")]
)
def test_a_language_is_known_by_code_and_by_name(text: str, code: str) -> None:
    assert languages.code(text) == code


@pytest.mark.parametrize(
    ("text", "hint"), [("polsh", "Polish (pl)"), ("klingon", "cy or Welsh"), ("", "auto"), ("tigrinya", "cy or Welsh")]
)
def test_an_unknown_language_is_refused_with_a_hint(text: str, hint: str) -> None:
    with pytest.raises(UsageProblem) as refused:
        languages.code(text)
    assert hint in refused.value.do


def test_the_settings_file_may_name_a_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "settings.toml"
    monkeypatch.setenv("COACHNOTE_CONFIG", str(file))
    assert config.load().language == "auto"
    file.write_text('language = "Welsh"')
    assert config.load().language == "cy"
    file.write_text('language = "Elvish"')
    with pytest.raises(UsageProblem):
        config.load()


@given(st.dictionaries(st.integers(0, 60), st.sampled_from(["pl", "ur", "cy", "haw"]), max_size=40))
def test_what_is_written_of_segments_is_read_again(told: dict[int, str]) -> None:
    heard = transcript(*map(line, range(61)), other_languages=languages.spans(told), doubtful_language=languages.spans(told))
    assert languages.heard(heard) == {n: told.get(n, "en") for n in range(61)}
    assert languages.doubtful(heard) == told


@given(st.text(st.sampled_from("pl ur,-0123456789?\n"), max_size=40))
def test_what_anybody_wrote_there_does_no_harm(text: str) -> None:
    heard = transcript(line(0), line(7), other_languages=text)
    assert set(languages.heard(heard)) == {0, 7}
    list(languages.remarks(heard))


def test_english_is_nothing_to_remark_on() -> None:
    assert list(languages.remarks(transcript(line(0)))) == []
    assert list(languages.remarks(transcript(line(0), language=None))) == []


def test_lines_in_another_language_are_told_with_how_long_and_where() -> None:
    heard = transcript(*map(line, range(9)), other_languages="pl 2-5, ur 7, pl 8")
    assert list(languages.remarks(heard)) == [
        ("other_language", "In Polish: 2 minutes of it (00:40 to 02:00, 02:40 to 03:00). "
         "It is kept as it was said; drafting understands English only."),
        ("other_language", "In Urdu: 20 seconds of it (02:20 to 02:40). It is kept as it was said; drafting understands English only."),
    ]  # fmt: skip


def test_a_whole_recording_and_one_without_times() -> None:
    ((_, whole),) = languages.remarks(transcript(line(0), line(1), language="pl"))
    assert whole.startswith("In Polish: all of it.")
    ((_, typed),) = languages.remarks(transcript(*(line(n, timed=False) for n in range(5)), other_languages="pl 2-3, pl 4"))
    assert typed.startswith("In Polish: some of it (lines 3 to 5).")


def test_many_places_are_not_all_told() -> None:
    heard = transcript(*map(line, range(40)), other_languages=", ".join(f"pl {n}" for n in range(0, 40, 2)))
    ((_, told),) = languages.remarks(heard)
    assert told.count(" to ") == languages.MOST_PLACES and "and more" in told


def test_what_may_be_in_another_language_is_one_remark() -> None:
    heard = transcript(*map(line, range(4)), doubtful_language="cy 1, br 3")
    assert list(languages.remarks(heard)) == [
        ("language_in_doubt", "Sounds like Welsh or Breton, heard as English: 40 seconds of it (00:20 to 00:40, 01:00 to 01:20). "
         "If it is Welsh or Breton, listen to it."),
    ]  # fmt: skip
    ((_, sure), (_, doubt)) = languages.remarks(transcript(line(0), language="cy", doubtful_language="pl 0"))
    assert sure.startswith("In Welsh: all of it.")
    assert doubt == "Sounds like Polish, heard as Welsh: all of it. If it is Polish, transcribe it again with --language pl."


def test_translated_lines_and_lines_that_a_coach_put_into_english_are_english() -> None:
    heard = transcript(line(0, "A.", "machine_translation"), line(1, "B.", "corrected"), line(2), language="pl")
    assert languages.foreign(heard) == {2: "pl"}
    assert languages.translated(heard) == {0: "pl"}
    assert languages.in_brackets(heard) == {0: "machine translation from Polish", 2: "in Polish"}
    assert [code for code, _ in languages.remarks(heard)] == ["other_language", "machine_translation"]


def test_a_translation_by_somebody_elses_program_is_marked_too() -> None:
    assert languages.in_brackets(transcript(line(0, "A.", "machine_translation"))) == {0: "machine translation from another language"}
