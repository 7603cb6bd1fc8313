"""The programs that are compared: how each is called, whether it is here, and how many tokens its text holds.

All decode on the CPU with the cores they are given, five beams, temperature 0 alone and no text of earlier windows, which is what
coachnote does and what costs the others least. Voice detection is what each does by default: coachnote and batched faster-whisper have
it, the others hear everything. openai-whisper computes in 32-bit floats, as it always does on a CPU; the others in 8-bit integers.
Knows no measuring.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import model

ROOT = Path(__file__).resolve().parents[2]
OURS, SLOW = "coachnote", "openai-whisper"
SLOW_MINUTES = 3.0
"""openai-whisper hears no longer file: its figure for a minute is the same, and it would take half of the time of everything."""
VERSIONS = "faster-whisper==1.2.1", "ctranslate2==4.8.5", "whisper-ctranslate2==0.5.8"
TORCH = "torch==2.13.0"


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is heard, with which weights, on how many cores."""

    audio: Path
    folder: Path
    """CTranslate2's form; its name is the model's."""
    checkpoint: Path
    """openai-whisper's form."""
    scratch: Path
    """Where a program may write its result."""
    cores: int


@dataclass(frozen=True, kw_only=True)
class Contender:
    """A program."""

    name: str
    command: Callable[[Job], list[str]]
    program: Path
    """Without this file it is not installed."""
    written: bool = False
    """Whether its text comes as a file in `scratch`, and not as its output."""

    @property
    def here(self) -> bool:
        return self.program.is_file()


def contenders(rivals: Path | None) -> list[Contender]:
    """All of them; `rivals` is the environment of those that are not part of coachnote's."""
    here, bin_ = Path(sys.executable), (rivals or Path("/nowhere")).resolve() / "bin"
    return [
        Contender(name=OURS, program=here, command=_ours),
        Contender(name="faster-whisper", program=here, command=lambda job: _plain(job, "sequential")),
        Contender(name="faster-whisper batched", program=here, command=lambda job: _plain(job, "batched")),
        Contender(
            name="whisper-ctranslate2",
            program=bin_ / "whisper-ctranslate2",
            written=True,
            command=lambda job: [
                str(bin_ / "whisper-ctranslate2"), "--model_directory", str(job.folder), "--compute_type", "int8", *_options(job),
            ],
        ),
        Contender(
            name=SLOW,
            program=bin_ / "whisper",
            written=True,
            command=lambda job: [str(bin_ / "whisper"), "--model", str(job.checkpoint), "--fp16", "False", *_options(job)],
        ),
    ]  # fmt: skip


def _ours(job: Job) -> list[str]:
    return [sys.executable, "-m", "assistant", "transcribe", str(job.audio), "--model", job.folder.name, "--format", "json"]


def _plain(job: Job, way: str) -> list[str]:
    return [sys.executable, str(ROOT / "scripts" / "speech_bench" / "plain.py"), str(job.folder), str(job.audio), way]


def _options(job: Job) -> list[str]:
    """What the command lines of whisper-ctranslate2 and openai-whisper have in common."""
    given = {
        "device": "cpu", "threads": job.cores, "beam_size": 5, "temperature": 0, "temperature_increment_on_fallback": None,
        "condition_on_previous_text": False, "verbose": False, "output_format": "json", "output_dir": job.scratch,
    }  # fmt: skip
    return [part for name, value in given.items() for part in (f"--{name}", str(value))] + [str(job.audio)]


def tokens(contender: Contender, job: Job, output: str) -> int:
    """Tokens of text that it gave. Every token of the random models is a word, but openai-whisper reads them by its own vocabulary."""
    text = (job.scratch / f"{job.audio.stem}.json").read_text(encoding="utf-8") if contender.written else output
    segments = json.loads(text)["segments"]
    if contender.name == SLOW:
        return sum(token < model.TEXT for segment in segments for token in segment["tokens"])
    return sum(len(segment["text"].split()) for segment in segments)


def install(rivals: Path) -> None:
    """Make the environment of the others: torch for the CPU, and openai-whisper without what it would bring for graphics cards."""
    subprocess.run([sys.executable, "-m", "venv", str(rivals)], check=True)
    pip = [str(rivals / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *VERSIONS, TORCH, "tiktoken", "numba", "more-itertools", "tqdm"], check=True)
    subprocess.run([*pip, "--no-deps", "openai-whisper==20250625"], check=True)


def save_checkpoint(made: model.Weights, size: model.Size, path: Path, rivals: Path) -> None:
    """The same weights for openai-whisper, by the environment that has torch; rounded to half precision, as the others read them."""
    halves = path.with_suffix(".npz")
    np.savez(halves, **{name: array.astype(np.float16) for name, array in made.items()})
    convert = (
        "import sys, json, numpy, torch; arrays = numpy.load(sys.argv[1]);"
        "state = {name: torch.from_numpy(arrays[name]).float() for name in arrays.files};"
        "torch.save({'dims': json.loads(sys.argv[2]), 'model_state_dict': state}, sys.argv[3])"
    )
    dims = json.dumps(model.dimensions(size))
    subprocess.run([str(rivals / "bin" / "python"), "-c", convert, str(halves), dims, str(path)], check=True)
    halves.unlink()


def lacking(contender: Contender) -> str | None:
    """Why it cannot be run, if it cannot."""
    if not contender.here:
        return "not installed"
    if contender.name == SLOW and shutil.which("ffmpeg") is None:
        return "needs ffmpeg"
    return None
