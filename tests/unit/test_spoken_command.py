"""What the commands say of a transcript that a model of English only heard with doubt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.cli.spoken import PERHAPS, say_languages
from assistant.domain import HeardBy
from tests.unit.test_languages import line, transcript


@pytest.mark.parametrize(
    ("confidences", "only_english", "told"),
    [((0.3, 0.4, 0.45, 0.9), True, True), ((0.3, 0.4, 0.8, 0.9), True, False), ((0.3, 0.4, 0.45, 0.3), False, False)],
)
def test_another_language_is_thought_of_where_most_is_doubtful(
    confidences: tuple[float, ...], only_english: bool, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    segments = tuple(replace(line(n), confidence=sure) for n, sure in enumerate(confidences))
    made_by = HeardBy(engine="faster-whisper", settings={"only_english": True} if only_english else {})
    say_languages(replace(transcript(*segments), made_by=made_by))
    assert (PERHAPS in capsys.readouterr().err) == told


def test_a_word_or_two_say_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    short = replace(line(0), end=4.0, confidence=0.2)
    say_languages(replace(transcript(short), made_by=HeardBy(engine="faster-whisper", settings={"only_english": True})))
    assert capsys.readouterr().err == ""
