#!/usr/bin/env python3
"""Measure the list of words and the spelling pass: what they put right, and what they spoil. Prints tables, and one JSON line last.

Harm: texts that are right already (labelled cases, transcripts of speech, corpora of dialogue, all used in place) go through the
spelling pass with the list that ships and with the held-out names as well, once as they are and once with every word doubted, which is
worse than any recogniser. Every change counts. The lists were tuned on the texts whose SHA-256 is even; the others are the figure.

Gain: the glossary's own mishearings in sentences; words of LibriSpeech that a recogniser misspelt (its text beside the reference, with the
benchmark's list of 100 words to expect); and held-out names in synthetic speech, which the demo model has never heard, with and without
prompt and spelling. Needs espeak-ng and flite for the last.

    python scripts/measure_vocabulary.py [--shared ../shared] [--no-speech]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]

from demo_model.score import Errors, errors, total, words  # noqa: E402

from assistant.domain import Segment, Term, Word  # noqa: E402
from assistant.sentences import cuts  # noqa: E402
from assistant.speech import spelling, vocabulary  # noqa: E402
from assistant.speech.spelling import Listed  # noqa: E402

HELD_OUT = ROOT / "scripts" / "heldout_names.txt"
"""Towns, employers and names of people that neither the demo model nor the shipped list holds."""
Texts = list[str]


def corpora(shared: Path) -> dict[str, Texts]:
    """Texts that are right already, by where they are from."""
    data = shared / "data"
    cases = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "tests" / "eval" / "dev").glob("*.json"))]
    cases += [json.loads(path.read_text(encoding="utf-8")) for path in sorted((shared / "eval" / "dev").glob("*.json"))]
    return {
        "labelled cases": list(dict.fromkeys(segment["text"] for case in cases for segment in case["segments"])),
        "demo dictations": (ROOT / "scripts" / "demo_model" / "heldout_dictations.txt").read_text(encoding="utf-8").splitlines(),
        "speech clips": [row["text"] for row in _rows(data / "speech_clips" / "transcripts.tsv") if row["lang"] == "en"],
        "LibriSpeech": [row["text"] for row in _rows(data / "librispeech_other" / "transcripts.tsv")],
        "AMI meetings": list(_ami(data / "dialogue" / "ami_meetings_train.jsonl.gz", "text")),
        "AMI, as a machine heard it": list(_ami(data / "dialogue" / "ami_meetings_train.jsonl.gz", "asr")),
        "primock57": list(_primock(data / "dialogue" / "primock57_dev.jsonl")),
        "MTS-Dialog": [row["dialogue"] for row in _rows(data / "dialogue" / "mts_dialog_train.csv", ",")],
        "e-mail sentences": [
            line.partition("\t")[2] for line in (data / "dialogue" / "email_intent_train.tsv").read_text("utf-8").splitlines()
        ],
    }


def _rows(path: Path, delimiter: str = "\t") -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def _mails(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield line.partition("\t")[2]


def _ami(path: Path, key: str) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            for said in json.loads(line)["utterances"]:
                yield re.sub(r" (?=[.,?!])", "", re.sub(r"\{\w+\}", "", said[key] or ""))


def _primock(path: Path) -> Iterator[str]:
    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            for part in value.values():
                yield from texts(part)
        elif isinstance(value, list):
            for part in value:
                yield from texts(part)

    for line in path.read_text(encoding="utf-8").splitlines():
        yield from texts(json.loads(line))


def segments(texts: Iterable[str], *, doubted: bool) -> Iterator[Segment]:
    """Sentences as a recogniser would give them, with every word doubted or none."""
    for text in texts:
        whole = " ".join(text.split())
        for start, end in cuts(whole) if whole else ():
            said = whole[start:end]
            parts = said.split()
            edges = [5.0 * n / len(parts) for n in range(len(parts) + 1)]
            doubts = (
                tuple(Word(start=a, end=b, text=part, confidence=0.1) for part, a, b in zip(parts, edges, edges[1:], strict=False))
                if doubted
                else ()
            )
            yield Segment(id=0, start=0.0, end=5.0, speaker=None, text=said, words=doubts)


def even(text: str) -> bool:
    """Whether a text is of the half that the lists were tuned on."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 0


