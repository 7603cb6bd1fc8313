"""The trained weights in half precision, small enough to travel with the code, so that training can go on without its first hours.

Knows names and tensors. Does not know the network or the schedule.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

PACKED = Path(__file__).with_name("weights.safetensors")
FIXED = ("encoder.embed_positions", "proj_out")
"""Not packed: sinusoids, and the output layer, which is the token embedding."""

ADDS = ("out_proj.", ".fc2.")
"""Parameters through which a layer adds to what it is given."""


def pack(checkpoint: Path, target: Path = PACKED) -> None:
    """Write the averaged weights and the auxiliary head of a checkpoint, float16."""
    state = torch.load(checkpoint, weights_only=True)
    kept = {f"model.{name}": value for name, value in state["average"].items() if not any(part in name for part in FIXED)}
    kept |= {f"speller.{name}": value for name, value in state["speller"].items()}
    save_file({name: value.half().contiguous() for name, value in kept.items()}, target)


def unpack(checkpoint: Path, fresh: dict[str, torch.Tensor], source: Path = PACKED) -> None:
    """Write a checkpoint at step 0 from packed weights; `fresh` is a new model's state, for what was not packed.

    A layer that the packed weights lack changes nothing at first: what it would add begins at zero.
    """
    packed = {name: value.float() for name, value in load_file(source).items()}
    brought = {name.removeprefix("model."): value for name, value in packed.items() if name.startswith("model.")}
    added = [name for name in fresh if name not in brought and any(part in name for part in ADDS)]
    model = fresh | brought | {name: torch.zeros_like(fresh[name]) for name in added}
    model["proj_out.weight"] = model["model.decoder.embed_tokens.weight"]
    speller = {name.removeprefix("speller."): value for name, value in packed.items() if name.startswith("speller.")}
    torch.save({"model": model, "average": model, "speller": speller, "step": 0, "heard": 0.0, "spent": 0.0}, checkpoint)
