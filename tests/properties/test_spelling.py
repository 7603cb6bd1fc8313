"""Whatever is heard and whatever is listed: swaps are told, can be taken back, and leave everything else as it was."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.domain import MAX_SEGMENT_WORDS, Correction, Segment, Term, Word
from assistant.speech import spelling, vocabulary
from tests.often import times

SEED = vocabulary.seed()
HEARD = sorted({heard.replace("[", "").replace("]", "") for term in SEED for heard in term.heard_as})
WORDS = [
    "she",
    "is",
    "on",
    "Gregs",
    "Greggs's",
    "J",
    "C",
    "P",
    "45",
    "–",
    "Restart",
    "pipe",
    "essay,",
    "“fitnote”",
    "wake",
    "filled",
    "I",
    "a",
]
phrases = st.sampled_from(HEARD) | st.sampled_from(WORDS) | st.text(max_size=6)
texts = st.lists(phrases, max_size=12).map(lambda parts: " ".join(" ".join(parts).split()[:MAX_SEGMENT_WORDS]))
terms = st.lists(
    st.sampled_from(SEED)
    | st.builds(Term, text=st.text(min_size=1, max_size=9), heard_as=st.lists(phrases, max_size=2).map(tuple), person=st.booleans())
    | st.builds(Term, text=st.sampled_from(["Greggs", "Wakefield", "Sainsbury's", "A. B.", "pre-settled"])),
    max_size=40,
)


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    parts = draw(texts).split()
    confidences = draw(st.lists(st.sampled_from([0.2, 0.9]), min_size=len(parts), max_size=len(parts)))
    words = (
        Word(start=n / 2, end=n / 2 + 0.4, text=part, confidence=sure)
        for n, (part, sure) in enumerate(zip(parts, confidences, strict=True))
    )
    every = draw(st.booleans())
    kept = tuple(word for word in words if every or word.confidence == 0.2)
    return Segment(id=0, start=0.0, end=len(parts) / 2, speaker=None, text=" ".join(parts), words=kept)


def taken_back(text: str, corrections: tuple[Correction, ...]) -> Iterator[str]:
    """Every text from which the corrections, the last one first, could have led to `text`."""
    if not corrections:
        yield text
        return
    *rest, last = corrections
    at = text.find(last.shown)
    while at >= 0:
        yield from taken_back(text[:at] + last.heard + text[at + len(last.shown) :], tuple(rest))
        at = text.find(last.shown, at + 1)


@given(segments(), terms)
@settings(max_examples=times(300), deadline=None)
def test_swaps_are_told_can_be_taken_back_and_are_done_once(segment: Segment, expected: list[Term]) -> None:
    listed = spelling.listed(vocabulary.joined(expected))
    found = spelling.spell(segment, listed)
    assert spelling.spell(found, listed) == found
    assert len(found.text.split()) <= MAX_SEGMENT_WORDS
    assert segment.text in taken_back(found.text, found.corrections)
    assert {each.by for each in found.corrections} <= {"vocabulary"}
    texts = {term.text.casefold() for term in vocabulary.joined(expected)}
    assert all(each.shown.casefold() in texts and each.heard != each.shown for each in found.corrections)
    assert (found.corrections == ()) == (found == segment)


@given(segments(), terms)
@settings(max_examples=times(200), deadline=None)
def test_words_read_as_the_text_does_and_keep_within_their_times(segment: Segment, expected: list[Term]) -> None:
    found = spelling.spell(segment, spelling.listed(vocabulary.joined(expected)))
    if [word.text for word in segment.words] == segment.text.split():
        assert [word.text for word in found.words] == found.text.split()
    assert {word.text for word in found.words} <= set(found.text.split())
    assert all(word.start <= word.end for word in found.words)
    assert {edge for word in found.words for edge in (word.start, word.end)} <= {n / 100 for n in range(2000)}
    assert min((w.confidence for w in found.words), default=None) == min((w.confidence for w in segment.words), default=None)


@given(
    st.lists(
        st.sampled_from(["she", "said", "that", "he", "would", "not", "read", "an", "essay", "in", "deed", "pipe", "you", "see"]),
        max_size=30,
    )
)
def test_ordinary_words_that_nobody_doubted_are_never_changed(words: list[str]) -> None:
    segment = Segment(id=0, start=0.0, end=9.0, speaker=None, text=" ".join(words))
    names = [Term(text=text) for text in ("Reade", "Pype", "Indeed", "Sed", "Wooden", "Yousee")]
    assert spelling.spell(segment, spelling.listed(names)) == segment


@given(st.lists(st.text(min_size=1, max_size=30), max_size=60), st.integers(0, 300))
def test_a_prompt_fits_and_holds_the_likeliest_words_whole(expected: list[str], most: int) -> None:
    def tokens(text: str) -> int:
        return len(text.encode()) // 3 + 1

    text = vocabulary.prompt(expected, tokens, most)
    kept = next(n for n in range(len(expected), -1, -1) if vocabulary.sentence(expected[:n]) == text)
    assert not text or tokens(text) <= most
    assert kept == len(expected) or tokens(vocabulary.sentence(expected[: kept + 1])) > most


@given(st.text(max_size=300))
def test_any_list_is_read_or_refused_with_its_line(text: str) -> None:
    from assistant.errors import UsageProblem

    try:
        found = vocabulary.read(text, "ours")
    except UsageProblem as refused:
        assert "list of words ours" in refused.what  # noqa: PT017
    else:
        assert vocabulary.joined(found) == found
        assert all(term.text.isprintable() for term in found)
