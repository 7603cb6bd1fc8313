"""The commands that keep a store safe, as they are typed: back up, lose it, put it back, verify, damage it, repair it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e.test_straight_line import PASSPHRASE, coachnote

pytestmark = pytest.mark.slow


def test_a_store_is_lost_and_found(tmp_path: Path) -> None:
    coachnote("init", folder=tmp_path)
    coachnote("clients", "add", "C-0042", folder=tmp_path, stdin="Amina Zephyrine\n")
    for name in ("backups", "keys"):
        (tmp_path / name).mkdir()
    places = [str(tmp_path / "backups"), "--keys", str(tmp_path / "keys")]
    made = coachnote("backup", *places, folder=tmp_path)
    assert "Backed up and checked" in made.stderr and made.stdout.strip() == next((tmp_path / "backups").glob("coachnote-*")).name
    shutil.rmtree(tmp_path / "store")
    told = coachnote("restore", *places, "--backup", made.stdout.strip(), folder=tmp_path)
    assert "is as it was on" in told.stderr
    (tmp_path / "store" / "leak.txt").write_text("Amina Zephyrine")
    found = coachnote("verify", folder=tmp_path, code=7)
    assert "The file leak.txt holds plaintext." in found.stdout
    with (tmp_path / "store" / "notes.db").open("r+b") as file:
        file.write(b"noise" * 100)
    assert "coachnote repair" in coachnote("list", folder=tmp_path, code=7).stderr
    repaired = coachnote("repair", folder=tmp_path, code=10)
    assert "clients" in repaired.stdout and "The damaged database is kept as notes.db.damaged-" in repaired.stderr
    assert "C-0042  Amina Zephyrine" in coachnote("clients", "list", "--names", folder=tmp_path).stdout
    for done in (made, told, found, repaired):
        assert "Amina" not in done.stdout + done.stderr and PASSPHRASE not in done.stdout + done.stderr


def test_what_is_asked_for_wrongly(tmp_path: Path) -> None:
    coachnote("backup", str(tmp_path), folder=tmp_path, code=2)
    told = coachnote("restore", str(tmp_path / "none"), "--keys", str(tmp_path), folder=tmp_path, code=3)
    assert "There is no folder" in told.stderr
    coachnote("repair", folder=tmp_path, code=7)
