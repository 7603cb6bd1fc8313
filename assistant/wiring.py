"""The only module that names concrete classes. Every import stands inside a function, so that a command loads only what it uses."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import MissingPart, StoreMissing, UsageProblem, WrongPassphrase

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.config import Settings
    from assistant.domain import Template
    from assistant.drafting.llm.talk import LanguageModel
    from assistant.pipeline import Engines
    from assistant.protocols import Drafter, Recorder, Services, Store, Transcriber
    from assistant.speech.cards import Card, Kind, ModelOnDisk

DRAFTERS = ("extractive", "llm", "local-server")


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


def suggest_passphrase() -> str:
    """Four random words."""
    from assistant import store

    return store.suggest_passphrase()


def passphrase_problem(passphrase: str) -> str | None:
    """Why a passphrase is too weak, or None."""
    from assistant import store

    return store.passphrase_problem(passphrase)


def open_store(settings: Settings, passphrase: str) -> Store:
    """Open the store with the passphrase, or with the recovery code in its place."""
    from assistant import store

    store.harden()
    try:
        return store.open_store(settings.store, passphrase)
    except WrongPassphrase as wrong:
        try:
            return store.open_with_recovery(settings.store, passphrase)
        except UsageProblem:
            raise wrong from None


def open_with_keyring(settings: Settings, tell: Callable[[str], None]) -> Store | None:
    """Open the store without asking, where a person had it remembered; None when the passphrase is needed. `tell` hears why."""
    from assistant import store

    store.harden()
    return store.open_with_keyring(settings.store, tell)


def _recovered(store: Store | None) -> Store | None:
    """With what a crash left open closed."""
    if store is not None:
        store.recover_recordings()
    return store


def _open_and_recover(settings: Settings, passphrase: str) -> Store:
    store = open_store(settings, passphrase)
    _recovered(store)
    return store


def transcriber(settings: Settings, model: str | None = None) -> Transcriber:
    """A Whisper model from disk by name; `auto` never chooses the demo model. Raises ModelMissing or ModelUnusable."""
    from assistant.speech.whisper import WhisperTranscriber

    return WhisperTranscriber(find_model(settings, model))


def find_model(settings: Settings, model: str | None = None) -> ModelOnDisk:
    """The model that `transcriber` would use, and its card. Raises ModelMissing or ModelUnusable."""
    from assistant.speech import cards

    return cards.find(model or settings.model, settings.models)


def find_language_model(settings: Settings, model: str | None = None) -> ModelOnDisk:
    """The model that the `llm` drafter would use, and its card. Raises ModelMissing or ModelUnusable."""
    from assistant.speech import cards

    return cards.find(model or settings.language_model, settings.models, "language")


def known_models(kind: Kind = "whisper") -> list[Card]:
    """The cards that come with the program."""
    from assistant.speech import cards

    return cards.known(kind)


def models_here(settings: Settings, kind: Kind = "whisper") -> list[ModelOnDisk]:
    """The models on this computer, with and without a card."""
    from assistant.speech import cards

    return cards.present(settings.models, kind)


def drafter(settings: Settings, name: str | None = None, model: str | None = None) -> Drafter:
    """A drafter by name, with the template of the settings.

    Raises ModelMissing, ModelUnusable or MissingPart when a language model is wanted and cannot be had, UsageProblem for a bad template.
    """
    from assistant import templates
    from assistant.drafting.template import Templated

    template = templates.load(settings.template, settings.templates)
    return Templated(_plain_drafter(settings, name, model), template)


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

    lacking = [part for part in ("torch", "transformers", "llguidance") if importlib.util.find_spec(part) is None]
    if lacking:
        raise MissingPart(
            f"The llm drafter needs {', '.join(lacking)}.",
            do="Install the extra with: pip install 'coachnote[llm]'. Or draft with --drafter extractive.",
        )
    chosen = find_language_model(settings, model)
    return lambda: ChildModel(chosen.card.name, chosen.folder, lookup=chosen.card.prompt_lookup)


def _local_server(settings: Settings, model: str | None) -> Callable[[], LanguageModel]:
    from assistant.drafting.local_server import LocalServer

    server = LocalServer(settings.server, model or settings.language_model)
    return lambda: server


def recorder() -> Recorder:
    """The microphone. Raises MissingPart when PortAudio or a microphone is missing."""
    from assistant.capture.microphone import MicrophoneRecorder

    return MicrophoneRecorder()


def probe(path: Path) -> None:
    """Raises InputError unless sound can be decoded from the file."""
    from assistant.speech import decode

    decode.probe(path)


def engines(settings: Settings, model: str | None = None) -> Engines:
    """What the pipeline needs, made when it needs it; a model is loaded once."""
    from assistant.pipeline import Engines

    return Engines(probe=probe, transcriber=functools.cache(lambda: transcriber(settings, model)), drafter=lambda: drafter(settings))


def services(settings: Settings) -> Services:
    """What the app is handed."""
    from assistant.protocols import Services

    return Services(
        open_store=lambda passphrase: _open_and_recover(settings, passphrase),
        open_remembered=lambda tell: _recovered(open_with_keyring(settings, tell)),
        transcriber=lambda: transcriber(settings),
        drafter=lambda template: drafter(with_template(settings, template)),
        template=lambda name: template_of(settings, name),
        coach=settings.coach,
    )


def recorder_available() -> None:
    """Raises MissingPart when PortAudio or a microphone is missing."""
    from assistant.capture import microphone

    microphone.must_be_available()
