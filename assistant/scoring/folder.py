"""A folder of labelled cases, drafted and counted one after the other. One bad file never stops the rest. Knows no engine and no screen."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path

from assistant.domain import Draft, Kind
from assistant.errors import CoachnoteError, InputError, InputMissing, ModelError
from assistant.protocols import Drafter, Progress
from assistant.scoring.counting import Case, Counts, count, nothing_drafted

FELL_BACK = "fell_back_to_extractive"
"""Code of the notice that another drafter than the one asked for made a draft."""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """A case that was counted; with `failed`, as an empty draft, because none could be made."""

    name: str
    kind: Kind
    counts: Counts
    failed: str | None = None
    """Why no draft could be made, as a sentence without content."""
    fell_back: bool = False
    seconds: float = 0.0
    """What drafting took, as the drafter tells."""


@dataclass(frozen=True, kw_only=True)
class Unreadable:
    """A file that is no labelled case; it counts for nothing."""

    name: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Started:
    name: str


Ended = Scored | Unreadable
Event = Started | Progress | Ended


def find_cases(folder: Path) -> list[Path]:
    """The JSON files of a folder, by name, without hidden ones. Raises InputMissing or InputError where there are none."""
    if not folder.exists():
        raise InputMissing(f"There is no folder {folder}.", do="Check its name and place.")
    if not folder.is_dir():
        raise InputError(f"{folder} is a file.", do="Name the folder that the labelled cases lie in.")
    try:
        found = sorted(path for path in folder.glob("*.json") if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise InputError(f"{folder} could not be opened ({error.strerror}).", do="Check that the folder may be read.") from error
    if not found:
        raise InputError(f"There are no cases in {folder}.", do='A case is a transcript document with the key "gold", one a file.')
    return found


def evaluate(paths: Iterable[Path], drafter: Drafter) -> Generator[Event, None, None]:
    """One Started and one of Ended a file, progress between. Raises ModelError: a model that is missing for one is missing for all."""
    for path in paths:
        yield Started(name=path.stem)
        try:
            case = read_case(path)
        except CoachnoteError as error:
            yield Unreadable(name=path.stem, why=error.what)
        else:
            yield (yield from _scored(case, drafter))


def read_case(path: Path) -> Case:
    """Raises InputError when the file cannot be read, DocumentError when it breaks the format or holds no labels."""
    from assistant import documents

    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} could not be read ({error.strerror}).") from error
    return Case(name=path.stem, transcript=documents.read_transcript(data), labels=documents.read_labels(data))


def _scored(case: Case, drafter: Drafter) -> Generator[Event, None, Scored]:
    failed = None
    try:
        draft: Draft = yield from drafter.draft(case.transcript)
    except ModelError:
        raise
    except CoachnoteError as error:
        draft, failed = nothing_drafted(case), error.what
    except Exception as error:  # noqa: BLE001 - a fault met in one case must not keep the others waiting, nor quote what was said
        draft, failed = nothing_drafted(case), f"Something went wrong inside coachnote ({type(error).__name__})."
    return Scored(
        name=case.name,
        kind=case.transcript.kind,
        counts=count(case, draft),
        failed=failed,
        fell_back=any(notice.code == FELL_BACK for notice in draft.notices),
        seconds=draft.made_by.seconds,
    )
