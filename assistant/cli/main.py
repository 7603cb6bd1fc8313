"""The command `coachnote`: its global options and where each sub-command lives. A sub-command's module loads when it is called."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import NamedTuple

import click

from assistant import __version__, config


class Entry(NamedTuple):
    place: str
    help: str


COMMANDS = {
    "init": Entry("store:init", "Make the encrypted store."),
    "clients": Entry("clients:clients", "Add, list, erase the people you support, and answer their requests."),
    "record": Entry("record:record", "Dictate: record, transcribe, draft."),
    "write": Entry("write:write", "Type a note where nothing was recorded."),
    "process": Entry("process:process", "Take a recording in: transcribe and draft it."),
    "import": Entry("transcripts:import_file", "Take a transcript in that another program wrote."),
    "speakers": Entry("speakers:speakers", "Say whose voices are whose in a transcript."),
    "finish": Entry("process:finish", "Transcribe and draft what is still waiting."),
    "review": Entry("review:review", "Review and sign a draft in the app."),
    "refile": Entry("refile:refile", "Make a note void that was filed under the wrong client, and file it again."),
    "list": Entry("store:list_sessions", "List the sessions and how far each has come."),
    "search": Entry("search:search", "Find where something was said or written."),
    "export": Entry("export:export", "Write a signed note to a file."),
    "erase": Entry("erasing:erase", "Erase a session made by mistake."),
    "retention": Entry("retention:retention", "What is due to be erased, and erase it."),
    "batch": Entry("batch:batch", "Take in a whole folder of recordings."),
    "transcribe": Entry("transcribe:transcribe", "Transcribe one file, without a store."),
    "draft": Entry("draft:draft", "Draft a note from a transcript, without a store."),
    "eval": Entry("evaluate:evaluate", "How good drafts are, on labelled cases or by what coaches change."),
    "backup": Entry("backup:backup", "Copy the store elsewhere, checked, and its keys apart from it."),
    "restore": Entry("backup:restore", "Put a backup back where the store was lost or damaged."),
    "verify": Entry("verify:verify", "Check everything in the store."),
    "repair": Entry("verify:repair", "Save what can be read of a damaged database."),
    "models": Entry("models:models", "Which speech models are known and present."),
    "users": Entry("users:users", "Who can open the store."),
    "passphrase": Entry("users:passphrase", "Change your passphrase."),
    "recovery": Entry("users:recovery", "Make a new recovery code."),
    "audit": Entry("audit:audit", "Who did what, and proof that nothing of it was changed."),
    "doctor": Entry("doctor:doctor", "What is missing on this machine."),
    "demo": Entry("demo:demo", "See it work on a bundled recording."),
}


class LazyGroup(click.Group):
    """Shows every command's help line without importing its module."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module, name = entry.place.split(":")
        command: click.Command = getattr(importlib.import_module(f"assistant.cli.{module}"), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--store", type=click.Path(path_type=Path), metavar="DIR", help="Folder of the encrypted store (also COACHNOTE_STORE).")
@click.option("--passphrase-fd", type=int, metavar="N", help="Read the passphrase from file descriptor N, for scripts.")
@click.option("--verbose", is_flag=True, help="Tell lengths, times and ids on stderr.")
@click.version_option(__version__, prog_name="coachnote")
@click.pass_context
def coachnote(ctx: click.Context, store: Path | None, passphrase_fd: int | None, verbose: bool) -> None:
    """Dictation or appointment in, signed and encrypted case note out. Nothing leaves this machine.

    \b
    Without a command, the app opens.
    Example:  coachnote process visit.m4a --client C-0042
    """
    if verbose:
        _tell_more()
    ctx.obj = config.load(store=store, passphrase_fd=passphrase_fd)
    if ctx.invoked_subcommand is None:
        from assistant.cli.review import open_app

        open_app(ctx.obj, None)


def _tell_more() -> None:
    """Our own log lines on stderr, and no library's: those could hold what was said."""
    import logging

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(message)s"))
    log = logging.getLogger("coachnote")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
