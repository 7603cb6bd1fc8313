"""faster-whisper as anybody would call it, in a process of its own: `plain.py MODEL AUDIO sequential|batched`. Writes the text as JSON."""

from __future__ import annotations

import json
import os
import sys

os.environ["HF_HUB_OFFLINE"] = "1"

from faster_whisper import BatchedInferencePipeline, WhisperModel


def main() -> None:
    """Temperature 0 alone, and no text of earlier windows; the rest are its defaults."""
    folder, audio, way = sys.argv[1:]
    model = WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=len(os.sched_getaffinity(0)))
    options = {"beam_size": 5, "temperature": 0, "condition_on_previous_text": False}
    if way == "batched":
        segments, _ = BatchedInferencePipeline(model).transcribe(audio, batch_size=8, **options)
    else:
        segments, _ = model.transcribe(audio, **options)
    print(json.dumps({"segments": [{"text": segment.text} for segment in segments]}))


if __name__ == "__main__":
    main()
