"""Which language is spoken in a recording: the options of every command that hears one, and what is said about it afterwards."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assistant import languages
from assistant.console import say
from assistant.doubt import unclear

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import Transcript

T = TypeVar("T")
MOST, ENOUGH = 0.75, 10.0
"""The share of what was heard that must be doubtful, and the seconds there must be, before another language is thought of."""
PERHAPS = (
    "Most of this was heard with doubt, by a model that knows English only. If another language was spoken, transcribe it again with a "
    "model that knows more; see `coachnote models`."
)
"""No claim: English that a model does not understand is doubted as much as another language (docs/transcription.md)."""


def language_options(command: Callable[..., T]) -> Callable[..., T]:
    """`--language` and `--translate`, put into the settings that the command is handed."""

    @click.option(
        "--language",
        metavar="LANGUAGE",
        help="What is spoken, such as cy or Welsh; auto finds out. [default: what the settings say, else auto]",
    )
    @click.option(
        "--translate",
        is_flag=True,
        help="Put what is not English into English too, by the speech model. Each such line is marked, with the words heard beside it.",
    )
    @functools.wraps(command)
    def with_language(settings: Settings, *, language: str | None, translate: bool, **others: Any) -> T:
        chosen = languages.code(language) if language else settings.language
        return command(replace(settings, language=chosen, translate=translate), **others)

    return with_language


def say_languages(transcript: Transcript) -> None:
    """What is not in English, or may not be."""
    for _, remark in languages.remarks(transcript):
        say(remark)
    if transcript.made_by and transcript.made_by.settings.get("only_english") and _mostly_doubted(transcript):
        say(PERHAPS)


def _mostly_doubted(transcript: Transcript) -> bool:
    lengths = [(s.end - s.start, unclear(s)) for s in transcript.segments if s.start is not None and s.end is not None]
    whole = sum(seconds for seconds, _ in lengths)
    return whole >= ENOUGH and sum(seconds for seconds, doubted in lengths if doubted) >= MOST * whole
