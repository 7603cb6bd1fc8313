"""The processes that hear: they die, hang, wear out or lose their parent, and nothing of a recording is lost by it."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant import children
from assistant.errors import ModelUnusable
from assistant.speech import ears as many
from assistant.speech.cards import Card, ModelOnDisk
from assistant.speech.ears import FarEars
from assistant.speech.hearing import Found, Sound, Task
from tests.odd_ears import ODD, numbers, odd_model, stretch
from tests.processes import gone

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes through /proc")
TASK = Task(language="en", prompt=("Amir",), smallest_window=10.0)


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type]:
    """Makes two ears that do what they are told, and ends them."""
    monkeypatch.setattr(many, "PAYS", 1)
    monkeypatch.setattr(many, "most", lambda _: 2)
    made: list[FarEars] = []

    def make(**behaviour: object) -> FarEars:
        made.append(FarEars(ODD, odd_model(tmp_path / f"odd{len(made)}", **behaviour)))
        return made[-1]

    yield make  # type: ignore[misc]
    for ears in made:
        ears.close()


def hear(ears: FarEars, wanted: int, first: int = 1, task: Task = TASK) -> list[Found]:
    sounds = [stretch(number) for number in range(first, first + wanted)]
    ears.begin()
    list(ears.load())
    return [found for found in ears.hear(iter(sounds), task, wanted) if found is not None]


def test_answers_come_in_order_and_two_ears_share_the_work(crew) -> None:
    ears = crew(takes=0.05)
    assert numbers(hear(ears, 30)) == list(range(1, 31))
    assert len(ears.pids) == 2


def test_the_same_ears_hear_the_next_recording(crew) -> None:
    ears = crew()
    hear(ears, 3)
    before = ears.pids
    assert numbers(hear(ears, 3, first=5)) == [5, 6, 7]
    assert set(before) <= set(ears.pids)


def test_sound_is_asked_for_only_when_there_is_an_ear_for_it(crew) -> None:
    ears, asked, heard = crew(takes=0.05), [], 0

    def sounds() -> Iterator[Sound]:
        for number in range(1, 31):
            asked.append(number)
            yield stretch(number)

    list(ears.load())
    for found in ears.hear(sounds(), TASK, 30):
        heard += found is not None
        assert len(asked) - heard <= 6  # two at work, one waiting, and what was heard out of order
    assert heard == 30


def test_sound_that_is_not_decoded_yet_is_waited_for(crew) -> None:
    ears = crew()
    list(ears.load())
    late = iter([None, None, stretch(1), None, stretch(2)])
    assert numbers([found for found in ears.hear(late, TASK, 2) if found is not None]) == [1, 2]


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSEGV])
def test_an_ear_that_is_killed_costs_no_word(blow: signal.Signals, crew) -> None:
    ears, found = crew(takes=0.1), []
    list(ears.load())
    for answer in ears.hear(map(stretch, range(1, 13)), TASK, 12):
        if answer is not None:
            found.append(answer)
            if len(found) in (2, 5):
                os.kill(ears.pids[0], blow)
    assert numbers(found) == list(range(1, 13))


def test_a_stretch_that_kills_is_given_up_after_three_ears_and_the_others_are_heard(crew) -> None:
    found = hear(crew(**{"dies of": [2]}), 5)
    assert numbers(found) == [1, None, 3, 4, 5]
    assert found[1].lost == ((0.0, 1.0),)


def test_a_stretch_that_kills_in_a_narrow_window_is_heard_in_a_full_one_without_the_prompt(crew) -> None:
    found = hear(crew(**{"dies of narrow": [2]}), 3)
    assert [f.pieces[0].text for f in found] == ["stretch 1 in 10 with", "stretch 2 in 30 without", "stretch 3 in 10 with"]


def test_an_ear_that_hangs_counts_as_dead(crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "PATIENCE", 0.5)
    monkeypatch.setattr(many, "SLOWEST", 0.0)
    assert numbers(hear(crew(**{"hangs at": [3]}), 4)) == [1, 2, None, 4]


@pytest.mark.parametrize("behaviour", [{"dies at once": True}, {"dies of": [1, 2, 3, 4, 5]}])
def test_a_model_that_never_answers_is_unusable_and_leaves_no_process(behaviour: dict[str, object], crew) -> None:
    ears = crew(**behaviour)
    with pytest.raises(ModelUnusable, match="odd cannot be run"):
        hear(ears, 5)
    assert ears.pids == []


def test_a_damaged_model_is_refused_in_its_own_words(tiny_whisper: Path, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"\6\0\0\0 not a model")
    ears = FarEars("assistant.speech.engine:Engine", ModelOnDisk(card=Card(name="small.en"), folder=tmp_path))
    for _ in range(2):  # and again: the first time has left nothing that waits for ever
        with pytest.raises(ModelUnusable, match=r"small\.en cannot be used"):
            list(ears.load())
        assert ears.pids == []


def test_whoever_stops_listening_ends_every_process(crew) -> None:
    ears = crew(takes=5)
    list(ears.load())
    work = ears.hear(map(stretch, range(1, 9)), TASK, 8)
    while len(ears.pids) < 2:
        next(work)
    pids, since = ears.pids, time.monotonic()
    work.close()
    assert time.monotonic() - since < 1
    assert gone(pids, 0)


def test_ears_that_nobody_holds_any_more_are_ended(tmp_path: Path) -> None:
    ears = FarEars(ODD, odd_model(tmp_path))
    list(ears.load())
    pids = ears.pids
    del ears
    gc.collect()
    assert gone(pids, 1)


PARENT = (
    "import pathlib, sys, os, time; from assistant.speech.ears import FarEars; from tests.odd_ears import *; from assistant.speech.hearing"
    " import Task\n"
    "ears = FarEars(ODD, odd_model(pathlib.Path(sys.argv[1]), takes=30)); list(ears.load())\n"
    "work = ears.hear(iter([stretch(1)]), Task(language='en'), 1); [next(work) for _ in range(3)]\n"
    "print(*ears.pids, flush=True); {then}"
)


@pytest.mark.parametrize("then", ["time.sleep(60)", "os.execv('/bin/sleep', ['sleep', '60'])"], ids=["killed", "replaced"])
def test_a_parent_that_is_killed_or_replaced_leaves_no_process(then: str, tmp_path: Path) -> None:
    """Even in the middle of a stretch; replaced as when the app locks."""
    env = {**os.environ, "PYTHONPATH": str(children.HOME)}
    parent = subprocess.Popen([sys.executable, "-c", PARENT.format(then=then), str(tmp_path)], stdout=subprocess.PIPE, text=True, env=env)
    assert parent.stdout is not None
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    assert pids
    if "sleep(60)" in then:
        parent.kill()
    assert gone(pids, 5)
    parent.kill()
    parent.communicate()


def test_an_ear_that_is_worn_out_makes_room_for_a_fresh_one(crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "most", lambda _: 1)
    ears = crew(**{"most heard": 3})
    list(ears.load())
    seen, found = set[int](), []
    for answer in ears.hear(map(stretch, range(1, 9)), TASK, 8):
        seen |= set(ears.pids)
        found += [answer] if answer is not None else []
    assert numbers(found) == list(range(1, 9))
    assert len(seen) == 3


@pytest.mark.parametrize("when", ["at once", "later"])
def test_a_graphics_card_that_fails_gives_way_to_the_processor_and_that_is_said(when: str, crew) -> None:
    ears = crew(card=when)
    assert numbers(hear(ears, 4)) == [1, 2, 3, 4]
    assert ears.known.settings["device"] == "cpu"
    why = {"at once": "no driver", "later": "out of memory"}[when]
    assert ears.news() == f"The graphics card could not be used ({why}); the processor is used instead."
    assert ears.news() is None


def test_a_process_that_dies_on_the_graphics_card_gives_way_to_the_processor_too(crew) -> None:
    ears = crew(**{"card": "never used", "dies of narrow": [1]})
    assert numbers(hear(ears, 2)) == [1, 2]
    assert ears.known.settings["device"] == "cpu"
    assert "the process that used it ended" in (ears.news() or "")


def test_the_true_engine_leaves_a_card_that_does_not_work(tiny_whisper: Path) -> None:
    model = ModelOnDisk(card=Card(name="tiny-random"), folder=tiny_whisper)
    ears = FarEars("tests.card_ear:WithCard", model)
    list(ears.load())
    assert ears.known.settings["compute_type"] == "int8"
    assert "graphics card could not be used (CUDA" in (ears.news() or "")
    ears.close()


def test_languages_are_asked_for_from_afar(crew) -> None:
    ears = crew()
    list(ears.load())
    assert [shares for shares in ears.languages([stretch(1), stretch(2)]) if shares] == [{"cy": 0.75, "en": 0.25}] * 2


def test_a_process_that_hears_holds_no_file_and_shows_nothing_of_what_is_said(crew) -> None:
    ears = crew()
    hear(ears, 1)
    for pid in ears.pids:
        held = {os.readlink(entry).split(":")[0] for entry in Path(f"/proc/{pid}/fd").iterdir()}
        assert held == {"pipe", os.devnull}
        shown = Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/environ").read_bytes()
        assert b"Amir" not in shown
        limits = Path(f"/proc/{pid}/limits").read_text(encoding="utf-8")
        assert "Max file size             0 " in limits and "Max core file size        0 " in limits
