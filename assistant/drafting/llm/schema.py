"""The form of every answer: JSON Schemas for the model, strict checks for whatever it wrote, whole or cut off.

Citations are line numbers of the window in hand and of no other, as an enum. They stand first in every item: the model looks before it
writes. No array has a least length but citations, so that a model with nothing to say can say so. Knows no model and no transcript.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, get_args

import msgspec

from assistant.domain import MAX_EVIDENCE, Barrier, Outcome, Owner, ReferralStatus

LEAST_TEXT, MOST_TEXT = 8, 220
"""Characters that a model is allowed in a sentence."""
ACCEPTED_TEXT = 400
"""Characters accepted from a server that was only given the relaxed form. Longer is dropped: a cut sentence can lie."""
UNCLEAR = "unclear"
LOOSENED = ("minLength", "maxLength", "minItems", "maxItems")

Cites = Annotated[list[int], msgspec.Meta(min_length=1, max_length=MAX_EVIDENCE)]
Words = Annotated[str, msgspec.Meta(min_length=3, max_length=ACCEPTED_TEXT)]
Reported = Literal["done", "part_done", "not_done", "changed"]
"""Outcomes that a model may report. What was not mentioned is decided by code."""


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    cites: Cites


class Fact(_Strict, frozen=True, kw_only=True):
    section: str
    text: Words


class Risk(_Strict, frozen=True, kw_only=True):
    pass


class Deed(_Strict, frozen=True, kw_only=True):
    what: Words
    owner: Owner | Literal["unclear"]
    due_words: Annotated[str, msgspec.Meta(max_length=ACCEPTED_TEXT)] | None


class Obstacle(_Strict, frozen=True, kw_only=True):
    barrier: Barrier


class Sent(_Strict, frozen=True, kw_only=True):
    to: Words
    status: ReferralStatus
    reason: Annotated[str, msgspec.Meta(max_length=ACCEPTED_TEXT)] | None


class Became(_Strict, frozen=True, kw_only=True):
    id: str
    outcome: Reported


Found = Fact | Risk | Deed | Obstacle | Sent | Became
KINDS: dict[str, type[Found]] = {
    "facts": Fact,
    "risk": Risk,
    "actions": Deed,
    "barriers": Obstacle,
    "referrals": Sent,
    "previous": Became,
}


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What exists and may be named: lines of the window, sections of a note, actions agreed last time."""

    lines: tuple[int, ...]
    sections: tuple[str, ...]
    previous: tuple[str, ...] = ()


def form(question: str, choices: Choices, max_items: int) -> dict[str, Any]:
    """The JSON Schema of the answer to a question; keys are written in this order."""
    cites = {"type": "array", "items": {"enum": list(choices.lines)}, "minItems": 1, "maxItems": MAX_EVIDENCE}
    item = _object({"cites": cites} | _fields(question, choices))
    return _object({"items": {"type": "array", "items": item, "maxItems": max_items}})


def _fields(question: str, choices: Choices) -> dict[str, Any]:
    fields: dict[str, dict[str, Any]] = {
        "facts": {"section": _one_of(s for s in choices.sections if s != "risk"), "text": _text()},
        "risk": {},
        "actions": {"what": _text(160), "owner": _one_of((*get_args(Owner), UNCLEAR)), "due_words": _maybe(40)},
        "barriers": {"barrier": _one_of(get_args(Barrier))},
        "referrals": {"to": _text(60, least=3), "status": _one_of(get_args(ReferralStatus)), "reason": _maybe(80)},
        "previous": {"id": _one_of(choices.previous), "outcome": _one_of(o for o in get_args(Outcome) if o != "not_mentioned")},
    }
    return fields[question]


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _one_of(values: Iterator[str] | Sequence[str]) -> dict[str, Any]:
    return {"enum": list(values)}


def _text(most: int = MOST_TEXT, *, least: int = LEAST_TEXT) -> dict[str, Any]:
    return {"type": "string", "minLength": least, "maxLength": most}


def _maybe(most: int) -> dict[str, Any]:
    return {"anyOf": [{"type": "null"}, {"type": "string", "minLength": 2, "maxLength": most}]}


def relaxed(schema: Any) -> Any:
    """The same form without lengths: servers turn those into grammars that are slow or refused. Keys, enums and kinds stay."""
    if isinstance(schema, dict):
        return {key: relaxed(value) for key, value in schema.items() if key not in LOOSENED}
    return [relaxed(value) for value in schema] if isinstance(schema, list) else schema


def whole_items(answer: str) -> list[Any]:
    """Every finished item of an answer, however early the answer was cut off and whatever stands before its first brace."""
    start = answer.find("{")
    opening = answer.find("[", start)
    if start < 0 or opening < 0 or answer[start:opening].replace(" ", "").replace("\n", "") != '{"items":':
        return []
    items: list[Any] = []
    decoder, at = json.JSONDecoder(), opening + 1
    while True:
        while at < len(answer) and answer[at] in " \n\r\t,":
            at += 1
        try:
            item, at = decoder.raw_decode(answer, at)
        except ValueError:
            return items
        items.append(item)


def checked(question: str, item: Any, choices: Choices) -> Found | None:
    """The item, when it holds to its form in every key and names only what exists; else None."""
    try:
        found = msgspec.convert(item, KINDS[question])
    except msgspec.ValidationError:
        return None
    if not set(found.cites) <= set(choices.lines):
        return None
    if isinstance(found, Fact) and (found.section not in choices.sections or found.section == "risk"):
        return None
    if isinstance(found, Became) and found.id not in choices.previous:
        return None
    return found
