"""A model gets windows shorter than 30 seconds only by its card, or by a check that was passed with these very weights."""

from __future__ import annotations

import shutil
import stat
import sys
from pathlib import Path

import msgspec
import pytest

from assistant.errors import NotWritable
from assistant.speech import cards, provenance, windows
from assistant.speech.cards import Card, ModelOnDisk
from assistant.speech.windows import Verdict


@pytest.fixture
def model(tmp_path: Path) -> ModelOnDisk:
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"weights")
    return ModelOnDisk(card=Card(name="ours"), folder=folder, carded=False)


def verdict(*, words: int = 1000, differing: int = 0, weights: int = len(b"weights")) -> Verdict:
    return Verdict(words=words, differing=differing, stretches=20, own=True, weights=weights)


def test_without_a_check_windows_are_whole(model: ModelOnDisk) -> None:
    assert windows.read(model) is None
    assert windows.smallest(model) == 30


@pytest.mark.parametrize(
    ("words", "differing", "seconds"),
    [(1000, 0, 10), (1000, 2, 10), (1000, 3, 30), (183, 1, 30), (0, 0, 30), (0, 5, 30)],
    ids=["the same", "less than allowed", "what is allowed", "one of few", "nothing heard", "made up"],
)
def test_what_a_check_found_decides(model: ModelOnDisk, words: int, differing: int, seconds: float) -> None:
    windows.record(model, verdict(words=words, differing=differing))
    assert windows.smallest(model) == seconds


def test_a_later_check_replaces_an_earlier_one(model: ModelOnDisk) -> None:
    windows.record(model, verdict())
    windows.record(model, verdict(differing=900))
    assert windows.smallest(model) == 30
    assert sorted(path.name for path in model.folder.iterdir()) == ["check.json", "model.bin"]


def test_a_card_that_was_measured_stands_above_any_check(model: ModelOnDisk) -> None:
    windows.record(model, verdict(differing=900))
    carded = ModelOnDisk(card=Card(name="ours", smallest_window=2.0), folder=model.folder)
    assert windows.smallest(carded) == 2


def test_a_verdict_on_other_weights_or_of_another_form_is_none(model: ModelOnDisk) -> None:
    windows.record(model, verdict(weights=1))
    assert windows.smallest(model) == 30
    whole = msgspec.json.encode(verdict())
    for written in (b"", b"[]", whole[:-1], whole[:-1] + b" " * windows.LARGEST + b"}", whole.replace(b'"words":1000', b'"words":"many"')):
        (model.folder / "check.json").write_bytes(written)
        assert windows.smallest(model) == 30


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")
def test_a_verdict_is_for_its_owner_alone(model: ModelOnDisk) -> None:
    windows.record(model, verdict())
    assert stat.S_IMODE((model.folder / "check.json").stat().st_mode) == 0o600


def test_a_folder_that_cannot_be_written_to_is_said(model: ModelOnDisk) -> None:
    (model.folder / "check.json.part" / "in the way").mkdir(parents=True)
    with pytest.raises(NotWritable, match="ours"):
        windows.record(model, verdict())


def test_a_verdict_is_no_part_of_the_model_and_does_not_move_with_it(tiny_whisper: Path, tmp_path: Path) -> None:
    source = Path(shutil.copytree(tiny_whisper, tmp_path / "stick"))
    (source / "check.json").write_bytes(msgspec.json.encode(verdict(weights=(source / "model.bin").stat().st_size)))
    added = cards.add("ours", source, tmp_path / "models")
    assert windows.read(added) is None
    windows.record(added, verdict(weights=windows.weights(added)))
    provenance.verify(added.folder)
    assert windows.smallest(added) == 10
    assert "check.json" not in (provenance.read(added.folder) or pytest.fail("no record")).sha256
