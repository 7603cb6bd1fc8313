"""What came of a folder of cases, as a table for people, as one object for programs, and as the error to end with. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.errors import AllFailed, CoachnoteError, SomeFailed
from assistant.scoring.figures import Interval, figures, intervals, total
from assistant.scoring.folder import Ended, Scored, Unreadable

NAME, CELL = 31, 24
"""Widths of a table's columns."""
INTERVALS = "Each figure with its 95 % interval: cases drawn again 1,000 times, with replacement."
KINDS = ("dictation", "appointment")


@dataclass(frozen=True)
class Column:
    """The figures of one group of cases."""

    cases: int
    figures: Mapping[str, float]
    intervals: Mapping[str, Interval]

    def cell(self, figure: str) -> str:
        between = self.intervals.get(figure)
        return f"{self.figures[figure]:.3f}" + (f"  {between.low:.3f} to {between.high:.3f}" if between else "")


@dataclass(frozen=True)
class Report:
    ended: Sequence[Ended]

    @property
    def scored(self) -> list[Scored]:
        return [each for each in self.ended if isinstance(each, Scored)]

    @property
    def unreadable(self) -> list[Unreadable]:
        return [each for each in self.ended if isinstance(each, Unreadable)]

    @property
    def without_draft(self) -> list[Scored]:
        return [each for each in self.scored if each.failed]

    def columns(self) -> dict[str, Column]:
        """All cases, then each kind that there is; empty without cases."""
        groups = {"all": self.scored} | {kind: [each for each in self.scored if each.kind == kind] for kind in KINDS}
        return {name: _column(group) for name, group in groups.items() if group}

    def worst(self, many: int) -> list[tuple[float, str]]:
        """Score and name of the cases that scored least, the least first."""
        return sorted((figures(each.counts)["score"], each.name) for each in self.scored)[:many]

    def problem(self) -> CoachnoteError | None:
        """What to end with, or None when every case was read and drafted."""
        bad = len(self.unreadable) + len(self.without_draft)
        if not bad:
            return None
        kind = AllFailed if bad == len(self.ended) else SomeFailed
        counted = f"{len(self.without_draft)} without a draft counted as empty drafts." if self.without_draft else ""
        return kind(f"{bad} of {len(self.ended)} cases failed.", means=counted, do="The reasons stand above.")


def _column(group: Sequence[Scored]) -> Column:
    counts = [each.counts for each in group]
    return Column(len(group), figures(total(counts)), intervals(counts))


def lines(report: Report, worst: int) -> Iterator[str]:
    """A table with a column a group, and what could not be read or drafted."""
    columns = report.columns()
    if columns:
        yield " " * NAME + "".join(f"  {f'{name} ({column.cases})':<{CELL}}" for name, column in columns.items()).rstrip()
        for figure in columns["all"].figures:
            yield f"{figure:<{NAME}}" + "".join(f"  {column.cell(figure):<{CELL}}" for column in columns.values()).rstrip()
        yield INTERVALS if len(report.scored) > 1 else "One case: no intervals."
    yield from (f"not a case: {each.name}: {each.why}" for each in report.unreadable)
    yield from (f"no draft: {each.name}: {each.failed}" for each in report.without_draft)
    fell_back = sum(each.fell_back for each in report.scored)
    if fell_back:
        yield f"The language model gave out in {fell_back} of {len(report.scored)} cases; the offline drafter drafted those."
    yield from (f"worst: {name} {score:.3f}" for score, name in report.worst(worst))


def document(report: Report, worst: int) -> dict[str, Any]:
    """The same for programs: the figures under `all` and each kind, their intervals under `intervals`."""
    columns = report.columns()
    return {
        "cases": len(report.scored),
        "unreadable": [{"case": each.name, "why": each.why} for each in report.unreadable],
        "without_draft": [{"case": each.name, "why": each.failed} for each in report.without_draft],
        "fell_back": sum(each.fell_back for each in report.scored),
        **{name: dict(column.figures) for name, column in columns.items()},
        "intervals": {name: {f: [i.low, i.high] for f, i in column.intervals.items()} for name, column in columns.items()},
        "worst": [{"case": name, "score": score} for score, name in report.worst(worst)],
    }
