"""What stands in the fields of a form, as plain text by the name of the field, and how it is put back. Knows no form."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, Select, TextArea
from textual.widgets.select import InvalidSelectValueError


def read_fields(screen: Screen[object]) -> dict[str, str]:
    """Half a character, which a terminal may hand over, becomes a question mark."""
    return {field.id or "": _text(field).encode("utf-8", "replace").decode() for field in _fields(screen)}


def fill_fields(screen: Screen[object], fields: Mapping[str, str]) -> None:
    """Leaves alone what `fields` does not name, and a choice that is not offered any more."""
    for field in _fields(screen):
        text = fields.get(field.id or "")
        if text is None:
            continue
        if isinstance(field, TextArea):
            field.text = text
            field.move_cursor(field.document.end)
        elif isinstance(field, Input):
            field.value = text
        else:
            with contextlib.suppress(InvalidSelectValueError):
                field.value = text


def _fields(screen: Screen[object]) -> Iterator[Input | TextArea | Select[str]]:
    found: Iterator[Widget] = iter(screen.query("Input, TextArea, Select"))
    return (field for field in found if isinstance(field, Input | TextArea | Select))


def _text(field: Input | TextArea | Select[str]) -> str:
    return field.text if isinstance(field, TextArea) else str(field.value)
