"""Recordings that were left while the store was locked become sessions like any other.

The order leaves nothing lost and nothing twice, wherever it breaks off: sound closed, key kept, rows written, and only then the box
removed. A box whose recording is there already, or was erased since, is just removed.
"""

from __future__ import annotations

import contextlib
from typing import Any

from assistant.domain import Recording, Session
from assistant.errors import StoreDamaged
from assistant.store import audio, disk, letterbox
from assistant.store.client_keys import of_client, of_recording
from assistant.store.letterbox import Left
from assistant.store.recordings import Recordings
from assistant.store.sessions import Sessions


class TakingIn(Sessions, Recordings):
    @property
    def box(self) -> str:
        """Public half of the key pair to which recordings are sealed while the store is locked."""
        return str(self._unlocked.header.box)

    def recover_recordings(self) -> list[Recording]:
        """Also take in what was left while the store was locked. Raises NotWritable; what was not taken in then still waits."""
        return [*self._take_in(), *super().recover_recordings()]

    def boxes_that_do_not_open(self) -> list[str]:
        """Ids of the recordings whose box is damaged, or sealed to another store."""
        return [name for name in letterbox.waiting(self._folder) if letterbox.opened(self._folder, name, self._unlocked) is None]

    def _take_in(self) -> list[Recording]:
        """Left alone: what a living process is recording, and boxes that do not open."""
        taken = (self._take_in_one(name) for name in letterbox.waiting(self._folder))
        return [recording for recording in taken if recording is not None]

    def _take_in_one(self, name: str) -> Recording | None:
        """None for what was left alone, was there already, or is not whole: that has its rows now, and waits for its file."""
        left, (sound, box) = letterbox.opened(self._folder, name, self._unlocked), letterbox.paths(self._folder, name)
        if left is None:
            return None
        state, size = "recording", None
        with contextlib.suppress(StoreDamaged):  # its key must not be lost with it: the file may be put back
            ended = audio.recover(sound, name, left.key)
            if ended is None:
                return None
            state, size = ended, audio.size(sound, name, left.key)
        recording = Recording(id=name, session=left.session, media=left.media, state=state)  # type: ignore[arg-type]
        with self._db.write() as db:
            new = not _known(db, name, left.session)
            if new:
                self._keys.keep(of_recording(name), left.key)
                self._insert_session(db, self._session_of(db, left))
                db["recordings"].insert({"id": name, "session": left.session, "media": left.media, "state": state, "bytes": size})
        with disk.writing("the recording"):
            box.unlink(missing_ok=True)
            disk.sync_folder(box.parent)
        return recording if new and size is not None else None

    def _session_of(self, db: Any, left: Left) -> Session:
        """Unassigned where there is no such client: a recording is never lost for a reference that was mistyped."""
        found = next(iter(db.query("SELECT ref FROM clients WHERE ref = ?", [left.client])), None)
        client = left.client if found and self._keys.has(of_client(found["ref"])) else None
        return Session(id=left.session, kind=left.kind, date=left.date, client=client, coach=left.coach, created_at=left.created_at)


def _known(db: Any, recording_id: str, session_id: str) -> bool:
    """Whether it was taken in before, even if it was erased since. A session's id is made anew for each recording."""
    there = "SELECT 1 FROM recordings WHERE id = ? UNION SELECT 1 FROM sessions WHERE id = ?"
    gone = "SELECT 1 FROM erasures WHERE object IN (?, ?)"
    return any(next(iter(db.query(sql, [recording_id, session_id])), None) for sql in (there, gone))
