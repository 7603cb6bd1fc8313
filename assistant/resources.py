"""Where prompts/ and models/ are: inside the installed package, or at the top of a checkout. Reads nothing."""

from __future__ import annotations

from pathlib import Path


def root() -> Path:
    """The folder that holds `prompts/` and `models/`."""
    package = Path(__file__).resolve().parent
    packed = package / "_data"
    return packed if packed.is_dir() else package.parent
