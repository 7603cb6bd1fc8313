"""The only module that names concrete classes. Every import stands inside a function, so that a command loads only what it uses."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.errors import StoreMissing, UsageProblem, WrongPassphrase

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.pipeline import Engines
    from assistant.protocols import Drafter, Recorder, Services, Store, Transcriber
    from assistant.speech.cards import Card, ModelOnDisk

DRAFTERS = ("extractive",)


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


def _open_and_recover(settings: Settings, passphrase: str) -> Store:
    """Also close what a crash left open."""
    store = open_store(settings, passphrase)
    store.recover_recordings()
    return store


def transcriber(settings: Settings, model: str | None = None) -> Transcriber:
    """A Whisper model from disk by name; `auto` never chooses the demo model. Raises ModelMissing or ModelUnusable."""
    from assistant.speech.whisper import WhisperTranscriber

    return WhisperTranscriber(find_model(settings, model))


def find_model(settings: Settings, model: str | None = None) -> ModelOnDisk:
    """The model that `transcriber` would use, and its card. Raises ModelMissing or ModelUnusable."""
    from assistant.speech import cards

    return cards.find(model or settings.model, settings.models)


def known_models() -> list[Card]:
    """The cards that come with the program."""
    from assistant.speech import cards

    return cards.known()


def models_here(settings: Settings) -> list[ModelOnDisk]:
    """The models on this computer, with and without a card."""
    from assistant.speech import cards

    return cards.present(settings.models)


def drafter(name: str = "extractive") -> Drafter:
    """A drafter by name."""
    from assistant.drafting.extractive import ExtractiveDrafter

    if name not in DRAFTERS:
        raise UsageProblem(f"There is no drafter called {name}.", do=f"Use one of: {', '.join(DRAFTERS)}.")
    return ExtractiveDrafter()


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

    return Engines(probe=probe, transcriber=functools.cache(lambda: transcriber(settings, model)), drafter=drafter)


def services(settings: Settings) -> Services:
    """What the app is handed."""
    from assistant.protocols import Services

    return Services(
        open_store=lambda passphrase: _open_and_recover(settings, passphrase),
        transcriber=lambda: transcriber(settings),
        drafter=drafter,
        coach=settings.coach,
    )


def recorder_available() -> None:
    """Raises MissingPart when PortAudio or a microphone is missing."""
    from assistant.capture import microphone

    microphone.must_be_available()
