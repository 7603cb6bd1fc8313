"""The sides of a screen: what was drafted or signed, and what was said. They draw; the screen decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual.content import Content

from assistant import approval
from assistant.approval import Entry
from assistant.domain import CaseNote, Draft, Evidence, Gap, Review, Segment, voices
from assistant.doubt import doubted, respelt
from assistant.languages import OTHER_LANGUAGE, in_brackets
from assistant.render import clock, day
from assistant.tui import phrases
from assistant.tui.phrases import Context, clean
from assistant.tui.rows import Row, Rows

STATE_WIDTH = 12
TIME_WIDTH = 9
LEFT_OUT = "left_out/"


class ItemPane(Rows):
    """Items under their headings."""

    @property
    def path(self) -> str | None:
        """Path of the item under the cursor; `left_out/SEGMENT` for what was left out."""
        return self.highlighted_option.id if self.highlighted_option else None

    def go_to_path(self, path: str) -> None:
        self.go_to(self.get_option_index(path))


class DraftPane(ItemPane):
    """Every item with its state, then what was said and is not in the note, then what to know about the draft."""

    BORDER_TITLE = "Draft"

    def fill(self, draft: Draft, review: Review, context: Context) -> None:
        entries = approval.entries(draft, review)
        self.show([*_item_rows(entries, context), *_left_out_rows(draft, entries, context), *_about_rows(draft)])


class NotePane(ItemPane):
    """A signed note: its items with their origin, then the barriers it names and what was changed from the draft."""

    BORDER_TITLE = "Signed note"

    def fill(self, note: CaseNote, context: Context) -> None:
        entries = approval.signed_entries(note)
        self.show([*_signature_rows(note), *_item_rows(entries, context), *_change_rows(note)])


class TranscriptPane(Rows):
    """What was said, with times, and with whatever is cited standing out."""

    BORDER_TITLE = "What was said"

    def fill(self, context: Context) -> None:
        transcript = context.transcript
        marks: list[Segment | Gap] = sorted([*transcript.segments, *transcript.gaps], key=lambda mark: mark.start or 0.0)
        self._marks = marks
        self.border_subtitle = phrases.heard_by(transcript)
        self._voices = {mark.id: voices.name(transcript, mark) for mark in transcript.segments}
        self._places = {mark.id: (n, mark) for n, mark in enumerate(marks) if isinstance(mark, Segment)}
        self._cited: tuple[int, ...] = ()
        self._told = in_brackets(transcript)
        self.set_options([_gap_row(mark) if isinstance(mark, Gap) else self._row(mark) for mark in marks])
        self.go_to(0)

    def cite(self, evidence: Iterable[Evidence]) -> None:
        """Let these pieces stand out, and scroll to the first of them."""
        quotes: dict[int, list[str]] = {}
        for piece in evidence:
            quotes.setdefault(piece.segment, []).append(piece.quote)
        cited = tuple(segment for segment in quotes if segment in self._places)
        for segment in {*self._cited, *cited}:
            place, mark = self._places[segment]
            self.restyle(place, self._row(mark, quotes.get(segment, ())))
        self._cited = cited
        if cited:
            first = min(self._places[segment][0] for segment in cited)
            self.highlighted = first
            self.centre(first)

    def _row(self, mark: Segment, quotes: Iterable[str] = ()) -> Row:
        return _segment_row(mark, quotes, self._voices[mark.id], self._told.get(mark.id))

    @property
    def cited(self) -> tuple[int, ...]:
        """Ids of the segments that stand out."""
        return self._cited

    @property
    def segment(self) -> Segment | None:
        """What was said at the cursor."""
        mark = self._marks[self.highlighted] if self.highlighted is not None else None
        return mark if isinstance(mark, Segment) else None


def _heading(text: str, *, first: bool = False) -> Row:
    return Row(Content.assemble("" if first else "\n", (text, "bold $primary")), heading=True)


def _item_rows(entries: tuple[Entry, ...], context: Context) -> Iterator[Row]:
    above = None
    for entry in entries:
        title = phrases.heading(entry.path, context.template)
        if title != above:
            yield _heading(title, first=above is None)
            above = title
        text = phrases.item_text(entry.item, entry.state, context)
        yield Row(text, margin=phrases.state_text(entry.state), gutter=STATE_WIDTH, name=entry.path)


def _left_out_rows(draft: Draft, entries: tuple[Entry, ...], context: Context) -> Iterator[Row]:
    said = {s.id: s for s in context.transcript.segments}
    cited = {e.segment for entry in entries if entry.state == "added" for e in entry.item.evidence}
    unread = [notice for notice in draft.notices if notice.code == OTHER_LANGUAGE]
    if draft.left_out or unread:
        yield _heading(phrases.NOT_IN_NOTE)
    for notice in unread:
        yield Row(Content(clean(notice.why)), margin=Content.styled("not read", "$warning"), gutter=STATE_WIDTH, heading=True)
    for left in draft.left_out:
        segment = said[left.segment]
        margin = phrases.state_text("added") if left.segment in cited else Content.styled("left out", "$text-muted")
        where = clock(segment.start) if segment.start is not None else f"line {segment.id + 1}"
        text = Content.assemble(clean(segment.text), "\n", (f"{', '.join(left.why)} · {where} · n adds it", "$text-muted"))
        yield Row(text, margin=margin, gutter=STATE_WIDTH, name=f"{LEFT_OUT}{left.segment}")


def _about_rows(draft: Draft) -> Iterator[Row]:
    coverage = draft.coverage
    lines = [f"{coverage.read} of {coverage.segments} pieces of the transcript were read."]
    lines += [f"{clock(g.start)} to {clock(g.end)}: {g.why.replace('_', ' ')}." for g in coverage.gaps]
    lines += [f"{clean(notice.why)} ({clean(notice.code).replace('_', ' ')})" for notice in draft.notices if notice.code != OTHER_LANGUAGE]
    if draft.barriers:
        lines.append(f"Barriers named: {', '.join(phrases.barrier(b) for b in draft.barriers)}.")
    lines.append(f"Drafted by {clean(draft.made_by.drafter)} {clean(draft.made_by.version)}; checked by nobody yet.")
    yield _heading("About this draft")
    for line in lines:
        yield Row(Content.styled(line, "$text-muted"), gutter=0, heading=True)


def _signature_rows(note: CaseNote) -> Iterator[Row]:
    at = note.signed_at.astimezone()
    signed = f"Signed by {clean(note.signed_by)} on {day(at.date())} at {at:%H:%M}."
    then = "Nothing follows it." if note.void else "It cannot be changed; v starts a new version."
    yield Row(Content.assemble((signed, "$success"), (f" {then}", "$text-muted"), "\n"), heading=True)
    if note.void:
        when = day(note.void.at.astimezone().date())
        yield Row(Content.styled(f"VOID since {when}, by {clean(note.void.who)}: {clean(note.void.why)}\n", "bold $error"), heading=True)


def _change_rows(note: CaseNote) -> Iterator[Row]:
    if note.barriers:
        yield _heading("Barriers named")
        yield Row(Content(", ".join(phrases.barrier(b) for b in note.barriers)), heading=True)
    if note.changes:
        yield _heading("Changed from the draft")
    for change in note.changes:
        before, after = ("nothing" if value is None else clean(value) for value in (change.before, change.after))
        yield Row(Content.assemble((f"{clean(change.path)}: {before}", "$text-muted"), (" → ", "$text-muted"), after), heading=True)


def _gap_row(gap: Gap) -> Row:
    text = Content.styled(f"[{gap.why.replace('_', ' ')} until {clock(gap.end)}]", "italic $text-muted")
    return Row(text, margin=Content.styled(f"  {clock(gap.start)}", "$text-muted"), gutter=TIME_WIDTH)


def _doubted(mark: Segment) -> Content:
    """Its text, with the words that were heard with doubt underlined. Cleaning may move them: then nothing is underlined."""
    text = Content(clean(mark.text))
    for start, end in doubted(mark) if text.plain == mark.text else ():
        text = text.stylize("underline $warning", start, end)
    return text


def _segment_row(mark: Segment, quotes: Iterable[str], who: str, told: str | None) -> Row:
    """A cited segment has a mark at its time, and the words that were quoted stand out. `who` says it; `told`: of its language."""
    quotes = [clean(quote) for quote in quotes]
    at = clock(mark.start) if mark.start is not None else str(mark.id + 1)
    speaker = f"{who}: " if who else ""
    shown = [
        *([told] if told else []),
        *(flag.replace("_", " ") for flag in mark.flags if flag != "machine_translation"),
        *filter(None, [clean(respelt(mark))]),
    ]
    flags = f" [{', '.join(shown)}]" if shown else ""
    heard = f"\nheard: {clean(mark.original)}" if mark.original else ""
    text = Content.assemble((speaker, "bold"), _doubted(mark), (flags, "italic $text-muted"), (heard, "$text-muted"))
    for quote in quotes:
        start = text.plain.find(quote)
        if quote and start >= 0:
            text = text.stylize("bold $evidence-text on $evidence", start, start + len(quote))
    margin = Content.styled(f"{'▶' if quotes else ' '} {at}", "bold $warning" if quotes else "$text-muted")
    return Row(text, margin=margin, gutter=TIME_WIDTH)
