"""How short a window a speech model may be given: by its card, or by a check on this computer, whose verdict lies beside the model.

Whisper was trained on windows of 30 seconds. A window as long as the sound is less work, but some models lose words in it (CTranslate2
#2100, whisper.cpp #1855), so a model has to pass a check first. Loads no model.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import msgspec

from assistant.errors import NotWritable
from assistant.speech import provenance
from assistant.speech.cards import LEAST_WINDOW, ModelOnDisk
from assistant.speech.ear import LONGEST_WINDOW

MOST = 0.003
"""Share of the words that may differ between the two windows."""
LARGEST = 4096
"""Bytes of a verdict."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What a check found. Holds no word of what was heard."""

    words: int
    """Heard in windows of 30 seconds."""
    differing: int
    """Words to change, take out or put in to turn them into what was heard in windows as long as the sound."""
    stretches: int
    own: bool
    """Whether the recording was the person's own, and not the synthetic one that comes with the program."""
    weights: int
    """Bytes of the weights that were checked; with other ones it no longer holds."""

    @property
    def share(self) -> float:
        """Of the words, that differ: 0 to 1 and, where words were made up, beyond."""
        return self.differing / self.words if self.words else 1.0

    @property
    def allowed(self) -> float:
        """A share of the words that is too large."""
        return MOST

    @property
    def passed(self) -> bool:
        return self.share < self.allowed


def smallest(model: ModelOnDisk) -> float:
    """Seconds that a window holds at least: what the card says was measured, else 10 after a check that was passed, else all 30."""
    if model.card.smallest_window is not None:
        return model.card.smallest_window
    verdict = read(model)
    return LEAST_WINDOW if verdict and verdict.passed else LONGEST_WINDOW


def read(model: ModelOnDisk) -> Verdict | None:
    """None where it was not checked, or its weights are no longer the ones that were; likewise when the verdict cannot be read."""
    try:
        with (model.folder / provenance.VERDICT).open("rb") as file:
            verdict = msgspec.json.decode(file.read(LARGEST), type=Verdict)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
    return verdict if verdict.weights == weights(model) else None


def weights(model: ModelOnDisk) -> int:
    """Bytes."""
    return (model.folder / model.card.files[0]).stat().st_size


def record(model: ModelOnDisk, verdict: Verdict) -> None:
    """In place of an earlier one, readable by its owner only. Raises NotWritable."""
    part = model.folder / f"{provenance.VERDICT}.part"
    try:
        part.unlink(missing_ok=True)
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(verdict))
        part.replace(model.folder / provenance.VERDICT)
    except OSError as error:
        raise NotWritable(
            f"What was found cannot be written to {model.folder} ({error.strerror}).", do="Make the folder writable, and check it again."
        ) from error
