"""The only module that names concrete classes. Every import stands inside a function, so that a command loads only what it uses."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from assistant import config
from assistant.errors import MissingPart, StoreMissing, UsageProblem, WrongPassphrase

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping
    from datetime import date

    from assistant.config import Settings
    from assistant.domain import Imported, Mentions, Repaired, Restored, Template, Term
    from assistant.drafting.llm.talk import LanguageModel
    from assistant.pipeline import Engines
    from assistant.protocols import Drafter, Letterbox, Progress, Recorder, Services, Store, Transcriber
    from assistant.speech.cards import Card, Kind, ModelOnDisk
    from assistant.speech.check import Checked
    from assistant.speech.diarize import Diarizer
    from assistant.speech.windows import Verdict

DRAFTERS = ("extractive", "llm", "local-server")
EARS = {"faster-whisper": "assistant.speech.engine:Engine"}
"""The class of ears for each engine that a model's card may name, as module:name: imported by the processes that hear, and not here."""


def create_store(settings: Settings, passphrase: str) -> str:
    """Make the store; returns the recovery code, which is shown once and kept nowhere."""
    from assistant import store

    store.harden()
    return store.create_store(settings.store, passphrase)


def require_store(settings: Settings) -> None:
    """Raises StoreMissing before anybody is asked for a passphrase."""
    from assistant import store

    if not store.exists(settings.store):
        raise StoreMissing(
            f"There is no store in {settings.store}.", do="Make one with `coachnote init`, or name another folder with --store."
        )


def suggest_passphrase(words: int = 4) -> str:
    """Random words, 11 bits each."""
    from assistant import store

    return store.suggest_passphrase(words)


def passphrase_problem(passphrase: str) -> str | None:
    """Why a passphrase is too weak, or None."""
    from assistant import store

    return store.passphrase_problem(passphrase)


def open_store(settings: Settings, passphrase: str) -> Store:
    """Open the store with the passphrase, or with the recovery code in its place."""
    from assistant import store

    store.harden()
    opened = _opened(settings, passphrase)
    store.remember_box(settings.store, _boxes(), opened.box)
    return opened


def _opened(settings: Settings, passphrase: str) -> Store:
    from assistant import store

    try:
        return store.open_store(settings.store, passphrase, settings.user)
    except WrongPassphrase as wrong:
        try:
            return store.open_with_recovery(settings.store, passphrase)
        except UsageProblem:
            raise wrong from None


def restore(
    settings: Settings, backups: Path, keys: Path, name: str | None, passphrase: str, passphrase_then: Callable[[], str]
) -> Generator[Progress, None, Restored]:
    """Put a backup back. `passphrase_then` is asked for the passphrase of that time, should it be needed."""
    from assistant import store

    store.harden()
    return store.put_back(settings.store, backups, keys, name, passphrase, passphrase_then)


def open_with_keyring(settings: Settings, tell: Callable[[str], None]) -> Store | None:
    """Open the store without asking, where a person had it remembered; None when the passphrase is needed. `tell` hears why."""
    from assistant import store

    store.harden()
    opened = store.open_with_keyring(settings.store, tell)
    if opened is not None:
        store.remember_box(settings.store, _boxes(), opened.box)
    return opened


def repair(settings: Settings, passphrase: str) -> Generator[Progress, None, Repaired]:
    """Save what can be read of a damaged database."""
    from assistant import store

    store.harden()
    return store.repair(settings.store, passphrase)


def letterbox(settings: Settings, unlocked: Store | None = None) -> Letterbox:
    """Where a recording is left without unlocking the store; `unlocked` where it had to be unlocked first.

    Raises Refused where it has to be, StoreMissing, StoreDamaged or StoreTooNew.
    """
    from assistant import store

    store.harden()
    return store.open_letterbox(settings.store, _boxes(), unlocked.box if unlocked else None)


def _boxes() -> Path:
    return config.state_folder() / "boxes"


def transcriber(settings: Settings, model: str | None = None, *, word_times: bool = False) -> Transcriber:
    """A speech model from disk by name; `auto` never chooses the demo model.

    Raises ModelMissing, ModelUnusable, or UsageProblem for a list of words that is not understood.
    """
    from assistant.speech.ears import FarEars
    from assistant.speech.transcriber import SpeechTranscriber

    voices = (lambda: diarizer(settings)) if settings.diarize else None
    chosen = find_model(settings, model)
    return SpeechTranscriber(
        chosen,
        FarEars(EARS[chosen.card.engine], chosen),
        vocabulary=_vocabulary(settings),
        spelling=settings.spelling,
        language=settings.language,
        translate=settings.translate,
        word_times=word_times,
        diarizer=voices,
    )


