"""The public documents, strict in both directions: transcript, draft and note as JSON, one number each.

A wire form is derived from each domain class once, so that a field exists in one place only. Unknown keys and wrong kinds of value
are refused with the path of the key and never with the value itself. Knows nothing of files or of the store.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from assistant.domain import CaseNote, Draft, Evidence, Labels, Review, Transcript, Unfinished
from assistant.errors import DocumentError

TRANSCRIPT = "coachnote.transcript/1"
DRAFT = "coachnote.draft/1"
NOTE = "coachnote.note/1"
REVIEW = "coachnote.review/1"
UNFINISHED = "coachnote.unfinished/1"

T = TypeVar("T")

LABELS = ("style", "gold")
"""Keys of labelled evaluation cases: ignored when a transcript is read, never looked into."""
RENAMED = {"before": "from", "after": "to"}


def transcript_json(transcript: Transcript) -> bytes:
    return _encode(TRANSCRIPT, transcript)


def read_transcript(data: bytes) -> Transcript:
    """Raises DocumentError: not JSON, another schema, an unknown key, a wrong value, one id used twice, or times that run backwards."""
    raw = _object(data, TRANSCRIPT)
    for label in LABELS:
        raw.pop(label, None)
    transcript = _decode(raw, Transcript, "transcript")
    _check_segments(transcript)
    return transcript


def read_labels(data: bytes) -> Labels:
    """The labels of a labelled case, which `read_transcript` passes over.

    Raises DocumentError: no labels, an unknown key, a wrong value, or evidence that is no segment of the transcript.
    """
    raw = _object(data, TRANSCRIPT).get("gold")
    if not isinstance(raw, dict):
        raise DocumentError("This document has no labels.", do='Add the key "gold", or draft it with `coachnote draft`.')
    labels = _decode(raw, Labels, "labels")
    _check_labels(labels, read_transcript(data))
    return labels


def draft_json(draft: Draft) -> bytes:
    return _encode(DRAFT, draft)


def read_draft(data: bytes, transcript: Transcript | None = None) -> Draft:
    """Raises DocumentError; given its transcript, also when evidence names a missing segment or does not quote it."""
    draft = _decode(_object(data, DRAFT), Draft, "draft")
    if transcript is not None:
        _check_evidence(draft, transcript)
    return draft


def note_json(note: CaseNote) -> bytes:
    return _encode(NOTE, note)


def read_note(data: bytes) -> CaseNote:
    """Raises DocumentError."""
    return _decode(_object(data, NOTE), CaseNote, "note")


def review_json(review: Review) -> bytes:
    return _encode(REVIEW, review)


def read_review(data: bytes) -> Review:
    """Raises DocumentError."""
    return _decode(_object(data, REVIEW), Review, "review")


def unfinished_json(unfinished: Unfinished) -> bytes:
    return _encode(UNFINISHED, unfinished)


def read_unfinished(data: bytes) -> Unfinished:
    """Raises DocumentError."""
    return _decode(_object(data, UNFINISHED), Unfinished, "unfinished")


def pretty(document: bytes) -> str:
    """The same document, indented for people."""
    return msgspec.json.format(document, indent=1).decode()


def _encode(schema: str, noun: object) -> bytes:
    return msgspec.json.encode({"schema": schema} | _plain(noun))


def _plain(value: Any) -> Any:
    """Dataclasses as dictionaries with their public key names, everything else as msgspec prints it."""
    if dataclasses.is_dataclass(value):
        return {RENAMED.get(f.name, f.name): _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return value


def _object(data: bytes, schema: str) -> dict[str, Any]:
    try:
        raw = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DocumentError("This file is not JSON.", do=f"Give a {schema} document.") from error
    if not isinstance(raw, dict):
        raise DocumentError("This file holds no JSON object.", do=f"Give a {schema} document.")
    if raw.pop("schema", None) != schema:
        raise DocumentError(f"This document does not say that it is {schema}.", do='Its key "schema" must name that format and number.')
    return raw


def _decode(raw: dict[str, Any], cls: type[T], name: str) -> T:
    try:
        return typing.cast(T, _build(cls, msgspec.convert(raw, _wire(typing.cast(typing.Hashable, cls)))))
    except msgspec.ValidationError as error:
        raise DocumentError(
            f"This {name} document breaks its format: {_without_values(str(error))}.", do="Correct that key, or make the document again."
        ) from None


def _without_values(message: str) -> str:
    """msgspec names the path and what was expected, but quotes enum values: those could be somebody's words."""
    return re.sub(r"Invalid enum value .*? - at", "not one of the allowed values - at", message, flags=re.DOTALL)


