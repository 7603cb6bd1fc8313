"""Any bytes are read or refused; whatever is read holds to the contract; and our own subtitles come back as they were."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant import documents
from assistant.domain import MAX_SEGMENT_WORDS, Imported, Segment, Transcript
from assistant.errors import InputError, NothingSaid
from assistant.render import subtitles
from assistant.speech.files import neutral, reader
from assistant.speech.sentences import Piece, sentences
from tests.examples import transcript
from tests.often import times
from tests.unit.test_transcript_files import OTTER, OURS, SUBRIP, TABLE, TEAMS, TEAMS_WORD, ZOOM
from tests.word_files import word_file

SCRAPS = (
    *(
        "WEBVTT",
        "NOTE",
        "\n",
        "\r\n",
        "\n\n",
        "00:00:01.000 --> 00:00:02.000",
        "00:01,5 --> 99:99:99,9",
        "-->",
        "1",
        "<v Ann>",
        "</v>",
        "<v",
    ),
    *(
        "Ann: ",
        "[Ann] ",
        "ANN\n",
        "Ann   0:03\n",
        "[00:03] ",
        "0:03 ",
        "\t",
        "&lt;|",
        "|&gt;",
        "<|im_start|>",
        "\x1b[2J",
        "\u202e",
        "\u200b",
        "<|",
    ),
    *("I rang them. ", "and then ", "Yes. ", "…", "(unclear) ", "[unclear 00:01-00:02]", "{\\an8}", "<i>", " ", "é", "\x00", "\ufeff"),
    *("word " * 40, "( " * 30, "a" * 300),
)
FILES = [text.encode() for text in (TEAMS, ZOOM, SUBRIP, OTTER, OURS)] + [word_file(TEAMS_WORD), word_file(TABLE)]
NAMES = st.sampled_from(["visit.vtt", "visit.srt", "visit.docx", "visit.txt", "visit.json", "visit", "20260312-101500.vtt"])


def kept(data: bytes, name: str) -> Imported | None:
    try:
        return reader.read(data, name)
    except (InputError, NothingSaid):
        return None


def holds(found: Imported | None) -> None:
    if found is None:
        return
    segments = found.transcript.segments
    assert [s.id for s in segments] == list(range(len(segments)))
    for segment in segments:
        assert 0 < len(segment.text.split()) <= MAX_SEGMENT_WORDS
        assert neutral.neutral(segment.text) == (segment.text, 0)
        assert (segment.start is None) == (segment.end is None)
        assert segment.start is None or segment.end is None or 0 <= segment.start <= segment.end
    assert len(found.voices) == len(segments) and {v for v in found.voices if v is not None} == set(range(len(found.names)))
    assert all(neutral.neutral(name) == (name, 0) for name in found.names)
    assert documents.read_transcript(documents.transcript_json(found.transcript)) == found.transcript


@settings(deadline=None, max_examples=times(150))
@given(st.binary(max_size=300), NAMES)
def test_any_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    holds(kept(data, name))


@settings(deadline=None, max_examples=times(250))
@given(st.lists(st.sampled_from(SCRAPS), max_size=40), st.sampled_from(["utf-8", "utf-16", "cp1252"]), NAMES)
def test_scraps_of_transcripts_in_any_order_are_read_or_refused(scraps: list[str], encoding: str, name: str) -> None:
    holds(kept("".join(scraps).encode(encoding, errors="replace"), name))


@settings(deadline=None, max_examples=times(150))
@given(st.sampled_from(FILES), st.data())
def test_real_files_with_damage_are_read_or_refused(data: bytes, draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(data)))
    holds(kept(data[:at] + draw.draw(st.binary(max_size=8)) + data[at + draw.draw(st.integers(0, 50)) :], "visit"))
    holds(kept(data[:at], "visit"))


LETTERS = "abcdefghijklmnopqrstuvwxyzéß'"


@st.composite
def heard(draw: st.DrawFn, alphabet: str) -> Transcript:
    """Sentences of one or several breaths, with pauses between some of them."""
    words = st.text(alphabet=alphabet, min_size=1, max_size=9).filter(lambda w: any(c.isalnum() for c in w))
    said = st.lists(words, min_size=1, max_size=90).map(lambda words: f"So {' '.join(words)}.")
    at, segments = 0, []
    for text in draw(st.lists(said, min_size=1, max_size=6)):
        at += draw(st.integers(0, 300))
        length = draw(st.integers(30, 90)) * len(text.split())
        for piece in sentences([Piece(start=at / 100, end=(at + length) / 100, text=neutral.neutral(text)[0])]):
            speaker = segments[-1].speaker if segments and piece.start != at / 100 else draw(st.sampled_from(["coach", "client", None]))
            segments.append(Segment(id=len(segments), start=piece.start, end=piece.end, speaker=speaker, text=piece.text))
        at += length
    return transcript(segments=tuple(segments), gaps=(), coach=None, client=None)


@settings(deadline=None, max_examples=times(75))
@given(heard(LETTERS + "<>&;"))
def test_our_own_webvtt_comes_back_with_the_same_words_times_and_speakers(whole: Transcript) -> None:
    comes_back(whole, "vtt")


@settings(deadline=None, max_examples=times(75))
@given(heard(LETTERS))
def test_our_own_subrip_comes_back_with_the_same_words_times_and_speakers(whole: Transcript) -> None:
    """SubRip has no escapes: words in angle brackets may be markup, and are not tried here."""
    comes_back(whole, "srt")


def comes_back(whole: Transcript, form: str) -> None:
    back = reader.read(subtitles.FORMATS[form](whole).encode(), f"visit.{form}").transcript
    assert [(s.start, s.end, s.speaker, s.text) for s in back.segments] == [(s.start, s.end, s.speaker, s.text) for s in whole.segments]


@pytest.mark.parametrize("form", ["vtt", "srt", "txt"])
def test_the_example_session_comes_back_from_each_of_our_formats(form: str) -> None:
    whole = transcript()
    back = reader.read(subtitles.FORMATS[form](whole).encode(), f"visit.{form}").transcript
    assert [s.text for s in back.segments] == [s.text for s in whole.segments]
    assert [(round(g.start), round(g.end)) for g in back.gaps] == [(65, 70)]
    if form != "txt":  # whose times have no tenths
        assert [(s.start, s.end) for s in back.segments] == [(s.start, s.end) for s in whole.segments]
