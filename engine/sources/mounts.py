"""Which folders the kernel reports every change in: those on disks of this machine, none of a network file system."""

import os

MOUNTS = "/proc/self/mountinfo"
# Of others, and where no mounts are listed, nothing is known.
TELLING = frozenset({"bcachefs", "btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "tmpfs", "xfs", "zfs"})


def tells_all(folder: str) -> bool:
    """Whether every change of a file in that folder is sure to be reported to who watches it."""
    try:
        device = os.stat(folder).st_dev
        with open(MOUNTS, encoding="utf-8", errors="replace") as mounts:
            kinds = {_kind(line) for line in mounts if _device(line) == (os.major(device), os.minor(device))}
    except (OSError, ValueError):
        return False
    return bool(kinds) and kinds <= TELLING


def _device(line: str) -> tuple[int, int]:
    """The third field of a mount is its device: 8:1."""
    major, minor = line.split(" ", 3)[2].split(":")
    return int(major), int(minor)


def _kind(line: str) -> str:
    """The file system stands after a hyphen, which ends the fields of which there may be any number."""
    return line.partition(" - ")[2].split(" ", 1)[0]
