"""A transcript as sentences and clauses, each with the way back to the segments it came from.

Sentences that break over segments are joined; characters that a terminal or a language model would obey are cut round, so that they
are in no text and no quote. Knows nothing of meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from syntok import segmenter

from assistant.domain import MAX_EVIDENCE, Evidence, Segment, Speaker, Transcript
from assistant.drafting.lexicon import words_of

UNSAFE = re.compile(
    r"(?:[\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]|<\|.{0,40}?\|>|\[/?INST\]"
    r"|<</?SYS>>|</?s>)+"
)
"""Control, bidirectional and zero-width characters, and the role marks of common chat formats."""
ENDS = re.compile(r"[.?!…][\"'”’)]*$")
MAX_JOINED_WORDS = 60
"""Above this a sentence without an end is taken as it comes: two segments of the longest kind."""
FLOWING_WORDS = 40
"""A transcript without full stops is taken in stretches of about this many words, because its segments end anywhere."""
LOOSE_SENTENCE_WORDS = 18
"""A sentence this long with hardly a comma was not punctuated by the recogniser, so commitments in it are split without commas."""


@dataclass(frozen=True)
class Piece:
    """A stretch of one segment's text."""

    segment: int
    start: int
    end: int


@dataclass(frozen=True)
class Clause:
    text: str = field(repr=False)
    """Straight quotes, single spaces; otherwise as it was said."""
    pieces: tuple[Piece, ...]
    speaker: Speaker | None
    sentence: int
    """Clauses with one number belong to one sentence."""
    question: bool
    """Only the last clause of a question: what stands before it may be a statement."""

    @property
    def segments(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(p.segment for p in self.pieces))


def clauses(transcript: Transcript) -> list[Clause]:
    """The whole transcript in the order it was said."""
    said = {s.id: _named(s.text, transcript.client) for s in transcript.segments}
    return [c for number, sentence in enumerate(_sentences(transcript.segments)) for c in _split(number, sentence, said)]


def _named(text: str, client: str | None) -> str:
    """The participant's name with its capital where a recogniser left all capitals out; names that are everyday words stay as they are."""
    if not client or client.lower() in words_of("words", "name_or_word") or text != text.lower():
        return text
    return re.sub(rf"\b{re.escape(client.lower())}\b", client.capitalize(), text) if len(client.capitalize()) == len(client) else text


def evidence(pieces: tuple[Piece, ...], said: dict[int, str]) -> tuple[Evidence, ...]:
    """At most MAX_EVIDENCE citations, one a segment: the words from the first piece of it to the last, or the first alone where something
    unsafe lies between.
    """
    spans: dict[int, Piece] = {}
    for p in pieces:
        known = spans.get(p.segment)
        wider = Piece(p.segment, min(known.start, p.start), max(known.end, p.end)) if known else p
        spans[p.segment] = wider if not known or not UNSAFE.search(said[p.segment], wider.start, wider.end) else known
    cited = (Evidence(segment=p.segment, quote=said[p.segment][p.start : p.end]) for p in spans.values())
    return tuple(e for e in cited if e.quote)[:MAX_EVIDENCE]


@dataclass(frozen=True)
class _Sentence:
    pieces: tuple[Piece, ...]
    speaker: Speaker | None


def _sentences(segments: tuple[Segment, ...]) -> Iterator[_Sentence]:
    punctuated = sum(bool(ENDS.search(s.text.rstrip())) for s in segments) * 5 >= sum(bool(s.text.strip()) for s in segments)
    pending: list[Piece] = []
    speaker: Speaker | None = None
    words = 0
    for segment in segments:
        if pending and not segment.text.strip():  # something was said there that is not read: what follows is another sentence
            yield _Sentence(tuple(pending), speaker)
            pending, words = [], 0
        for piece in _pieces(segment):
            text = segment.text[piece.start : piece.end]
            if pending and (segment.speaker != speaker or words + len(text.split()) > MAX_JOINED_WORDS):
                yield _Sentence(tuple(pending), speaker)
                pending, words = [], 0
            pending, words, speaker = [*pending, piece], words + len(text.split()), segment.speaker
            if ENDS.search(text) or (not punctuated and words >= FLOWING_WORDS):
                yield _Sentence(tuple(pending), speaker)
                pending, words = [], 0
    if pending:
        yield _Sentence(tuple(pending), speaker)


def _pieces(segment: Segment) -> Iterator[Piece]:
    """The sentences within a segment, round anything unsafe."""
    start = 0
    for unsafe in [*UNSAFE.finditer(segment.text), None]:
        end = unsafe.start() if unsafe else len(segment.text)
        if re.search(r"\w", segment.text[start:end]):
            yield from _syntok(segment.id, segment.text[start:end], start)
        start = unsafe.end() if unsafe else end


