"""A signed note as Markdown: whose, who signed, which version; evidence times; text shown as it is."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from assistant import approval, documents
from assistant.domain import CaseNote, Decision, Review
from assistant.share.markdown import note_markdown
from tests.examples import draft, session, transcript


def signed() -> CaseNote:
    review = Review(draft=approval.key(draft()))
    for path, _ in approval.items(draft()):
        review = approval.decide(review, Decision(path=path, verdict="accept"))
    return approval.sign(
        draft(),
        review,
        transcript(),
        session=session(),
        client="C-0042",
        signed_by="Ellis Marsh",
        signed_at=dt.datetime(2026, 3, 12, 16, 0, tzinfo=dt.UTC),
    )


def test_the_head_says_whose_note_it_is_and_who_signed_it() -> None:
    text = note_markdown(signed(), transcript())
    assert text.startswith("# Case note C-0042\n")
    assert "Signed by Ellis Marsh on 12 March 2026 at 16:00 UTC" in text
    assert "Version 1" in text
    assert "Sam Okoro" not in text.splitlines()[0]


def test_every_statement_and_action_is_there_with_its_time() -> None:
    note, text = signed(), note_markdown(signed(), transcript())
    for section in note.note:
        for statement in section.statements:
            line = next(line for line in text.splitlines() if statement.text in line)
            assert line.endswith(")") and ":" in line.rsplit("(", 1)[1]
    assert all(action.what in text for action in note.actions)


def test_a_version_that_replaces_another_says_so() -> None:
    assert "Version 2, replaces version 1" in note_markdown(replace(signed(), version=2, supersedes=1), transcript())


def test_a_note_without_its_transcript_still_reads() -> None:
    assert "## Action plan" in note_markdown(signed(), None)


@given(st.text(max_size=60))
def test_text_cannot_break_out_of_its_line_or_its_cell(text: str) -> None:
    plain = signed()
    odd = replace(plain, actions=(replace(plain.actions[0], what=text),))
    rows = [line for line in note_markdown(odd, None).splitlines() if line.startswith("|")]
    assert len(rows) == 3
    assert all(row.replace("\\|", "").count("|") == 5 for row in rows)


def test_a_note_document_has_the_drafts_keys_and_those_of_its_signing() -> None:
    drafted, note = json.loads(documents.draft_json(draft())), json.loads(documents.note_json(signed()))
    assert set(note) == set(drafted) | {"session", "client", "version", "supersedes", "void", "signed_by", "signed_at", "changes"}
    assert documents.read_note(documents.note_json(signed())) == signed()
