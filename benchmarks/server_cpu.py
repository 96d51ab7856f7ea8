"""CPU of a whole PostgreSQL server, read from /proc."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def server_cpu_seconds(backend: int) -> float:
    """CPU that the server of this backend has used so far, its ended backends included."""
    server = int(_fields(Path(f"/proc/{backend}/stat"))[1])
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            pid, fields = int(stat.parent.name), _fields(stat)
        except OSError:
            continue
        if server in (pid, int(fields[1])):
            total += int(fields[11]) + int(fields[12])
            # Only the server itself waits for children; their sum is counted once, there.
            total += (int(fields[13]) + int(fields[14])) if pid == server else 0
    return total / TICKS


def _fields(stat: Path) -> list[str]:
    return stat.read_text().rsplit(")", 1)[1].split()
