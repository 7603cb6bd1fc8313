"""Recordings: an encrypted file each, under a key of its own, and the row that says what state it is in."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import Any, BinaryIO, cast

from assistant.domain import Recording
from assistant.errors import Refused, StoreDamaged, UsageProblem
from assistant.identity import new_id
from assistant.store import audio, disk
from assistant.store.base import Row, StoreBase
from assistant.store.client_keys import of_recording

FOLDER = audio.FOLDER


class Recordings(StoreBase):
    def start_recording(self, session_id: str, media: str) -> tuple[Recording, audio.Writer]:
        """The key is on the medium before the first byte of sound can be. Raises NotWritable."""
        self._session_row(session_id)
        recording = Recording(id=new_id(), session=session_id, media=media, state="recording")
        with disk.writing("the recording"):
            disk.make_folder(self._folder / FOLDER)
        writer = audio.Writer(self._path(recording.id), recording.id, self._keys.ensure(of_recording(recording.id)))
        try:
            with self._db.write() as db:
                self._session_row(session_id)  # it may have been erased meanwhile
                db["recordings"].insert({"id": recording.id, "session": session_id, "media": media, "state": "recording"})
        except BaseException:
            writer.abandon()
            self._path(recording.id).unlink(missing_ok=True)
            raise
        return recording, writer

    def recordings(self, session_id: str) -> list[Recording]:
        """Oldest first."""
        return [_recording(row) for row in self._db.rows("SELECT * FROM recordings WHERE session = ? ORDER BY rowid", [session_id])]

    def open_recording(self, recording_id: str) -> BinaryIO:
        """Decrypted on the fly, seekable. Raises Refused while unfinished and once erased, StoreDamaged here or while reading."""
        row = self._recording_row(recording_id)
        if row["state"] == "recording":
            raise _unfinished()
        if row["state"] == "erased":
            raise self._erased(recording_id)
        reader = audio.open_reader(self._path(recording_id), recording_id, self._keys.get(of_recording(recording_id)))
        if row["bytes"] != cast(audio.Reader, reader.raw).size:
            reader.close()
            raise audio.damaged("is not as long as it was")
        return cast(BinaryIO, reader)

    def finish_recording(self, recording_id: str, seconds: float | None) -> None:
        """Raises Refused when its writer was not closed."""
        row = self._recording_row(recording_id)
        path, key = self._path(recording_id), self._keys.get(of_recording(recording_id))
        state = audio.ending(path, recording_id, key)
        if state is None:
            raise _unfinished()
        self._note_end(row["id"], state, audio.size(path, recording_id, key), seconds)

    def recover_recordings(self) -> list[Recording]:
        """Close what a crash left open, keeping every whole chunk. Left alone: what a living process is writing, and what does not open."""
        recovered = []
        for row in self._db.rows("SELECT * FROM recordings WHERE state = 'recording' ORDER BY rowid"):
            with contextlib.suppress(StoreDamaged):
                path, key = self._path(row["id"]), self._keys.get(of_recording(row["id"]))
                if state := audio.recover(path, row["id"], key):
                    self._note_end(row["id"], state, audio.size(path, row["id"], key), None)
                    recovered.append(_recording({**row, "state": state}))
        return recovered

    def _note_end(self, recording_id: str, state: audio.Ending, size: int, seconds: float | None) -> None:
        with self._db.write() as db:
            change = "UPDATE recordings SET state = ?, bytes = ?, seconds = coalesce(?, seconds) WHERE id = ?"
            db.execute(change, [state, size, seconds, recording_id])

    def _erased(self, recording_id: str) -> Refused:
        row = self._db.row("SELECT at, why FROM erasures WHERE what = 'recording' AND object = ? ORDER BY n DESC", [recording_id])
        on = f" on {dt.datetime.fromisoformat(row['at']):%d %B %Y}" if row else ""
        means = "Its time was up by the retention rule." if row and row["why"] == "retention" else "Somebody asked for it."
        return Refused(f"This recording was erased{on}.", means=f"{means} What was written and signed of it stands.")

    def _recording_row(self, recording_id: str) -> dict[str, Any]:
        row = self._db.row("SELECT * FROM recordings WHERE id = ?", [recording_id])
        if row is None:
            raise UsageProblem(f"There is no recording {recording_id}.", do="See the sessions with: coachnote list")
        return row

    def _path(self, recording_id: str) -> Path:
        return self._folder / FOLDER / f"{recording_id}.enc"


def _recording(row: Row) -> Recording:
    return Recording(id=row["id"], session=row["session"], media=row["media"], state=row["state"], seconds=row["seconds"])


def _unfinished() -> Refused:
    means = "It is being recorded, or a crash left it open."
    return Refused("This recording is not finished.", means=means, do="Stop it, or start coachnote again to recover it.")
