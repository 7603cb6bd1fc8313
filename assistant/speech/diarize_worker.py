"""The process that tells two voices apart: `python -m assistant.speech.diarize_worker FOLDER SAMPLES`. Sound comes on stdin, times go out.

It reads the two models in FOLDER and no other file, writes none, and ends when its parent does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import sherpa_onnx
from numpy.typing import NDArray

from assistant.speech import limits, wire
from assistant.speech.cards import EMBEDDING, SEGMENTATION

TWO = 2
"""People. sherpa-onnx can guess how many there are, and guesses too many: in one report, six for two (OpenWhispr #2021)."""
SHORTEST, PAUSE = 0.3, 0.5
"""Seconds: a shorter sound is no turn, a shorter pause ends none. sherpa-onnx's own defaults."""
MEMORY, PER_SAMPLE = 2 << 30, 16
"""Bytes of address space: for the libraries and models, and for each sample on its way from 16 bits to sherpa-onnx's own copy."""


def main(folder: Path, samples: int) -> None:
    heard, out = sys.stdin.buffer, wire.only_way_out()
    limits.confine(MEMORY + PER_SAMPLE * samples)
    engine = _engine(folder)
    sound = _floats(heard, samples)
    if sound is None:
        return  # the parent is gone

    def tell(done: int, total: int) -> int:
        wire.send(out, wire.NEWS, wire.packed({"done": done, "total": total}))
        return 0

    turns = [{"start": turn.start, "end": turn.end, "voice": turn.speaker} for turn in engine.process(sound, tell).sort_by_start_time()]
    wire.send(out, wire.DONE, wire.packed({"turns": turns}))


def _engine(folder: Path) -> sherpa_onnx.OfflineSpeakerDiarization:
    pyannote = sherpa_onnx.OfflineSpeakerSegmentationPyannoteModelConfig(model=str(folder / SEGMENTATION))
    return sherpa_onnx.OfflineSpeakerDiarization(
        sherpa_onnx.OfflineSpeakerDiarizationConfig(
            segmentation=sherpa_onnx.OfflineSpeakerSegmentationModelConfig(pyannote=pyannote, num_threads=1),
            embedding=sherpa_onnx.SpeakerEmbeddingExtractorConfig(model=str(folder / EMBEDDING), num_threads=1),
            clustering=sherpa_onnx.FastClusteringConfig(num_clusters=TWO),
            min_duration_on=SHORTEST,
            min_duration_off=PAUSE,
        )
    )


def _floats(pipe: IO[bytes], samples: int) -> NDArray[np.float32] | None:
    """Full scale 1.0; None where the sound broke off."""
    sound, at = np.empty(samples, dtype=np.float32), 0
    for block in _blocks(pipe, samples):
        sound[at : at + len(block)] = block
        at += len(block)
    sound /= 32768
    return sound if at == samples else None


def _blocks(pipe: IO[bytes], samples: int) -> Iterator[NDArray[np.int16]]:
    while samples > 0 and (message := wire.receive(pipe)) is not None:
        block = np.frombuffer(message[1], dtype=np.int16)
        samples -= len(block)
        yield block


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
