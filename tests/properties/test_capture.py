"""Whatever is pressed and however late the sound is read: what was said outside the pauses is written once, in order, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.capture import microphone
from assistant.protocols import SAMPLE_RATE
from tests.microphone import Taping
from tests.often import times

ACTIONS = st.lists(st.sampled_from(["hear", "read", "pause", "resume"]), max_size=60)


def block(number: int) -> bytes:
    """A tenth of a second that cannot be taken for another."""
    return number.to_bytes(2, "little", signed=True) * 1_600


@pytest.fixture(autouse=True, scope="module")
def _no_waiting() -> None:
    patched = pytest.MonkeyPatch()
    patched.setattr(microphone, "PATIENCE", 0.0)
    patched.setattr(microphone, "TAIL", 0.0)


@settings(max_examples=times(150), deadline=None)
@given(ACTIONS, st.one_of(st.none(), st.integers(1, 40)))
def test_what_is_said_outside_the_pauses_is_written(actions: list[str], tenths: int | None) -> None:
    taping = Taping(seconds=None if tenths is None else tenths / 10)
    paused, said, expected, ended = False, 0, [], False
    for action in actions:
        if action == "hear":
            said += 1
            taping.microphone.hear(block(said))
            expected += [] if paused else [block(said)]
        else:
            taping.microphone.now += 0.001  # a key is never pressed at the very moment a block comes
            paused = {"pause": True, "resume": False}.get(action, paused)
            ended = ended or taping.step(None if action == "read" else action) is None
    if not ended:
        while taping.step("stop") is not None:
            pass
    whole = b"".join(expected)
    limit = len(whole) if tenths is None else tenths * SAMPLE_RATE // 10 * 2
    if ended and tenths is not None:
        assert len(taping.pcm) == limit
    assert taping.pcm == whole[:limit]
    assert taping.length == len(taping.pcm) / 2 / SAMPLE_RATE
