"""The library that finds speech reports nothing to its maker and leaves no identifier of the device."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

LOAD = """
{first}
import os, faster_whisper, onnxruntime
folder = os.path.join(os.path.dirname(faster_whisper.__file__), "assets")
(name,) = [n for n in os.listdir(folder) if n.endswith(".onnx")]
onnxruntime.InferenceSession(os.path.join(folder, name), providers=["CPUExecutionProvider"])
"""


def left_by(home: Path, first: str) -> list[str]:
    """Files that loading a model leaves in a home of its own."""
    home.mkdir()
    names = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "TMPDIR")
    unset = ("CI", "GITHUB_ACTIONS", "ORT_DISABLE_TELEMETRY", "ORT_TELEMETRY_DISABLED")
    environment = {k: v for k, v in os.environ.items() if k not in unset} | dict.fromkeys(names, str(home))
    subprocess.run([sys.executable, "-B", "-c", LOAD.format(first=first)], env=environment, check=True, timeout=120)
    return [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()]


def test_finding_speech_leaves_nothing_in_the_home_folder(tmp_path: Path) -> None:
    assert left_by(tmp_path / "ours", "import assistant.speech") == []
