"""The house keeps its shape: contracts hold, start-up stays light, every command has an example, files stay small, the wheel is whole."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import click
import pytest

from assistant.cli.main import COMMANDS, coachnote

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "assistant"
HEAVY = {
    "torch",
    "transformers",
    "faster_whisper",
    "ctranslate2",
    "numpy",
    "av",
    "onnxruntime",
    "sqlite_utils",
    "sqlcipher3",
    "textual",
    "sounddevice",
    "rich",
    "msgspec",
    "cryptography",
}


def modules_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules, file=sys.stderr)"], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in done.stderr.split()}


def every_command() -> list[tuple[str, click.Command]]:
    with click.Context(coachnote) as ctx:
        top = [(name, coachnote.get_command(ctx, name)) for name in COMMANDS]
    inner = [(f"{name} {sub}", c) for name, group in top if isinstance(group, click.Group) for sub, c in group.commands.items()]
    return [(name, c) for name, c in [*top, *inner] if c is not None]


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; sys.argv = ['coachnote', '--help']\ntry:\n    from assistant.__main__ import main; main()\nexcept SystemExit: pass"
    assert not modules_after(code) & HEAVY


def test_the_app_loads_no_engine() -> None:
    assert not modules_after("import assistant.tui.app") & {
        "torch",
        "transformers",
        "faster_whisper",
        "ctranslate2",
        "numpy",
        "av",
        "sqlite_utils",
        "sqlcipher3",
    }


def test_drafting_without_a_model_loads_no_torch_and_asking_a_child_for_it_does_not_either() -> None:
    heavy = {"torch", "transformers", "llguidance"}
    assert not modules_after("import assistant.drafting.extractive") & {*heavy, "jinja2"}
    assert not modules_after("import assistant.drafting.llm.drafter, assistant.drafting.llm.child, assistant.drafting.local_server") & heavy


def test_import_contracts_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(linter)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("name", "command"), every_command(), ids=lambda v: v if isinstance(v, str) else "")
def test_every_command_shows_an_example(name: str, command: click.Command) -> None:
    assert f"Example:  coachnote {name.split()[0]}" in (command.help or "")


def test_every_command_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert not [name for name in COMMANDS if f"coachnote {name}" not in readme]


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_file_is_over_400_lines_and_every_module_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    assert text.startswith('"""')


def test_no_run_of_four_words_of_the_demo_stands_in_the_package() -> None:
    """The drafter and the recogniser must not know the demo's sentences."""
    words = re.findall(r"[a-z']+", (ROOT / "models/demo/dictation.txt").read_text(encoding="utf-8").lower())
    runs = {" ".join(words[i : i + 4]) for i in range(len(words) - 3)}
    for path in [p for p in PACKAGE.rglob("*") if p.suffix in {".py", ".toml", ".txt", ".tcss", ".md"}]:
        text = " ".join(re.findall(r"[a-z']+", path.read_text(encoding="utf-8").lower()))
        assert not [run for run in runs if f" {run} " in f" {text} "], path


@pytest.mark.slow
def test_the_wheel_carries_prompts_and_models(tmp_path: Path) -> None:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)], check=True)
    names = zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist()
    assert "assistant/_data/models/demo/model.bin" in names
    assert any(name.startswith("assistant/_data/prompts/") for name in names)
    assert "assistant/tui/app.tcss" in names
