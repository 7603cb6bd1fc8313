"""What is heard where the answer is known: word errors and invented words of coachnote and of faster-whisper, with the same demo model.

Its voices are synthetic, and it understands nothing else: the figures say whether the way of decoding loses or invents words, and
nothing about people. Needs espeak-ng and flite.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from demo_model import grammar, readings
from demo_model.score import Audio, Listener, by_command, errors, stock, total, words

from .sound import ROOT, SHARED

Figures = dict[str, float]


def figures(quick: bool) -> dict[str, Figures]:
    """By listener: word error rate in per cent, and words invented in sound without speech."""
    from faster_whisper import WhisperModel

    model = WhisperModel(str(ROOT / "models" / "demo"), device="cpu", compute_type="int8", cpu_threads=2)
    texts = grammar.heldout_dictations()
    dictations = list(readings.dictations(texts[:2] if quick else texts))
    nothing = list(_nothing(quick))
    listeners = {
        "coachnote": by_command(),
        "faster-whisper": stock(model, filtered=False),
        "faster-whisper, voice filter": stock(model),
    }
    return {name: _judged(listen, dictations, nothing) for name, listen in listeners.items()}


def _judged(listen: Listener, dictations: list[tuple[str, Audio]], nothing: list[Audio]) -> Figures:
    wrong = total(errors(text, listen(audio)) for text, audio in dictations)
    invented = sum(len(words(listen(audio))) for audio in nothing)
    return {
        "wer": round(100 * wrong.rate, 2), "words": wrong.words, "invented": invented,
        "silent_minutes": round(sum(map(len, nothing)) / 16_000 / 60, 1),
    }  # fmt: skip


def _nothing(quick: bool) -> Iterator[Audio]:
    """Digital silence, hiss, rumble, hum and knocks made here; then the recordings of noise, music and rooms in ../shared."""
    from faster_whisper.audio import decode_audio

    silences = list(readings.silences())
    yield from silences[:4] if quick else silences
    if not quick:
        for path in sorted(Path(SHARED / "nonspeech").glob("*.*")):
            if path.suffix != ".tsv":
                yield decode_audio(str(path), sampling_rate=16_000)
