"""Kill storms: kill -9, SIGSTOP and clocks that disagree, over thousands of due moments; then the audit of tests/chaos.

    python benchmarks/soak_kills.py                          four cells, 200 kills over 2,000 due moments each
    python benchmarks/soak_kills.py --seed 17 --cell sqlite-2
    python benchmarks/soak_kills.py --break lease            must turn red: so the audit can see it (unique, marker)

A cell is DATABASE-SUPERVISORS. The seed is printed; the same seed draws the same victims, though never the same instant.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.chaos.audit import audit, hand_overs
from tests.chaos.cell import Cell, Load
from tests.chaos.storm import Storm, findings
from tests.chaos.tables import tables_on

CELLS = ("sqlite-1", "sqlite-2", "postgresql-1", "postgresql-2")
LONGER_THAN_THE_LEASE = 13.0
"""Seconds that a supervisor is stopped: beyond its lease (6) and its heartbeat (10)."""
SHOWN_BY = {
    "unique": {"supervisor": 1},  # each start plans by its own clock
    "lease": {"keeper": 1, "runner": 1},  # nobody who dies is a reason for another to lead
    "marker": {"runner": 1},  # a zygote that was stopped must wake with what was handed to it
}
"""Fence that is out -> whom to kill, so that it shows soon."""
SKEW = {
    "lease": 0.0,
    "unique": 10.0,
}  # who is ahead would always be first; beyond its lease, so that both lead in turn
"""Fence that is out -> seconds between the two clocks."""
SLOW_ZYGOTE = 8.0
"""Seconds that a zygote is stopped: its runs are fenced off and queued again meanwhile."""
FREEZES = {"supervisor": (40.0, LONGER_THAN_THE_LEASE), "zygote": (25.0, SLOW_ZYGOTE)}
FROZEN_BY = {"marker": {"zygote": (12.0, SLOW_ZYGOTE)}}
"""Role -> (every so many seconds, for so long); with a fence out, only what shows it soon."""


def main() -> int:
    options = read_options()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    red = [name for name in options.cell or CELLS if not all_well(name, seed, options)]
    print("red: " + ", ".join(red) if red else "all green")
    return bool(red) != bool(options.fence)  # a fence that is out must be seen


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--cell", action="append", choices=CELLS)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=10, help="each is due once a second")
    parser.add_argument("--seconds", type=int, default=200)
    parser.add_argument(
        "--break", dest="fence", choices=("lease", "unique", "marker"), help="take a fence out"
    )
    return parser.parse_args()


def all_well(name: str, seed: int, options: argparse.Namespace) -> bool:
    """Prints the figures of one cell and what the audit found."""
    database, _, supervisors = name.partition("-")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mxx-soak-") as folder:
        home = Path(folder) / "home"
        skew = SKEW.get(options.fence, 1.5)
        broken = {"CHAOS_BREAK": options.fence} if options.fence else {}
        cell = Cell(home, tables_on(database, home), skew=skew, **broken)
        try:
            load = Load(options.jobs, options.seconds)
            cell.prepare(load)
            storm = Storm(
                cell,
                load,
                seed=seed,
                kills=options.kills,
                supervisors=int(supervisors),
                victims=SHOWN_BY.get(options.fence),
                freezes=FROZEN_BY.get(options.fence, FREEZES),
            )
            storm.rage()
            found = audit(cell, load, storm.done)
            figures = findings(storm) | {"hand-overs": hand_overs(cell)}
        finally:
            cell.close()
    load_now = os.getloadavg()[0]
    print(f"{name} seconds {time.monotonic() - began:.0f} load {load_now:.1f} {json.dumps(figures)}")
    print(f"{name} findings {len(found)}" + "".join(f"\n  {line}" for line in found[:20]), flush=True)
    return not found


if __name__ == "__main__":
    sys.exit(main())