def _vocabulary(settings: Settings) -> tuple[Term, ...]:
    """The organisation's list before the one that comes with the program. Raises UsageProblem for one that is not understood."""
    from assistant.speech import vocabulary

    return (*(vocabulary.organisation(settings.vocabulary) if settings.vocabulary else ()), *vocabulary.seed())


def diarizer(settings: Settings) -> Diarizer:
    """What tells two people apart by their voices. Raises MissingPart, ModelMissing or ModelUnusable."""
    import importlib.util

    from assistant.speech import provenance
    from assistant.speech.diarize import Diarizer

    if importlib.util.find_spec("sherpa_onnx") is None:
        raise MissingPart(
            "Telling two voices apart needs sherpa-onnx, which is not installed.",
            do="Install the extra with: pip install 'coachnote[diarize]'. Or take `diarize = true` out of the settings file.",
        )
    chosen = find_voices_model(settings)
    provenance.verify(chosen.folder)
    return Diarizer(chosen)


def find_model(settings: Settings, model: str | None = None) -> ModelOnDisk:
    """The model that `transcriber` would use for what is asked of it, and its card. Raises ModelMissing or ModelUnusable."""
    from assistant.speech import abilities

    return abilities.find(model or settings.model, settings.models, settings.language, translate=settings.translate)


def find_language_model(settings: Settings, model: str | None = None) -> ModelOnDisk:
    """The model that the `llm` drafter would use, and its card. Raises ModelMissing or ModelUnusable."""
    from assistant.speech import cards

    return cards.find(model or settings.language_model, settings.models, "language")


def find_voices_model(settings: Settings) -> ModelOnDisk:
    """The model that `diarizer` would use, and its card. Raises ModelMissing or ModelUnusable."""
    from assistant.speech import cards

    return cards.find("auto", settings.models, "voices")


def known_models(kind: Kind = "whisper") -> list[Card]:
    """The cards that come with the program."""
    from assistant.speech import cards

    return cards.known(kind)


def models_here(settings: Settings, kind: Kind = "whisper") -> list[ModelOnDisk]:
    """The models on this computer, with and without a card."""
    from assistant.speech import cards

    return cards.present(settings.models, kind)


def fetch_model(settings: Settings, name: str) -> Generator[Progress, None, Path]:
    """Download a known model. Raises UsageProblem, ModelMissing, ModelUnusable or NotWritable."""
    from assistant.speech import cards, fetch

    return fetch.fetch(cards.card(name), settings.models)


def add_model(settings: Settings, name: str, folder: Path) -> ModelOnDisk:
    """Copy a model in. Raises UsageProblem, Refused, ModelUnusable or NotWritable."""
    from assistant.speech import cards

    return cards.add(name, folder, settings.models)


def check_model(settings: Settings, name: str | None, recording: Path | None) -> Generator[Progress, None, Checked]:
    """Try a speech model on a recording, or on the one that comes with the program, and keep the verdict.

    Raises ModelMissing, ModelUnusable, InputError, NothingSaid, UsageProblem or NotWritable.
    """
    from assistant.speech import check, vocabulary
    from assistant.speech.ears import FarEars

    chosen, expected = find_model(settings, name), vocabulary.words(vocabulary.joined(_vocabulary(settings)))
    return check.check(chosen, FarEars(EARS[chosen.card.engine], chosen), recording, language=settings.language, prompt=expected)


def window_verdict(model: ModelOnDisk) -> Verdict | None:
    """What a check of a speech model found; None where there was none."""
    from assistant.speech import windows

    return windows.read(model)


def remove_model(settings: Settings, name: str) -> None:
    """Raises UsageProblem when there is none of that name."""
    from assistant.speech import cards

    cards.remove(name, settings.models)


def drafter(settings: Settings, name: str | None = None, model: str | None = None) -> Drafter:
    """A drafter by name, with the template of the settings.

    Raises ModelMissing, ModelUnusable or MissingPart when a language model is wanted and cannot be had, UsageProblem for a bad template.
    """
    from assistant import templates
    from assistant.drafting.english import EnglishOnly
    from assistant.drafting.template import Templated

    template = templates.load(settings.template, settings.templates)
    return Templated(EnglishOnly(_plain_drafter(settings, name, model)), template)


