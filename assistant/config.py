"""Settings and the platform's folders. A value typed on the command line beats the environment, which beats the file.

Everything is a function: nothing is read or made at import.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from assistant import languages
from assistant.domain import Retention
from assistant.errors import UsageProblem

LONGEST_KEPT = {"days": 36_500, "years": 100}
TEXTS = frozenset({"store", "models", "model", "language", "coach", "drafter", "language_model", "server", "template", "user"})
SHORTEST_LOCK, LONGEST_LOCK = 1, 60
"""Minutes. There is no way to leave the app unlocked for longer."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    store: Path
    """Folder of the encrypted store."""
    models: Path
    """Folder where a person keeps models, for speech and for language, one sub-folder each."""
    model: str = "auto"
    """Speech model."""
    diarize: bool = False
    """Whether two people are told apart by their voices in an appointment recorded on one channel."""
    language: str = languages.AUTO
    """What is spoken: a code of languages.NAMES, or `auto` to find out from each recording."""
    translate: bool = False
    """Whether what is not English is translated by the speech model. Asked for on the command line only."""
    drafter: str = "extractive"
    language_model: str = "auto"
    """For the drafters that use one: a folder of `models`, or a name that the local server knows."""
    server: str = "http://127.0.0.1:8080"
    """Where a language model server on this computer listens."""
    template: str = "job-coaching"
    """Which sections a draft has and what they are called."""
    templates: Path | None = None
    """Folder where an organisation keeps templates of its own, beside the settings file."""
    vocabulary: Path | None = None
    """An organisation's own list of words to expect, beside the settings file; there need be none."""
    spelling: bool = True
    """Whether words that sound like listed ones are put right in a transcript."""
    coach: str | None = None
    """How the coach signs."""
    user: str | None = None
    """Whose passphrase is tried first, in a store of several people."""
    lock_after: int = 5
    """Minutes without a key or a move of the mouse after which the app locks."""
    passphrase_fd: int | None = None
    """File descriptor to read the passphrase from, for scripts."""
    retention: Retention = field(default_factory=Retention)
    """How long things are kept."""


def data_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("coachnote", appauthor=False))


def state_folder() -> Path:
    """For what this computer remembers, none of it anybody's data."""
    import platformdirs

    return Path(platformdirs.user_state_dir("coachnote", appauthor=False))


def settings_file() -> Path:
    import platformdirs

    return Path(os.environ.get("COACHNOTE_CONFIG") or Path(platformdirs.user_config_dir("coachnote", appauthor=False)) / "settings.toml")


def load(*, store: Path | None = None, passphrase_fd: int | None = None) -> Settings:
    """The settings in force. Raises UsageProblem for a key that is not known, a value of another kind, or a language nobody knows."""
    written = _read(settings_file())
    environment = os.environ
    return Settings(
        store=Path(store or environment.get("COACHNOTE_STORE") or written.get("store") or data_folder() / "store").expanduser(),
        models=Path(environment.get("COACHNOTE_MODELS") or written.get("models") or data_folder() / "models").expanduser(),
        model=written.get("model") or "auto",
        diarize=written.get("diarize", False),
        language=languages.code(written.get("language") or languages.AUTO),
        drafter=written.get("drafter") or "extractive",
        language_model=written.get("language_model") or "auto",
        server=environment.get("COACHNOTE_SERVER") or written.get("server") or "http://127.0.0.1:8080",
        template=written.get("template") or "job-coaching",
        templates=settings_file().parent / "templates",
        vocabulary=settings_file().parent / "vocabulary.txt",
        spelling=written.get("spelling", Settings.spelling),
        coach=written.get("coach"),
        user=written.get("user"),
        lock_after=written.get("lock_after") or Settings.lock_after,
        passphrase_fd=passphrase_fd,
        retention=_retention(written.get("retention", {})),
    )


def _read(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageProblem(f"The settings file {path} could not be read.", do="Correct it, or move it away to use the defaults.") from error
    for key, value in written.items():
        if not _understood(key, value):
            raise UsageProblem(
                f"The settings file {path} has a key or value that is not understood: {key!r}.",
                do=f"It may hold {', '.join(sorted(TEXTS))}, each a text, "
                f"lock_after, a whole number of minutes from {SHORTEST_LOCK} to {LONGEST_LOCK}, diarize and spelling, each true or false, "
                "and a table [retention].",
            )
    return written


def _retention(written: dict[str, Any]) -> Retention:
    """Raises UsageProblem for a key that is not known and for what is no whole number of at least 1."""
    known = [each.name for each in fields(Retention)]
    for key, value in written.items():
        longest = LONGEST_KEPT["years" if key.endswith("years") else "days"]
        if key not in known or type(value) is not int or not 1 <= value <= longest:  # True is an int too
            raise UsageProblem(
                f"The table [retention] of the settings file {settings_file()} has a key or value that is not understood: {key!r}.",
                means="Nothing was erased.",
                do=f"It may hold {', '.join(known)}, each a whole number from 1 to a hundred years.",
            )
    return Retention(**written)


def _understood(key: str, value: object) -> bool:
    if key == "lock_after":
        return type(value) is int and SHORTEST_LOCK <= value <= LONGEST_LOCK  # True is no number of minutes
    if key == "retention":
        return isinstance(value, dict)
    if key in ("diarize", "spelling"):
        return isinstance(value, bool)
    return key in TEXTS and isinstance(value, str)
