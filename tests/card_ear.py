"""The true engine on a machine that says it has a graphics card, and has none."""

from __future__ import annotations

from pathlib import Path

import ctranslate2

from assistant.speech.engine import Engine


class WithCard(Engine):
    def __init__(self, name: str, folder: Path, *, card: bool) -> None:
        ctranslate2.get_cuda_device_count = lambda: 1
        super().__init__(name, folder, card=card)
