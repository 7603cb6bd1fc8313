"""Which model can do what was asked, said before the work."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.errors import ModelMissing, ModelUnusable
from assistant.speech import abilities, machine
from assistant.speech.cards import Card
from tests.unit.test_speech_cards import put


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(machine, "cores", lambda: 16)
    monkeypatch.setattr(machine, "memory_mb", lambda: 64_000)
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def test_auto_takes_a_model_that_knows_the_language(models: Path) -> None:
    for name in ("small.en", "distil-large-v3.5", "small", "large-v3-turbo"):
        put(models, name)
    assert abilities.find("auto", models, "auto", translate=False).card.name == "distil-large-v3.5"
    assert abilities.find("auto", models, "pl", translate=False).card.name == "large-v3-turbo"
    assert abilities.find("auto", models, "pl", translate=True).card.name == "small"
    assert abilities.find("auto", models, "auto", translate=True).card.name == "small"


def test_where_none_can_the_known_ones_are_named(models: Path) -> None:
    put(models, "small.en")
    with pytest.raises(ModelMissing, match="understand Polish") as missing:
        abilities.find("auto", models, "pl", translate=False)
    assert "Known are: small, large-v3-turbo, large-v3." in missing.value.do
    with pytest.raises(ModelMissing, match="translate") as missing:
        abilities.find("auto", models, "auto", translate=True)
    assert "Known are: small, large-v3." in missing.value.do


@pytest.mark.parametrize("name", ["small.en", "distil-large-v3.5", "demo"])
def test_an_english_model_refuses_another_language_and_points_to_what_is_here(name: str, models: Path) -> None:
    for each in ("small.en", "distil-large-v3.5", "large-v3-turbo"):
        put(models, each)
    with pytest.raises(ModelUnusable, match="English only") as refused:
        abilities.find(name, models, "pl", translate=False)
    assert refused.value.do == "Choose another one: --model large-v3-turbo."
    assert refused.value.exit_code == 5
    assert abilities.find(name, models, "en", translate=False).card.name == name


def test_turbo_hears_other_languages_and_does_not_translate(models: Path) -> None:
    put(models, "large-v3-turbo")
    assert abilities.find("large-v3-turbo", models, "pl", translate=False).card.name == "large-v3-turbo"
    with pytest.raises(ModelUnusable, match="cannot translate") as refused:
        abilities.find("large-v3-turbo", models, "pl", translate=True)
    assert "models fetch small" in refused.value.do


def test_a_model_without_a_card_is_given_the_benefit_of_the_doubt(models: Path) -> None:
    put(models, "ours")
    assert abilities.find("ours", models, "pl", translate=True).card == Card(name="ours")
    assert abilities.find("auto", models, "pl", translate=True).card.name == "ours"
