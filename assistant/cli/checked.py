"""What a check of a speech model found, in plain words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.speech.check import Checked
    from assistant.speech.windows import Verdict


def state(name: str, verdict: Verdict | None) -> str:
    """One line of the list of models."""
    if verdict is None:
        return f"{name}: checked: no. It hears in windows of 30 seconds, which is slower: coachnote models check {name}"
    if not verdict.passed:
        return f"{name}: checked: failed ({_differing(verdict)}). It hears in windows of 30 seconds."
    return f"{name}: checked: yes, on {_recording(verdict)} ({_differing(verdict)})."


def told(found: Checked) -> str:
    """All of it."""
    return "\n".join([*_measured(found), "", *_judged(found)])


def _measured(found: Checked) -> list[str]:
    minutes = found.speech / 60
    short, full = (
        f"{took / minutes:.1f} s for a minute of speech ({took / found.speech:.3f} of real time)" for took in (found.short, found.full)
    )
    memory = "not measured on this system" if found.peak_mb is None else f"{found.peak_mb:.0f} MB at most"
    numbers = found.settings.get("compute_type", "?")
    return [
        f"{found.model}, on {'the processor' if numbers == 'int8' else 'the graphics card'}, with {numbers} numbers",
        f"  Loading           {found.loading:.1f} s",
        f"  The fast way      {short}",
        f"  In 30 s windows   {full}",
        f"  Memory            {memory}",
        f"  The same words    {_differing(found.verdict)}, in {found.verdict.stretches} stretches of speech",
    ]


def _judged(found: Checked) -> list[str]:
    verdict = found.verdict
    if not found.kept:
        return ["How this model is heard was measured when it was made, and stays as its card says."]
    if not verdict.words:
        lines = ["Failed: it heard no words. It is used in windows of 30 seconds; try another recording, or another model."]
    elif verdict.passed:
        lines = ["Passed: from now on it is used the fast way."]
    else:
        lines = [f"Failed: less than {100 * verdict.allowed:g} % may differ. It is used in windows of 30 seconds: slower, and safe."]
    if not verdict.own:
        lines.append(
            "The recording was a synthetic voice: it measures speed and memory, and little about people. "
            f"For a verdict that counts, use your own speech, five minutes or more: coachnote models check {found.model} --on FILE"
        )
    return lines


def _differing(verdict: Verdict) -> str:
    return f"{verdict.differing} of {verdict.words} words differ, {100 * verdict.share:.1f} %" if verdict.words else "no words were heard"


def _recording(verdict: Verdict) -> str:
    return "a recording of your own" if verdict.own else "a synthetic voice"
