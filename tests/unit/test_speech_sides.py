"""Two channels: both kept while unlike, two people where their speech is apart, put together so that nothing is lost or told twice."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Gap, Segment
from assistant.protocols import Progress
from assistant.speech import sides, vad
from assistant.speech.channels import Channels, Way, cut, taken
from assistant.speech.decode import Decoded
from assistant.speech.level import STEP, WINDOW
from assistant.speech.sides import Side, gaps, together
from assistant.speech.vad import Activity
from tests.sound import RATE, decoded, noise
from tests.work import finish


def two(left: np.ndarray, right: np.ndarray) -> Decoded:
    return decoded(np.stack([left, right], axis=1))


def of(found: Decoded) -> list[np.ndarray]:
    """The sound of each of its sides."""
    return [part for part in found.play([(way, 0, found.seconds) for way in found.ways]) if part is not None]


def test_channels_that_are_unlike_are_both_kept() -> None:
    left, right = noise(3, seed=1), noise(3, seed=2)
    kept = of(two(left, right))
    assert len(kept) == 2
    assert np.array_equal(kept[0], left) and np.array_equal(kept[1], right)


@pytest.mark.parametrize(("first", "second"), [(1, 1), (1, -1), (1, 0.5), (0.8, -0.3)])
def test_one_sound_on_both_channels_is_one(first: float, second: float) -> None:
    sound = noise(3)
    assert len(two((sound * first).astype(np.int16), (sound * second).astype(np.int16)).ways) == 1


def test_a_voice_panned_to_one_side_is_one_sound() -> None:
    left, right = noise(3, seed=1).astype(float), noise(3, seed=2).astype(float)
    assert len(two((left + 0.7 * right).astype(np.int16), (0.7 * left + right).astype(np.int16)).ways) == 1


@pytest.mark.parametrize("live", [0, 1])
def test_of_a_dead_channel_and_a_live_one_the_live_one_is_taken_at_its_own_level(live: int) -> None:
    sound = [np.zeros(3 * RATE, dtype=np.int16)] * 2
    sound[live] = noise(3)
    (kept,) = of(two(*sound))
    assert np.array_equal(kept, noise(3))


def test_a_constant_offset_makes_no_channels_alike() -> None:
    left, right = (noise(3, seed=seed) // 4 + 9000 for seed in (1, 2))
    assert len(two(left.astype(np.int16), right.astype(np.int16)).ways) == 2


def test_ordinary_stereo_is_mixed_and_so_is_two_people_where_one_channel_is_wanted() -> None:
    sound, other = noise(3, seed=1), noise(3, seed=9) // 20
    stereo = two(sound, sound + other)
    assert stereo.ways == ("mixed",)
    assert np.abs(of(stereo)[0] - (sound + other // 2)).max() <= 1
    apart = two(sound, noise(3, seed=2))
    assert np.abs(of(apart.mixed())[0] - (sound // 2 + noise(3, seed=2) // 2)).max() <= 2
    assert np.array_equal(apart.mixed().samples, apart.samples)


BLOCKS = st.lists(st.sampled_from(["both", "left", "same", "mono", "eight"]), min_size=1, max_size=6)


@given(BLOCKS)
def test_whatever_the_blocks_are_every_side_is_as_long_as_the_recording(kinds: list[str]) -> None:
    a, b = noise(0.02, seed=1), noise(0.02, seed=2)
    blocks = {
        "both": np.stack([a, b], 1), "left": np.stack([a, 0 * b], 1), "same": np.stack([a, a], 1),
        "mono": a.reshape(-1, 1), "eight": np.stack([a] * 8, 1),
    }  # fmt: skip
    sound = Channels()
    for kind in kinds:
        sound.add(blocks[kind])
    length = len(a) * len(kinds)
    assert {len(sound.levels()[way]) for way in sound.ways()} == {-(-length // WINDOW)}
    (*parts,) = cut(iter([blocks[kind] for kind in kinds]), [(way, 0, length) for way in sound.ways()])
    assert {len(part) for part in parts} == {length}


@given(BLOCKS, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 300)), max_size=5), st.sampled_from(["left", "right", "mixed"]))
def test_spans_in_any_order_are_those_of_the_whole(kinds: list[str], spans: list[tuple[int, int]], way: Way) -> None:
    blocks = [{"mono": noise(0.02).reshape(-1, 1)}.get(kind, np.stack([noise(0.02, seed=1), noise(0.02, seed=2)], 1)) for kind in kinds]
    whole = np.concatenate([taken(block, way) for block in blocks])
    wanted = [(way, start, min(start + length, len(whole))) for start, length in spans if start < len(whole)]
    by_end = sorted(wanted, key=lambda span: span[2])
    found = [part for part in cut(iter([None, *blocks]), by_end) if part is not None]
    assert all(np.array_equal(part, whole[start:end]) for part, (_, start, end) in zip(found, by_end, strict=True))


def loud(found: Decoded) -> Generator[Progress, None, Activity]:
    """A voice wherever the sound is loud."""
    (samples,) = of(found.side(0))
    level = np.sqrt((samples[: len(samples) // WINDOW * WINDOW].reshape(-1, WINDOW).astype(float) ** 2).mean(axis=1))
    yield Progress(stage="decode", done=0)
    decibels = (20 * np.log10(level / 32768 + 1e-6)).astype(np.float32)
    return Activity(speech=np.where(level > 500, 0.9, 0.0).astype(np.float32), level=decibels, seconds=len(samples) / RATE)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ([(0, 3)], [(4, 7)], 2),  # one after the other
        ([(0, 5)], [(4, 8)], 2),
        ([(0, 8)], [(0, 8)], 1),  # a room, in which both microphones hear the same at every moment
        ([(0, 8)], [], 1),
        ([], [], 1),
    ],
)
def test_two_people_speak_at_different_times(
    left: list[tuple[int, int]], right: list[tuple[int, int]], expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vad, "activity", loud)
    sound = [noise(9, seed=1) // 100, noise(9, seed=2) // 100]
    for channel, spans in zip(sound, (left, right), strict=True):
        for start, end in spans:
            channel[start * RATE : end * RATE] *= 100
    assert len(finish(sides.sides(two(*sound)))) == expected


SECONDS = 40.0


def side(*said: tuple[float, float, str], level: float = -30, lost: tuple[tuple[float, float], ...] = ()) -> Side:
    """Who says this, speaking wherever there are words and where they were lost."""
    speech = np.zeros(round(SECONDS / STEP), dtype=np.float32)
    decibels = np.full(len(speech), -60, dtype=np.float32)
    for start, end, *_ in (*said, *lost):
        speech[round(start / STEP) : round(end / STEP)] = 0.9
        decibels[round(start / STEP) : round(end / STEP)] = level
    segments = [Segment(id=n, start=start, end=end, speaker=None, text=text) for n, (start, end, text) in enumerate(said)]
    sound = Decoded(audio=Path(), blocks=[], ways=("left",), levels={}, seconds=SECONDS, declared=None, bad_packets=0)
    return Side(sound=sound, activity=Activity(speech=speech, level=decibels, seconds=SECONDS), segments=segments, lost=list(lost))


def texts(*found: Side) -> list[tuple[str, str]]:
    return [(segment.text, letter) for segment, letter in together(found)]


def test_what_two_people_say_is_put_in_the_order_of_time() -> None:
    coach = side((1, 4, "How did you get on?"), (9, 12, "Well done."))
    client = side((5, 8, "I have sent the form."), (9.5, 11, "Thank you."))
    assert texts(coach, client) == [
        ("How did you get on?", "L"), ("I have sent the form.", "R"), ("Well done.", "L"), ("Thank you.", "R"),
    ]  # fmt: skip


def test_words_heard_from_the_other_ones_loudspeaker_are_kept_once_on_the_louder_side() -> None:
    coach = side((1, 4, "How did you get on?"), (5.1, 8, "i have sent the form to the college"), level=-33)
    client = side((5, 8, "I have sent the form to the college."))
    assert texts(coach, client) == [("How did you get on?", "L"), ("I have sent the form to the college.", "R")]
    assert texts(client, coach) == [("How did you get on?", "R"), ("I have sent the form to the college.", "L")]


def test_of_two_that_are_as_loud_one_is_kept() -> None:
    one, other = (side((5, 8, "I have sent the form to the college.")) for _ in range(2))
    assert len(texts(one, other)) == 1


def test_bleed_that_was_cut_at_other_places_is_known_all_the_same() -> None:
    coach = side((5, 9, "I have sent the form. They will ring me on Friday."), level=-33)
    client = side((5, 7, "I have sent the form."), (7, 9, "They will ring me on Friday."))
    assert [letter for _, letter in texts(coach, client)] == ["R", "R"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Yes, that is right.", "I will ring the college on Friday."),  # other words
        ("Yes.", "Yes."),  # short answers are alike by chance
        ("I will ring the college on Friday and then I will ask about the bus.", "I will ring the college on Friday."),  # more was heard
    ],
)
def test_two_people_who_speak_at_once_are_both_kept(first: str, second: str) -> None:
    assert len(texts(side((5, 8, first), level=-33), side((5, 8, second)))) == 2


def test_the_same_words_at_another_time_are_an_echo_of_the_talk_and_kept() -> None:
    coach, client = side((5, 8, "You will ring the college on Friday."), level=-33), side((9, 12, "You will ring the college on Friday."))
    assert len(texts(coach, client)) == 2


WORDS = st.lists(st.sampled_from(["yes", "no", "form", "ring", "bus", "job"]), min_size=1, max_size=8)
SPOKEN = st.lists(st.tuples(st.floats(0, 30), st.floats(0.5, 8), WORDS), max_size=5)


@given(left=SPOKEN, right=SPOKEN, softer=st.floats(-50, -20), rising=st.booleans())
def test_nothing_is_lost_that_the_other_side_does_not_say(left: list, right: list, softer: float, rising: bool) -> None:  # type: ignore[type-arg]
    one, other = (
        side(*((start, start + length, " ".join(words)) for start, length, words in said), level=level)
        for said, level in ((left, softer), (right, -30))
    )
    if rising:  # the one side is louder first, then the other
        one.activity.level[:] = np.linspace(-60, 0, len(one.activity.level))
    found = together([one, other])
    starts = [segment.start for segment, _ in found]
    assert starts == sorted(starts)  # type: ignore[type-var]
    for own, letter in ((one, "L"), (other, "R")):
        kept = [segment for segment, each in found if each == letter]
        there = {word for segment, each in found if each != letter for word in segment.text.split()}
        for segment in own.segments:
            words = segment.text.split()
            assert segment in kept or sum(word in there for word in words) >= 0.8 * 0.8 * len(words) >= 2.5


def told(*found: Side, broken: tuple[Gap, ...] = ()) -> list[tuple[float, float, str]]:
    return [(gap.start, gap.end, gap.why) for gap in gaps(found, [segment for segment, _ in together(found)], broken)]


def test_a_silence_is_one_only_where_both_are_silent() -> None:
    assert told(side((0, 15, "One.")), side((14, 25, "Two."))) == [(25, SECONDS, "silence")]


def test_speech_without_words_is_told_even_while_the_other_one_speaks() -> None:
    coach, client = side((0, 40, "One.")), side(lost=((20, 24),), level=-25)
    assert told(coach, client) == [(20, 24, "unclear")]


def test_speech_without_words_that_is_only_the_other_ones_loudspeaker_is_not_told() -> None:
    coach, client = side((0, 40, "One.")), side(lost=((20, 24),), level=-45)
    assert told(coach, client) == []


def test_what_the_file_lost_is_told_once() -> None:
    broken = Gap(start=30, end=40, why="damaged")
    assert told(side((0, 30, "One.")), side((20, 30, "Two.")), broken=(broken,)) == [(30, 40, "damaged")]
