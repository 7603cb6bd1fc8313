"""When a decoded stretch is not believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.speech.ear import Heard
from assistant.speech.guards import better, echoed, invented, loops, suspicious
from assistant.speech.sentences import Piece

GOOD = Heard(
    pieces=(Piece(start=0, end=4, text="He rang the college."),), tokens=8, logprob=-0.3, compression=1.1, no_speech=0.01, seconds=4
)


def test_ordinary_speech_is_believed() -> None:
    assert not suspicious(GOOD)
    assert GOOD.confidence == pytest.approx(0.741)


@pytest.mark.parametrize(
    "change",
    [{"tokens": 49}, {"compression": 2.5}, {"logprob": -1.1}, {"pieces": (Piece(start=0, end=4, text="and so we go " * 3),)}],
    ids=["too fast", "too repetitive", "too unsure", "looping"],
)
def test_each_sign_alone_makes_it_suspicious(change: dict[str, object]) -> None:
    assert suspicious(replace(GOOD, **change))


def test_other_languages_take_more_tokens_and_are_judged_by_their_letters() -> None:
    polish = replace(GOOD, tokens=60, language="pl")
    assert not suspicious(polish)
    assert suspicious(replace(polish, pieces=(Piece(start=0, end=4, text="zażółć gęślą jaźń " * 11),)))


def test_a_loop_is_the_last_four_words_three_times() -> None:
    thanks = ["thank", "you", "very", "much"]
    assert loops(["he", "said", *thanks * 3])
    assert not loops([*thanks * 3, "he", "said"])
    assert not loops(thanks * 2)
    assert not loops(["no"] * 3)


@pytest.mark.parametrize(("no_speech", "logprob", "speech"), [(0.5, -2, 0.1), (0.9, -0.9, 0.1), (0.9, -2, 0.6)])
def test_text_is_dropped_only_when_all_three_witnesses_agree(no_speech: float, logprob: float, speech: float) -> None:
    assert not invented(replace(GOOD, no_speech=no_speech, logprob=logprob), speech)
    assert invented(replace(GOOD, no_speech=0.9, logprob=-2), 0.1)


def test_the_better_of_two_decodings() -> None:
    loop, empty = replace(GOOD, compression=3, logprob=-0.1), replace(GOOD, pieces=(), logprob=-0.1)
    assert better(loop, GOOD) is GOOD
    assert better(empty, GOOD) is GOOD
    surer = replace(GOOD, logprob=-0.2)
    assert better(GOOD, surer) is surer


PROMPT = ("Amir Okonkwo", "Restart", "Citizens Advice", "Universal Credit")
"""As it is handed over: the text of the prompt begins with the last of them."""


def said(text: str, **change: object) -> Heard:
    return replace(GOOD, pieces=(Piece(start=0, end=4, text=text),), **change)


@pytest.mark.parametrize("text", ["Universal Credit, Citizens Advice, Restart, Amir Okonkwo.", "Credit, Citizens Advice, Restart, Amir"])
def test_a_list_said_over_again_is_an_echo_however_sure(text: str) -> None:
    assert echoed(said(text), PROMPT, 0.9)


@pytest.mark.parametrize("change", [{"logprob": -0.8}, {"no_speech": 0.7}], ids=["unsure", "no speech"])
def test_one_of_its_words_is_an_echo_only_where_there_is_doubt(change: dict[str, object]) -> None:
    assert echoed(said("Restart.", **change), PROMPT, 0.9)
    assert echoed(said("Restart."), PROMPT, 0.4)
    assert not echoed(said("Restart."), PROMPT, 0.9)
    assert not echoed(said("Citizens Advice, Restart."), PROMPT, 0.9)


@pytest.mark.parametrize("text", ["Amir Okonkwo, Restart.", "He is on Restart.", "", "Restart Restart", "Universal, Restart"])
def test_other_words_or_another_order_are_no_echo(text: str) -> None:
    assert not echoed(said(text, logprob=-0.9), PROMPT, 0.2)


def test_without_a_prompt_there_is_no_echo() -> None:
    assert not echoed(said("Restart.", logprob=-0.9), (), 0.2)
