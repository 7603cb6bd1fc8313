#!/usr/bin/env python3
"""How fast and how heavy `coachnote transcribe` is beside faster-whisper, whisper-ctranslate2 and openai-whisper, at equal work.

Speed: the same audio, the same weights, the same two cores, each program in a fresh process, unchanged and by its own command line or,
for faster-whisper, its two documented calls. The weights are random, in the true sizes of Whisper base and small: such a model costs what
a trained one costs. Text of random weights cannot be compared, and its length would be chance, so a few channels are set by hand: the
model says about 4.5 tokens for every second of voice in whatever window it is given, then ends, and is so sure that no program decodes
anything twice (scripts/speech_bench/model.py). Equal work is therefore equal sound and nearly equal tokens, and the tokens that each
decoded stand beside its time. What differs is how each cuts the sound into windows, which is what is to be compared.

coachnote is measured as it is after `coachnote models check` was passed; before that it hears in windows of 30 seconds (`--only "coachnote
unchecked"`). It also aligns every word with the sound and expects the words of its vocabulary; the others do neither by default.

Words: the demo model, which understands synthetic voices only, in coachnote and in faster-whisper: word errors on dictations, and words
invented where nobody speaks.

Prints machine, versions, a table of medians, ratios, and one JSON line last. Linux only: it reads /proc.

    python scripts/bench_transcribe.py --rivals ../rivals --install     # makes the environment of the others first, 1.6 GB
    python scripts/bench_transcribe.py --rivals ../rivals               # base and small, 30 minutes, and the demo model
    python scripts/bench_transcribe.py --quick                          # base, 1 minute
    python scripts/bench_transcribe.py --sizes small --minutes 3 30 180 --only coachnote faster-whisper --no-words
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from bench_draft import processor  # noqa: E402
from speech_bench import contenders, model, sound, texts, watch  # noqa: E402
from speech_bench.contenders import OURS, SLOW, SLOW_MINUTES, UNCHECKED, Contender, Job  # noqa: E402

FASTER, LIGHTER = 1.5, 2.0
"""Goals on the 30-minute file: times the speed of the fastest other program, and of its memory one part in so many."""
GOAL_MINUTES = 30.0


@dataclass(frozen=True, kw_only=True)
class Row:
    """One program, one size, one file: medians, or why there are none."""

    size: str
    minutes: float
    name: str
    wall: float = 0.0
    """Seconds on the clock for a minute of audio."""
    cpu: float = 0.0
    """Seconds of the processor for a minute of audio."""
    peak_mb: float = 0.0
    tokens: int = 0
    missing: str | None = None


def measured(options: argparse.Namespace, scratch: Path) -> Iterator[Row]:
    """Rows as they come, the sizes one after the other so that only one model lies on the disk."""
    for size in options.sizes:
        folder, checkpoint = scratch / f"random-{size}", scratch / f"random-{size}.pt"
        chosen = [c for c in contenders.contenders(options.rivals) if (c.name in options.only if options.only else not c.asked)]
        unchecked = scratch / f"unchecked-{size}"
        _build(size, folder, checkpoint, options.rivals if any(c.name == SLOW and c.here for c in chosen) else None)
        contenders.pass_check(folder, unchecked)
        for minutes, contender in _turns(chosen, options.minutes):
            audio, cores = _audio(scratch, minutes), len(options.cores)
            job = Job(audio=audio, folder=folder, unchecked=unchecked, checkpoint=checkpoint, scratch=scratch, cores=cores)
            yield _row(contender, job, size, minutes, options)
        shutil.rmtree(unchecked)
        shutil.rmtree(folder)
        checkpoint.unlink(missing_ok=True)


def _turns(chosen: Sequence[Contender], lengths: Sequence[float]) -> Iterator[tuple[float, Contender]]:
    """Who hears how many minutes, in turn."""
    yield from ((minutes, contender) for minutes in lengths for contender in chosen if contender.name != SLOW)
    yield from ((min(SLOW_MINUTES, min(lengths)), contender) for contender in chosen if contender.name == SLOW)


def _build(size: str, folder: Path, checkpoint: Path, rivals: Path | None) -> None:
    made = model.weights(model.SIZES[size])
    model.save_ctranslate2(made, model.SIZES[size], folder)
    if rivals:
        contenders.save_checkpoint(made, model.SIZES[size], checkpoint, rivals)


def _audio(scratch: Path, minutes: float) -> Path:
    path = scratch / f"speech-{minutes:g}.wav"
    if not path.exists():
        sound.written(path, minutes)
    return path


def _row(contender: Contender, job: Job, size: str, minutes: float, options: argparse.Namespace) -> Row:
    missing = contenders.lacking(contender)
    if missing:
        return Row(size=size, minutes=minutes, name=contender.name, missing=missing)
    extra = {"COACHNOTE_MODELS": str(job.folder.parent), "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    try:
        runs = [watch.watched(contender.command(job), options.cores, job.scratch, extra) for _ in range(options.rounds)]
    except watch.Failed as failed:
        return Row(size=size, minutes=minutes, name=contender.name, missing=f"failed: {failed}")
    return Row(
        size=size,
        minutes=minutes,
        name=contender.name,
        wall=statistics.median(run.wall for run in runs) / minutes,
        cpu=statistics.median(run.cpu for run in runs) / minutes,
        peak_mb=statistics.median(run.peak_mb for run in runs),
        tokens=contenders.tokens(contender, job, runs[-1].output),
    )


def show(row: Row) -> None:
    """One line of the table."""
    lead = f"  {row.size:<6} {row.minutes:>4g} min  {row.name:<22}"
    if row.missing:
        print(f"{lead} {row.missing}", flush=True)
    else:
        print(f"{lead} {row.wall:8.2f} {row.cpu:9.2f} {row.peak_mb:9.0f} {row.tokens / row.minutes:9.0f}", flush=True)


def compared(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """For each size and file: how often faster than the fastest other program, and its memory in ours."""
    found = []
    for size, minutes in dict.fromkeys((row.size, row.minutes) for row in rows):
        here = {row.name: row for row in rows if (row.size, row.minutes) == (size, minutes) and not row.missing}
        ours, others = here.pop(OURS, None), [row for name, row in here.items() if name != UNCHECKED]
        if ours and others:
            fastest, lightest = min(others, key=lambda row: row.wall), min(others, key=lambda row: row.peak_mb)
            found.append({
                "size": size, "minutes": minutes, "fastest": fastest.name, "lightest": lightest.name,
                "faster": round(fastest.wall / ours.wall, 2), "faster_cpu": round(min(row.cpu for row in others) / ours.cpu, 2),
                "lighter_than_fastest": round(fastest.peak_mb / ours.peak_mb, 2), "lighter": round(lightest.peak_mb / ours.peak_mb, 2),
            })  # fmt: skip
    return found


def show_ratios(ratios: Sequence[dict[str, Any]]) -> None:
    """What the rows mean."""
    for ratio in ratios:
        goal = f"   goals: {FASTER} and {LIGHTER} times" if ratio["minutes"] == GOAL_MINUTES else ""
        print(
            f"  {ratio['size']}, {ratio['minutes']:g} min: {ratio['faster']} times the speed of {ratio['fastest']}"
            f" ({ratio['faster_cpu']} by processor), 1/{ratio['lighter_than_fastest']} of its memory,"
            f" 1/{ratio['lighter']} of {ratio['lightest']}'s{goal}"
        )


def show_words(heard: dict[str, dict[str, float]]) -> None:
    """Word errors and inventions."""
    for name, found in heard.items():
        print(
            f"  {name:<30} {found['wer']:6.2f} % of {found['words']:.0f} words wrong,"
            f" {found['invented']:.0f} words invented in {found['silent_minutes']} minutes without speech"
        )


def headline(options: argparse.Namespace) -> None:
    """Machine and versions."""
    load = f"load {os.getloadavg()[0]:.1f}"
    print(f"{platform.machine()}, {processor()}, {os.cpu_count()} cores, {len(options.cores)} of them for each program, {load}")
    here = ", ".join(f"{name} {version(name)}" for name in ("faster-whisper", "ctranslate2", "numpy"))
    print(f"Python {platform.python_version()}, {here}; rivals: {_versions(options.rivals)}; medians of {options.rounds}")


def _versions(rivals: Path | None) -> str:
    python = (rivals or Path("/nowhere")) / "bin" / "python"
    if not python.is_file():
        return "not installed"
    names = ["whisper-ctranslate2", "faster-whisper", "ctranslate2", "openai-whisper", "torch"]
    ask = "import sys, importlib.metadata as m; print(', '.join(f'{n} {m.version(n)}' for n in sys.argv[1:]))"
    done = subprocess.run([str(python), "-c", ask, *names], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "not complete: install them again"


def asked() -> argparse.Namespace:
    """The options, with what --quick stands for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [contender.name for contender in contenders.contenders(None)]
    parser.add_argument("--sizes", nargs="+", choices=list(model.SIZES), default=["base", "small"])
    parser.add_argument("--minutes", nargs="+", type=float, default=[GOAL_MINUTES], help="lengths of the files, such as 3 30 180")
    parser.add_argument("--only", nargs="+", choices=names, metavar="PROGRAM", help=f"of: {', '.join(names)}")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--rivals", type=Path, metavar="DIR", help="environment of whisper-ctranslate2 and openai-whisper")
    parser.add_argument("--install", action="store_true", help="make that environment first (1.6 GB)")
    parser.add_argument("--no-words", dest="words", action="store_false", help="leave the demo model out")
    parser.add_argument("--no-speed", dest="speed", action="store_false", help="the demo model only")
    parser.add_argument("--quick", action="store_true", help="base, 1 minute, few dictations")
    options = parser.parse_args()
    if options.install and not options.rivals:
        parser.error("--install needs --rivals DIR")
    if options.quick:
        options.sizes, options.minutes = ["base"], [1.0]
    options.cores = set(sorted(os.sched_getaffinity(0))[:2])
    return options


def main() -> None:
    """Measure, tell, and leave nothing behind."""
    options = asked()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what runs is ended too, and nothing is left on the disk
    if options.install:
        contenders.install(options.rivals)
    headline(options)
    rows: list[Row] = []
    if options.speed:
        clips = len(sound.recordings())
        print(f"audio: {f'{clips} English clips' if clips else 'synthetic voices'} one after the other, with pauses")
        print(f"  {'model':<6} {'audio':>8}  {'program':<22} {'wall s':>8} {'CPU s':>9} {'peak MB':>9} {'tokens':>9}   a minute of audio")
        with tempfile.TemporaryDirectory(prefix="bench-transcribe-") as scratch:
            for row in measured(options, Path(scratch)):
                show(row)
                rows.append(row)
    ratios = compared(rows)
    show_ratios(ratios)
    heard = texts.figures(options.quick) if options.words else {}
    show_words(heard)
    plain = [{name: round(value, 3) if isinstance(value, float) else value for name, value in vars(row).items()} for row in rows]
    print(json.dumps({"load": round(os.getloadavg()[0], 1), "rows": plain, "ratios": ratios, "words": heard}))


if __name__ == "__main__":
    main()
