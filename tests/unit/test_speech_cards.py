"""Which models are known, which are here, and which one `auto` takes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from assistant import resources
from assistant.errors import ModelMissing, ModelUnusable, Refused, UsageProblem
from assistant.speech import cards, provenance
from assistant.speech.cards import LANGUAGE_NEEDED, NEEDED, PIECES, Card, ModelOnDisk, best, find, known, present


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def put(models: Path, name: str, files: tuple[str, ...] = NEEDED) -> None:
    (models / name).mkdir()
    for file in files:
        (models / name / file).touch()


def test_every_card_says_what_a_person_must_know() -> None:
    cards = {card.name: card for card in known()}
    assert {"demo", "tiny.en", "base.en", "small.en", "distil-small.en", "distil-large-v3.5", "large-v3-turbo"} <= set(cards)
    for card in cards.values():
        assert card.kind == "whisper"
        assert card.purpose
        assert card.licence
        assert card.languages
        assert set(NEEDED) <= set(card.files)
        assert card.name == "demo" or (card.hub and card.size_mb and card.auto_rank)


def test_every_card_of_a_language_model_says_the_same() -> None:
    cards = known("language")
    assert len(cards) >= 3
    for card in cards:
        assert card.kind == "language"
        assert card.purpose
        assert card.hub
        assert card.licence
        assert card.size_mb
        assert card.auto_rank
    assert not {card.name for card in cards} & {card.name for card in known()}


def test_language_models_and_speech_models_are_told_apart_by_what_is_in_their_folder(models: Path) -> None:
    put(models, "small.en")
    put(models, "our-llm", LANGUAGE_NEEDED)
    put(models, "in-pieces", ("config.json", "tokenizer.json", "model-00001-of-00002.safetensors", PIECES))
    assert {m.card.name for m in present(models, "language")} == {"our-llm", "in-pieces"}
    assert {m.card.name for m in present(models)} == {"demo", "small.en"}
    assert find("our-llm", models, "language").card.kind == "language"
    assert find("in-pieces", models, "language").folder == models / "in-pieces"
    with pytest.raises(ModelMissing, match="language model"):
        find("small.en", models, "language")
    with pytest.raises(ModelMissing):
        find("our-llm", models)


def test_a_language_model_that_lacks_a_file_is_named_with_what_it_lacks(models: Path) -> None:
    put(models, "half", ("config.json", "model-00001-of-00002.safetensors"))
    with pytest.raises(ModelUnusable, match=r"tokenizer\.json, model\.safetensors"):
        find("half", models, "language")
    with pytest.raises(ModelMissing, match="No language model") as missing:
        find("auto", models / "none", "language")
    assert "--drafter extractive" in missing.value.do


def test_the_demo_card_warns_and_has_no_rank() -> None:
    (demo,) = [card for card in known() if card.name == "demo"]
    assert demo.auto_rank is None
    assert "does not understand real people" in (demo.notice or "")


def test_a_card_with_a_wrong_value_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "x.toml").write_text('name = "x"\nsize_mb = "large"\n')
    monkeypatch.setattr(resources, "root", lambda: tmp_path)
    with pytest.raises(ModelUnusable, match=r"x\.toml"):
        known()


def test_folders_with_and_without_a_card_are_found(models: Path) -> None:
    put(models, "small.en")
    put(models, "our-own")
    (models / "notes").mkdir()
    here = {model.card.name: model for model in present(models)}
    assert set(here) - {"demo"} == {"small.en", "our-own"}
    assert here["small.en"].carded
    assert not here["our-own"].carded
    assert here["our-own"].card.smallest_window is None


def test_a_model_is_found_by_its_name_only(models: Path) -> None:
    put(models, "small.en")
    assert find("small.en", models).folder == models / "small.en"
    for name in ("base.en", "../models/small.en", "", "."):
        with pytest.raises(ModelMissing):
            find(name, models)


def test_without_a_model_the_error_says_where_to_put_one(models: Path) -> None:
    with pytest.raises(ModelMissing) as missing:
        find("auto", models)
    assert "coachnote models add NAME FOLDER" in missing.value.do
    assert "--model demo" in missing.value.do


def test_auto_never_takes_the_demo_model(models: Path) -> None:
    put(models, "demo")
    with pytest.raises(ModelMissing):
        find("auto", models)
    assert find("demo", models).card.name == "demo"


def test_a_folder_that_lacks_a_file_is_named_with_what_it_lacks(models: Path) -> None:
    put(models, "small.en", ("model.bin", "config.json"))
    with pytest.raises(ModelUnusable, match=r"tokenizer\.json"):
        find("small.en", models)


def on_disk(*names: str) -> list[ModelOnDisk]:
    cards = {card.name: card for card in known()}
    return [ModelOnDisk(card=cards.get(name, Card(name=name)), folder=Path(name), carded=name in cards) for name in names]


@pytest.mark.parametrize(
    ("names", "cores", "memory", "chosen"),
    [
        (("tiny.en", "base.en", "small.en", "distil-small.en"), 8, 16_000, "distil-small.en"),
        (("tiny.en", "base.en", "small.en", "distil-small.en"), 2, 16_000, "base.en"),
        (("base.en", "large-v3-turbo", "distil-large-v3.5"), 16, 32_000, "distil-large-v3.5"),
        (("base.en", "large-v3-turbo"), 16, 3_000, "base.en"),
        (("large-v3-turbo",), 2, 4_000, "large-v3-turbo"),
        (("demo", "our-own"), 2, 4_000, "our-own"),
        (("our-own", "tiny.en"), 2, None, "tiny.en"),
    ],
)
def test_auto_takes_the_best_that_the_machine_can_carry(names: tuple[str, ...], cores: int, memory: int | None, chosen: str) -> None:
    found = best(on_disk(*names), cores=cores, memory_mb=memory)
    assert found is not None
    assert found.card.name == chosen


@pytest.mark.parametrize(
    ("names", "cores", "card", "chosen"),
    [
        (("base.en", "large-v3-turbo", "distil-large-v3.5"), 2, 8_000, "distil-large-v3.5"),
        (("base.en", "large-v3-turbo"), 2, 8_000, "large-v3-turbo"),
        (("base.en", "large-v3-turbo"), 2, 2_000, "base.en"),
        (("base.en", "small.en"), 2, 8_000, "base.en"),
    ],
)
def test_a_graphics_card_carries_larger_models(names: tuple[str, ...], cores: int, card: int, chosen: str) -> None:
    found = best(on_disk(*names), cores=cores, memory_mb=16_000, card_mb=card)
    assert found is not None
    assert found.card.name == chosen


def test_a_card_says_what_a_model_of_another_engine_is_made_of(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Card(name="other", engine="other", files=("encoder.onnx", "tokens.txt"))
    monkeypatch.setattr(cards, "known", lambda kind="whisper": [other] if kind == "whisper" else [])
    put(models, "other", ("encoder.onnx",))
    assert [m.card.engine for m in present(models) if m.card.name == "other"] == ["other"]
    with pytest.raises(ModelUnusable, match=r"tokens\.txt"):
        find("other", models)
    put(models, "source", other.files)
    cards.remove("other", models)
    assert cards.add("other", models / "source", models).card is other


def test_a_folder_is_copied_in_whole_and_its_files_are_known_from_then_on(tiny_whisper: Path, tmp_path: Path) -> None:
    models = tmp_path / "models"
    added = cards.add("ours", tiny_whisper, models)
    assert (added.card.kind, added.carded) == ("whisper", False)
    assert [path.name for path in models.iterdir()] == ["ours"]
    provenance.verify(models / "ours")
    (models / "ours" / "config.json").write_text("{}")
    with pytest.raises(ModelUnusable, match=r"config\.json has changed"):
        provenance.verify(models / "ours")
    with pytest.raises(Refused):
        cards.add("ours", tiny_whisper, models)
    cards.remove("ours", models)
    assert not list(models.iterdir())


@pytest.mark.parametrize("name", ["", "..", "../ours", "a/b", "demo", ".hidden"])
def test_a_models_name_cannot_lead_elsewhere(name: str, tiny_whisper: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageProblem):
        cards.add(name, tiny_whisper, tmp_path / "models")
    with pytest.raises(UsageProblem):
        cards.remove(name, tmp_path / "models")


def test_half_a_model_is_not_copied_in(tiny_whisper: Path, tmp_path: Path) -> None:
    half = Path(shutil.copytree(tiny_whisper, tmp_path / "half"))
    (half / "tokenizer.json").unlink()
    for source in (half, tmp_path / "nowhere", tmp_path):
        with pytest.raises(ModelUnusable):
            cards.add("ours", source, tmp_path / "models")
    assert not (tmp_path / "models" / "ours").exists()


@pytest.mark.parametrize("record", ["", "{", "[]", '{"source": "x", "revision": null, "sha256": {"../../secret": "00"}}'])
def test_a_bad_record_is_a_model_that_changed(record: str, tiny_whisper: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_whisper, tmp_path / "ours"))
    (folder / provenance.RECORD).write_text(record)
    with pytest.raises(ModelUnusable, match="not what was fetched"):
        provenance.verify(folder)
