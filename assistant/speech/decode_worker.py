"""The process that decodes: `python -m assistant.speech.decode_worker RATE`. It asks for the recording on stdout and gets it on stdin.

It opens no file: what is decrypted stays in memory. It ends when its parent does, since nobody answers it then.
"""

from __future__ import annotations

import io
import os
import sys
from dataclasses import asdict
from typing import IO

from assistant.errors import NotAudio
from assistant.speech import limits, wire
from assistant.speech.tally import Tally
from assistant.speech.unpack import unpacked


class Remote(io.RawIOBase):
    """The recording, which the parent holds."""

    def __init__(self, asked: IO[bytes], answers: IO[bytes]) -> None:
        super().__init__()
        self._asked, self._answers = asked, answers
        self._place = 0
        self.size = self.seek(0, io.SEEK_END)
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._answer(wire.READ, wire.PLACE.pack(size))
        self._place += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        (place,) = wire.PLACE.unpack(self._answer(wire.MOVE, wire.SEEK.pack(offset, whence)))
        self._place = self._place if place < 0 else place
        return int(place)

    def tell(self) -> int:
        return self._place

    def _answer(self, kind: bytes, payload: bytes) -> bytes:
        try:
            wire.send(self._asked, kind, payload)
            answer = wire.receive(self._answers)
        except OSError:
            answer = None
        if answer is None:
            os._exit(0)  # the parent is gone; libav would take an exception for a fault of the file and go on
        return answer[1]


def main(rate: int) -> None:
    answers, out = sys.stdin.buffer, wire.only_way_out()
    limits.confine()
    limits.allow_more()
    file, tally = Remote(out, answers), Tally()
    told: tuple[object, ...] = ()
    try:
        for block in unpacked(file, file.size, rate, tally):  # type: ignore[arg-type]  # av takes any object that reads and seeks
            limits.allow_more()
            if told != (told := (tally.declared, tally.sounded, tally.bad, len(tally.holes))):
                wire.send(out, wire.NEWS, wire.packed(asdict(tally)))
            wire.send(out, wire.SOUND, bytes([block.channels]) + block.data)
        wire.send(out, wire.NEWS, wire.packed(asdict(tally)))
        wire.send(out, wire.DONE)
    except NotAudio as refused:
        wire.send(out, wire.REFUSED, wire.packed({"what": refused.what, "means": refused.means, "do": refused.do}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
