"""Models for speech, for language and for telling voices apart: what is known about each (one TOML card a model), which are on this disk,
which one `auto` takes.

Reads folders and cards, and copies a folder in. Loads no model, and knows no network.
"""

from __future__ import annotations

import re
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from assistant import resources
from assistant.errors import ModelMissing, ModelUnusable, NotWritable, Refused, UsageProblem
from assistant.speech import machine, provenance

NEEDED = ("model.bin", "config.json", "tokenizer.json")
"""Without its tokenizer, faster-whisper would ask the network for one."""
SPARED = "preprocessor_config.json"
"""Published with some Whisper models. What it says is known by the model itself."""
LANGUAGE_NEEDED = ("config.json", "tokenizer.json", "model.safetensors")
"""What a language model is made of. A large one comes in several pieces with an index, which counts as the last of these."""
SEGMENTATION, EMBEDDING = VOICES_NEEDED = ("segmentation.onnx", "embedding.onnx")
"""The two models that tell voices apart, in sherpa-onnx's form: where somebody speaks, and how a voice sounds."""
PIECES = "model.safetensors.index.json"
DEMO = "demo"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
Kind = Literal["whisper", "language", "voices"]
CALLED: dict[Kind, str] = {"whisper": "speech model", "language": "language model", "voices": "model for telling voices apart"}
PARTS: dict[Kind, tuple[str, ...]] = {"whisper": NEEDED, "language": LANGUAGE_NEEDED, "voices": VOICES_NEEDED}
LEAST_WINDOW = 10.0
"""Seconds: real Whisper models lose accuracy on shorter windows."""
LEAST_CARD = 4000
"""MB of a graphics card on which every Whisper model runs: int8_float16 needs 2.5 GB for large-v3-turbo (sovereign-asr-bench)."""


@dataclass(frozen=True, kw_only=True)
class Card:
    """What is known about a model. None or empty: not known."""

    name: str
    kind: Kind = "whisper"
    engine: str = "faster-whisper"
    """What hears with it, for a speech model: a name that `wiring.EARS` knows."""
    purpose: str = ""
    hub: str | None = None
    """Where it is published: a speech model in its faster-whisper form, a language model as safetensors."""
    revision: str | None = None
    files: tuple[str, ...] = NEEDED
    """The first of a speech model's holds its weights."""
    size_mb: int | None = None
    ram_mb: int | None = None
    """Peak memory on a CPU: decoding int8 for speech, float32 for language."""
    licence: str | None = None
    languages: tuple[str, ...] = ()
    translates: bool | None = None
    """Whether a speech model was trained to translate into English."""
    smallest_window: float | None = None
    """Seconds that a window holds at least, where that was measured for this model. None: `windows` decides, by a check."""
    prompt: bool = True
    """Whether it makes use of words to expect. False for one that never saw any in training, and hears worse with them."""
    notice: str | None = None
    """What a person must know before trusting what it hears."""
    auto_rank: int | None = None
    """`auto` takes the highest that fits the machine; None: never by itself."""
    min_cores: int = 1
    """Physical CPU cores from which it keeps up with speech."""
    card_rank: int | None = None
    """As `auto_rank`, where a graphics card has LEAST_CARD; None: never chosen for that."""
    prompt_lookup: int | None = None
    """Tokens that a language model guesses at a time from what it has read; None: none."""

    @property
    def only_english(self) -> bool:
        """By what the card says: some know no other language although their files have room for a hundred."""
        return self.languages == ("en",)


@dataclass(frozen=True, kw_only=True)
class ModelOnDisk:
    card: Card
    folder: Path
    carded: bool = True
    """False for a folder that a person added and that no card describes."""

    @property
    def size_mb(self) -> int:
        """Size of its files in millions of bytes."""
        return round(sum(file.stat().st_size for file in self.folder.iterdir() if file.is_file()) / 1e6)


