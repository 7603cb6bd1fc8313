"""Several people and one vault, by the real commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.test_straight_line import PASSPHRASE, coachnote

pytestmark = pytest.mark.slow

HELEN, AGAIN = "plover hinge saddle moss", "gravel onion ferry dusk"


def test_people_come_and_go(tmp_path: Path) -> None:
    coachnote("init", folder=tmp_path)
    weak = coachnote("users", "add", "second", folder=tmp_path, stdin="password\n", code=8)
    assert "too weak" in weak.stderr
    coachnote("users", "add", "second", folder=tmp_path, stdin=f"{HELEN}\n")
    listed = coachnote("users", "list", folder=tmp_path, passphrase=HELEN).stdout
    assert listed.split() == ["admin", "admin", "second", "coach", "(you)"]
    refused = coachnote("users", "revoke", "admin", folder=tmp_path, passphrase=HELEN, code=8)
    assert "Only an admin" in refused.stderr
    coachnote("passphrase", folder=tmp_path, passphrase=HELEN, stdin=f"{AGAIN}\n")
    coachnote("list", folder=tmp_path, passphrase=HELEN, code=6)
    coachnote("list", folder=tmp_path, passphrase=AGAIN)
    coachnote("users", "revoke", "second", folder=tmp_path)
    coachnote("list", folder=tmp_path, passphrase=AGAIN, code=6)
    assert "unbroken" in coachnote("audit", "verify", folder=tmp_path).stdout
    shown = coachnote("audit", "show", folder=tmp_path).stdout
    for what in ("created", "user_added", "passphrase_changed", "user_revoked"):
        assert what in shown
    for secret in (PASSPHRASE, HELEN, AGAIN):
        assert secret not in shown


def test_the_recovery_code_stands_in_for_a_forgotten_passphrase(tmp_path: Path) -> None:
    first = coachnote("init", folder=tmp_path).stdout.strip()
    second = coachnote("recovery", folder=tmp_path).stdout.strip()
    coachnote("list", folder=tmp_path, passphrase=first, code=6)
    coachnote("passphrase", folder=tmp_path, passphrase=second, stdin=f"{AGAIN}\n")
    coachnote("list", folder=tmp_path, passphrase=AGAIN)
    coachnote("list", folder=tmp_path, passphrase=PASSPHRASE, code=6)
