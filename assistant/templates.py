"""Templates as files: `NAME.toml` in the organisation's own folder, else in `prompts/templates/`, read strictly.

A template orders, names and gathers sections. It has no key that could ask for a number of statements: whoever must fill a quota pads.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from assistant.domain import PLAIN, SECTIONS, Template
from assistant.errors import UsageProblem
from assistant.resources import root

DEFAULT = PLAIN.id
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
OWN_SECTION = re.compile(r"x_[a-z0-9_]{1,38}")
LONGEST_HEADING = 60
"""Characters: a heading stays on one line of an 80-column terminal."""
ALLOWED = (
    "A template holds id, version and [[section]] tables; a section holds key, heading and from, and nothing else. "
    "None can ask for a least number of statements: an empty section is left out."
)


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    heading: str | None = None
    gathers: tuple[str, ...] = msgspec.field(name="from", default=())


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: str
    version: int
    section: tuple[_Section, ...]


def load(name: str, own: Path | None = None) -> Template:
    """The template of that name; one in the folder `own` goes before one that comes with the program.

    Raises UsageProblem when there is none, or when it is not understood.
    """
    path = next((p for p in _places(name, own) if p.is_file()), None)
    if path is None:
        raise UsageProblem(f"There is no template called {name}.", do=f"Use one of: {', '.join(names(own))}.")
    file = _read(path)
    for problem in _problems(file, name):
        raise _misunderstood(path, problem)
    titles = {s.key: s.heading for s in file.section if s.heading is not None}
    gathered = {taken: s.key for s in file.section for taken in s.gathers}
    return Template(id=file.id, sections=tuple(s.key for s in file.section), titles=titles, gathered=gathered)


def known(name: str | None, own: Path | None = None) -> Template:
    """For showing what a template made: where it is gone or broken since, the plain headings stand in."""
    try:
        return load(name, own) if name else PLAIN
    except UsageProblem:
        return PLAIN


def names(own: Path | None = None) -> list[str]:
    """Of every template there is, sound or not."""
    return sorted({path.stem for folder in _folders(own) for path in folder.glob("*.toml") if NAME.fullmatch(path.stem)})


def _folders(own: Path | None) -> list[Path]:
    return [*([own] if own else []), root() / "prompts" / "templates"]


def _places(name: str, own: Path | None) -> list[Path]:
    """Nowhere for what is no plain name: a template is never read from another folder."""
    return [folder / f"{name}.toml" for folder in _folders(own)] if NAME.fullmatch(name) else []


def _read(path: Path) -> _File:
    try:
        return msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    except msgspec.ValidationError as error:
        raise _misunderstood(path, str(error)) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageProblem(f"The template {path} could not be read.", do="Correct it, or move it away.") from error


def _misunderstood(path: Path, problem: str) -> UsageProblem:
    return UsageProblem(f"The template {path} is not understood: {problem}.", means=ALLOWED, do="Correct it, or move it away.")


def _problems(file: _File, name: str) -> Iterator[str]:
    """What is wrong with a template, as clauses."""
    keys = [section.key for section in file.section]
    taken = [key for section in file.section for key in section.gathers]
    if file.id != name:
        yield f"its id must be the name of the file, {name}"
    if file.version < 1:
        yield "its version must be 1 or more"
    if not keys:
        yield "it has no section"
    for key in keys:
        if key not in SECTIONS and not OWN_SECTION.fullmatch(key):
            yield f"the section {key!r} is neither one of {', '.join(SECTIONS)} nor named x_ and small letters"
    for key in taken:
        if key not in SECTIONS or key == "risk":
            yield f"`from` names {key!r}; it may name {', '.join(s for s in SECTIONS if s != 'risk')}"
    for key in (*keys, *taken):
        if (*keys, *taken).count(key) > 1:
            yield f"the section {key!r} has more than one place"
    for section in file.section:
        if section.heading is not None and not _fit(section.heading):
            yield f"the heading of {section.key!r} must be 1 to {LONGEST_HEADING} plain characters on one line"


def _fit(heading: str) -> bool:
    return 0 < len(heading.strip()) <= len(heading) <= LONGEST_HEADING and heading.isprintable()
