"""`coachnote users add|list|revoke`, `coachnote passphrase` and `coachnote recovery`: who can open the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from assistant.cli.unlocking import choose_passphrase, show_recovery_code, unlock
from assistant.console import say
from assistant.errors import UsageProblem

if TYPE_CHECKING:
    from assistant.config import Settings
    from assistant.domain import Role

NOBODY, UNCHANGED = "Nobody was added.", "The passphrase is as it was."


@click.group()
def users() -> None:
    """Who can open the store, each with a passphrase of their own.

    \b
    Example:  coachnote users add helen
    """


@users.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(["coach", "admin"]), default="coach", show_default=True)
@click.pass_obj
def add(settings: Settings, name: str, role: Role) -> None:
    """Let somebody else open the store. NAME is short and not encrypted; the passphrase is theirs to type, here and now.

    Whoever can open the store can read all of it. An admin may also say who opens it, erase clients and verify the audit.

    \b
    Example:  coachnote users add helen --role admin
    """
    store = unlock(settings)
    try:
        store.must_be_admin("add users")
        store.add_user(name, choose_passphrase(NOBODY), role)
    finally:
        store.close()
    say(f"{name} can open the store now, as {role}.")


@users.command("list")
@click.pass_obj
def list_users(settings: Settings) -> None:
    """List who can open the store, and as what.

    \b
    Example:  coachnote users list
    """
    store = unlock(settings)
    known = store.users()
    store.close()
    for user in known:
        print(f"{user.name:<32} {user.role}{'  (you)' if user.you else ''}")


@users.command("revoke")
@click.argument("name")
@click.pass_obj
def revoke(settings: Settings, name: str) -> None:
    """Keep somebody out from now on: their way in is removed and the master key is changed. What they copied before, they keep.

    \b
    Example:  coachnote users revoke helen
    """
    store = unlock(settings)
    try:
        store.revoke_user(name)
    finally:
        store.close()
    say(f"{name} cannot open the store any more. Older backups still open with their passphrase: make a new one, and remove those.")


@click.command()
@click.option("--user", metavar="NAME", help="Somebody else's, as an admin or with the recovery code.")
@click.option("--remember", is_flag=True, help="Let this computer's keyring open the store for you from now on.")
@click.option("--forget", is_flag=True, help="Ask for the passphrase again from now on.")
@click.pass_obj
def passphrase(settings: Settings, user: str | None, remember: bool, forget: bool) -> None:
    """Change your passphrase. Whoever forgot it opens the store with the recovery code in its place, here too.

    \b
    Example:  coachnote passphrase
    """
    if remember + forget + (user is not None) > 1:
        raise UsageProblem("Of --user, --remember and --forget only one can be asked for at a time.", do="See: coachnote passphrase --help")
    store = unlock(settings)
    try:
        if remember:
            store.remember_me()
            done = "The keyring of this computer opens the store for you now. Whoever sits at your unlocked computer gets in, too."
        elif forget:
            done = "The passphrase is asked for again." if store.forget_me() else "Nothing was remembered."
        else:
            store.change_passphrase(choose_passphrase(UNCHANGED), user)
            done = "The new passphrase opens the store. The old one still opens backups that were made before."
    finally:
        store.close()
    say(done)


@click.command()
@click.pass_obj
def recovery(settings: Settings) -> None:
    """Make a new recovery code, when the old one is lost or was seen. The old one opens nothing any more.

    \b
    Example:  coachnote recovery
    """
    store = unlock(settings)
    try:
        code = store.new_recovery_code()
    finally:
        store.close()
    show_recovery_code(code)
