"""The process of `one_ear`: `python -m assistant.speech.one_ear_worker NAME FOLDER`. Stretches of sound come on stdin, what was heard goes
out. It reads the model's files and no other, writes none, and ends when its parent does."""

from __future__ import annotations

import sys
from pathlib import Path

from assistant.errors import ModelUnusable
from assistant.speech import hearing, plain, provenance, wire


def main(name: str, folder: Path) -> None:
    asked, out = sys.stdin.buffer, wire.only_way_out()
    try:
        provenance.verify(folder)
        from assistant.speech.engine import Engine

        ear = Engine(name, folder)
        wire.send(out, wire.NEWS, wire.packed({"multilingual": ear.multilingual, "settings": dict(ear.settings)}))
        for _, payload in wire.messages(asked):
            sound, task = plain.decoded(payload, tuple[hearing.Sound, hearing.Task])
            wire.send(out, wire.NEWS, plain.encoded(hearing.hear(ear, sound, task)))
    except ModelUnusable as unusable:
        wire.send(out, wire.REFUSED, wire.packed({"what": unusable.what, "means": unusable.means, "do": unusable.do}))
    except OSError:
        return  # nobody listens any more


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