def known(kind: Kind = "whisper") -> list[Card]:
    """Every card of a kind, smallest model first. Raises ModelUnusable when a card cannot be read."""
    cards = [_card(path) for path in (resources.root() / "models").glob("*.toml")]
    return sorted((card for card in cards if card.kind == kind), key=lambda card: (card.size_mb or 0, card.name))


def _card(path: Path) -> Card:
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(written, Card)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ModelUnusable(f"The model card {path.name} cannot be read.", do="Install coachnote again.") from error


def present(models: Path, kind: Kind = "whisper") -> list[ModelOnDisk]:
    """The models of a kind on this disk: the shipped one, and every folder of `models` that holds one. Sorted by name."""
    cards = {card.name: card for card in known(kind)}
    folders = [resources.root() / "models" / DEMO, *(sorted(models.iterdir()) if models.is_dir() else [])]
    found = {folder.name: folder for folder in folders if folder.is_dir() and _holds(folder, kind, cards.get(folder.name))}
    return [
        ModelOnDisk(card=cards.get(name, Card(name=name, kind=kind)), folder=folder, carded=name in cards)
        for name, folder in sorted(found.items())
    ]


def add(name: str, source: Path, models: Path) -> ModelOnDisk:
    """Copy a model's folder in under a name, all of it or nothing. Raises UsageProblem, Refused, ModelUnusable or NotWritable."""
    if not NAME.fullmatch(name) or name == DEMO:
        raise UsageProblem("A model's name holds letters, digits, dots and hyphens.", do="Use the name of a known one, or one of your own.")
    known_ones = {each.name: each for each in known()}
    kind = next((k for k in PARTS if source.is_dir() and _holds(source, k, known_ones.get(name))), None)
    if kind is None:
        do = " ".join(f"A {CALLED[each]} holds {', '.join(files)}." for each, files in PARTS.items())
        raise ModelUnusable("There is no model in that folder.", do=do)
    if (models / name).exists():
        raise Refused(f"There is a model called {name} already.", do=f"Remove it first: coachnote models remove {name}")
    described = known_ones.get(name) if kind == "whisper" else None
    _whole(ModelOnDisk(card=described or Card(name=name, kind=kind), folder=source))
    beside = models / f".{name}.partial"
    try:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.copytree(source, beside, ignore=shutil.ignore_patterns(provenance.VERDICT))  # a check is of the computer it was made on
        provenance.record(beside, "a folder", None)
        beside.replace(models / name)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise NotWritable(f"The model cannot be written to {models}.", do="Make room there, and try again.") from error
    return next(model for model in present(models, kind) if model.folder == models / name)


def remove(name: str, models: Path) -> None:
    """Raises UsageProblem when there is none of that name in `models`."""
    if not NAME.fullmatch(name) or not (models / name).is_dir():
        raise UsageProblem(f"There is no model called {name} to remove.", do="See which are here with: coachnote models")
    shutil.rmtree(models / name)


def card(name: str) -> Card:
    """The card of a known model of any kind. Raises UsageProblem when no card has that name."""
    for kind in PARTS:
        for each in known(kind):
            if each.name == name:
                return each
    raise UsageProblem(f"There is no card for a model called {name}.", do="See the known ones with: coachnote models")


def _holds(folder: Path, kind: Kind, card: Card | None) -> bool:
    """Whether a folder holds a model's weights: CTranslate2's for speech unless its card says otherwise, safetensors, ONNX for voices."""
    speech = card.files[0] if card else NEEDED[0]
    pattern = {"whisper": speech, "language": "*.safetensors", "voices": SEGMENTATION}[kind]
    return any(path.is_file() for path in folder.glob(pattern))


def _lacking(model: ModelOnDisk) -> list[str]:
    needed = [file for file in model.card.files if file != SPARED] if model.card.kind == "whisper" else PARTS[model.card.kind]
    whole = (model.folder / PIECES).is_file()
    return [file for file in needed if not (model.folder / file).is_file() and not (whole and file == LANGUAGE_NEEDED[-1])]


