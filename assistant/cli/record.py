"""`coachnote record`: dictate, with a level meter and single keys; then the recording walks the rest of the line.

The store stays locked while the person speaks: the passphrase is asked for afterwards.
"""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import date
from types import FrameType
from typing import TYPE_CHECKING

import click

from assistant import pipeline, wiring
from assistant.cli.keys import Press, pressed
from assistant.cli.process import tell
from assistant.cli.spelling import no_spelling
from assistant.cli.spoken import language_options
from assistant.cli.statusline import StatusLine, status_line
from assistant.cli.unlocking import unlock
from assistant.console import say, watch
from assistant.domain import MICROPHONE
from assistant.errors import CoachnoteError, NotWritable, Refused, Stopped
from assistant.protocols import SAMPLE_RATE

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import Kind
    from assistant.protocols import AudioWriter, Letterbox, Level, Recorder, Store

KEYS = {" ": "pause", "p": "pause", "q": "stop", "\n": "stop", "\r": "stop"}
HELP = "Space or p pauses, Enter or q stops. Ctrl-C stops too, and keeps what was recorded."
WARNINGS = {
    "dead": "The microphone sends nothing at all. Is it muted, or unplugged?",
    "silent": "Nothing is heard. Move closer, or choose another microphone in the system's sound settings.",
    "clipping": "Too loud. Move back a little, or turn the microphone down.",
    "dropout": "The sound stalled on its way from the microphone: a word may be missing here.",
}
SHORT = {"dead": "muted?", "silent": "too quiet", "clipping": "too loud", "dropout": "stalled"}
GONE = "The microphone went away and did not come back, so the recording ended there."
FULL = "The disk is full. Free some space while you go on: up to ten minutes are held in memory, and written as soon as there is room."
SAFE = "The recording is safe: it is kept, encrypted, as session {}."
GO_ON = "Run `coachnote finish {}` to go on."
LONGEST = 24 * 60 * 60
"""Seconds."""
METER = 24
"""Characters."""
QUIETEST = -60.0
"""dBFS at the left end of the meter."""
MOST_UNSAVED = 10 * 60 * SAMPLE_RATE * 2
"""Bytes held in memory while the disk is full: ten minutes."""


@click.command()
@click.option(
    "--client",
    metavar="REF",
    help="Reference of the client, such as C-0042. Without it, the session stays unassigned and cannot be signed.",
)
@click.option("--seconds", type=click.IntRange(1, LONGEST), metavar="N", help="Stop by itself after N seconds.")
@click.option("--kind", type=click.Choice(["dictation", "appointment"]), default="dictation", show_default=True)
@click.option("--model", metavar="NAME", help="Speech model; see `coachnote models`.")
@no_spelling
@click.option("--coach", metavar="NAME", help="First name of the coach who speaks.")
@click.pass_obj
@language_options
def record(settings: Settings, client: str | None, seconds: int | None, kind: Kind, model: str | None, coach: str | None) -> None:
    """Dictate: record the microphone, then transcribe and draft. What is said is encrypted on disk from the first second.

    The passphrase is asked for when the recording has ended. Without it the recording is kept, and waits for the next unlocking.

    \b
    Example:  coachnote record --client C-0042
    """
    wiring.recorder_available()
    wiring.require_store(settings)
    intake = pipeline.Intake(kind=kind, date=date.today(), client=client, coach=coach or settings.coach)
    letterbox, store = _letterbox(settings, client)
    try:
        taped = _dictate(letterbox, wiring.recorder(), intake, seconds)
        letterbox.close()
        store = store or _unlocked(settings, taped.session)
        _take_in(store, taped)
        _tell_unassigned(store, taped.session, client)
        _walk_on(store, taped.session, wiring.engines(settings, model))
    finally:
        letterbox.close()
        if store is not None:
            store.close()


def _letterbox(settings: Settings, client: str | None) -> tuple[Letterbox, Store | None]:
    """With the store only where it had to be unlocked first: made by an older version, or not unlocked on this computer before."""
    try:
        return wiring.letterbox(settings), None
    except Refused:
        store = unlock(settings)
    try:
        if client is not None:
            store.client(client)
        return wiring.letterbox(settings, store), store
    except BaseException:
        store.close()
        raise


@dataclass(frozen=True, kw_only=True)
class _Taped:
    """A recording that was closed whole."""

    session: str
    recording: str
    seconds: float


def _unlocked(settings: Settings, session: str) -> Store:
    """Whatever goes wrong here, the recording waits, and the message says so."""
    try:
        return unlock(settings, own=session)
    except CoachnoteError as error:
        raise type(error)(error.what, means=SAFE.format(session), do=GO_ON.format(session)) from error
    except (KeyboardInterrupt, EOFError):
        raise _for_later("The store was not unlocked.", session) from None


def _take_in(store: Store, taped: _Taped) -> None:
    store.recover_recordings()
    store.finish_recording(taped.recording, taped.seconds)


def _tell_unassigned(store: Store, session: str, client: str | None) -> None:
    if client is not None and store.session(session).client is None:
        say(f"There is no client {client}, so this session has no client yet. Choose one in the list of sessions: coachnote review")


