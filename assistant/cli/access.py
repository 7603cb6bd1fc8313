"""`coachnote clients access-pack`: everything held about one person, in one archive under a passphrase of its own."""

from __future__ import annotations

import datetime as dt
import getpass
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant import wiring
from assistant.cli.unlocking import unlock
from assistant.console import say
from assistant.errors import Refused, UsageProblem

if TYPE_CHECKING:
    from assistant.access import Pack
    from assistant.config import Settings
    from assistant.domain import Held
    from assistant.protocols import Store
    from assistant.share.archive import Content

WORDS = 6
"""66 bits: a guess at a zip archive costs 1,000 rounds of SHA-1, next to nothing beside one at the store's own passphrase."""
SHORTEST = 20
"""Characters of a passphrase that somebody chooses."""


@click.command("access-pack")
@click.argument("ref")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="FILE.zip", help="Where to write the archive.")
@click.option("--with-void", is_flag=True, help="Also what was filed under this person in error and is about somebody else.")
@click.pass_obj
def access_pack(settings: Settings, ref: str, out: Path, with_void: bool) -> None:
    """Everything held about the client REF, as one AES-256 zip archive that opens without this program. For admins.

    Notes, transcripts, drafts, decisions, recordings, who opened them and when, what was erased, and other people's names to redact.
    A person must look through it before it is released. Without a terminal, the passphrase of the archive is made up and printed.

    \b
    Example:  coachnote clients access-pack C-0042 --out access.zip
    """
    store = unlock(settings)
    try:
        held = store.held(ref)
        pack = _packed(settings, store, held, with_void)
        passphrase, shown = _passphrase()
        _write(store, ref, pack, out, passphrase)
    finally:
        store.close()
    say(f"Written to {out}. A person must look through it before it is released: begin with names-to-check.txt.")
    if shown:
        print(passphrase)


def _packed(settings: Settings, store: Store, held: Held, with_void: bool) -> Pack:
    from assistant import access

    by = next((user.name for user in store.users() if user.you), "the recovery code")
    return access.pack(
        held,
        find=wiring.third_parties,
        template=lambda name: wiring.template_of(settings, name),
        by=by,
        at=dt.datetime.now(dt.UTC),
        with_void=with_void,
    )


def _write(store: Store, ref: str, pack: Pack, out: Path, passphrase: str) -> None:
    """The audit first: there is never an archive that it does not know of."""
    from assistant.share import archive

    def files() -> Iterator[tuple[str, Content]]:
        for name, text in pack.texts.items():
            yield name, text.encode()
        for number, (name, recording) in enumerate(pack.recordings.items(), 1):
            say(f"Recording {number} of {len(pack.recordings)} …")
            yield name, store.open_recording(recording)

    store.note_access_pack(ref)
    archive.write(out, passphrase, files())


def _passphrase() -> tuple[str, bool]:
    """And whether it is to be printed: nobody has seen it yet."""
    offered = wiring.suggest_passphrase(WORDS)
    if not sys.stdin.isatty():
        return offered, True
    say(f"Passphrase of the archive. Press Enter to use this one, and note it down:  {offered}")
    chosen = getpass.getpass("Passphrase of the archive: ", stream=sys.stderr)
    if not chosen:
        return offered, False
    _must_be_strong(chosen)
    if getpass.getpass("The same again:  ", stream=sys.stderr) != chosen:
        raise UsageProblem("The two passphrases differ.", means="No archive was written.", do="Run the command again.")
    return chosen, False


def _must_be_strong(chosen: str) -> None:
    do = f"Six random words are strong, such as: {wiring.suggest_passphrase(WORDS)}"
    if not chosen.isascii():
        raise Refused("Programs that open zip archives differ in how they read letters with accents.", do="Use plain letters and signs.")
    problem = wiring.passphrase_problem(chosen)
    if problem or len(chosen) < SHORTEST:
        raise Refused(f"That passphrase is too weak for a zip archive: {problem or f'it has fewer than {SHORTEST} characters.'}", do=do)