@functools.cache
def _wire(cls: type) -> type[msgspec.Struct]:
    """A strict msgspec form of a domain dataclass, with the same fields and defaults."""
    hints = typing.get_type_hints(cls)
    required, optional = [], []
    for f in dataclasses.fields(cls):
        kind = _wire_type(hints[f.name])
        if f.default is not dataclasses.MISSING:
            optional.append((f.name, kind, f.default))
        elif f.default_factory is not dataclasses.MISSING:
            optional.append((f.name, kind, msgspec.field(default_factory=f.default_factory)))
        else:
            required.append((f.name, kind))
    rename = {k: v for k, v in RENAMED.items() if k in hints}
    return msgspec.defstruct(cls.__name__, [*required, *optional], forbid_unknown_fields=True, kw_only=True, rename=rename or None)


def _wire_type(hint: Any) -> Any:
    """The same type with every dataclass in it replaced by its wire form."""
    if dataclasses.is_dataclass(hint):
        return _wire(typing.cast(type, hint))
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is None or origin is typing.Literal:
        return hint
    if origin is types.UnionType or origin is typing.Union:
        return functools.reduce(lambda a, b: a | b, [_wire_type(a) for a in args])
    inner = tuple(a if a is Ellipsis else _wire_type(a) for a in args)
    return dict[inner] if issubclass(origin, Mapping) else origin[inner]  # type: ignore[misc,valid-type]


def _build(hint: Any, value: Any) -> Any:
    """A wire value as the domain value that `hint` asks for."""
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, msgspec.Struct):
        cls = next(h for h in (hint, *typing.get_args(hint)) if dataclasses.is_dataclass(h))
        hints = typing.get_type_hints(cls)
        return typing.cast(Callable[..., Any], cls)(**{f: _build(hints[f], getattr(value, f)) for f in value.__struct_fields__})
    if isinstance(value, tuple):
        return tuple(_build(typing.get_args(hint)[0], v) for v in value)
    return value


def _check_segments(transcript: Transcript) -> None:
    seen: set[int] = set()
    for position, segment in enumerate(transcript.segments):
        if segment.id in seen:
            raise DocumentError(f"Two segments have the id {segment.id}.", do="Give every segment its own number.")
        seen.add(segment.id)
        if segment.start is not None and segment.end is not None and segment.end < segment.start:
            raise DocumentError(f"A segment ends before it starts, at `$.segments[{position}]`.", do="Correct its times.")


def _check_labels(labels: Labels, transcript: Transcript) -> None:
    known = {s.id for s in transcript.segments}
    named = [item.evidence for items in (labels.actions, labels.facts, labels.referrals, labels.previous) for item in items]
    named += [labels.next_appointment.evidence] if labels.next_appointment else []
    for segment in (*(n for evidence in named for n in evidence), *labels.not_actions):
        if segment not in known:
            raise DocumentError(f"The labels name segment {segment}, which the transcript does not have.", do="Correct the labels.")


def _check_evidence(draft: Draft, transcript: Transcript) -> None:
    said = {s.id: s.text for s in transcript.segments}
    for path, evidence in all_evidence(draft):
        if evidence.segment not in said:
            raise DocumentError(
                f"Evidence names segment {evidence.segment}, which the transcript does not have, at `{path}`.",
                do="Draft the transcript again.",
            )
        if evidence.quote not in said[evidence.segment]:
            raise DocumentError(f"Evidence does not quote segment {evidence.segment}, at `{path}`.", do="Draft the transcript again.")


def all_evidence(draft: Draft) -> typing.Iterator[tuple[str, Evidence]]:
    """Every citation of a draft with the path of the item that makes it."""
    items: list[tuple[str, Any]] = [(f"note/{s.section}/{n}", item) for s in draft.note for n, item in enumerate(s.statements)]
    items += [(f"actions/{n}", item) for n, item in enumerate(draft.actions)]
    items += [(f"referrals/{n}", item) for n, item in enumerate(draft.referrals)]
    items += [(f"previous/{item.id}", item) for item in draft.previous]
    items += [("next_appointment", draft.next_appointment)] if draft.next_appointment else []
    for path, item in items:
        for evidence in item.evidence:
            yield path, evidence
