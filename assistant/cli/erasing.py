"""`coachnote erase`, `coachnote clients erase|hold|release`: references on the command line, and typed again before anything is erased."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

import click

from assistant.cli.unlocking import unlock
from assistant.console import say
from assistant.errors import StoreDamaged, UsageProblem

if TYPE_CHECKING:
    from assistant.config import Settings

KEY_COPIES = "Older backups of the database can be read on only where a copy of client-keys.bin from before is kept: replace those."


@click.command()
@click.argument("session")
@click.pass_obj
def erase(settings: Settings, session: str) -> None:
    """Erase SESSION for good: its recording, transcript and draft, such as of a recording made by mistake.

    Your own, while nobody has signed it; an admin may erase any. To confirm, type the last four characters of its id.

    \b
    Example:  coachnote erase 0192f0c1-7e3a-7b1f-8a55-0d5f3f1b2c3d
    """
    store = unlock(settings)
    try:
        store.session(session)
        stage = next(each.stage for each in store.sessions() if each.session.id == session)
        say(f"Everything of session {session} will be erased for good. It is {stage}.")
        confirm(session[-4:], "To erase it, type the last four characters of its id:")
        store.erase_session(session)
    finally:
        store.close()
    say(f"Session {session} is erased.")


@click.command("erase")
@click.argument("ref")
@click.pass_obj
def erase_client(settings: Settings, ref: str) -> None:
    """Erase everything held about the client REF, for good: recordings, transcripts, drafts, notes and the name. For admins.

    To confirm, type the reference again. Scripts give it as a line of standard input.

    \b
    Example:  coachnote clients erase C-0042
    """
    store = unlock(settings)
    try:
        store.must_be_admin("erase a client")
        with contextlib.suppress(StoreDamaged):  # a client whose key is gone can be erased too
            store.client(ref)
        theirs = [each.stage for each in store.sessions() if each.session.client == ref]
        sessions = "1 session" if len(theirs) == 1 else f"{len(theirs)} sessions"
        say(f"Everything held about {ref} will be erased for good: {sessions}, {theirs.count('signed')} of them signed.")
        confirm(ref, "To erase it, type the reference again:")
        store.erase_client(ref)
    finally:
        store.close()
    say(f"{ref} is erased. {KEY_COPIES}")


@click.command()
@click.argument("ref")
@click.pass_obj
def hold(settings: Settings, ref: str) -> None:
    """Put the client REF under a legal hold: nothing of theirs is erased while it lasts. For admins.

    \b
    Example:  coachnote clients hold C-0042
    """
    store = unlock(settings)
    try:
        store.hold(ref)
    finally:
        store.close()
    say(f"{ref} is under a legal hold. Nothing of theirs is erased until `coachnote clients release {ref}`.")


@click.command()
@click.argument("ref")
@click.pass_obj
def release(settings: Settings, ref: str) -> None:
    """Release the client REF from a legal hold. What came due meanwhile is due at once. For admins.

    \b
    Example:  coachnote clients release C-0042
    """
    store = unlock(settings)
    try:
        store.release(ref)
    finally:
        store.close()
    say(f"{ref} is under no legal hold. See what is due with `coachnote retention`.")


def confirm(word: str, question: str) -> None:
    """One line from the terminal, or from standard input for scripts. Raises UsageProblem when it is another."""
    if sys.stdin.isatty():
        say(question)
    if sys.stdin.readline().strip() != word:
        raise UsageProblem(
            "That was not what was asked for.", means="Nothing was erased.", do="Run the command again, and type it as shown."
        )
