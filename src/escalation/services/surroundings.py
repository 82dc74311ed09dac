"""The machine that an installation runs on: its file systems and its clock."""

import ctypes
import sys
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from escalation.services.ailments import Found, unsafe, unwise

_NETWORK = frozenset(
    {"9p", "afs", "ceph", "cifs", "fuse.glusterfs", "fuse.s3fs", "fuse.sshfs", "nfs", "nfs4",
     "smb3", "smbfs"}
)  # fmt: skip
_TIMEX_BYTES = 512
"""More than the kernel's ``struct timex`` has anywhere."""
_TIME_ERROR = 5
"""What ``adjtimex`` answers where nothing keeps the clock right."""


def _state_of_clock() -> int:
    """What the kernel answers about its clock; Linux alone is asked."""
    if sys.platform != "linux":
        return 0
    nothing_to_set = ctypes.create_string_buffer(_TIMEX_BYTES)
    return int(ctypes.CDLL(None).adjtimex(nothing_to_set))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the system says of itself; what it does not say is taken to be well."""

    mounts: Path = Path("/proc/self/mounts")
    state_of_clock: Callable[[], int] = _state_of_clock

    def network_file_system(self, file: Path) -> str | None:
        """The kind of the network file system that a file lies on, if it does on one."""
        try:
            lines = self.mounts.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return None
        mounted = (line.split(" ") for line in lines)
        kinds = {Path(point.replace("\\040", " ")): kind for _, point, kind, *_ in mounted}
        whole = file.resolve()
        kind = next((kinds[each] for each in (whole, *whole.parents) if each in kinds), "")
        return kind if kind in _NETWORK else None

    def clock_is_loose(self) -> bool:
        """Whether the system says that nothing keeps its clock right (Linux alone does)."""
        return self.state_of_clock() == _TIME_ERROR

    def ailments(self, database: Path | None) -> Found:
        """What is wrong around an installation, with its SQLite file if it has one."""
        kind = None if database is None else self.network_file_system(database)
        if kind is not None:
            yield unsafe(
                "network_file_system",
                f"{database} lies on a network file system ({kind}), whose locks SQLite cannot"
                " rely on.",
                "Move the data folder to a disk of this machine, or use PostgreSQL.",
            )
        if self.clock_is_loose():
            yield unwise(
                "clock_loose",
                "This machine's clock is not kept right by any time server: instants on the record"
                " and the ends of clocks are as wrong as it is.",
                "Run chrony, ntpd or systemd-timesyncd on the machine, not in a container.",
            )


def wide_proxies(networks: str) -> Found:
    """Networks of proxies that hold more addresses than anybody has proxies."""
    for part in filter(None, (part.strip() for part in networks.split(","))):
        network = ip_network(part)
        if network.prefixlen < _NARROW_ENOUGH[network.version]:
            yield unwise(
                "wide_proxies",
                f"Whoever calls from {part} is believed about where a request came from, and that"
                f" is {network.num_addresses:,} addresses.",
                "Name the proxy's own network or address alone: ESCALATION_BEHIND_PROXY.",
            )


_NARROW_ENOUGH = {4: 8, 6: 32}
"""The shortest prefix of a network of proxies, by the version of its addresses."""
