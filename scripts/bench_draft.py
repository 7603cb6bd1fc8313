"""How fast the offline drafter is: one process, one core. Prints machine, versions, medians, ratios, and one JSON line last.

A dictation of 450 words (the first run of a fresh process, and the median of warm runs), an hour's appointment of about 9,000 words made
of labelled cases said one after the other, and the whole command `coachnote draft` with its start-up, each in seconds on the clock and of
the processor. Also whether torch was imported. Limits are held against the processor's seconds: everything runs on one thread, so on a
free core the clock says the same, and on a busy one only the processor tells.

    python scripts/bench_draft.py [--rounds 9]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib.metadata import version
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from assistant.domain import Transcript

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "eval" / "dev"
DICTATION_WORDS, HOUR_WORDS = 450, 9000
LIMITS = {"dictation_first": None, "dictation_warm": 0.1, "hour_first": None, "hour_warm": 1.5, "command": 1.0}
"""Seconds on one core that each should stay under, where there is a limit."""
COMMAND = """import atexit, sys
sys.argv = ["coachnote", "draft", {path!r}]
atexit.register(lambda: print("torch" in sys.modules, file=sys.stderr))
from assistant.__main__ import main
main()
"""


class Spent(NamedTuple):
    wall: float
    """Seconds on the clock."""
    cpu: float
    """Seconds of the processor, all threads."""


def on_one_core() -> str:
    """Children keep to it too. Not every system can."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    if not hasattr(os, "sched_setaffinity"):
        return "any core"
    core = min(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return f"core {core} only"


def processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.processor() or "?")


def spent(work: Callable[[], object]) -> Spent:
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def median(runs: Iterable[Spent]) -> Spent:
    walls, cpus = zip(*runs, strict=True)
    return Spent(statistics.median(walls), statistics.median(cpus))


def joined(kind: str, words: int) -> Transcript:
    """Labelled cases of one kind, said one after the other up to so many words, cut at a segment."""
    from assistant.documents import read_transcript

    cases = [read_transcript(path.read_bytes()) for path in sorted(CASES.glob("*.json"))]
    chosen = [case for case in cases if case.kind == kind]
    segments, count, clock = [], 0, 0.0
    for case in cycle(chosen):
        for segment in case.segments:
            count += len(segment.text.split())
            if count > words:
                return replace(chosen[0], id="bench", segments=tuple(segments))
            segments.append(replace(segment, id=len(segments), start=clock + (segment.start or 0.0), end=clock + (segment.end or 0.0)))
        clock = segments[-1].end + 1.0
    raise AssertionError("cycles without an end")


def drafted(transcript: Transcript) -> None:
    from assistant.drafting.extractive import ExtractiveDrafter

    for _ in ExtractiveDrafter().draft(transcript):
        pass


def command(path: Path) -> tuple[Spent, bool]:
    """The whole command in a fresh interpreter, and whether it imported torch."""
    before, start = os.times(), time.perf_counter()
    done = subprocess.run([sys.executable, "-c", COMMAND.format(path=str(path))], cwd=ROOT, check=True, capture_output=True, text=True)
    wall, after = time.perf_counter() - start, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Spent(wall, cpu), done.stderr.split()[-1] == "True"


def measured(rounds: int) -> tuple[dict[str, Spent], dict[str, int], bool]:
    """Times by name, words by kind, and whether anything imported torch. The dictation comes first: it pays for loading."""
    from assistant.documents import transcript_json

    dictation, hour = joined("dictation", DICTATION_WORDS), joined("appointment", HOUR_WORDS)
    found = {"dictation_first": spent(lambda: drafted(dictation))}
    found["dictation_warm"] = median(spent(lambda: drafted(dictation)) for _ in range(rounds))
    found["hour_first"] = spent(lambda: drafted(hour))
    found["hour_warm"] = median(spent(lambda: drafted(hour)) for _ in range(max(3, rounds // 3)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dictation.json"
        path.write_bytes(transcript_json(dictation))
        runs = [command(path) for _ in range(rounds)]
    found["command"] = median(run for run, _ in runs)
    words = {t.kind: sum(len(s.text.split()) for s in t.segments) for t in (dictation, hour)}
    return found, words, "torch" in sys.modules or any(torch for _, torch in runs)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    core = on_one_core()
    sys.path.insert(0, str(ROOT))
    os.environ["PYTHONPATH"] = str(ROOT)
    print(f"{platform.machine()}, {processor()}, {os.cpu_count()} cores, {core}, load {os.getloadavg()[0]:.1f}")
    print(f"Python {platform.python_version()}, numpy {version('numpy')}, syntok {version('syntok')}, medians of {rounds}")
    found, words, torch = measured(rounds)
    print(f"a dictation of {words['dictation']} words, an appointment of {words['appointment']} words")
    for name, took in found.items():
        limit = LIMITS[name]
        share = f"   {took.cpu / limit:.2f} of the {limit} s it may take" if limit else ""
        print(f"  {name:<16} {took.wall:7.3f} s   {took.cpu:7.3f} CPU s{share}")
    pace = {kind: words[kind] / found[name].cpu for kind, name in (("dictation", "dictation_warm"), ("appointment", "hour_warm"))}
    print(f"  words per CPU second: dictation {pace['dictation']:.0f}, hour {pace['appointment']:.0f}")
    print(f"  first run / warm run: {found['dictation_first'].cpu / found['dictation_warm'].cpu:.1f}")
    print(f"  torch imported: {'yes' if torch else 'no'}")
    results = {name: {"wall_s": round(took.wall, 4), "cpu_s": round(took.cpu, 4)} for name, took in found.items()}
    print(json.dumps({"load": round(os.getloadavg()[0], 1), "words": words, "torch": torch, **results}))


if __name__ == "__main__":
    main()
