"""The header: what opens it, what does not, and what every kind of damage to it is called."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from assistant.errors import StoreDamaged, StoreMissing, StoreTooNew, UsageProblem, WrongPassphrase
from assistant.store import keys, recovery, vault
from tests.store.made import COST, PASSPHRASE, opened

SECRET = bytes(range(20))


@pytest.fixture(scope="module")
def made() -> keys.Unlocked:
    return keys.make(PASSPHRASE, SECRET, COST)


@pytest.fixture
def header(made: keys.Unlocked, tmp_path: Path) -> Path:
    keys.save(tmp_path, made.header)
    return tmp_path


def write(folder: Path, raw: dict[str, Any], *names: str) -> None:
    """A header whose checksum is right, as somebody who edits it on purpose would leave it."""
    raw["check"] = keys._check(raw)
    for name in names or keys.NAMES:
        (folder / name).write_bytes(msgspec.json.encode(raw))


def test_passphrase_and_recovery_secret_give_the_same_master_key(made: keys.Unlocked, header: Path) -> None:
    assert keys.unlock(header, PASSPHRASE).master == made.master
    assert keys.unlock_with_recovery(header, SECRET).master == made.master


def test_a_composed_and_a_decomposed_letter_are_one_passphrase(tmp_path: Path) -> None:
    keys.save(tmp_path, keys.make("caf\u00e9 lantern otter", SECRET, COST).header)
    assert keys.unlock(tmp_path, "cafe\u0301 lantern otter")


@pytest.mark.parametrize("typed", ["", "kettle lantern otter", PASSPHRASE + " ", PASSPHRASE.upper(), "\ud800"])
def test_another_passphrase_is_wrong_and_says_so(header: Path, typed: str) -> None:
    with pytest.raises(WrongPassphrase) as caught:
        keys.unlock(header, typed)
    assert not typed.strip() or typed not in str(caught.value)


def test_a_recovery_secret_of_another_store_is_wrong(header: Path) -> None:
    with pytest.raises(WrongPassphrase):
        keys.unlock_with_recovery(header, bytes(20))


def test_two_stores_share_no_key_and_two_labels_neither(made: keys.Unlocked) -> None:
    other = keys.make(PASSPHRASE, SECRET, COST)
    assert len({made.master, other.master, made.key("db"), made.key("audit"), other.key("db")}) == 5


def test_no_header_is_a_missing_store(tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        keys.unlock(tmp_path, PASSPHRASE)


@pytest.mark.parametrize("name", keys.NAMES)
def test_one_damaged_or_missing_copy_does_no_harm_and_is_mended(folder: Path, name: str) -> None:
    whole = (folder / name).read_bytes()
    for broken in (whole[:100], b"", None):
        (folder / name).unlink()
        if broken is not None:
            (folder / name).write_bytes(broken)
        opened(folder).close()
        assert (folder / name).read_bytes() == whole
        assert (folder / name).stat().st_mode & 0o777 == 0o600


def test_the_newer_of_two_copies_counts(made: keys.Unlocked, header: Path) -> None:
    newer = keys.signed(msgspec.structs.replace(made.header, seq=2), made.master)
    (header / keys.NAMES[1]).write_bytes(msgspec.json.encode(newer))
    assert keys.unlock(header, PASSPHRASE).header.seq == 2


def test_every_flipped_bit_is_noticed_before_anything_is_derived(made: keys.Unlocked) -> None:
    data = msgspec.json.encode(made.header)
    for place in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[place // 8] ^= 1 << place % 8
        with pytest.raises((ValueError, msgspec.MsgspecError)):
            keys.parsed(bytes(flipped))


def test_every_truncation_is_noticed(made: keys.Unlocked) -> None:
    data = msgspec.json.encode(made.header)
    for length in range(len(data)):
        with pytest.raises((ValueError, msgspec.MsgspecError)):
            keys.parsed(data[:length])


MALFORMED = {
    "empty": b"",
    "zeros": bytes(2000),
    "not json": b"{",
    "another document": b'{"format": "something else"}',
    "a list": b"[]",
    "a number": b"1e400",
    "deep": b"[" * 60_000,
    "deep in a key": b'{"format":' * 6_000,
    "a huge number": b'{"format":"coachnote.keys","v":' + b"9" * 400 + b"}",
    "an infinite number": b'{"format":"coachnote.keys","v":1e999}',
    "a text as check": b'{"format":"coachnote.keys","check":"\xc3\xa9"}',
    "too long": b" " * (keys.LARGEST + 1),
    "not utf-8": b'{"format":"\xff\xfe"}',
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_malformed_headers_are_damage(header: Path, data: bytes) -> None:
    for name in keys.NAMES:
        (header / name).write_bytes(data)
    with pytest.raises(StoreDamaged):
        keys.unlock(header, PASSPHRASE)


def edits(made: keys.Unlocked) -> dict[str, Any]:
    """Edits by somebody who knows the format and can fix the checksum."""
    raw = json.loads(msgspec.json.encode(made.header))
    slot = raw["slots"][0]

    def of(**changes: object) -> dict[str, Any]:
        return json.loads(json.dumps(raw)) | changes

    def with_slot(**changes: object) -> dict[str, Any]:
        return of(slots=[slot | changes, *raw["slots"][1:]])

    huge = dict.fromkeys(("m", "t", "p"), 2**31)
    return {
        "cost below the floor": with_slot(kdf=slot["kdf"] | {"m": 1024}),
        "one pass": with_slot(kdf=slot["kdf"] | {"t": 1}),
        "huge cost": with_slot(kdf=huge),
        "negative cost": with_slot(kdf=slot["kdf"] | {"m": -1}),
        "cost as text": with_slot(kdf=slot["kdf"] | {"m": "19456"}),
        "no slots": of(slots=[]),
        "too many slots": of(slots=[slot] * (keys.MOST_SLOTS + 1)),
        "unknown key": of(more=1),
        "unknown key in a slot": with_slot(more=1),
        "short salt": with_slot(salt="00"),
        "upper case hexadecimal": with_slot(salt=slot["salt"].upper()),
        "no store": {k: v for k, v in raw.items() if k != "store"},
        "version as text": of(v="1"),
        "generation nought": of(gen=0),
        "role": with_slot(role="owner"),
        "public key": with_slot(pub=raw["slots"][1]["pub"]),
        "sealed key": with_slot(sealed=raw["slots"][1]["sealed"]),
        "database salt": of(db_salt="00" * 16),
        "sequence": of(seq=9),
        "a slot taken away": of(slots=raw["slots"][:1]),
        "a slot put in": of(slots=[*raw["slots"], slot | {"id": "11"}]),
        "mac": of(mac="00" * 32),
        "no mac": of(mac=""),
        "a mac in other letters": of(mac="é" * 64),
        "a huge version": of(v=-(2**62)),
    }


def test_a_deliberate_edit_is_damage_and_never_a_wrong_passphrase(made: keys.Unlocked, header: Path) -> None:
    (header / keys.NAMES[1]).unlink()
    for name, raw in edits(made).items():
        write(header, raw, keys.NAMES[0])
        started = time.monotonic()
        with pytest.raises(StoreDamaged):
            pytest.fail(f"{name}: {keys.unlock(header, PASSPHRASE)!r}")
        assert time.monotonic() - started < 5, name


def test_an_edited_copy_is_passed_over_for_the_true_one(made: keys.Unlocked, header: Path) -> None:
    write(header, edits(made)["sequence"], keys.NAMES[0])
    assert keys.unlock(header, PASSPHRASE).header == made.header


def test_a_newer_header_is_named_as_such_and_a_flipped_version_is_not(made: keys.Unlocked, header: Path) -> None:
    raw = json.loads(msgspec.json.encode(made.header)) | {"v": 3, "something": ["new"]}
    write(header, raw)
    with pytest.raises(StoreTooNew):
        keys.unlock(header, PASSPHRASE)
    for name in keys.NAMES:
        (header / name).write_bytes(msgspec.json.encode(raw | {"v": 4}))  # its checksum is of version 3
    with pytest.raises(StoreDamaged):
        keys.unlock(header, PASSPHRASE)


def test_a_slot_of_an_unknown_kind_is_carried_along(made: keys.Unlocked, header: Path) -> None:
    slot = msgspec.structs.replace(made.header.slots[0], id="22", kind="keyring", kdf=None)
    more = keys.signed(msgspec.structs.replace(made.header, slots=(slot, *made.header.slots)), made.master)
    keys.save(header, more)
    assert keys.unlock(header, PASSPHRASE).header.slots[0].kind == "keyring"


def test_the_default_cost_is_the_documented_one() -> None:
    assert (keys.Cost().m, keys.Cost().t, keys.Cost().p) == (256 * 1024, 3, 4)


def test_no_key_is_shown(made: keys.Unlocked) -> None:
    assert made.master.hex() not in repr(made)
    assert repr(made.master)[2:-1] not in repr(made)


def test_a_recovery_code_comes_back_as_it_was_written() -> None:
    secret = recovery.new_secret()
    code = recovery.as_code(secret)
    assert len(secret) == 20
    assert [len(group) for group in code.split("-")] == [4] * 9
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("0", "o").replace("1", "l")):
        assert recovery.read_code(typed) == secret


def test_a_slip_in_a_recovery_code_is_told_apart_from_a_wrong_code() -> None:
    code = recovery.as_code(SECRET)
    rng = random.Random(7)
    slips = ["", code[:-1], code + "7", code[:3] + "U" + code[4:], code[1] + code[0] + code[2:] if code[0] != code[1] else ""]
    for _ in range(300):
        place = rng.choice([n for n, sign in enumerate(code) if sign != "-"])
        slips.append(code[:place] + rng.choice(recovery.ALPHABET.replace(code[place], "")) + code[place + 1 :])
    for slip in slips:
        with pytest.raises(UsageProblem):
            recovery.read_code(slip)


def test_a_store_opens_with_its_recovery_code_and_with_no_other(folder: Path, tmp_path: Path) -> None:
    code = vault.create(tmp_path / "second", PASSPHRASE, cost=COST)
    vault.open_with_recovery(tmp_path / "second", code).close()
    with pytest.raises(WrongPassphrase):
        vault.open_with_recovery(folder, code)