@dataclass
class _Kept:
    """The sink: begins the recording at the first sound, so that a microphone that fails leaves nothing behind."""

    letterbox: Letterbox
    intake: pipeline.Intake
    session: str | None = None
    unsaved: int = 0
    """Bytes that the writer holds because the disk is full."""
    recording: str | None = None
    _writer: AudioWriter | None = None

    def write(self, data: bytes) -> object:
        """Raises NotWritable when the disk has been full for so long that memory could not be trusted with more."""
        writer = self._writer or self._start()
        try:
            writer.write(data)
            self.unsaved = 0
        except NotWritable:
            self.unsaved += len(data)
            if self.unsaved > MOST_UNSAVED:
                raise
        return len(data)

    def _start(self) -> AudioWriter:
        session = pipeline.new_session(self.intake)
        recording, writer = self.letterbox.start_recording(session, MICROPHONE)
        self.session, self.recording, self._writer = session.id, recording.id, writer
        return writer

    def close(self) -> None:
        """Raises NotWritable when the disk is still full; what was written before can be recovered."""
        if self._writer is not None:
            self._writer.close()


@dataclass
class _Signals:
    """Signals that were caught instead of stopping the program in the middle of a write."""

    caught: list[int] = field(default_factory=list)

    def note(self, number: int, _frame: FrameType | None) -> None:
        self.caught.append(number)


def _dictate(letterbox: Letterbox, recorder: Recorder, intake: pipeline.Intake, seconds: float | None) -> _Taped:
    """Record until the person stops or the time is up."""
    kept = _Kept(letterbox, intake)
    with _caught_signals() as signals:
        try:
            length = _run(recorder.record(kept, seconds), kept, signals, seconds)
            kept.close()
        except NotWritable as full:
            raise _still_kept(full, kept) from full
    if kept.session is None or kept.recording is None:
        raise Stopped("Stopped before the first sound.", means="Nothing was recorded.")
    if any(number != signal.SIGINT for number in signals.caught):
        raise _for_later("The system asked coachnote to stop.", kept.session)
    say(f"Recorded {clock(length)}, encrypted.")
    return _Taped(session=kept.session, recording=kept.recording, seconds=length)


def _still_kept(full: NotWritable, kept: _Kept) -> NotWritable:
    if kept.session is None:
        return full
    means = f"What was recorded until then is kept as session {kept.session}."
    return NotWritable(full.what, means=means, do=f"Free some space. {GO_ON.format(kept.session)}")


def _for_later(what: str, session: str) -> Stopped:
    return Stopped(what, means=SAFE.format(session), do=GO_ON.format(session))


def _run(levels: Generator[Level, str | None, float], kept: _Kept, signals: _Signals, seconds: float | None) -> float:
    """Show the meter and pass the keys on, until the recorder returns the seconds it recorded."""
    command: str | None = None
    with contextlib.closing(levels), pressed() as press, status_line() as line:
        face = _Face(line)
        face.open()
        try:
            level = next(levels)
            while True:
                command = "stop" if signals.caught else _command(press, paused=face.paused)
                face.show(level, command)
                face.warn_once(FULL if kept.unsaved else None)
                level = levels.send(command)
        except StopIteration as end:
            length = float(end.value)
            if command != "stop" and (seconds is None or length < seconds):
                line.tell(GONE)
            return length


def _command(press: Press, *, paused: bool) -> str | None:
    command = KEYS.get(press() or "")
    return "resume" if command == "pause" and paused else command


@contextlib.contextmanager
def _caught_signals() -> Iterator[_Signals]:
    """Ctrl-C, a closed terminal and a polite kill all mean: stop, and keep it whole."""
    signals = _Signals()
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    heeded = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]  # nohup ignores a closed terminal
    before = {number: signal.signal(number, signals.note) for number in heeded}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass
class _Face:
    """What the person sees: the meter, and each kind of warning said once."""

    line: StatusLine
    paused: bool = False
    _speaking: bool = False
    _said: set[str] = field(default_factory=set)

    def open(self) -> None:
        self.line.tell(HELP if sys.stdin.isatty() else "Ctrl-C stops, and keeps what was recorded.")
        self.line.draw("Opening the microphone ...")

    def show(self, level: Level, command: str | None) -> None:
        self.paused = command == "pause" or (self.paused and command != "resume")
        if level.at > 0 and not self._speaking:
            self._speaking = True
            self.line.tell("Recording: speak now.")
        if level.warning and not self.paused:
            self.warn_once(WARNINGS[level.warning])
        if self._speaking:
            self.line.draw(meter_line(level, paused=self.paused))

    def warn_once(self, text: str | None) -> None:
        if text and text not in self._said:
            self._said.add(text)
            self.line.tell(text)


def meter_line(level: Level, *, paused: bool) -> str:
    """`REC 1:05  [########        ]  too quiet`, with the peak of the last tenth of a second."""
    if paused:
        return f"PAUSED {clock(level.at)}  Space goes on, Enter stops."
    filled = round(METER * min(1.0, max(0.0, 1 - level.peak / QUIETEST)))
    return f"REC {clock(level.at)}  [{'#' * filled:<{METER}}]  {SHORT.get(level.warning or '', '')}"


def clock(seconds: float) -> str:
    """`1:05`, `1:00:05`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _walk_on(store: Store, session: str, engines: pipeline.Engines) -> None:
    try:
        watch(pipeline.finish_session(store, session, engines))
    except KeyboardInterrupt:
        raise _for_later("Stopped.", session) from None
    tell(store, session)
