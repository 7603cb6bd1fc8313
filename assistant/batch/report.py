"""What became of a folder: a line a file, a line of sums, and the exit code. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from assistant.batch.run import Ended, JobDone, JobFailed, JobSkipped, JobWaiting
from assistant.errors import AllFailed, CoachnoteError, ModelError, SomeFailed

SHOWN = 5
"""Names of other files in the summary."""
WORDS: dict[type[Ended], str] = {JobDone: "drafted", JobSkipped: "already there", JobWaiting: "waiting for a model", JobFailed: "failed"}


@dataclass(frozen=True)
class Report:
    planned: int
    """Files."""
    ended: list[Ended] = field(default_factory=list)
    left_alone: tuple[str, ...] = ()

    def count(self, kind: type[Ended]) -> int:
        return sum(isinstance(each, kind) for each in self.ended)

    def lines(self) -> Iterator[str]:
        """For a person: each file with its client and what became of it."""
        width = max((len(each.job.name) for each in self.ended), default=0)
        for each in self.ended:
            yield f"{each.job.name:<{width}}  {each.job.intake.client or 'unassigned':<10}  {outcome(each)}"
        yield self.total()
        if self.left_alone:
            more = f" and {len(self.left_alone) - SHOWN} more" if len(self.left_alone) > SHOWN else ""
            yield f"Left alone, neither recording nor transcript: {', '.join(self.left_alone[:SHOWN])}{more}."

    def total(self) -> str:
        """`12 files: 10 drafted, 2 failed.`"""
        sums = [f"{self.count(kind)} {word}" for kind, word in WORDS.items() if self.count(kind)]
        missing = self.planned - len(self.ended)
        sums += [f"{missing} not reached"] if missing else []
        return f"{self.planned} file{'' if self.planned == 1 else 's'}: {', '.join(sums)}."

    def problem(self) -> CoachnoteError | None:
        """What to end with, or None when every file is drafted."""
        failed = self.count(JobFailed)
        if failed:
            error = AllFailed if failed == self.planned else SomeFailed
            return error(
                f"{failed} of {self.planned} files failed.",
                means="The others are kept in the store." if failed < self.planned else "",
                do="Put right what can be put right, and run the same command again: what is done is not done twice.",
            )
        return next((_waiting(each.reason) for each in self.ended if isinstance(each, JobWaiting)), None)


def _waiting(reason: ModelError) -> ModelError:
    """The pipeline words it for one session; what it was raised from holds for all."""
    missing = reason.__cause__ if isinstance(reason.__cause__, ModelError) else reason
    return type(missing)(
        "Every recording is kept, and the transcriptions wait.",
        means=f"{missing.what} {missing.means}".strip(),
        do=f"{missing.do} Then run `coachnote finish`.".strip(),
    )


def outcome(ended: Ended) -> str:
    """What became of one file, as half a line."""
    if isinstance(ended, JobFailed):
        return f"failed: {ended.why}"
    if isinstance(ended, JobWaiting):
        return WORDS[JobWaiting]
    return f"{WORDS[type(ended)]}: {ended.session}"
