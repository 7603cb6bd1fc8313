"""The child process: it answers, it stops within a second, its death is not ours, and it leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.domain import Draft
from assistant.drafting.extractive import ExtractiveDrafter
from assistant.drafting.llm.child import ChildModel
from assistant.drafting.llm.drafter import ModelDrafter
from assistant.drafting.llm.talk import End, ModelFailed, Pulse, Reading, Text
from assistant.errors import ModelUnusable
from tests import tiny_llm
from tests.examples import transcript
from tests.tiny_llm import tiny_llm as tiny_folder  # noqa: F401 - a fixture
from tests.unit.test_llm_engine import asked


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.fixture(scope="module")
def child(tiny_folder: Path) -> Iterator[ChildModel]:  # noqa: F811
    """One for all tests: it goes on with the process that is there, and begins another where a test has ended it."""
    with contextlib.closing(ChildModel("tiny", tiny_folder)) as model:
        yield model


def long_reading() -> Reading:
    """Half a minute of work even for a tiny model."""
    return asked(7000, "facts", transcript_text="word " * 300)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at processes through /proc")


def test_a_child_answers_like_the_engine_itself(child: ChildModel) -> None:
    wanted = asked(90, "actions", "risk")
    texts = dict.fromkeys(("actions", "risk"), "")
    ended = []
    for event in child.read(wanted):
        if isinstance(event, Text):
            texts[event.question] += event.text
        elif isinstance(event, End):
            ended.append(event.question)
    words = tiny_llm.tokenizer()
    assert child.ready is not None
    if child.ready.dtype == "float32":  # the folder was written from the same seed
        assert texts == tiny_llm.answers(tiny_llm.engine(tiny_llm.model("qwen3", len(words)), words), wanted)
    assert ended == ["actions", "risk"]
    assert child.sha256 is not None
    assert len(child.sha256) == 64


@linux_only
@pytest.mark.slow
def test_leaving_a_reading_ends_the_child_within_a_second(child: ChildModel) -> None:
    events = child.read(long_reading())
    next(e for e in events if isinstance(e, Text) and e.text)
    pid, started = child.pid, time.monotonic()
    assert pid is not None
    events.close()
    assert time.monotonic() - started < 1
    assert not alive(pid)


@linux_only
def test_leaving_while_the_model_still_loads_ends_it_too(child: ChildModel) -> None:
    events = child.read(long_reading())
    assert isinstance(next(events), Pulse)  # within a fifth of a second, long before torch is imported
    pid, started = child.pid, time.monotonic()
    events.close()
    assert time.monotonic() - started < 1
    assert pid is not None
    assert not alive(pid)


@pytest.mark.slow
def test_whoever_waits_hears_something_four_times_a_second(child: ChildModel) -> None:
    gaps, last = [], time.monotonic()
    for _ in child.read(asked(40, "risk")):
        gaps.append(time.monotonic() - last)
        last = time.monotonic()
    assert max(gaps) < 0.5  # twice the promise, on a busy machine


@linux_only
@pytest.mark.slow
def test_a_killed_child_is_a_failure_and_the_next_reading_starts_another(child: ChildModel) -> None:
    events = child.read(long_reading())
    next(e for e in events if isinstance(e, Text))
    assert child.pid is not None
    os.kill(child.pid, 9)
    with pytest.raises(ModelFailed, match="crashed"):
        list(events)
    assert child.pid is None
    assert any(isinstance(e, End) for e in child.read(asked(20, "risk")))


@linux_only
@pytest.mark.slow
def test_a_killed_parent_leaves_no_child_behind(tiny_folder: Path, tmp_path: Path) -> None:  # noqa: F811
    code = (
        "from pathlib import Path\nfrom assistant.drafting.llm.child import ChildModel\n"
        "from tests.unit.test_llm_child import long_reading\nimport sys\n"
        "model = ChildModel('tiny', Path(sys.argv[1]))\n"
        "for event in model.read(long_reading()):\n    print(model.pid, flush=True)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tiny_folder)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 20  # it may be in the middle of importing torch, which holds every thread
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(pid)


def drafter(folder: Path, opened: list[ChildModel]) -> ModelDrafter:
    def start() -> ChildModel:
        opened.append(ChildModel("tiny", folder))
        return opened[-1]

    return ModelDrafter("llm", start, ExtractiveDrafter())


def assert_fell_back(made: Draft, why: str) -> None:
    assert [(n.code, n.why) for n in made.notices] == [("fell_back_to_extractive", why)]
    assert made.made_by.drafter == "extractive"
    plain = tiny_llm.result(ExtractiveDrafter().draft(transcript()))
    assert (made.note, made.actions, made.left_out) == (plain.note, plain.actions, plain.left_out)


@linux_only
def test_a_child_killed_while_drafting_falls_back_and_says_so(tiny_folder: Path) -> None:  # noqa: F811
    opened: list[ChildModel] = []
    steps = drafter(tiny_folder, opened).draft(transcript())
    while not (opened and opened[0].ready):
        next(steps)
    assert opened[0].pid is not None
    os.kill(opened[0].pid, 9)
    assert_fell_back(tiny_llm.result(steps), "crashed")


@linux_only
@pytest.mark.slow
def test_memory_that_runs_out_falls_back_and_says_so(child: ChildModel) -> None:
    """The real thing: after a first short reading the child may have as good as no more memory."""
    import resource

    list(child.read(asked(12, "risk", transcript_text="1 | Yes.")))
    assert child.pid is not None
    size = int(Path(f"/proc/{child.pid}/statm").read_text(encoding="utf-8").split()[0]) * resource.getpagesize()
    resource.prlimit(child.pid, resource.RLIMIT_AS, (size + 2**20, size + 2**20))
    made = tiny_llm.result(ModelDrafter("llm", lambda: child, ExtractiveDrafter()).draft(transcript()))
    (notice,) = made.notices
    assert notice.code == "fell_back_to_extractive"
    assert notice.why in ("out of memory", "crashed")  # some libraries end the process when they get none
    assert made.actions == tiny_llm.result(ExtractiveDrafter().draft(transcript())).actions


@linux_only
@pytest.mark.slow
def test_stopping_the_draft_ends_the_child(tiny_folder: Path) -> None:  # noqa: F811
    opened: list[ChildModel] = []
    steps = drafter(tiny_folder, opened).draft(transcript())
    while not (opened and opened[0].ready):
        next(steps)
    pid, started = opened[0].pid, time.monotonic()
    steps.close()
    assert time.monotonic() - started < 1
    assert pid is not None
    assert not alive(pid)


@pytest.mark.slow
def test_a_broken_folder_is_an_error_with_advice(tmp_path: Path) -> None:
    folder = tiny_llm.save(tmp_path / "broken")
    (folder / "model.safetensors").write_bytes(b"not a model")
    with pytest.raises(ModelUnusable, match="could not be loaded"):
        tiny_llm.result(drafter(folder, []).draft(transcript()))


@pytest.mark.slow
def test_a_model_without_a_template_is_an_error_with_advice(tmp_path: Path) -> None:
    folder = tiny_llm.save(tmp_path / "base", template=None)
    with pytest.raises(ModelUnusable, match="chat template"):
        tiny_llm.result(drafter(folder, []).draft(transcript()))


@pytest.mark.slow
def test_a_short_context_is_met_with_smaller_windows(tmp_path: Path) -> None:
    folder = tiny_llm.save(tmp_path / "short", context=2600)
    made = tiny_llm.result(drafter(folder, []).draft(transcript()))
    assert made.coverage.read == len(transcript().segments)
    assert not [n for n in made.notices if n.code == "fell_back_to_extractive"]
    assert made.coverage.windows == 1 + made.coverage.retried


@pytest.mark.slow
def test_the_draft_names_its_model_and_its_prompts(tiny_folder: Path) -> None:  # noqa: F811
    made = tiny_llm.result(drafter(tiny_folder, []).draft(transcript()))
    assert made.made_by.drafter == "llm"
    assert made.made_by.model == "tiny"
    assert len(made.made_by.model_sha256 or "") == len(made.made_by.prompt_sha256 or "") == 64
