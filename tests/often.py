"""How many examples a property is tried with: the number that stands at the test in a full run, a quarter of it in the quick one."""

from __future__ import annotations

from hypothesis import settings

USUAL = 100
"""Examples that hypothesis tries where a test says nothing."""

settings.register_profile("quick", max_examples=USUAL // 4, deadline=None)


def times(examples: int) -> int:
    """That many, or fewer where the command line has chosen a quicker profile."""
    return max(1, examples * settings().max_examples // USUAL)