def _syntok(segment: int, text: str, offset: int) -> Iterator[Piece]:
    for paragraph in segmenter.process(text):
        for sentence in paragraph:
            tokens = list(sentence)
            start, end = tokens[0].offset, tokens[-1].offset + len(tokens[-1].value)
            if re.search(r"\w", text[start:end]):
                yield Piece(segment, offset + start, offset + end)


PRONOUN = r"(?:I|[Hh]e|[Ss]he|[Tt]hey|[Ww]e|[Yy]ou|i)"
SUBJECT = (
    rf"(?:{PRONOUN}|[Ii]t|[Tt]hat|[Tt]here|[Ww]ho|[Ww]hat|[A-Z][a-z]+|(?:[Tt]he|[Hh]is|[Hh]er|[Mm]y|[Tt]heir|[Oo]ur"
    rf"|[Tt]his|[Oo]ne)(?: [\w'-]+){{1,2}})"
)
VERB = (
    r"(?:'s|'ll|'d|'re|'ve|'m| (?:will|is|are|was|were|has|have|had|can|can't|cannot|cannae|needs?|wants?|does|doesn't"
    r"|did|didn't|do|don't|said|says|won't|would|wouldn't"
    r"|may|might|could|couldn't|should|must|gets?|got|gave|went|came|come|to|going|gonna|ay|isn't|wasn't|never|told"
    r"|agreed|promised|asked|hasn't|haven't)\b)"
)
OPENERS = r"(?:(?:and|but|so|then|plus|also|anyway|meanwhile|now|or|while|whereas|although|though|which|er|um|erm|well|yeah) )*"
BREAK = re.compile(
    rf"(?<=[,;:]) (?={OPENERS}(?:{SUBJECT}{VERB}|{PRONOUN} [a-z]|(?:once|when|if|until|till|unless) (?:{PRONOUN}"
    rf"|it|that)\b|(?:so )?that's me |back in |next (?:one|time|appointment)|seeing (?:him|her|them) ))"
    rf"|(?<=\w) (?=(?:and|but|so|then) (?:then |also |so )?(?:{SUBJECT}{VERB}|{PRONOUN} [a-z]))"
    r"|(?<=\w) (?:-+|–|—) "
)
LOOSE_BREAK = re.compile(
    r"(?<=\w) (?<!said )(?<!says )(?<!that )(?<!if )(?<!think )(?<!what )(?<!thinks )(?<!and )(?<!so )(?<!but )(?<!when "
    r")(?<!because )(?<!sure )(?<!cos )"
    r"(?=(?:(?:i|he|she|they|we)(?:'ll|'ve|'s|'re| will| have| has| had| am| is| are| was| were"
    r"| need| needs| gave| rang| spoke| asked| told| would)"
    r"|i'm going to|(?-i:[A-Z][a-z]+) (?:will|is going to|has|needs to|says)|next (?:one|appointment|time)|seeing (?:him|her|them))\b)",
    re.IGNORECASE,
)


def _split(number: int, sentence: _Sentence, said: dict[int, str]) -> Iterator[Clause]:
    text, starts = _joined(sentence.pieces, said)
    cuts = [m.start() for m in BREAK.finditer(text)]
    if text.count(",") * LOOSE_SENTENCE_WORDS < len(text.split()) and len(text.split()) >= LOOSE_SENTENCE_WORDS:
        cuts = sorted({*cuts, *(m.start() for m in LOOSE_BREAK.finditer(text))})
    cuts = [c for before, c in zip([0, *cuts], cuts, strict=False) if len(text[before:c].split()) > 1]
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        pieces = tuple(_within(sentence.pieces, starts, start, end, said))
        if pieces and re.search(r"\w", text[start:end]):
            yield Clause(
                " ".join(text[start:end].split()),
                pieces,
                sentence.speaker,
                number,
                text[start:].rstrip().endswith("?") and end == len(text),
            )


def _joined(pieces: tuple[Piece, ...], said: dict[int, str]) -> tuple[str, list[int]]:
    text, starts = "", []
    for p in pieces:
        text += " " if text else ""
        starts.append(len(text))
        text += said[p.segment][p.start : p.end].replace("’", "'").replace("‘", "'")
    return text, starts


def _within(pieces: tuple[Piece, ...], starts: list[int], start: int, end: int, said: dict[int, str]) -> Iterator[Piece]:
    """The parts of `pieces` that a stretch of their joined text covers, without the spaces round them."""
    for p, at in zip(pieces, starts, strict=True):
        low, high = max(start - at, 0) + p.start, min(end - at, p.end - p.start) + p.start
        while low < high and said[p.segment][low].isspace():
            low += 1
        while high > low and said[p.segment][high - 1].isspace():
            high -= 1
        if low < high:
            yield Piece(p.segment, low, high)
