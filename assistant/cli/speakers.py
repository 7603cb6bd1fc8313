"""`coachnote speakers`: a person says whose the voices are that were told apart in a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, get_args

import click

from assistant import pipeline, wiring
from assistant.cli.process import tell
from assistant.cli.unlocking import unlock
from assistant.console import say, watch
from assistant.domain import Speaker, voices
from assistant.errors import UsageProblem
from assistant.render import clock, printable

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import Segment, Transcript
    from assistant.protocols import Store

SHOWN = 5
"""First lines of each voice: enough to know whose it is."""
CHANNELS = {voices.LEFT: ", on the left channel", voices.RIGHT: ", on the right channel"}


@click.command()
@click.argument("session")
@click.argument("told", nargs=-1, metavar="[VOICE=WHO]...")
@click.pass_obj
def speakers(settings: Settings, session: str, told: tuple[str, ...]) -> None:
    """Show what each voice of SESSION's recording says first, or say who they are: coach, client or other. Then it is drafted again.

    What you have corrected and decided stays where it still holds. Whoever is not named stays as before.

    \b
    Example:  coachnote speakers 0192f0c1-7e3a-7b1f-8a55-0d5f3f1b2c3d L=coach R=client
    """
    store = unlock(settings)
    try:
        heard = _heard(store, session)
        if told:
            _tell(settings, store, session, heard, _understood(told, heard))
        else:
            store.note_use("read", session)
            print("\n".join(line for letter, said in voices.lines(heard).items() for line in _shown(letter, said)))
    finally:
        store.close()


def _heard(store: Store, session: str) -> Transcript:
    store.session(session)
    heard = store.transcript(session)
    if heard is None or not voices.lines(heard):
        raise UsageProblem(
            "No voices are told apart in this session.",
            means="They are where each person was recorded on a channel of their own, or where the settings file says `diarize = true`.",
            do="Where another program wrote the transcript, say it with `coachnote import FILE --coach-is 1 --client-is 2`.",
        )
    return heard


def _understood(told: tuple[str, ...], heard: Transcript) -> dict[str, Speaker]:
    known: dict[str, Speaker] = {}
    for each in told:
        letter, sign, who = each.partition("=")
        if letter.upper() not in voices.lines(heard) or not sign or who.lower() not in get_args(Speaker) or letter.upper() in known:
            raise UsageProblem(
                f"It was not understood who is who: {each}",
                do=f"Write each voice ({', '.join(voices.lines(heard))}) once, with {', '.join(get_args(Speaker))}, "
                f"as in {next(iter(voices.lines(heard)))}=coach.",
            )
        known[letter.upper()] = cast(Speaker, who.lower())
    return known


def _tell(settings: Settings, store: Store, session: str, heard: Transcript, known: dict[str, Speaker]) -> None:
    now = voices.told(heard, known)
    if now.segments == heard.segments:
        say("That is what it says already. Nothing was changed.")
        return
    watch(pipeline.tell_apart(store, session, now, lambda: wiring.drafter(settings)))
    tell(store, session)


def _shown(letter: str, said: list[Segment]) -> list[str]:
    known = f", so far the {said[0].speaker}" if said[0].speaker else ""
    head = f"Voice {letter}{CHANNELS.get(letter, '')}{known}: {len(said)} line{'' if len(said) == 1 else 's'}"
    return [head, *(f"  {clock(segment.start or 0.0)}  {printable(segment.text)}" for segment in said[:SHOWN])]
