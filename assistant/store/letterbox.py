"""A recording made while the store is locked: put in by anybody, taken out only by whoever unlocks the store (`taking_in.py`).

    audio/ID.enc   the sound, as in `audio.py`, under a fresh key
    audio/ID.box   that key and what is known of the session, sealed to the box of the store

Both are on the medium before the first byte of sound. Whoever records holds that one key and nothing else: no passphrase, no master key,
no database. The sealing is anonymous, so whoever may write to the folder can leave a recording too.

The public half of the box stands in `keys.json`, whose seal only an unlocked store can verify. Somebody who changes that file could have
recordings sealed to a box of their own. So the box that was seen at the last unlock is remembered outside the store, and nothing is
recorded for another one. Knows nothing of the database.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import uuid
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from assistant.domain import Recording, Session
from assistant.errors import CoachnoteError, Refused
from assistant.identity import new_id
from assistant.store import audio, disk, keys
from assistant.store.keys import Unlocked
from assistant.store.presence import Presence
from assistant.store.sealing import KEY_BYTES, BrokenSealError, new_key

SUFFIX = ".box"
MAGIC = b"CNBOX001"
LARGEST = 16 * 1024
"""Bytes. A box holds about 400."""
LONGEST_NAME, LONGEST_CLIENT = 1000, 32
"""Characters."""


class Left(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a box holds."""

    session: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f-]{36}\Z")]
    kind: Literal["dictation", "appointment"]
    date: dt.date | None
    client: Annotated[str, msgspec.Meta(max_length=LONGEST_CLIENT)] | None
    """As it was typed: nobody has looked whether there is such a client."""
    coach: Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)] | None
    media: Annotated[str, msgspec.Meta(max_length=32)]
    created_at: dt.datetime
    key: Annotated[bytes, msgspec.Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.session}>"


class Letterbox:
    """Stands open until it is closed; as long, nobody can change the master key, and with it the box."""

    def __init__(self, folder: Path, known: str | None) -> None:
        """`known`: the public half of the box that an unlocked store has vouched for.

        Raises Refused where the store has to be unlocked first; StoreMissing, StoreDamaged, StoreTooNew or NotWritable.
        """
        self._folder, self._presence = folder, Presence(folder)
        try:
            self._header = _vouched_for(folder, known)
        except BaseException:
            self._presence.leave()
            raise

    def start_recording(self, session: Session, media: str) -> tuple[Recording, audio.Writer]:
        """The key, sealed, is on the medium before the first byte of sound can be. Raises NotWritable."""
        recording, key = Recording(id=new_id(), session=session.id, media=media, state="recording"), new_key()
        sound, box = paths(self._folder, recording.id)
        left = msgspec.msgpack.encode(_left(session, media, key))
        sealed = MAGIC + keys.sealed_to(self._header.box, left, _place(self._header, recording.id))
        with disk.writing("the recording"):
            disk.make_folder(sound.parent)
        writer = audio.Writer(sound, recording.id, key)  # first, so that whoever finds the box can see that it is being recorded
        try:
            with disk.writing("the recording"):
                disk.write_atomically(box, sealed)
        except BaseException:
            writer.abandon()
            sound.unlink(missing_ok=True)
            raise
        return recording, writer

    def close(self) -> None:
        """May be called again."""
        self._presence.leave()


def waiting(folder: Path) -> list[str]:
    """Ids of the recordings with a box, oldest first."""
    return sorted(path.stem for path in (folder / audio.FOLDER).glob(f"*{SUFFIX}") if _is_id(path.stem))


def opened(folder: Path, recording_id: str, unlocked: Unlocked) -> Left | None:
    """What was left; None when the box does not open, or is gone."""
    with contextlib.suppress(OSError, ValueError, BrokenSealError, msgspec.MsgspecError):
        data = disk.read_at_most(paths(folder, recording_id)[1], LARGEST) or b""
        if data.startswith(MAGIC):
            text = unlocked.unbox(data[len(MAGIC) :], _place(unlocked.header, recording_id))
            return msgspec.msgpack.decode(text, type=Left)
    return None


def paths(folder: Path, recording_id: str) -> tuple[Path, Path]:
    """The sound and its box."""
    sound = folder / audio.FOLDER / f"{recording_id}.enc"
    return sound, sound.with_suffix(SUFFIX)


def remember(memory: Path, folder: Path, box: str) -> None:
    """Keep the box of an unlocked store in the folder `memory`. What cannot be kept costs only that the store is unlocked first."""
    kept = _kept(memory, folder)
    with contextlib.suppress(OSError, CoachnoteError):
        if remembered(memory, folder) != box:
            disk.make_folder(memory)
            disk.write_atomically(kept, box.encode())


def remembered(memory: Path, folder: Path) -> str | None:
    """The box that was seen when this store was last unlocked here."""
    with contextlib.suppress(OSError, ValueError):
        return (disk.read_at_most(_kept(memory, folder), 64) or b"").decode() or None
    return None


def _kept(memory: Path, folder: Path) -> Path:
    return memory / hashlib.sha256(str(folder.resolve()).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _left(session: Session, media: str, key: bytes) -> Left:
    """Nothing that was mistyped may keep the box from opening later: it is shortened, or left out."""
    client, coach = session.client, session.coach
    return Left(
        session=session.id,
        kind=session.kind,
        date=session.date,
        client=client if client and client.isascii() and len(client) <= LONGEST_CLIENT else None,
        coach=coach.encode("utf-8", "replace").decode()[:LONGEST_NAME] if coach else None,
        media=media,
        created_at=session.created_at,
        key=key,
    )


def _place(header: keys.Header, recording_id: str) -> str:
    return f"recording|{header.store}|{recording_id}"


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def _vouched_for(folder: Path, known: str | None) -> keys.Header:
    changing = (folder / keys.NEXT).exists()  # looked for first: it is removed when the new box is in force
    header = keys.read(folder)[0]
    if changing or not header.box or header.box != known:
        raise Refused("The store has to be unlocked first.", means="Its keys are not the ones that were last seen on this computer.")
    return header
