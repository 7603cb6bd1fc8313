"""The one door to the network: fetches a model from the hub when a person asks for it by name, and never otherwise.

What was fetched so far stays when it is stopped, and the next call goes on from there. A model appears under its name only when all of its
files are here and each is what the hub says it is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import queue
import shutil
import threading
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from assistant.errors import CoachnoteError, ModelMissing, ModelUnusable, NotWritable
from assistant.protocols import Progress
from assistant.speech import provenance
from assistant.speech.cards import Card

PARTIAL, PART = ".{}.partial", ".part"
PATIENCE = 15.0
"""Seconds to wait for a download that was stopped: longer than the client waits for a byte."""
PIECE = 1024 * 1024
"""Bytes between two steps of progress."""
ALSO = ("vocabulary.json", "vocabulary.txt", "preprocessor_config.json", "generation_config.json", "tokenizer_config.json")
"""Small files that are taken along where a repository has them; a card lists those that a model cannot do without."""
PIECES = "model.safetensors.index.json"


def fetch(card: Card, models: Path) -> Generator[Progress, None, Path]:
    """Download the model of a card into `models`, bytes as progress. Returns its folder.

    Raises ModelMissing when the hub cannot be reached or has no such model, ModelUnusable when a file is not what the hub says it is,
    NotWritable.
    """
    if card.hub is None:
        do = "Copy its folder in with: coachnote models add NAME FOLDER"
        raise ModelMissing(f"The model {card.name} is not on the hub.", do=do)
    with _in_plain_words(card), _writable(models):
        commit, wanted = _listing(card)
        partial = models / PARTIAL.format(card.name)
        partial.mkdir(parents=True, exist_ok=True)
        _remove_others(partial, commit)
        done, total = 0, sum(file.size for file in wanted)
        for file in wanted:
            yield Progress(stage="fetch", done=done, total=total)
            yield from _download(card.hub, commit, file, partial, done, total)
            _compare(card, partial, file)
            done += file.size
        return _put_in_place(card, partial, models, commit)


@dataclass(frozen=True)
class _File:
    name: str
    size: int
    sha256: str | None
    """For large files; the hub names small ones by their git hash."""
    blob: str


def _hub() -> Any:
    """The client, told to use plain HTTPS that can be resumed, to send no statistics and no token. It reads this when it is imported."""
    os.environ |= {"HF_HUB_OFFLINE": "0", "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"}
    import huggingface_hub
    import huggingface_hub.constants

    huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE = PIECE
    return huggingface_hub


def _listing(card: Card) -> tuple[str, list[_File]]:
    """The commit, and the files of the model in it."""
    info = _hub().HfApi(token=False).model_info(card.hub, revision=card.revision, files_metadata=True)
    there = {each.rfilename: each for each in info.siblings or []}
    names = [*card.files, *(name for name in ALSO if name in there)]
    if PIECES in there and "model.safetensors" not in there:  # a large language model comes in several
        pieces = [name for name in there if name.endswith(".safetensors") and "/" not in name]
        names = [name for name in names if name != "model.safetensors"] + [PIECES, *pieces]
    missing = [name for name in names if name not in there]
    if missing:
        raise ModelMissing(f"{card.hub} has no file {missing[0]}.", do="Fetch another model; coachnote models lists them.")
    return info.sha, [_file(there[name]) for name in dict.fromkeys(names)]


def _file(sibling: Any) -> _File:
    return _File(sibling.rfilename, sibling.size or 0, sibling.lfs.sha256 if sibling.lfs else None, sibling.blob_id or "")


def _remove_others(partial: Path, commit: str) -> None:
    """What was begun of another commit is of no use."""
    mark = partial / provenance.RECORD
    if mark.exists() and mark.read_text(encoding="ascii", errors="replace") != commit:
        shutil.rmtree(partial)
        partial.mkdir()
    mark.write_text(commit, encoding="ascii")


class _StoppedError(Exception):
    """Ends a download from within."""


@dataclass
class _Growing:
    """The file that a download goes to. Says how much has come, and is what the download is stopped by."""

    file: BinaryIO
    came: queue.SimpleQueue[int | BaseException | None] = field(default_factory=queue.SimpleQueue)
    stopped: threading.Event = field(default_factory=threading.Event)

    def write(self, data: bytes) -> int:
        if self.stopped.is_set():
            raise _StoppedError
        self.file.write(data)
        self.came.put(self.file.tell())
        return len(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)


def _download(hub: str, commit: str, wanted: _File, folder: Path, before: int, total: int) -> Generator[Progress, None, None]:
    """One file, from where an earlier download stopped, in a thread: whoever stops iterating stops the download with its next piece."""
    part = folder / (wanted.name + PART)
    if (folder / wanted.name).exists():
        return
    with part.open("r+b" if part.exists() else "x+b") as file:
        growing = _Growing(file)
        thread = threading.Thread(target=_work, args=(growing, hub, commit, wanted), daemon=True)
        file.seek(0, os.SEEK_END)
        thread.start()
        try:
            while (step := growing.came.get()) is not None:
                if isinstance(step, BaseException):
                    raise step
                yield Progress(stage="fetch", done=before + step, total=total)
        finally:
            growing.stopped.set()
            thread.join(PATIENCE)
    part.replace(folder / wanted.name)


def _work(growing: _Growing, hub: str, commit: str, wanted: _File) -> None:
    """The client's own download of one file, which tries again by itself when a connection breaks."""
    try:
        client = _hub()
        from huggingface_hub.file_download import http_get

        address = client.hf_hub_url(hub, wanted.name, revision=commit)
        headers = client.utils.build_hf_headers(token=False)
        there = min(growing.file.tell(), wanted.size)
        http_get(address, cast(BinaryIO, growing), resume_size=there, headers=headers, expected_size=wanted.size, tqdm_class=_silent())
        growing.came.put(None)
    except BaseException as error:  # noqa: BLE001 - handed to whoever waits
        growing.came.put(error)