def _plain_drafter(settings: Settings, name: str | None, model: str | None) -> Drafter:
    from assistant.drafting.extractive import ExtractiveDrafter

    wanted = name or settings.drafter
    if wanted not in DRAFTERS:
        raise UsageProblem(f"There is no drafter called {wanted}.", do=f"Use one of: {', '.join(DRAFTERS)}.")
    if wanted == "extractive":
        return ExtractiveDrafter()
    from assistant.drafting.llm.drafter import ModelDrafter

    return ModelDrafter(wanted, (_child_model if wanted == "llm" else _local_server)(settings, model), ExtractiveDrafter())


def with_template(settings: Settings, name: str | None) -> Settings:
    """The settings with a template chosen by name, if one is named. Raises UsageProblem for one that is missing or not understood."""
    from dataclasses import replace

    from assistant import templates

    chosen = replace(settings, template=name or settings.template)
    templates.load(chosen.template, chosen.templates)
    return chosen


def template_of(settings: Settings, name: str | None) -> Template:
    """The headings under which a draft or a note is shown; the plain ones where its template is gone."""
    from assistant import templates

    return templates.known(name, settings.templates)


def _child_model(settings: Settings, model: str | None) -> Callable[[], LanguageModel]:
    import importlib.util

    from assistant.drafting.llm.child import ChildModel
    from assistant.speech import provenance

    lacking = [part for part in ("torch", "transformers", "llguidance") if importlib.util.find_spec(part) is None]
    if lacking:
        raise MissingPart(
            f"The llm drafter needs {', '.join(lacking)}.",
            do="Install the extra with: pip install 'coachnote[llm]'. Or draft with --drafter extractive.",
        )
    chosen = find_language_model(settings, model)
    provenance.verify(chosen.folder)
    return lambda: ChildModel(chosen.card.name, chosen.folder, lookup=chosen.card.prompt_lookup)


def _local_server(settings: Settings, model: str | None) -> Callable[[], LanguageModel]:
    from assistant.drafting.local_server import LocalServer

    server = LocalServer(settings.server, model or settings.language_model)
    return lambda: server


def recorder() -> Recorder:
    """The microphone. Raises MissingPart when PortAudio or a microphone is missing."""
    from assistant.capture.microphone import MicrophoneRecorder

    return MicrophoneRecorder()


def probe(path: Path) -> date | None:
    """The day on which a file was recorded by its own account. Raises InputError unless sound can be decoded from it."""
    from assistant.speech import decode

    return decode.probe(path)


def transcript_in(path: Path, *, asked: bool = False) -> Imported | None:
    """The transcript in a file, None where it is none. `asked`: a person says that it is one. Raises InputError or NothingSaid."""
    from assistant.speech.files import reader

    return reader.take(path, asked=asked)


def engines(settings: Settings, model: str | None = None) -> Engines:
    """What the pipeline needs, made when it needs it; a model is loaded once."""
    from assistant.pipeline import Engines

    return Engines(
        probe=probe,
        transcriber=functools.cache(lambda: transcriber(settings, model)),
        drafter=lambda: drafter(settings),
        reader=transcript_in,
    )


def services(settings: Settings) -> Services:
    """What the app is handed."""
    from assistant.protocols import Services
    from assistant.store import process

    return Services(
        open_store=lambda passphrase: open_store(settings, passphrase),
        open_remembered=lambda tell: open_with_keyring(settings, tell),
        transcriber=lambda: transcriber(settings),
        drafter=lambda template: drafter(with_template(settings, template)),
        template=lambda name: template_of(settings, name),
        coach=settings.coach,
        retention=settings.retention,
        clocks=process.clocks,
        lock_after=60.0 * settings.lock_after,
    )


def third_parties(texts: Iterable[str], known: Iterable[str]) -> Mentions:
    """Whom texts mention besides the people whose names are `known`."""
    from assistant.drafting import third_parties

    return third_parties.mentions(texts, known)


def start_again(marks: Mapping[str, str]) -> int:
    """A new process in the place of this one, with `marks` in its environment; returns, with an exit code, on Windows only.

    Raises OSError when the interpreter is not where it was.
    """
    from assistant.store import process

    return process.start_again(marks)


def recorder_available() -> None:
    """Raises MissingPart when PortAudio or a microphone is missing."""
    from assistant.capture import microphone

    microphone.must_be_available()
