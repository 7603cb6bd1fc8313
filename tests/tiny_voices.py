"""The two models that tell voices apart, in sherpa-onnx's form, made by hand: too small to know a person, real enough to run every step.

The first calls a moment loud or silent; the second is the mean of the low end of its spectrum, where voices of different pitch lie far
enough apart. ONNX files are protocol buffers (onnx.proto3 of ONNX 1.17), of which the few fields needed are written here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

RATE, WINDOW, FIELD, SHIFT = 16_000, 16_000, 991, 270
"""Hz and samples: a window of one second, in steps of 17 ms. The models that people use look at ten seconds."""
LOUD = 1e-5
"""Mean power, full scale 1.0: -50 dBFS."""
MEL = 80
LOWEST = 14
"""Bands of the spectrum, up to some 400 Hz: where the pitch of a voice lies."""
Message = bytes


@pytest.fixture(scope="session")
def two_voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the models."""
    folder = tmp_path_factory.mktemp("voices") / "tiny-voices"
    make(folder)
    return folder


def make(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "segmentation.onnx").write_bytes(_segmentation())
    (folder / "embedding.onnx").write_bytes(_embedding())


def _segmentation() -> bytes:
    """Sound (1, 1, samples) to the likelihood of silence, of one voice, and of a second one that it never finds: (1, frames, 3)."""
    nodes = [
        _node("Mul", ["sound", "sound"], "power"),
        _node("AveragePool", ["power"], "mean", kernel_shape=[FIELD], strides=[SHIFT]),
        _node("Conv", ["mean", "weight", "bias"], "classes", kernel_shape=[1]),
        _node("Transpose", ["classes"], "likely", perm=[0, 2, 1]),
    ]
    known = [_tensor("weight", (3, 1, 1), (0, 1, 0)), _tensor("bias", (3,), (LOUD, 0, -1))]
    about = {
        "sample_rate": RATE, "window_size": WINDOW, "receptive_field_size": FIELD, "receptive_field_shift": SHIFT,
        "num_speakers": 2, "powerset_max_classes": 1, "num_classes": 3,
    }  # fmt: skip
    return _model(nodes, known, ("sound", (1, 1, "samples")), ("likely", (1, "frames", 3)), about)


def _embedding() -> bytes:
    """Features (1, frames, 80) to their mean over time, without the mean over all bands: (1, 80)."""
    nodes = [
        _node("Slice", ["features", "first", "last", "axis"], "low"),
        _node("ReduceMean", ["low"], "mean", axes=[1], keepdims=0),
        _node("ReduceMean", ["mean"], "middle", axes=[1], keepdims=1),
        _node("Sub", ["mean", "middle"], "voice"),
    ]
    known = [_whole(name, (value,)) for name, value in (("first", 0), ("last", LOWEST), ("axis", 2))]
    about = {"framework": "wespeaker", "output_dim": LOWEST, "sample_rate": RATE, "normalize_samples": 1, "language": "English"}
    return _model(nodes, known, ("features", (1, "frames", MEL)), ("voice", (1, LOWEST)), about)


def _model(
    nodes: Iterable[Message], known: Iterable[Message], given: tuple[str, tuple], gives: tuple[str, tuple], about: Mapping[str, object]
) -> bytes:
    graph = b"".join(_field(1, node) for node in nodes) + _field(2, b"tiny") + b"".join(_field(5, tensor) for tensor in known)
    graph += _field(11, _value(*given)) + _field(12, _value(*gives))
    notes = b"".join(_field(14, _field(1, key.encode()) + _field(2, str(value).encode())) for key, value in about.items())
    return _field(1, 8) + _field(7, graph) + _field(8, _field(2, 13)) + notes


def _node(kind: str, given: Iterable[str], gives: str, **attributes: list[int] | int) -> Message:
    told = b"".join(_field(5, _attribute(name, value)) for name, value in attributes.items())
    return b"".join(_field(1, name.encode()) for name in given) + _field(2, gives.encode()) + _field(4, kind.encode()) + told


def _attribute(name: str, value: list[int] | int) -> Message:
    if isinstance(value, int):
        return _field(1, name.encode()) + _field(3, value) + _field(20, 2)
    return _field(1, name.encode()) + b"".join(_field(8, each) for each in value) + _field(20, 7)


def _tensor(name: str, shape: Iterable[int], values: Iterable[float]) -> Message:
    packed = b"".join(struct.pack("<f", value) for value in values)
    return b"".join(_field(1, size) for size in shape) + _field(2, 1) + _field(8, name.encode()) + _field(9, packed)


def _whole(name: str, values: Iterable[int]) -> Message:
    packed = b"".join(struct.pack("<q", value) for value in values)
    return _field(1, 1) + _field(2, 7) + _field(8, name.encode()) + _field(9, packed)


def _value(name: str, shape: Iterable[int | str]) -> Message:
    sizes = b"".join(_field(1, _field(1, size) if isinstance(size, int) else _field(2, size.encode())) for size in shape)
    return _field(1, name.encode()) + _field(2, _field(1, _field(1, 1) + _field(2, sizes)))


def _field(number: int, value: int | bytes) -> bytes:
    """A whole number as a varint, anything else with its length."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    octets = bytearray()
    while value > 0x7F:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*octets, value])