def _silent() -> type:
    """The client's progress bar, showing nothing: the progress is ours to show."""
    from tqdm.auto import tqdm

    class Silent(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, "disable": True})

    return Silent


def _compare(card: Card, folder: Path, file: _File) -> None:
    """Against what the hub says of it; a file that differs is removed, so that the next try fetches it anew."""
    path = folder / file.name
    if path.stat().st_size == file.size and _same(path, file):
        return
    path.unlink()
    raise ModelUnusable(
        f"The file {file.name} of {card.name} is not what the hub says it is.",
        means="It was damaged or changed on its way. It was thrown away, and nothing was put in place.",
        do=f"Try again: coachnote models fetch {card.name}",
    )


def _same(path: Path, file: _File) -> bool:
    if file.sha256 is not None:
        return provenance.sha256_of(path) == file.sha256
    data = path.read_bytes()  # small, or the hub would give its SHA-256
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest() == file.blob


def _put_in_place(card: Card, partial: Path, models: Path, commit: str) -> Path:
    (partial / provenance.RECORD).unlink()
    provenance.record(partial, card.hub or "", commit)
    folder = models / card.name
    if folder.exists():
        shutil.rmtree(folder)
    partial.replace(folder)
    return folder


@contextlib.contextmanager
def _writable(models: Path) -> Generator[None]:
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        means = "What was fetched so far is kept."
        raise NotWritable(
            f"The model cannot be written to {models} ({os.strerror(error.errno)}).", means=means, do="Make room there, and fetch it again."
        ) from error


@contextlib.contextmanager
def _in_plain_words(card: Card) -> Generator[None]:
    try:
        yield
    except CoachnoteError:
        raise
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in {"huggingface_hub", "httpx", "httpx2", "httpcore", "httpcore2"}:
            raise
        raise _refused(card, error) from error


def _refused(card: Card, error: Exception) -> ModelMissing:
    status = getattr(getattr(error, "response", None), "status_code", None)
    again = f"coachnote models fetch {card.name}"
    if status in {401, 403, 404}:
        means = "The model may have been moved, withdrawn, or need an account."
        return ModelMissing(f"The hub does not give out {card.hub} (it answers {status}).", means=means, do="Fetch another one.")
    if status is not None:
        return ModelMissing(f"The hub answers {status}.", means="What was fetched so far is kept.", do=f"Try again later: {again}")
    means = "What was fetched so far is kept. Nothing of yours was sent."
    do = f"Check the connection and go on with: {again}. For a computer without one: coachnote models add NAME FOLDER"
    return ModelMissing("The hub cannot be reached, or the connection broke off.", means=means, do=do)
