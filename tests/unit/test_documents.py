"""The public documents are strict, and never repeat in an error what somebody said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import documents
from assistant.domain import Evidence
from assistant.errors import DocumentError
from tests.examples import draft, transcript

SMALL = {
    "schema": "coachnote.transcript/1",
    "id": "x",
    "kind": "dictation",
    "session_date": "2026-03-12",
    "client": "Sam",
    "coach": None,
    "segments": [{"id": 0, "start": 0.0, "end": 2.0, "speaker": None, "text": "Sam came in."}],
}


def read(**changes: object) -> object:
    return documents.read_transcript(json.dumps(SMALL | changes).encode())


def test_a_small_transcript_survives_the_round_trip() -> None:
    transcript = documents.read_transcript(json.dumps(SMALL).encode())
    assert documents.read_transcript(documents.transcript_json(transcript)) == transcript


def test_every_labelled_case_survives_the_round_trip(shared: Path) -> None:
    for path in sorted((shared / "eval" / "dev").glob("*.json")):
        transcript = documents.read_transcript(path.read_bytes())
        assert documents.read_transcript(documents.transcript_json(transcript)) == transcript


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"surprise": 1}, "surprise"),
        ({"kind": "secret words"}, "$.kind"),
        ({"session_date": "2026-02-31"}, "$.session_date"),
        ({"session_date": "12/03/2026"}, "$.session_date"),
        ({"schema": "coachnote.transcript/2"}, "coachnote.transcript/1"),
        ({"segments": [{"id": 0, "start": 0.0, "end": 2.0, "speaker": "secret words", "text": "a"}]}, "$.segments[0].speaker"),
        ({"segments": [{"id": 0, "start": 3.0, "end": 2.0, "speaker": None, "text": "a"}]}, "$.segments[0]"),
        ({"segments": [{"id": 0, "start": 0.0, "end": 2.0, "speaker": None, "text": 5}]}, "$.segments[0].text"),
        ({"segments": [{"id": 0, "start": 0.0, "end": 2.0, "speaker": None}]}, "text"),
        ({"segments": SMALL["segments"] * 2}, "id 0"),  # type: ignore[operator]
    ],
)
def test_what_is_wrong_is_refused_with_its_path(changes: dict[str, object], says: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read(**changes)
    assert says in caught.value.what
    assert "secret words" not in caught.value.what


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[]", b"{", b'"text"', b"null"])
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentError):
        documents.read_transcript(data)


def test_labels_of_evaluation_cases_are_ignored_and_nothing_else() -> None:
    assert read(style="anything", gold={"actions": 3}) == read()


def test_text_stays_out_of_repr() -> None:
    assert "Sam" not in repr(read())


def test_a_draft_whose_evidence_names_a_missing_segment_is_refused() -> None:
    broken = replace(draft(), actions=(replace(draft().actions[0], evidence=(Evidence(segment=999, quote="secret words"),)),))
    with pytest.raises(DocumentError, match="segment 999") as caught:
        documents.read_draft(documents.draft_json(broken), transcript())
    assert "actions/0" in caught.value.what and "secret words" not in caught.value.what


def test_a_draft_whose_quote_is_not_in_its_segment_is_refused() -> None:
    broken = replace(draft(), actions=(replace(draft().actions[0], evidence=(Evidence(segment=0, quote="secret words"),)),))
    with pytest.raises(DocumentError, match="does not quote segment 0"):
        documents.read_draft(documents.draft_json(broken), transcript())


def test_a_draft_survives_the_round_trip() -> None:
    assert documents.read_draft(documents.draft_json(draft()), transcript()) == draft()