def find(name: str, models: Path, kind: Kind = "whisper") -> ModelOnDisk:
    """The model called `name`, or for `auto` the best one for this machine, never the demo model.

    Raises ModelMissing when it is not on the disk, ModelUnusable when a file of it is missing.
    """
    here = present(models, kind)
    chosen = best_here(here, kind) if name == "auto" else next((model for model in here if model.card.name == name), None)
    if chosen is None:
        raise {"whisper": _missing, "language": _no_language_model, "voices": _no_voices}[kind](name, here)
    return _whole(chosen)


def _whole(model: ModelOnDisk) -> ModelOnDisk:
    lacking = _lacking(model)
    if lacking:
        raise ModelUnusable(
            f"The {CALLED[model.card.kind]} {model.card.name} is not complete: {', '.join(lacking)} missing.",
            means="It was not copied or downloaded to its end.",
            do=f"Copy the whole model folder again to {model.folder}.",
        )
    return model


def best_here(models: list[ModelOnDisk], kind: Kind = "whisper") -> ModelOnDisk | None:
    """The best of these for this machine."""
    card = machine.card_mb() if kind == "whisper" and any(model.card.card_rank for model in models) else 0
    return best(models, cores=machine.cores(), memory_mb=machine.memory_mb(), card_mb=card)


def best(here: list[ModelOnDisk], *, cores: int, memory_mb: int | None, card_mb: int = 0) -> ModelOnDisk | None:
    """The highest ranked model that this machine can carry; else the smallest ranked one; else one that a person added."""
    ranked = sorted((m for m in here if m.card.auto_rank is not None and m.card.name != DEMO), key=lambda m: m.card.auto_rank or 0)
    fitting = [m for m in ranked if m.card.min_cores <= cores and _fits(m.card, memory_mb)]
    on_card = sorted((m for m in here if m.card.card_rank and card_mb >= LEAST_CARD), key=lambda m: m.card.card_rank or 0)
    added = [m for m in here if not m.carded]
    return next(iter([*reversed(on_card), *reversed(fitting), *ranked, *added]), None)


def _fits(card: Card, memory: int | None) -> bool:
    """Whether it needs at most half of the machine's memory. Where its peak is not measured, its size on disk stands for it."""
    needed = card.ram_mb or card.size_mb
    return memory is None or needed is None or needed <= memory / 2


def _missing(name: str, here: list[ModelOnDisk]) -> ModelMissing:
    what = "No speech model is on this computer yet." if name == "auto" else "That speech model is not on this computer."
    others = ", ".join(m.card.name for m in here if m.card.name != DEMO)
    return ModelMissing(
        what,
        means="Recordings can be kept, but not turned into text." if name == "auto" else f"Here are: {others or 'none of your own'}.",
        do="Fetch one with `coachnote models fetch base.en`, or bring a folder in with `coachnote models add NAME FOLDER`; "
        "`coachnote models` lists the known ones. To try the program on its own synthetic speech, add `--model demo`.",
    )


def _no_language_model(name: str, here: list[ModelOnDisk]) -> ModelMissing:
    others = ", ".join(m.card.name for m in here)
    return ModelMissing(
        "No language model is on this computer." if name == "auto" else "That language model is not on this computer.",
        means=f"Here are: {others or 'none'}. Drafting works without one.",
        do="Fetch one with `coachnote models fetch NAME`, or bring a folder in with `coachnote models add NAME FOLDER`; `coachnote models` "
        "lists the known ones. Or draft with --drafter extractive.",
    )


def _no_voices(_name: str, _here: list[ModelOnDisk]) -> ModelMissing:
    return ModelMissing(
        "No model for telling two voices apart is on this computer.",
        means="`diarize = true` in the settings file needs one for an appointment recorded on one channel; without that, none is needed.",
        do=f"Bring a folder with {' and '.join(VOICES_NEEDED)} in with: coachnote models add two-voices FOLDER",
    )
