"""The API by its OpenAPI document: what the document allows, what it does not, and 200 jobs that are odd but right.

    python benchmarks/soak_api.py [editor viewer configs] [--cases 5000] [--seed 1]

editor   schemathesis with an editor's token and every check, in a scratch home where nothing is dispatched
viewer   the same with a viewer's: no row of any table may be another afterwards
configs  200 hand-made job files, through `up` with dispatch: made, shown, previewed, explained, run to their end

Prints seeds, cases and findings by check; 1 is the exit code when there is a finding.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.apifuzz.handmade import run_all
from benchmarks.apifuzz.scratch import Scratch

FUZZ = Path(__file__).parent / "apifuzz"
EXAMPLES = 20
"""Of each operation and way to make them, in one round."""
Findings = Counter[str]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("part", nargs="*", choices=[*PARTS, []], help=", ".join(PARTS))
    parser.add_argument(
        "--cases", type=int, default=5000, help="at least so many requests of each fuzzed part"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the first round; each further one adds 1")
    options = parser.parse_args()
    findings = Findings()
    for part in options.part or PARTS:
        with tempfile.TemporaryDirectory(prefix="mxx-soak-") as folder:
            found = PARTS[part](Path(folder), options)
        print(f"{part}: {'; '.join(f'{what} {count}' for what, count in found.items()) or 'no finding'}")
        findings += found
    return bool(findings)


def editor(folder: Path, options: argparse.Namespace) -> Findings:
    with Scratch(folder / "home").served() as scratch:
        return _fuzzed(scratch, folder, "editor", options)


def viewer(folder: Path, options: argparse.Namespace) -> Findings:
    with Scratch(folder / "home").served() as scratch:
        before, audited = scratch.rows(), scratch.audited()
        found = _fuzzed(scratch, folder, "viewer", options)
        after = scratch.rows()
        changed = [table for table in after if after[table] != before[table]]
        told = scratch.audited() - audited - {"denied"}
    print(f"viewer: {len(after)} tables and {sum(map(len, after.values()))} rows compared")
    return found + Findings(
        [f"changed {table}" for table in changed] + [f"audited {action}" for action in told]
    )


def configs(folder: Path, options: argparse.Namespace) -> Findings:
    return Findings(run_all(folder / "home"))


def _fuzzed(scratch: Scratch, folder: Path, who: str, options: argparse.Namespace) -> Findings:
    """Rounds of schemathesis until there were cases enough; and what the server's log says that it should not."""
    found, cases, seed = Findings(), 0, options.seed
    while cases < options.cases:
        report = _round(scratch, folder, who, seed)
        tried = report["test_cases"]["generated"]
        found += _findings(report)
        print(
            f"{who}: seed={seed} cases={tried} seconds={report['running_time']:.0f} load={os.getloadavg()[0]:.1f}"
        )
        cases, seed = cases + tried, seed + 1
    print(f"{who}: {cases} cases, all checks")
    return found + Findings(f"log: {line[:200]}" for line in scratch.errors())


def _round(scratch: Scratch, folder: Path, who: str, seed: int) -> dict[str, Any]:
    report = folder / f"{who}-{seed}.json"
    address = f"http://127.0.0.1:{scratch.port}/api/schema/"
    link = scratch.keys["link"] if who == "editor" else "no such link"
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "schemathesis.cli",
                "--config-file",
                str(FUZZ / "schemathesis.toml"),
                "run",
                address,
            ),
            *(
                "--header",
                f"Authorization: Bearer {scratch.keys[who]}",
                "--checks",
                "all",
                "--continue-on-failure",
            ),
            *("--seed", str(seed), "--max-examples", str(EXAMPLES), "--no-shrink", "--no-color"),
            *("--report", "json", "--report-json-path", str(report)),
        ],
        cwd=folder,
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": "benchmarks.apifuzz.hooks",
            "PYTHONPATH": str(FUZZ.parents[1]),
            "MXX_FUZZ_LINK": link,
        },
        capture_output=True,
        text=True,
    )
    told: dict[str, Any] = json.loads(report.read_text()) if report.exists() else {}
    if not told or not told["complete"] or told["failures"] or told["errors"]:
        print(done.stdout, done.stderr, sep="\n")
    assert told, "schemathesis wrote no report"
    return told


def _findings(report: dict[str, Any]) -> Findings:
    """By the title of the check; an error is a request that got no answer, or a document that could not be used."""
    found = Findings(failure["title"] for failure in report["failures"])
    found.update({error["title"]: error["count"] for error in report["errors"]})
    return found if report["complete"] else found + Findings(["not complete"])


PARTS: dict[str, Callable[[Path, argparse.Namespace], Findings]] = {
    "editor": editor,
    "viewer": viewer,
    "configs": configs,
}

if __name__ == "__main__":
    sys.exit(main())
