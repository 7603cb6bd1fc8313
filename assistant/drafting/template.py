"""A draft put under the sections of a template. Every drafter finds the sections of the contract; they are arranged here alone."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

from assistant import templates
from assistant.domain import Draft, NoteSection, SectionKey, Statement, Template, Transcript
from assistant.protocols import Drafter, Progress

DEFAULT = templates.DEFAULT


def sections(name: str = DEFAULT) -> tuple[SectionKey, ...]:
    """The keys of a template's sections in its order. Raises UsageProblem where there is no such template."""
    return templates.load(name).sections


class Templated:
    """A protocols.Drafter: another one's draft, arranged. No statement is added, lost or changed."""

    def __init__(self, drafter: Drafter, template: Template) -> None:
        self.drafter, self.template = drafter, template

    def draft(self, transcript: Transcript) -> Generator[Progress, None, Draft]:
        draft = yield from self.drafter.draft(transcript)
        return replace(draft, note=arranged(draft.note, self.template), template=self.template.id)


def arranged(note: Sequence[NoteSection], template: Template) -> tuple[NoteSection, ...]:
    """The same statements under the template's sections in its order; those gathered from several sections in the order they were said."""
    found: dict[SectionKey, list[Statement]] = {}
    for section in note:
        found.setdefault(template.place(section.section), []).extend(section.statements)
    return tuple(NoteSection(section=s, statements=tuple(sorted(found[s], key=_first_said))) for s in template.order if found.get(s))


def _first_said(statement: Statement) -> int:
    return min((e.segment for e in statement.evidence), default=0)
