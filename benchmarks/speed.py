"""speed: pull, map and store contacts of twenty fields, beside what else does this, all in one run against one sandbox.

Every contestant is a whole process, imports included, that fills an empty database: Relevo; dlt with its rest_api source; the
vendor's SDK with its models and an ORM; and the floor, which is the least any client can do. They take turns, so that
whatever else the machine does meets them alike; compare ratios, and CPU before wall time. Rate limits and pacing are off.

dlt lives in an environment of its own under `build/`, made on the first run.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import orjson

from benchmarks._contacts import FIELDS, load_contacts
from benchmarks._speed_process import Postgres, Usage, cpu_s, measured, postgres
from benchmarks.figure import finish
from sandbox.serve import Sandbox

HERE = Path(__file__).parent
PEERS = HERE.parent / "build" / "speed-peers"
DLT = "dlt[sqlalchemy,postgres]>=1.31,<1.32"
MODIFIED = 1_770_000_000_000
PROBED_PAGES = 200
LIST = "/crm/objects/2026-03/contacts?"


@dataclass(frozen=True, slots=True)
class Contestant:
    """Who runs where: a script of this folder, a Python, a kind of database."""

    name: str
    script: str
    database: str
    python: str = sys.executable

    @property
    def title(self) -> str:
        """Name and database."""
        return f"{self.name} → {self.database}"


@dataclass(frozen=True, slots=True)
class Lap:
    """One contestant's one run. `server_cpu_s` is what PostgreSQL used, `crm_cpu_s` what the sandbox used."""

    usage: Usage
    server_cpu_s: float
    crm_cpu_s: float
    requests: int


CONTESTANTS = (
    Contestant("floor", "_speed_floor.py", "sqlite"),
    Contestant("relevo", "_speed_relevo.py", "sqlite"),
    Contestant("dlt", "_speed_dlt.py", "sqlite", str(PEERS / "bin" / "python")),
    Contestant("sdk+orm", "_speed_orm.py", "sqlite"),
    Contestant("relevo", "_speed_relevo.py", "postgresql"),
    Contestant("dlt", "_speed_dlt.py", "postgresql", str(PEERS / "bin" / "python")),
    Contestant("sdk+orm", "_speed_orm.py", "postgresql"),
)


def main(arguments: list[str]) -> int:
    """Run the figure."""
    parser = argparse.ArgumentParser(prog="speed", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=1)
    names = sorted({contestant.name for contestant in CONTESTANTS})
    parser.add_argument("--only", nargs="+", choices=names, default=names, help="leave the others out")
    options = parser.parse_args(arguments)
    chosen = [contestant for contestant in CONTESTANTS if contestant.name in options.only]
    if any(contestant.name == "dlt" for contestant in chosen):
        _make_peers()
    with Sandbox.start(limits=False) as server, postgres() as database:
        load_contacts(server, options.records, MODIFIED)
        _probe(server)
        laps: dict[str, list[Lap]] = {contestant.title: [] for contestant in chosen}
        for turn in range(options.rounds):
            for contestant in chosen[turn:] + chosen[:turn]:
                lap = _lap(contestant, server, database, options.records)
                laps[contestant.title].append(lap)
                print(_line(contestant.title, lap, options.records), flush=True)
    return _finish(laps, options.records, options.rounds)


def _make_peers() -> None:
    if not (PEERS / ".ready").exists():
        print(f"making an environment with {DLT} in {PEERS} (once)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        pip = [str(PEERS / "bin" / "pip"), "--disable-pip-version-check", "install", "--quiet", DLT]
        subprocess.run(pip, check=True)
        (PEERS / ".ready").touch()


def _probe(server: Sandbox) -> None:
    """How many pages a second the sandbox gives one client that does nothing with them."""
    query, after, sizes = {"limit": "100", "properties": ",".join(FIELDS)}, "", list[int]()
    began, cpu = time.monotonic(), cpu_s(server.process.pid)
    while len(sizes) < PROBED_PAGES and (after or not sizes):
        body = server.api("GET", LIST + urlencode({**query, **({"after": after} if after else {})})).body
        sizes.append(len(body))
        after = orjson.loads(body).get("paging", {}).get("next", {}).get("after", "")
    wall, cpu = time.monotonic() - began, cpu_s(server.process.pid) - cpu
    print(
        f"the sandbox: {len(sizes) / wall:.0f} pages/s on one connection, {cpu / len(sizes) * 1000:.1f} ms CPU a page of"
        f" {statistics.mean(sizes) / 1000:.0f} kB",
        flush=True,
    )


def _lap(contestant: Contestant, server: Sandbox, database: Postgres, records: int) -> Lap:
    with tempfile.TemporaryDirectory(prefix="relevo-speed-") as at:
        url = f"sqlite:///{at}/speed.db" if contestant.database == "sqlite" else database.fresh("speed")
        script = str(HERE / contestant.script)
        command = [contestant.python, script, server.url, server.token, url, ",".join(FIELDS)]
        server.clear_ledger()
        server_cpu, crm_cpu = database.cpu_s(), cpu_s(server.process.pid)
        path = {"PYTHONPATH": str(HERE.parent)} if contestant.python == sys.executable else {}
        usage = measured(command, {**path, "TMPDIR": at})
        stored = int(usage.printed.split()[-1])
        assert stored == records, f"{contestant.title} stored {stored} of {records}"
        requests: int = server.ledger(writes=False)["totals"]["calls"]
        return Lap(usage, database.cpu_s() - server_cpu, cpu_s(server.process.pid) - crm_cpu, requests)


def _line(title: str, lap: Lap, records: int) -> str:
    used = lap.usage
    return (
        f"{title:22} {records / used.wall_s:8,.0f} records/s  wall {used.wall_s:6.1f} s  CPU {used.cpu_s:6.2f} s"
        f" (+ database {lap.server_cpu_s:5.2f}, sandbox {lap.crm_cpu_s:5.2f})  memory {used.memory_mib:4.0f} MiB"
        f"  requests {lap.requests}"
    )


def _finish(laps: Mapping[str, Sequence[Lap]], records: int, rounds: int) -> int:
    wall = _medians(laps, lambda lap: lap.usage.wall_s)
    cpu = _medians(laps, lambda lap: lap.usage.cpu_s)
    ratios: dict[str, float] = {}
    for title in laps:
        name, _, kind = title.partition(" → ")
        ours = f"relevo → {kind}"
        if ours in laps and name != "relevo":
            ratios[f"wall relevo / {name} ({kind})"] = round(wall[ours] / wall[title], 3)
            ratios[f"CPU relevo / {name} ({kind})"] = round(cpu[ours] / cpu[title], 3)
    for ratio, value in ratios.items():
        print(f"{ratio:40} {value:.3f}")
    details = {
        "records": records,
        "rounds": rounds,
        "wall_s": {title: round(value, 1) for title, value in wall.items()},
        "cpu_s": {title: round(value, 2) for title, value in cpu.items()},
        "memory_mib": {t: round(v) for t, v in _medians(laps, lambda lap: lap.usage.memory_mib).items()},
        "requests": _medians(laps, lambda lap: lap.requests),
        "ratios": ratios,
    }
    return finish("speed", value=ratios.get("wall relevo / dlt (sqlite)"), ok=True, details=details)


def _medians(laps: Mapping[str, Sequence[Lap]], of: Callable[[Lap], float]) -> Mapping[str, float]:
    return {title: statistics.median(map(of, some)) for title, some in laps.items() if some}
