#!/usr/bin/env python3
"""Measure the demo speech model: word error rates by set and way of decoding, words invented in silence, word times.

Prints a table on standard error and one line of JSON, the same figures, on standard output. Needs espeak-ng and flite.
The readings are spoken anew at each run, from fixed seeds, and none of them occurs in training.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from demo_model import grammar, readings  # noqa: E402
from demo_model.score import Audio, Listener, by_command, by_segment, errors, stock, timing_errors, total, words  # noqa: E402

Figures = dict[str, float]
Spoken = Sequence[tuple[str, Audio]]


def rate(listen: Listener, spoken: Spoken) -> float:
    """Word error rate over all the texts, in per cent."""
    return round(100 * total(errors(text, listen(audio)) for text, audio in spoken).rate, 2)


def invented(listen: Listener, silences: Iterable[Audio]) -> int:
    """Words heard where there are none."""
    return sum(len(words(listen(audio))) for audio in silences)


def demo(folder: Path) -> Spoken:
    """The bundled recording and what it says."""
    from faster_whisper.audio import decode_audio

    return [((folder / "dictation.txt").read_text(encoding="utf-8"), decode_audio(str(folder / "dictation.flac"), sampling_rate=16_000))]


def figures(model: Any, folder: Path, smallest: float, command: bool) -> Figures:
    """Every figure, in the order of the table."""
    segment = by_segment(model, smallest)
    product = by_command() if command else segment
    usual = stock(model)
    sentences, dictations = list(readings.single(grammar.heldout_sentences())), list(readings.dictations(grammar.heldout_dictations()))
    silences, known, bundled = list(readings.silences()), list(readings.single(grammar.known_unseen())), demo(folder)
    jobs: dict[str, Callable[[], float]] = {
        "demo recording, coachnote": lambda: rate(product, bundled),
        "demo recording, faster-whisper": lambda: rate(usual, bundled),
        "known patterns, by segment": lambda: rate(segment, known),
        "unseen patterns, by segment": lambda: rate(segment, sentences),
        "unseen dictations, coachnote": lambda: rate(product, dictations),
        "unseen dictations, faster-whisper": lambda: rate(usual, dictations),
        "words invented in silence, coachnote": lambda: invented(product, silences[:8] if command else silences),
        "words invented in silence, faster-whisper": lambda: invented(usual, silences),
        "words invented in silence, no voice filter": lambda: invented(stock(model, filtered=False), silences),
        "word times, median error (s)": lambda: timing_errors(model, dictations_with_times()),
    }
    return {name: timed(name, job) for name, job in jobs.items()}


def dictations_with_times() -> list[tuple[list[str], Audio, list[tuple[float, float]]]]:
    """The unseen dictations as sentences, sound and the sentences' true times."""
    split = [grammar.split_sentences(text) for text in grammar.heldout_dictations()]
    return [(part, *readings.read_aloud(part, readings.voice(number))) for number, part in enumerate(split)]


def timed(name: str, job: Callable[[], float]) -> float:
    """Run one measurement and print its row."""
    started = time.monotonic()
    value = job()
    print(f"{name:<44} {value:>8}   {time.monotonic() - started:6.1f} s", file=sys.stderr, flush=True)
    return value


def main() -> None:
    """Measure the model in the folder given."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", nargs="?", type=Path, default=ROOT / "models" / "demo")
    options.add_argument("--smallest", type=float, default=4.0, help="seconds of the smallest window when decoding by segment")
    options.add_argument("--emulate", action="store_true", help="do not call `coachnote transcribe`; decode its way in this process")
    given = options.parse_args()
    from faster_whisper import WhisperModel

    model = WhisperModel(str(given.folder), device="cpu", cpu_threads=2)
    found = figures(model, given.folder, given.smallest, not given.emulate)
    size = sum(file.stat().st_size for file in given.folder.iterdir())
    print(json.dumps({**found, "folder bytes": size}))


if __name__ == "__main__":
    main()
