"""Whatever is typed, a search answers; what was written is found by its words, phrases and their beginnings, and nothing else is."""

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.store import query
from assistant.store.index import Entry, Index
from tests.often import times

text = st.text(max_size=80) | st.from_regex(r"[a-zé’' \-£0-9]{1,80}", fullmatch=True)
lines = st.lists(text, min_size=1, max_size=4)


def found(typed: str, written: list[str]) -> bool:
    terms, index = query.read(typed), Index()
    index.put([Entry("s", None, "2026-03-12", "", ("", query.indexed(written), "", ""))])
    try:
        return bool(terms) and index.find(words=query.expression(terms), client=None, since=None, until=None, limit=5) == ["s"]
    finally:
        index.close()


@given(typed=st.text(max_size=60) | st.text(alphabet="\"'*()^:+-{}\x00 aAnNdDoOrRtTeE“”", max_size=40), written=lines)
@example(typed='"', written=[""])
@example(typed="\ud800 x", written=["x"])
@settings(max_examples=times(150), deadline=None)
def test_any_text_is_safe_and_is_found_where_its_terms_stand(typed: str, written: list[str]) -> None:
    terms = query.read(typed)
    stands = bool(terms) and query.held(terms, query.fold("\n".join(written))) == len(terms)
    assert found(typed, written) == stands
    cut = query.snippet(terms, written)
    assert cut.text.isprintable()
    assert all(0 <= a < b <= len(cut.text) for a, b in cut.marks)


@given(written=lines, data=st.data())
@settings(max_examples=times(150), deadline=None)
def test_what_is_written_is_found_and_shown(written: list[str], data: st.DataObject) -> None:
    said = query.WORD.findall(query.fold("\n".join(written)))
    if not said:
        return
    at = data.draw(st.integers(0, len(said) - 1))
    word, phrase = said[at], '"' + " ".join(said[at : at + 3]) + '"'
    for typed in (word, word.upper(), phrase, word[: max(3, len(word) - 1)]):
        if query.read(typed):  # a capital may fold into nothing that is a letter
            assert found(typed, written), typed
    assert query.snippet(query.read(word), written).marks


@given(written=lines, word=st.from_regex(r"[a-z]{3,12}", fullmatch=True))
@settings(max_examples=times(100), deadline=None)
def test_what_is_not_there_is_not_found(written: list[str], word: str) -> None:
    there = re.search(rf"(?<![^\W_]){word}", query.fold("\n".join(written))) is not None
    assert found(word, written) == there
