"""Where somebody speaks: Silero's probabilities, and a plan of stretches of at most 15 seconds cut at pauses.

The plan is a pure function of probabilities and levels. Knows nothing of files, models of speech or text.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.protocols import SAMPLE_RATE, Progress
from assistant.speech.decode import Decoded
from assistant.speech.level import STEP, WINDOW, windows

CHUNK = 60 * SAMPLE_RATE // WINDOW * WINDOW
"""Samples given to Silero at once, so that an hour needs no more memory than a minute."""
SETTLE = 4 * SAMPLE_RATE // WINDOW * WINDOW
"""Samples heard again before a chunk, since Silero starts every call without memory."""

ON, OFF, FAINT = 0.5, 0.35, 0.3
"""Probabilities: speech begins, speech has ended, and speech in a loud stretch that the first pass took for noise."""
PAD = 0.3
"""Seconds kept before and after speech, so that soft consonants are not cut off."""
LONGEST = 15.0
"""Seconds: a stretch that fills half of Whisper's window."""
FILLING = 27.0
"""Seconds: a stretch that, with its padding and a rest of silence, fills the window of a model that is always given all of it."""
CUT_ZONE = 3.0
"""A stretch that is too long is cut where speech is least likely within its last three seconds."""
PAUSES = ((10.0, 0.15), (0.0, 2.0))
"""From a stretch of this many seconds on, a pause of this many ends it. Full stretches are quicker to hear: of 62 seconds of dictation they
make 5 windows of 71 seconds in all, and stretches that end with a sentence 11 windows of 111 seconds; the same words are wrong."""
BURST, BURST_LEVEL = 0.1, -50.0
"""Seconds and dBFS: a shorter and quieter burst is a click."""
LOUD = -40.0
"""dBFS: a sound of this level is looked at again before it is called noise."""
VOICED, SURELY = 0.4, 0.8
"""Seconds of likely speech in one run, or a probability in one window, from which somebody speaks in a recording. Measured: nine clips of
noise and silence reached 0.26 seconds and 0.66; of 165 recordings of speech, among them single words, -50 dBFS and radio from the moon,
164 reached 0.48 seconds or 0.87, and one, without anything above 300 Hz, neither."""
WANTED_LEVEL, MOST_GAIN = -25.0, 45.0
"""dBFS and dB: quiet recordings are amplified for Silero, never for the listener."""


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A piece of the recording to be heard, in seconds; `speech` is how likely it holds speech, 0 to 1."""

    start: float
    end: float
    speech: float


@dataclass(frozen=True, kw_only=True)
class Activity:
    """What every 32 ms window of a recording holds."""

    speech: NDArray[np.float32] = field(repr=False)
    """Probability of speech, shape (windows,)."""
    level: NDArray[np.float32] = field(repr=False)
    """RMS in dBFS, -120 for digital silence, shape (windows,)."""
    seconds: float

    def said(self, start: float, end: float) -> float:
        """Seconds between two times in which speech is likely."""
        return float((self.speech[_slice(start, end)] >= ON).sum()) * STEP

    def part(self, start: float, end: float) -> Activity:
        """That of the sound between two times alone."""
        cut = _slice(start, end)
        return Activity(speech=self.speech[cut], level=self.level[cut], seconds=end - start)

    def loudness(self, start: float, end: float) -> float:
        """RMS in dBFS of the sound between two times."""
        return _rms(self.level[_slice(start, end)])

    def voiced(self) -> bool:
        """Whether anybody speaks in it at all."""
        return bool((self.speech >= SURELY).any()) or any((end - start) * STEP >= VOICED for start, end in _runs(self.speech, ON, ON))

    def likely(self, start: float, end: float) -> float:
        """Mean probability of speech between two times, leaving the pauses out."""
        part = self.speech[_slice(start, end)]
        return float(part[part >= OFF].mean()) if (part >= OFF).any() else float(part.mean()) if len(part) else 0.0


def _slice(start: float, end: float) -> slice:
    return slice(round(start / STEP), max(round(end / STEP), round(start / STEP) + 1))


def activity(decoded: Decoded) -> Generator[Progress, None, Activity]:
    """Judge the first way of a recording, a minute at a time. Raises as `decode` does."""
    gain, speech, done = _gain(decoded.level), list[NDArray[np.float32]](), 0.0
    spans = list(_chunks(decoded.seconds))
    for sound in decoded.play([(decoded.ways[0], start, end) for start, end in spans]):
        if sound is not None:
            done = spans[len(speech)][1]
            speech.append(_silero(sound, gain)[SETTLE // WINDOW if speech else 0 :])
        yield Progress(stage="find", done=done, total=decoded.seconds)
    return Activity(speech=np.concatenate(speech), level=decoded.level, seconds=decoded.seconds)


def _chunks(seconds: float) -> Iterator[tuple[float, float]]:
    """From and to, in seconds, with some before each to settle on."""
    for start in range(0, round(seconds * SAMPLE_RATE), CHUNK):
        yield max(0, start - SETTLE) / SAMPLE_RATE, min((start + CHUNK) / SAMPLE_RATE, seconds)


def _gain(level: NDArray[np.float32]) -> np.float32:
    """The factor that lifts the loudest 3 % of a quiet recording to a usual level; never less than one."""
    return np.float32(10 ** (float(np.clip(WANTED_LEVEL - np.percentile(level, 97), 0, MOST_GAIN)) / 20))


def _silero(samples: NDArray[np.int16], gain: np.float32) -> NDArray[np.float32]:
    from faster_whisper.vad import get_vad_model

    sound = np.clip(windows(samples) * gain, -1, 1)
    return np.asarray(get_vad_model()(sound.reshape(-1)), dtype=np.float32).reshape(-1)


def plan(heard: Activity, longest: float = LONGEST) -> list[Stretch]:
    """The stretches to be heard, in order, apart from each other, none longer than `longest` seconds plus padding.

    Speech first; then loud sound in which faint speech is possible. Where nobody speaks in the whole recording the list is empty: given
    noise alone, speech models invent.
    """
    if not heard.voiced():
        return []
    runs = _runs(heard.speech, ON, OFF)
    pieces = _pieces([run for run in runs if not _is_click(heard, run)], heard, longest)
    faint = [piece for runs in _faint(heard, pieces) for piece in _pieces(runs, heard, longest)]
    return _padded(sorted(pieces + faint), heard) if pieces or faint else []


def _pieces(runs: list[Run], heard: Activity, longest: float) -> list[Run]:
    return [piece for group in _groups(runs, longest) for piece in _cut(group, heard.speech, longest)]


Run = tuple[int, int]
"""Windows from the first to before the last."""


def _runs(speech: NDArray[np.float32], on: float, off: float) -> list[Run]:
    """Where speech begins at `on` and lasts until it falls below `off`."""
    runs, start = [], -1
    for window, likely in enumerate(speech):
        if start < 0 and likely >= on:
            start = window
        elif start >= 0 and likely < off:
            runs.append((start, window))
            start = -1
    return [*runs, (start, len(speech))] if start >= 0 else runs


def _is_click(heard: Activity, run: Run) -> bool:
    short = (run[1] - run[0]) * STEP < BURST
    return short and float(heard.level[run[0] : run[1]].max()) < BURST_LEVEL


def _faint(heard: Activity, pieces: list[Run]) -> Iterator[list[Run]]:
    """Possible speech in each stretch of more than a second between pieces that is loud on average.

    Heard apart from what surely is speech, so that words which only the model hears are told from the others.
    """
    edges = [0, *(edge for piece in pieces for edge in piece), len(heard.speech)]
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if (end - start) * STEP > 1 and _rms(heard.level[start:end]) > LOUD:
            yield [(start + a, start + b) for a, b in _runs(heard.speech[start:end], FAINT, FAINT / 2)]


def _rms(level: NDArray[np.float32]) -> float:
    """dBFS of several windows together."""
    return float(10 * np.log10(np.mean(10 ** (level / 10))))


def _groups(runs: list[Run], longest: float) -> list[list[Run]]:
    """Runs that are heard together: until a pause is long enough, or else cut at the longest pause where they grow too long."""
    groups: list[list[Run]] = []
    group: list[Run] = []
    for run in runs:
        if group and _rests(group, run, longest - LONGEST):
            groups.append(group)
            group = []
        while group and (run[1] - group[0][0]) * STEP > longest:
            at = _longest_pause([*group, run], longest)
            groups.append(group[:at])
            group = group[at:]
        group.append(run)
    return [*groups, group] if group else groups


def _rests(group: list[Run], following: Run, more: float) -> bool:
    """Whether the pause before the following run ends the stretch, where stretches may be so many seconds longer."""
    length, pause = (group[-1][1] - group[0][0]) * STEP, (following[0] - group[-1][1]) * STEP
    return any(length >= least + (more if least else 0) and pause >= enough for least, enough in PAUSES)


def _longest_pause(runs: list[Run], longest: float) -> int:
    """The run before which the pause is longest, once a third of a stretch is full; the last one where none is."""
    late = [n for n in range(1, len(runs)) if (runs[n - 1][1] - runs[0][0]) * STEP >= longest / 3]
    return max(late or [len(runs) - 1], key=lambda n: (runs[n][0] - runs[n - 1][1], n))


def _cut(group: list[Run], speech: NDArray[np.float32], longest: float) -> Iterator[Run]:
    """The group as one piece, or several where one run alone is too long."""
    start, end = group[0][0], group[-1][1]
    most, zone = int(longest / STEP), int(CUT_ZONE / STEP)
    while end - start > most:
        at = start + most - zone + int(speech[start + most - zone : start + most].argmin())
        yield start, at
        start = at
    yield start, end


def _padded(pieces: list[Run], heard: Activity) -> list[Stretch]:
    """Pieces as seconds with padding that never reaches into a neighbour's half of the pause."""
    times = [(a * STEP, min(b * STEP, heard.seconds)) for a, b in pieces]
    middles = [(a[1] + b[0]) / 2 for a, b in pairwise(times)]
    stretches = []
    for (start, end), least, most in zip(times, [0.0, *middles], [*middles, heard.seconds], strict=True):
        stretches.append(Stretch(start=max(start - PAD, least), end=min(end + PAD, most), speech=heard.likely(start, end)))
    return stretches