def harm(texts: Sequence[str], listed: Listed, *, doubted: bool) -> tuple[int, list[tuple[str, str]]]:
    """Words read, and every change as (heard, shown)."""
    count, changes = 0, list[tuple[str, str]]()
    for segment in segments(texts, doubted=doubted):
        count += len(segment.text.split())
        changes += [(each.heard, each.shown) for each in spelling.spell(segment, listed).corrections]
    return count, changes


def glossary(shared: Path) -> list[tuple[str, str, str]]:
    """The glossary's mishearings in sentences: (what was said, what was heard, the term), one for each."""
    rows = _rows(shared / "data" / "uk_vocab" / "uk_employability_glossary.tsv")
    found = [(row["term"], heard.strip()) for row in rows for heard in (row["likely_mishearings"] or "").split(",") if heard.strip()]
    frames = (
        "We talked about the {} and what happens next.",
        "He asked about {} again on Friday.",
        "She mentioned {}, and I made a note of it.",
    )
    return [(frames[n % 3].format(term), frames[n % 3].format(heard), term) for n, (term, heard) in enumerate(found)]


def gain_on_glossary(shared: Path, listed: Listed) -> dict[str, int]:
    """How many of the glossary's mishearings are put right, how many are left, and how many became something else."""
    right = left = wrong = 0
    for said, heard, _ in glossary(shared):
        shown = spelled(heard, listed, doubted=False)
        right, left, wrong = right + (shown == said), left + (shown == heard != said), wrong + (shown not in (said, heard))
    return {"mishearings": right + left + wrong, "right": right, "left": left, "else": wrong}


def spelled(text: str, listed: Listed, *, doubted: bool) -> str:
    return " ".join(spelling.spell(segment, listed).text for segment in segments([text], doubted=doubted))


def gain_on_librispeech(shared: Path) -> dict[str, float]:
    """What an RNN-T recogniser wrote, before and after, each text with its list of 100 rare words; the half not tuned on."""
    rows = [row for row in _rows(shared / "data" / "librispeech_other" / "transcripts.tsv") if not even(row["text"])]
    before = after = Errors(0, 0)
    rare = was = now = swaps = good = 0
    for row in rows:
        listed, heard = spelling.listed(Term(text=word) for word in json.loads(row["bias_list_100"])), row["rnnt_baseline_hyp"]
        shown = spelling.spell(next(segments_whole(heard)), listed)
        before, after = before + errors(row["text"], heard), after + errors(row["text"], shown.text)
        for word in json.loads(row["rare_words"]):
            rare, was, now = rare + 1, was + (word in heard.split()), now + (word in shown.text.split())
        swaps, good = swaps + len(shown.corrections), good + sum(each.shown in row["text"].split() for each in shown.corrections)
    rates = {"wer before": round(100 * before.rate, 2), "wer after": round(100 * after.rate, 2)}
    return {"texts": len(rows), **rates, "rare words": rare, "heard before": was, "heard after": now, "swaps": swaps, "right swaps": good}


def segments_whole(text: str) -> Iterator[Segment]:
    yield Segment(id=0, start=0.0, end=5.0, speaker=None, text=text)


def names() -> tuple[Term, ...]:
    lines = HELD_OUT.read_text(encoding="utf-8").splitlines()
    return tuple(Term(text=line) for line in lines if line and not line.startswith("#"))


def gain_in_speech(terms: Sequence[Term], shipped: Sequence[Term]) -> dict[str, dict[str, float]]:
    """Held-out names in synthetic speech, by the demo model: errors over all words, and names that were heard."""
    from demo_model.readings import read_aloud, voice

    frames = (
        "He has an interview at {} on Friday.",
        "She lives near {} with her mum.",
        "I rang {} about the job.",
        "He worked for {} last year.",
    )
    said = [(frames[n % 4].format(term.text), term) for n, term in enumerate(terms)]
    spoken = [read_aloud([text], voice(n))[0] for n, (text, _) in enumerate(said)]
    engine, smallest = _demo()
    found: dict[str, dict[str, float]] = {}
    for prompted in (False, True):
        heard = []
        for sound, (_, term) in zip(spoken, said, strict=True):
            prompt = vocabulary.words((term, *(t for t in terms if t != term), *shipped)) if prompted else ()
            heard.append(_heard(engine, smallest, sound, prompt))
        for put_right in (False, True):
            listed = spelling.listed((*terms, *shipped) if put_right else ())
            shown = [spelling.spell(segment, listed) for segment in heard]
            name = f"{'prompt' if prompted else 'no prompt'}, {'spelling' if put_right else 'no spelling'}"
            found[name] = _scored(said, shown)
    return found


