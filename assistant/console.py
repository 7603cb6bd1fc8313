"""The terminal: progress and talk on stderr, results on stdout, errors as sentences with an exit code.

Knows no command. A result that goes to a file is written whole or not at all, readable by its owner only.
"""

from __future__ import annotations

import _thread
import contextlib
import itertools
import json
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from assistant.errors import CoachnoteError, NotWritable, Stopped, UsageProblem
from assistant.protocols import Progress

if TYPE_CHECKING:
    import click

T = TypeVar("T")
STAGES = {
    "fetch": "Fetching",
    "keep": "Keeping the recording",
    "load": "Loading the model",
    "decode": "Decoding",
    "find": "Finding speech",
    "transcribe": "Transcribing",
    "voices": "Telling the voices apart",
    "draft": "Drafting",
    "database": "Copying the database",
    "sound": "Going through the recordings",
    "check": "Checking every page",
    "entries": "Opening every entry",
    "plaintext": "Searching for plaintext",
    "salvage": "Saving what can be read",
    "index": "Reading the notes",
}


def say(text: str) -> None:
    """A sentence for the person, on stderr."""
    print(text, file=sys.stderr, flush=True)


def watch(steps: Generator[Progress, None, T]) -> T:
    """Run the work to its end with progress on stderr, and return its result. Ctrl-C closes the work first."""
    with contextlib.closing(steps), _meter() as show:
        while True:
            try:
                show(next(steps))
            except StopIteration as end:
                value: T = end.value
                return value


@contextlib.contextmanager
def _meter() -> Iterator[Callable[[Progress], None]]:
    if not sys.stderr.isatty():
        yield _stage_lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks = {stage: bars.add_task(label, visible=False, start=False) for stage, label in STAGES.items()}

        def show(step: Progress) -> None:
            bars.start_task(tasks[step.stage])
            bars.update(tasks[step.stage], visible=True, total=step.total, completed=step.done)
            if step.notice:
                bars.console.print(step.notice, markup=False, highlight=False)

        yield show


def _stage_lines() -> Callable[[Progress], None]:
    """Without a terminal: one line when a stage begins."""
    seen: set[str] = set()

    def show(step: Progress) -> None:
        if step.stage not in seen:
            seen.add(step.stage)
            say(f"{STAGES[step.stage]} …")
        if step.notice:
            say(step.notice)

    return show


def deliver(text: str, out: Path | None) -> None:
    """A result: to stdout, or to a file (0600, replaced in one step). Raises NotWritable."""
    if out is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        _replace(out, text.encode("utf-8"))
    except OSError as error:
        raise NotWritable(
            f"{out} could not be written ({error.strerror}).", do="Free some space, or name another place with --out."
        ) from error
    say(f"Written to {out}")


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".coachnote-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise


def report(error: CoachnoteError, *, as_json: bool = False) -> int:
    """Tell the person what happened, what it means and what to do. Returns the exit code."""
    if as_json:
        say(
            json.dumps(
                {"error": type(error).__name__, "what": error.what, "means": error.means, "do": error.do, "exit_code": error.exit_code}
            )
        )
    else:
        say("\n".join(part for part in (error.what, error.means, error.do) if part))
    return error.exit_code


def run(command: click.Command, arguments: list[str] | None = None) -> int:
    """Run a click command; every way it can end becomes an exit code and, if need be, a sentence."""
    words = sys.argv[1:] if arguments is None else arguments
    as_json = "--format=json" in words or ("--format", "json") in itertools.pairwise(words)
    signal.signal(signal.SIGTERM, _stop)
    before, sys.unraisablehook = sys.unraisablehook, _press_again
    try:
        with _hushed() if as_json and not sys.stderr.isatty() else contextlib.nullcontext():
            return _ended(command, words)
    except CoachnoteError as error:
        return report(error, as_json=as_json)
    finally:
        sys.unraisablehook = before


def _press_again(lost: sys.UnraisableHookArgs) -> None:
    """A Ctrl-C that came while a library was calling back would be printed and lost: it is pressed again a moment later."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        again = threading.Timer(0.05, _thread.interrupt_main)
        again.daemon = True
        again.start()
    else:
        sys.__unraisablehook__(lost)


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """A program that asked for JSON and reads stderr gets one object there or nothing: no progress, no talk."""
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):
        yield


def _ended(command: click.Command, words: list[str]) -> int:
    import click

    try:
        result = command.main(args=words, prog_name="coachnote", standalone_mode=False)
        return result if isinstance(result, int) else 0
    except click.ClickException as problem:
        raise UsageProblem(problem.format_message(), do="See `coachnote --help`, or add --help to the command.") from problem
    except (KeyboardInterrupt, click.Abort) as stop:
        raise _stopped() from stop
    except CoachnoteError:
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last resort: a fault of ours, told without a traceback, which could quote what was said
        raise (_stopped() if _was_interrupted(error) else _fault(error)) from None


def _stopped() -> Stopped:
    return Stopped("Stopped.", means="What was saved before is still there.")


def _was_interrupted(error: BaseException | None) -> bool:
    """Libraries that are still loading wrap a Ctrl-C in errors of their own."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def _fault(error: Exception) -> CoachnoteError:
    if isinstance(error, OSError) and error.errno in {28, 30, 122}:
        return NotWritable(
            "The disk is full or may not be written to.", means="Nothing half-written was left.", do="Free some space and try again."
        )
    frames = traceback.extract_tb(error.__traceback__)
    place = next((f"{Path(f.filename).name}:{f.lineno}" for f in reversed(frames) if "assistant" in f.filename), "?")
    return CoachnoteError(
        f"Something went wrong inside coachnote ({type(error).__name__} at {place}).",
        means="This is a fault of the program. What was saved before is still there.",
        do="Please report the line above; it holds no personal data.",
    )
