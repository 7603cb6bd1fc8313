"""`--no-spelling`, for every command that hears a recording: as `spelling = false` in the settings file, for once."""

from __future__ import annotations

from dataclasses import replace

import click


def _turn_off(ctx: click.Context, _: click.Parameter, off: bool) -> None:
    if off:
        ctx.obj = replace(ctx.obj, spelling=False)


no_spelling = click.option(
    "--no-spelling",
    is_flag=True,
    expose_value=False,
    callback=_turn_off,
    help="Leave words as they were heard, even where they only sound like a listed one.",
)
