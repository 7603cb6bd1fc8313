"""The drafter that asks a language model, window by window and question by question, and hands every finding to the rules.

Yields each finished item as it is found. When the model gives out, the offline drafter's draft stands in its place and says so. Knows no
engine: a talk.LanguageModel may be a child process or a server on this machine.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import time
from collections import deque
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace

from assistant.domain import SECTIONS, Draft, DraftedBy, Item, Notice, Segment, Transcript
from assistant.drafting.llm import merge, prompts, schema, windows
from assistant.drafting.llm.merge import Findings
from assistant.drafting.llm.prompts import Prompt
from assistant.drafting.llm.rules import Rules
from assistant.drafting.llm.schema import Became, Choices, Deed, Fact, Found, Obstacle, Risk, Sent
from assistant.drafting.llm.talk import End, LanguageModel, ModelFailed, Pulse, Question, Reading, Text
from assistant.drafting.llm.windows import Window
from assistant.errors import ModelUnusable
from assistant.identity import new_id
from assistant.protocols import Drafter, Progress

VERSION = "1"
HOPELESS = ("no chat template", "unusable")
"""Failures of the model itself: a person must choose another, so these are errors and not a reason to fall back."""


@dataclass
class _Sheet:
    """What has come of a transcript so far."""

    rules: Rules
    found: Findings = field(default_factory=Findings)
    read: set[int] = field(default_factory=set)
    windows: int = 0
    retried: int = 0
    dropped: int = 0
    notices: list[Notice] = field(default_factory=list)


class ModelDrafter:
    """A protocols.Drafter. `name` is what the draft says made it; `open_model` is called once a draft, and what it opened is closed."""

    def __init__(
        self, name: str, open_model: Callable[[], LanguageModel], fallback: Drafter, *, most_tokens: int = windows.MOST_TOKENS
    ) -> None:
        self.name, self.open_model, self.fallback, self.most_tokens = name, open_model, fallback, most_tokens

    def draft(self, transcript: Transcript) -> Generator[Progress, None, Draft]:
        """Raises ModelUnusable when the model can never answer."""
        started = time.perf_counter()
        second = yield from self.fallback.draft(transcript)
        model = self.open_model()
        with contextlib.closing(model):
            try:
                draft = yield from self._with_model(transcript, second, model)
            except ModelFailed as failed:
                if failed.why in HOPELESS:
                    raise _unusable(model, failed) from None
                draft = replace(second, notices=(*second.notices, Notice(code="fell_back_to_extractive", why=failed.why)))
        return replace(draft, draft=new_id(), made_by=replace(draft.made_by, seconds=round(time.perf_counter() - started, 3)))

    def _with_model(self, transcript: Transcript, second: Draft, model: LanguageModel) -> Generator[Progress, None, Draft]:
        sheet, texts, digest = _Sheet(Rules(transcript, second)), prompts.load(), prompts.sha256()
        waiting = deque(windows.cut(transcript.segments, self.most_tokens))
        while waiting:
            window = waiting.popleft()
            try:
                yield from self._read(window, sheet, model, texts)
            except ModelFailed as failed:
                smaller = windows.halves(window)
                if failed.why != "too long":
                    raise
                sheet.retried += 1
                waiting.extendleft(reversed(smaller))
                if not smaller:
                    _tell_gap(sheet, window)
        return self._finished(sheet, model, digest)

    def _read(self, window: Window, sheet: _Sheet, model: LanguageModel, texts: Mapping[str, Prompt]) -> Generator[Progress, None, None]:
        new = window.segments[-window.fresh :]
        if window.lines:
            yield from self._ask(window, sheet, model, texts)
        sheet.windows += 1
        sheet.read |= {s.id for s in new}
        sheet.notices += _addressed(new)
        yield self._progress(sheet)

    def _ask(self, window: Window, sheet: _Sheet, model: LanguageModel, texts: Mapping[str, Prompt]) -> Generator[Progress, None, None]:
        choices = _choices(window, sheet.rules.transcript)
        answers: dict[str, str] = {}
        counts: dict[str, int] = {}
        with contextlib.closing(model.read(reading(window, sheet.rules.transcript, choices, texts))) as events:
            for event in events:
                if isinstance(event, Text):
                    answers[event.question] = answers.get(event.question, "") + event.text
                    items = schema.whole_items(answers[event.question]) if "}" in event.text else []
                    for item in items[counts.get(event.question, 0) :]:
                        yield from self._keep(event.question, item, window, choices, sheet)
                    counts[event.question] = max(counts.get(event.question, 0), len(items))
                elif isinstance(event, End) and event.cut:
                    sheet.notices.append(Notice(code="cut_short", why=f"{event.question}, {_where(window)}"))
                elif isinstance(event, Pulse):
                    yield self._progress(sheet)

    def _keep(self, question: str, item: object, window: Window, choices: Choices, sheet: _Sheet) -> Generator[Progress, None, None]:
        found = schema.checked(question, item, choices)
        kept = _filed(found, window, sheet) if found else None
        if kept is None:
            sheet.dropped += 1
        else:
            yield replace(self._progress(sheet), item=kept if not isinstance(kept, bool) else None)

    @staticmethod
    def _progress(sheet: _Sheet) -> Progress:
        return Progress(stage="draft", done=len(sheet.read), total=len(sheet.rules.transcript.segments))

    def _finished(self, sheet: _Sheet, model: LanguageModel, digest: str) -> Draft:
        everything = {s.id for s in sheet.rules.transcript.segments}
        draft = merge.whole(sheet.rules, sheet.found, frozenset(everything - sheet.read))
        dropped = [Notice(code="items_dropped", why=f"{sheet.dropped} without ground in the lines they cite")] if sheet.dropped else []
        made_by = DraftedBy(drafter=self.name, version=VERSION, model=model.name, model_sha256=model.sha256, prompt_sha256=digest)
        coverage = replace(draft.coverage, read=len(sheet.read), windows=sheet.windows, retried=sheet.retried)
        return replace(draft, coverage=coverage, notices=(*draft.notices, *sheet.notices, *dropped), made_by=made_by)


def reading(window: Window, transcript: Transcript, choices: Choices, texts: Mapping[str, Prompt]) -> Reading:
    """What the model is given for a window."""
    lines = window.lines
    # A closing mark that nobody who speaks can know, and that is the same for the same words.
    nonce = hashlib.sha256("\n".join(line.text for line in lines).encode()).hexdigest()[:8]
    speech = texts[prompts.TRANSCRIPT].render(
        lines=lines,
        nonce=nonce,
        kind=transcript.kind,
        client=transcript.client,
        coach=transcript.coach,
        day=_spelt(transcript.session_date),
        others=any(line.speaker == "O" for line in lines),
    )
    asked = [name for name in prompts.QUESTIONS if name != "previous" or choices.previous]
    questions = tuple(_question(name, texts[name], transcript, choices) for name in asked)
    return Reading(system=texts[prompts.SYSTEM].render(), transcript=speech, questions=questions)


def _spelt(day: dt.date | None) -> str | None:
    return f"{day:%A} {day.day} {day:%B %Y}" if day else None


def _question(name: str, prompt: Prompt, transcript: Transcript, choices: Choices) -> Question:
    sections = [s for s in choices.sections if s != "risk"]
    text = prompt.render(sections=sections, meaning=prompt.head.meaning, agreed=transcript.previous_actions)
    return Question(name=name, text=text, form=schema.form(name, choices, prompt.head.max_items), budget=prompt.head.max_new_tokens)


def _choices(window: Window, transcript: Transcript) -> Choices:
    return Choices(
        lines=tuple(line.number for line in window.lines),
        sections=SECTIONS,
        previous=tuple(action.id for action in transcript.previous_actions),
    )


def _filed(found: Found, window: Window, sheet: _Sheet) -> Item | bool | None:
    """The item as a draft would hold it, put where it belongs; True for a barrier; None for one that its lines do not bear."""
    segment_of = {line.number: line.segment for line in window.lines}
    segments = list(dict.fromkeys(segment_of[n] for n in found.cites))
    kept: Item | bool | None = None
    if isinstance(found, Fact) and (kept := sheet.rules.statement(found, segments)):
        sheet.found.facts.append((found.section, kept))
    elif isinstance(found, Risk) and (kept := sheet.rules.risk(segments)):
        sheet.found.risk.append(kept)
    elif isinstance(found, Deed) and (kept := sheet.rules.action(found, segments)):
        sheet.found.actions.append(kept)
    elif isinstance(found, Sent) and (kept := sheet.rules.referral(found, segments)):
        sheet.found.referrals.append(kept)
    elif isinstance(found, Became) and (kept := sheet.rules.outcome(found, segments)):
        sheet.found.outcomes.append(kept)
    elif isinstance(found, Obstacle) and (kept := bool(sheet.rules.evidence(segments))):
        sheet.found.barriers.append((found.barrier, tuple(segments)))
    return kept or None


def _addressed(segments: tuple[Segment, ...]) -> list[Notice]:
    """What was said to whoever writes the note: a coach should look at the lines round it."""
    said = [str(s.id) for s in segments if prompts.INSTRUCTION.search(s.text)]
    return [Notice(code="reads_like_an_instruction", why=f"segment {', '.join(said)}")] if said else []


def _tell_gap(sheet: _Sheet, window: Window) -> None:
    sheet.notices.append(Notice(code="window_not_read", why=f"{_where(window)}; the offline drafter's findings stand there"))


def _where(window: Window) -> str:
    """`segments 12 to 30`, with the minutes where there are times."""
    start, end = window.segments[0], window.segments[-1]
    minutes = f" (minutes {start.start // 60:.0f} to {end.end // 60 + 1:.0f})" if start.start is not None and end.end is not None else ""
    return f"segments {start.id} to {end.id}{minutes}"


def _unusable(model: LanguageModel, failed: ModelFailed) -> ModelUnusable:
    what = {
        "no chat template": f"The language model {model.name} has no chat template.",
        "unusable": f"The language model {model.name} could not be loaded.",
    }[failed.why]
    means = "It was not trained to follow instructions, or its tokenizer_config.json is missing." if "template" in failed.why else ""
    return ModelUnusable(what, means=means, do="Copy a whole instruct model in safetensors form, or draft with --drafter extractive.")
