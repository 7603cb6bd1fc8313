"""What a folder asks for: one job a recording or transcript document, and which client each belongs to. Decodes and keeps nothing."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.batch.manifest import MANIFEST, Row, read_manifest
from assistant.errors import InputError, InputMissing
from assistant.pipeline import Intake

SOUND = (
    *(".aac", ".ac3", ".aif", ".aiff", ".amr", ".au", ".awb", ".caf", ".flac", ".m4a"),
    *(".m4b", ".mka", ".mp2", ".mp3", ".oga", ".ogg", ".opus", ".spx", ".w64", ".wav", ".wma", ".wv"),
)
FILM = (".3g2", ".3gp", ".asf", ".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ts", ".webm", ".wmv")
RECORDINGS = frozenset(SOUND + FILM)
"""Suffixes of what telephones, recorders and meeting programs write. A file that the manifest names is taken whatever its suffix."""
CAPTIONS = frozenset({".vtt", ".srt"})
"""Transcripts by their nature, unless they lie beside the recording that they caption. Texts and Word files are taken where the manifest
names them: most of those in a folder are something else."""
DOCUMENT = ".json"
SCHEMA = b"coachnote."
"""Stands near the top of our own documents; telephones put other JSON files beside their recordings."""
TOP = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Job:
    path: Path
    name: str
    """The path inside the folder, with forward slashes."""
    intake: Intake
    problem: str | None = None
    """Why the manifest's row for it cannot be followed; such a file is not taken in."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    jobs: tuple[Job, ...]
    """Ordered by name."""
    left_alone: tuple[str, ...] = ()
    """Names of files that are neither recordings nor transcripts, and of folders that could not be opened."""


def plan_folder(folder: Path, clients: Collection[str], told: Intake) -> Plan:
    """`clients` are the references that exist; `told` is what holds for every file that the manifest does not describe.

    A client comes from the manifest, else from the nearest folder that is named like one, else the session stays unassigned. Hidden
    files are passed over and links to folders are not followed.

    Raises InputMissing or InputError when the folder or its manifest cannot be read.
    """
    _must_be_folder(folder)
    rows = read_manifest(folder, clients, told)
    found, left_alone = _look(folder, rows)
    names = sorted({*found, *rows}, key=lambda name: (name.casefold(), name))
    return Plan(jobs=tuple(_job(folder, name, rows.get(name), clients, told) for name in names), left_alone=tuple(sorted(left_alone)))


def _must_be_folder(folder: Path) -> None:
    if not folder.exists():
        raise InputMissing(f"There is no folder {folder}.", do="Check its name and place.")
    if not folder.is_dir():
        raise InputError(f"{folder} is a file.", do="Take one file in with `coachnote process`.")


def _look(folder: Path, rows: Collection[str]) -> tuple[list[str], list[str]]:
    found: list[str] = []
    left_alone: list[str] = []
    for path in _visible_files(folder, left_alone):
        name = path.relative_to(folder).as_posix()
        if name == MANIFEST:
            continue
        ours = path.is_file() and (name in rows or _is_ours(path))  # a pipe or a link to nowhere would never end or never open
        (found if ours else left_alone).append(name)
    return found, left_alone


def _visible_files(folder: Path, closed: list[str]) -> Iterator[Path]:
    """Adds the names of folders that cannot be opened to `closed`."""

    def note(error: OSError) -> None:
        closed.append(f"{Path(error.filename).relative_to(folder).as_posix()}/" if error.filename else "?")

    for place, folders, files in os.walk(folder, onerror=note, followlinks=False):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(place, name) for name in files if not name.startswith((".", "~$")))


def _is_ours(path: Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in CAPTIONS:
        return not _is_beside_its_recording(path)
    if suffix != DOCUMENT:
        return suffix in RECORDINGS
    try:
        with path.open("rb") as document:
            return SCHEMA in document.read(TOP)
    except OSError:
        return True  # taken as a job, so that its failure is told


def _is_beside_its_recording(captions: Path) -> bool:
    """Zoom writes `GMT…_Recording.transcript.vtt` beside `GMT…_Recording_1280x720.mp4`: one appointment, to be taken in once."""
    name = captions.name.split(".")[0].casefold()
    return any(p.suffix.lower() in RECORDINGS and p.name.casefold().startswith(name) for p in captions.parent.iterdir())


def _job(folder: Path, name: str, row: Row | None, clients: Collection[str], told: Intake) -> Job:
    path = folder / name
    if row and row.problem:
        return Job(path=path, name=name, intake=row.intake, problem=row.problem)
    intake = row.intake if row else told
    return Job(path=path, name=name, intake=replace(intake, client=intake.client or _client_by_folder(path, folder, clients)))


def _client_by_folder(path: Path, folder: Path, clients: Collection[str]) -> str | None:
    inside = path.relative_to(folder).parts[:-1]
    return next((part for part in (*reversed(inside), folder.resolve().name) if part in clients), None)
