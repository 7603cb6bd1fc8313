"""A model tried on this computer: how fast it is, how much memory it takes, and whether it hears the same in windows as long as the sound
as in windows of 30 seconds. The verdict on that is kept beside the model.

The same stretches are heard both ways, with the guards that any recording is heard with. Where no text of the recording is known, that says
whether the shorter window changes what is heard, and not how much of it is right.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant import resources
from assistant.languages import AUTO, ENGLISH
from assistant.protocols import Progress
from assistant.speech import guards, vad, windows
from assistant.speech.cards import DEMO, LEAST_WINDOW, ModelOnDisk
from assistant.speech.decode import decode
from assistant.speech.ear import LONGEST_WINDOW
from assistant.speech.ears import FarEars, Known
from assistant.speech.hearing import Found, Sound, Task
from assistant.speech.nobody import nothing_said
from assistant.speech.windows import Verdict

STRETCHES = 20
"""At most as many are heard, taken evenly from the whole recording: four or five minutes of speech."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was measured. Seconds are those of the clock."""

    model: str
    settings: dict[str, str | int | float | bool | None]
    """Of the ear: what it runs on, and with which numbers."""
    loading: float
    speech: float
    """Seconds of sound that were heard."""
    short: float
    """Seconds that this took in windows as long as the sound."""
    full: float
    """Seconds that it took in windows of 30 seconds."""
    peak_mb: float | None
    """The most memory of its own processes together; None where the system does not tell."""
    verdict: Verdict
    kept: bool
    """Whether the verdict decides how the model is used. Not so where its card does."""


def check(
    model: ModelOnDisk, ears: FarEars, own: Path | None, *, language: str = AUTO, prompt: Sequence[str] = ()
) -> Generator[Progress, None, Checked]:
    """Try a model on a recording of one's own, or on the synthetic one that comes with the program. `prompt`: the words to expect.

    Raises InputError, NothingSaid, ModelUnusable or NotWritable.
    """
    sounds = yield from _sounds(own or resources.root() / "models" / DEMO / "dictation.flac")
    started = time.monotonic()
    with contextlib.closing(ears):
        for _ in ears.load():
            yield Progress(stage="load", done=0, notice=ears.news())
        loading = time.monotonic() - started
        task = _task(model, ears.known, language, prompt)
        total = 2 * sum(sound.seconds for sound in sounds)
        in_full, full = yield from _heard(ears, sounds, replace(task, smallest_window=LONGEST_WINDOW), 0.0, total)
        in_short, short = yield from _heard(ears, sounds, task, total / 2, total)
        peaks = [_peak_mb(pid) for pid in ears.pids]
    verdict = Verdict(
        words=sum(len(_words(found)) for found in in_full),
        differing=sum(_distance(_words(one), _words(other)) for one, other in zip(in_short, in_full, strict=True)),
        stretches=len(sounds),
        own=own is not None,
        weights=windows.weights(model),
    )
    kept = model.card.smallest_window is None
    if kept:
        windows.record(model, verdict)
    return Checked(
        model=model.card.name,
        settings=ears.known.settings,
        loading=loading,
        speech=total / 2,
        short=short,
        full=full,
        peak_mb=None if None in peaks else sum(peak or 0.0 for peak in peaks),
        verdict=verdict,
        kept=kept,
    )


def _sounds(recording: Path) -> Generator[Progress, None, list[Sound]]:
    """Stretches in which somebody speaks, from all of the recording."""
    decoded = yield from decode(recording)
    sound = decoded.mixed()
    activity = yield from vad.activity(sound)
    spoken = [stretch for stretch in vad.plan(activity) if stretch.speech >= guards.NO_VOICE]
    if not spoken:
        raise nothing_said(decoded, activity)
    every = max(1.0, len(spoken) / STRETCHES)
    chosen = [spoken[int(number * every)] for number in range(min(STRETCHES, len(spoken)))]
    played = sound.play([(sound.ways[0], stretch.start, stretch.end) for stretch in chosen])
    return [
        Sound(samples=samples, activity=activity.part(stretch.start, stretch.end), likely=stretch.speech)
        for samples, stretch in zip([samples for samples in played if samples is not None], chosen, strict=True)
    ]


def _task(model: ModelOnDisk, known: Known, language: str, prompt: Sequence[str]) -> Task:
    """As a recording would be heard, in the shortest windows that the model may ever be given."""
    return Task(
        language=ENGLISH if language == AUTO else language,
        ask=known.multilingual and not model.card.only_english,
        follow=language == AUTO,
        prompt=tuple(prompt) if model.card.prompt else (),
        smallest_window=LEAST_WINDOW if model.card.smallest_window is None else model.card.smallest_window,
    )


def _heard(
    ears: FarEars, sounds: Sequence[Sound], task: Task, done: float, total: float
) -> Generator[Progress, None, tuple[list[Found], float]]:
    """All of them, and the seconds that took."""
    found: list[Found] = []
    started = time.monotonic()
    for answer in ears.hear(sounds, task, sum(sound.seconds for sound in sounds)):
        if answer is not None:
            done += sounds[len(found)].seconds
            found.append(answer)
        yield Progress(stage="transcribe", done=done, total=total)
    return found, time.monotonic() - started


def _words(found: Found) -> list[str]:
    """Without capitals and signs."""
    plain = ("".join(filter(str.isalnum, word)) for piece in found.pieces for word in piece.text.casefold().split())
    return [word for word in plain if word]


def _distance(heard: Sequence[str], other: Sequence[str]) -> int:
    """Fewest words to change, take out or put in (Levenshtein)."""
    row = list(range(len(other) + 1))
    for number, word in enumerate(heard, 1):
        before, row[0] = row[0], number
        for at, against in enumerate(other, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (word != against))
    return row[-1]


def _peak_mb(pid: int) -> float | None:
    """The most memory that a running process has held, in millions of bytes; None where the system does not tell so simply."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    held = next((line.split()[1] for line in lines if line.startswith("VmHWM:")), None)
    return int(held) * 1024 / 1e6 if held else None