def harm_of_prompt(shipped: Sequence[Term]) -> dict[str, float]:
    """Word error rates of the demo model on sentences of patterns that it knows, without and with the shipped list as its prompt."""
    from demo_model import grammar
    from demo_model.readings import single

    spoken = list(single(grammar.known_unseen()))
    engine, smallest = _demo()
    rates = {}
    for name, prompt in (("no prompt", ()), ("prompt", vocabulary.words(shipped))):
        heard = [_heard(engine, smallest, sound, prompt).text for _, sound in spoken]
        rates[name] = round(100 * total(errors(text, got) for (text, _), got in zip(spoken, heard, strict=True)).rate, 2)
    return rates


def _demo() -> tuple[Any, float]:
    """The demo model, and the seconds of its smallest window."""
    from assistant.speech.cards import card
    from assistant.speech.engine import Engine

    return Engine("demo", ROOT / "models" / "demo"), card("demo").smallest_window


def _heard(engine: Any, smallest: float, sound: Any, prompt: Sequence[str]) -> Segment:
    window = min(30.0, max(smallest, len(sound) / 16_000 + 2))
    got = engine.hear(sound, window=window, language="en", prompt=prompt)
    return Segment(id=0, start=0.0, end=got.seconds, speaker=None, text=" ".join(got.text.split()), words=got.words)


def _scored(said: Sequence[tuple[str, Term]], shown: Sequence[Segment]) -> dict[str, float]:
    rate = total(errors(text, segment.text) for (text, _), segment in zip(said, shown, strict=True)).rate
    right = sum(" ".join(words(term.text)) in " ".join(words(segment.text)) for (_, term), segment in zip(said, shown, strict=True))
    swaps = [(each, term) for (_, term), segment in zip(said, shown, strict=True) for each in segment.corrections]
    return {
        "wer": round(100 * rate, 1),
        "names": len(said),
        "names heard": right,
        "swaps": len(swaps),
        "wrong swaps": sum(each.shown != term.text for each, term in swaps),
    }


def harms(shared: Path, lists: Mapping[str, Listed]) -> dict[str, dict[str, dict[str, int]]]:
    """By list and corpus: words read and what was changed. Labelled cases whole, of the others the half not tuned on."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for source, texts in corpora(shared).items():
        held = texts if source == "labelled cases" else [text for text in texts if not even(text)]
        for name, listed in lists.items():
            count, plain = harm(held, listed, doubted=False)
            _, worst = harm(held, listed, doubted=True)
            print(
                f"{name:<20} {source:<18} {count:>8} words {len(plain):>4} changed {len(worst):>4} with all doubted",
                file=sys.stderr,
                flush=True,
            )
            for heard, shown in plain:
                print(f"    {heard!r} became {shown!r}", file=sys.stderr)
            found.setdefault(name, {})[source] = {"words": count, "changed": len(plain), "changed, all doubted": len(worst)}
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="the folder of corpora, used in place")
    options.add_argument("--no-speech", action="store_true", help="leave out what needs the demo model, espeak-ng and flite")
    given = options.parse_args()
    print(
        f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}, faster-whisper {version('faster-whisper')}",
        file=sys.stderr,
    )
    shipped, held_out = vocabulary.seed(), names()
    lists = {"shipped list": spelling.listed(shipped), "with held-out names": spelling.listed((*held_out, *shipped))}
    found: dict[str, Any] = {"terms": len(shipped), "held-out names": len(held_out)}
    found["glossary"] = gain_on_glossary(given.shared, lists["shipped list"])
    found["LibriSpeech"] = gain_on_librispeech(given.shared)
    for name in ("glossary", "LibriSpeech"):
        print(f"{name}: {found[name]}", file=sys.stderr, flush=True)
    if not given.no_speech:
        found["synthetic speech"] = gain_in_speech(held_out, shipped)
        for name, row in found["synthetic speech"].items():
            print(f"synthetic speech, {name}: {row}", file=sys.stderr, flush=True)
        found["known sentences, word error rate"] = harm_of_prompt(shipped)
        print(f"known sentences, word error rate: {found['known sentences, word error rate']}", file=sys.stderr, flush=True)
    found["harm"] = harms(given.shared, lists)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
