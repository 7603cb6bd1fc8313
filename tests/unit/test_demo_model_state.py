"""What travels of a training is enough to go on with it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))


def test_packed_weights_come_back_as_a_checkpoint_at_its_beginning(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="torch (the llm extra) is not installed")
    from demo_model import state

    table, fixed = torch.randn(5, 3), torch.randn(7, 3)
    average = {"model.decoder.embed_tokens.weight": table, "proj_out.weight": table, "model.encoder.embed_positions.weight": fixed}
    torch.save({"average": average, "speller": {"head.weight": torch.ones(2, 3)}}, tmp_path / "old.pt")
    state.pack(tmp_path / "old.pt", tmp_path / "w.safetensors")
    fresh = {name: torch.zeros_like(value) for name, value in average.items()} | {"model.encoder.embed_positions.weight": fixed}
    state.unpack(tmp_path / "new.pt", fresh, tmp_path / "w.safetensors")
    back = torch.load(tmp_path / "new.pt", weights_only=True)
    assert back["step"] == 0
    assert set(back["model"]) == set(average)
    assert all(torch.allclose(back["model"][name], average[name], atol=2e-3) for name in average)
    assert torch.equal(back["speller"]["head.weight"], torch.ones(2, 3))
