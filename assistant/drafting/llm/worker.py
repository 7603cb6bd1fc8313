"""The child process in which a language model runs: readings in on stdin, events out on stdout, one JSON line each.

`python -m assistant.drafting.llm.worker FOLDER [LOOKUP]`. Ends when its stdin closes, whatever it is doing: a parent that is killed leaves
nothing behind. Writes nothing else anywhere: what libraries print is thrown away.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from assistant.drafting.llm.talk import Event, Failed, ModelFailed, Reading, Why


def main(folder: Path, lookup: int | None) -> None:
    wanted, out = _asked(sys.stdin.buffer), _only_way_out()
    encoder = msgspec.json.Encoder()

    def emit(event: Event) -> None:
        out.write(encoder.encode(event) + b"\n")
        out.flush()

    _first_to_go()
    try:
        _serve(folder, lookup, wanted, emit)
    except BaseException as error:  # noqa: BLE001 - the parent is told by name; the message could hold what was said
        emit(Failed(why=_why(error)))


def _serve(folder: Path, lookup: int | None, wanted: queue.SimpleQueue[bytes], emit: Callable[[Event], None]) -> None:
    from assistant.drafting.llm import causal_lm

    fingerprint = causal_lm.Fingerprint(folder)
    model = causal_lm.load(folder, lookup=lookup)
    emit(model.ready())
    decoder = msgspec.json.Decoder(Reading)
    while True:
        reading = decoder.decode(wanted.get())
        try:
            model.read(reading, emit)
            emit(fingerprint.known())
        except ModelFailed as failed:  # this window only: the next may be shorter
            emit(Failed(why=failed.why))


def _why(error: BaseException) -> Why:
    if isinstance(error, MemoryError):
        return "out of memory"
    from assistant.drafting.llm.causal_lm import why

    return why(error)


def _asked(source: BinaryIO) -> queue.SimpleQueue[bytes]:
    """Lines of stdin, read by a thread that ends the process with its parent."""
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def listen() -> None:
        for line in source:
            lines.put(line)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    return lines


def _only_way_out() -> BinaryIO:
    """The real stdout for events; whatever a library prints goes nowhere."""
    out = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return out


def _first_to_go() -> None:
    """When memory runs out, Linux ends this process before any other of the person's."""
    try:
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    except OSError:
        return


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
