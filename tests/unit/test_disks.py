"""What lies under a folder, on machines laid out as /proc and /sys show them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from assistant.cli import disks, doctor

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux tells")


class Machine:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.mounts: list[str] = []
        self.swap = ["Filename\tType\tSize\tUsed\tPriority"]
        for folder in ("proc/self", "sys/class/block", "sys/dev/block", "dev/mapper"):
            (root / folder).mkdir(parents=True)

    def device(self, name: str, number: str, *below: str, uuid: str = "") -> None:
        node = self.root / "sys/class/block" / name
        (node / "slaves").mkdir(parents=True)
        (self.root / "sys/dev/block" / number).symlink_to(node)
        (self.root / "dev" / name).touch()
        for slave in below:
            (node / "slaves" / slave).mkdir()
        if uuid:
            (node / "dm").mkdir()
            (node / "dm" / "uuid").write_text(f"{uuid}\n")

    def mount(self, where: str, number: str, kind: str, source: str) -> None:
        self.mounts.append(f"29 1 {number} / {where} rw,relatime shared:1 - {kind} {source} rw")
        (self.root / "proc/self/mountinfo").write_text("\n".join(self.mounts))

    def swap_on(self, name: str, kind: str = "partition") -> None:
        self.swap.append(f"{name}\t{kind}\t8388604\t0\t-2")
        (self.root / "proc/swaps").write_text("\n".join(self.swap))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.device("sda1", "8:1")
    made.device("sda2", "8:2")
    made.device("dm-0", "253:0", "sda2", uuid="CRYPT-LUKS2-0123")
    made.device("dm-1", "253:1", "dm-0", uuid="LVM-4567")
    made.device("dm-2", "253:2", "sda1", "dm-0", uuid="LVM-89ab")
    made.device("dm-3", "253:3", "sda1", uuid="CRYPT-PLAIN-swap")
    (made.root / "dev/mapper/swap").symlink_to("../dm-3")
    (made.root / "proc/swaps").write_text(made.swap[0])
    made.mount("/", "8:1", "ext4", "/dev/sda1")
    return made


@pytest.mark.parametrize(
    ("number", "kind", "source", "expected"),
    [
        ("8:2", "ext4", "/dev/sda2", "no"),
        ("253:0", "ext4", "/dev/mapper/home", "yes"),
        ("253:1", "xfs", "/dev/mapper/vg-home", "yes"),
        ("253:2", "xfs", "/dev/mapper/vg-both", "no"),
        ("0:31", "btrfs", "/dev/dm-0", "yes"),
        ("0:31", "btrfs", "/dev/sda2", "no"),
        ("0:40", "ecryptfs", "/home/.ecryptfs/x", "yes"),
        ("0:41", "zfs", "tank/home", "unknown"),
        ("0:42", "tmpfs", "tmpfs", "unknown"),
        ("0:43", "nfs4", "server:/home", "unknown"),
    ],
)
def test_a_disk_is_encrypted_where_all_below_it_is(machine: Machine, number: str, kind: str, source: str, expected: str) -> None:
    machine.mount("/srv/made up", "8:1", "ext4", "/dev/sda1")
    machine.mount(r"/srv/made\040up/home", number, kind, source)
    assert disks.encrypted(Path("/srv/made up/home/store"), machine.root) == expected
    assert disks.kind_of(Path("/srv/made up/home/store"), machine.root) == kind
    assert disks.encrypted(Path("/srv/made up/homely"), machine.root) == "no"


def test_a_machine_that_tells_nothing_is_not_known(tmp_path: Path) -> None:
    assert disks.encrypted(tmp_path, tmp_path) == "unknown"
    assert disks.kind_of(tmp_path, tmp_path) is None
    assert disks.swaps(tmp_path) is None


def test_swap_is_looked_at_wherever_it_lies(machine: Machine) -> None:
    assert disks.swaps(machine.root) == []
    machine.device("zram0", "252:0")
    machine.device("zram1", "252:1")
    (machine.root / "sys/class/block/zram1/backing_dev").write_text("/dev/sda2\n")
    for name in ("/dev/sda2", "/dev/dm-1", "/dev/mapper/swap", "/dev/zram0", "/dev/zram1", "/dev/gone"):
        machine.swap_on(name)
    machine.swap_on(r"/swap\040file", "file")
    assert [(Path(s.name).name, s.encrypted) for s in disks.swaps(machine.root) or []] == [
        ("sda2", "no"),
        ("dm-1", "yes"),
        ("swap", "yes"),
        ("zram0", "yes"),
        ("zram1", "unknown"),
        ("gone", "unknown"),
        ("swap file", "no"),
    ]


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.rclone", "a network drive"])
def test_shares_are_known(kind: str) -> None:
    assert disks.is_share(kind)


@pytest.mark.parametrize("kind", ["ext4", "btrfs", "xfs", "apfs", "tmpfs", "overlay", "fuse.gocryptfs", "fuseblk", None])
def test_disks_are_no_shares(kind: str | None) -> None:
    assert not disks.is_share(kind)


def test_what_a_mac_says() -> None:
    told = (
        "/dev/disk3s1s1 on / (apfs, sealed, local, read-only)\n"
        "/dev/disk3s5 on /System/Volumes/Data (apfs, local)\n"
        "//ellis@server/share on /Volumes/my share (smbfs, nodev, nosuid)\n"
    )
    assert disks._kind_on_a_mac(Path("/Volumes/my share/store"), told) == "smbfs"
    assert disks._kind_on_a_mac(Path("/Volumes/my sharing"), told) == "apfs"
    assert [disks._file_vault(t) for t in ("FileVault is On.\n", "FileVault is Off.\n", "")] == ["yes", "no", "unknown"]


def test_this_machine_answers(tmp_path: Path) -> None:
    assert disks.kind_of(tmp_path)
    assert disks.swaps() is not None
    assert disks.encrypted(tmp_path) in ("yes", "no", "unknown")


def test_doctor_says_what_to_look_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(disks, "kind_of", lambda _: "cifs")
    assert not doctor._share(tmp_path).fine
    found = {"no": False, "unknown": False, "yes": True}
    for answer, fine in found.items():
        monkeypatch.setattr(disks, "encrypted", lambda _, answer=answer: answer)
        monkeypatch.setattr(disks, "swaps", lambda answer=answer: [disks.Swap("/dev/sda2", answer)])
        assert (doctor._disk(tmp_path).fine, doctor._swap().fine) == (fine, fine)
    monkeypatch.setattr(disks, "swaps", list)
    assert doctor._swap() == (True, "swap", "off")
