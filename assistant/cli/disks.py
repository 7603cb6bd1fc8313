"""What lies under a folder: the kind of its file system, whether it is a share on the network, whether its disk and the swap are encrypted.

Reads what the system tells any user, changes nothing, and says that it does not know rather than guess: a disk that encrypts by itself
cannot be told from one that does not. `root` stands for / so that tests can lay out another machine.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple

Encrypted = Literal["yes", "no", "unknown"]
SHARES = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "webdav", "davfs", "ncpfs", "9p", "ceph", "glusterfs", "afs", "ocfs2", "gfs2"}
"""File systems over a network: the write-ahead log of SQLite needs memory that its readers share (sqlite.org/wal.html, section 1)."""
SHARES_BY_FUSE = re.compile(
    r"(fuse|macfuse|osxfuse)\.(sshfs|rclone|davfs|davfs2|glusterfs|cephfs|smbnetfs|curlftpfs|s3fs|gcsfuse|gvfsd-fuse)"
)
IN_MEMORY = {"tmpfs", "ramfs"}
DRIVE_REMOTE = 4
"""winbase.h, of GetDriveTypeW."""
ROOT = Path("/")


class Mount(NamedTuple):
    device: str
    """Major and minor number, as in 8:1."""
    where: str
    kind: str
    source: str


class Swap(NamedTuple):
    name: str
    encrypted: Encrypted


def kind_of(folder: Path, root: Path = ROOT) -> str | None:
    """The file system that holds the folder, as the system calls it; None where it does not say."""
    if sys.platform == "win32":
        return "a network drive" if _remote_drive(folder) else None
    if sys.platform == "darwin":
        return _kind_on_a_mac(folder, _told("/sbin/mount"))
    mount = _mount_of(folder, root)
    return mount.kind if mount else None


def is_share(kind: str | None) -> bool:
    return kind is not None and (kind in SHARES or kind == "a network drive" or SHARES_BY_FUSE.fullmatch(kind) is not None)


def encrypted(folder: Path, root: Path = ROOT) -> Encrypted:
    """The disk under a folder."""
    if sys.platform == "darwin":
        return _file_vault(_told("/usr/bin/fdesetup", "status"))
    mount = _mount_of(folder, root) if sys.platform == "linux" else None
    if mount is None or mount.kind in IN_MEMORY:
        return "unknown"
    return "yes" if mount.kind == "ecryptfs" else _device(_node(mount, root), root)


def swaps(root: Path = ROOT) -> list[Swap] | None:
    """Where memory can be written to; None where the system does not say."""
    if sys.platform != "linux":
        return None
    try:
        lines = (root / "proc/swaps").read_text(encoding="utf-8").splitlines()[1:]
    except OSError:
        return None
    return [_swap(line.split(), root) for line in lines if len(line.split()) > 1]


def _swap(words: list[str], root: Path) -> Swap:
    name, kind = _unescaped(words[0]), words[1]
    if kind == "file":
        return Swap(name, encrypted(Path(name), root))
    return Swap(name, _device(root / "sys/class/block" / _real_name(name, root), root))


def _real_name(device: str, root: Path) -> str:
    """Of /dev/mapper/swap, which is a link to ../dm-1."""
    return (root / device.lstrip("/")).resolve().name


def _mount_of(folder: Path, root: Path) -> Mount | None:
    """The mount whose place is the longest part of the folder's own path; of several on one place the last."""
    try:
        lines = (root / "proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    path, best = PurePosixPath(os.path.realpath(folder)), None
    for mount in filter(None, map(_parsed, lines)):
        if path.is_relative_to(mount.where) and (best is None or len(mount.where) >= len(best.where)):
            best = mount
    return best


def _parsed(line: str) -> Mount | None:
    """One line of /proc/self/mountinfo (proc(5)): fields, optional fields, a hyphen, file system, source, options."""
    before, _, after = line.partition(" - ")
    fields, kinds = before.split(" "), after.split(" ")
    if len(fields) < 5 or len(kinds) < 2:
        return None
    return Mount(fields[2], _unescaped(fields[4]), kinds[0], _unescaped(kinds[1]))


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _node(mount: Mount, root: Path) -> Path:
    """Its block device in /sys: by number, or by name where the file system numbers itself, as btrfs does."""
    by_number = root / "sys/dev/block" / mount.device
    return by_number if by_number.exists() else root / "sys/class/block" / _real_name(mount.source, root)


def _device(node: Path, root: Path) -> Encrypted:
    """A dm-crypt device says so in its name for the kernel, and whatever lies on nothing but such devices is encrypted too."""
    if not node.exists():
        return "unknown"
    if node.resolve().name.startswith("zram"):
        return "yes" if _line(node / "backing_dev") in ("", "none") else "unknown"  # swap that stays in memory
    if _line(node / "dm/uuid").startswith("CRYPT-"):
        return "yes"
    below = [_device(root / "sys/class/block" / slave.name, root) for slave in sorted(node.glob("slaves/*"))]
    if below:
        return "yes" if set(below) == {"yes"} else "no" if "no" in below else "unknown"
    return "unknown" if node.resolve().name.startswith(("loop", "nbd", "zd")) else "no"


def _line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _kind_on_a_mac(folder: Path, told: str) -> str | None:
    """From lines such as `//ellis@server/share on /Volumes/share (smbfs, nodev, nosuid)` of mount(8)."""
    path, best, kind = PurePosixPath(os.path.realpath(folder)), "", None
    for match in re.finditer(r"^.+? on (/.*) \((\w+)[,)]", told, re.MULTILINE):
        if path.is_relative_to(match[1]) and len(match[1]) >= len(best):
            best, kind = match[1], match[2]
    return kind


def _file_vault(told: str) -> Encrypted:
    """From what fdesetup(8) says: FileVault is On. or Off."""
    return "yes" if "FileVault is On" in told else "no" if "FileVault is Off" in told else "unknown"


def _told(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.SubprocessError):
        return ""


def _remote_drive(folder: Path) -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    drive = os.path.splitdrive(folder.resolve())[0]
    return drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\") == DRIVE_REMOTE
