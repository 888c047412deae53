"""Lines and branches that the tests reach, a row for each room of textmine: read from coverage.py's json.

    python -m tools.line_coverage out/coverage.json [--least 10]

`make coverage` writes that file first. What runs in processes of its own (kills, two at once, the app as a
command) is not counted.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

COUNTS = ("num_statements", "covered_lines", "num_branches", "covered_branches")


@dataclass(frozen=True)
class Reached:
    """How many lines and branches there are, and how many of them were reached."""

    lines: int = 0
    lines_reached: int = 0
    branches: int = 0
    branches_reached: int = 0

    def __add__(self, other: Reached) -> Reached:
        return Reached(*(one + more for one, more in zip(self.as_tuple(), other.as_tuple(), strict=True)))

    def as_tuple(self) -> tuple[int, int, int, int]:
        """The four counts."""
        return (self.lines, self.lines_reached, self.branches, self.branches_reached)

    def tell(self) -> str:
        """Both as shares, in the form of two cells of a table."""
        return f"{_share(self.lines_reached, self.lines)} | {_share(self.branches_reached, self.branches)}"


def read_files(report: Mapping[str, Any]) -> dict[str, Reached]:
    """What was reached of each file, by its path from textmine's own folder.

    >>> counts = {"num_statements": 4, "covered_lines": 3, "num_branches": 2, "covered_branches": 1}
    >>> read_files({"files": {"textmine/spans.py": {"summary": counts}}})["spans.py"].tell()
    '75.0% | 50.0%'
    """
    found = {}
    for path, held in report["files"].items():
        parts = PurePath(path.replace("\\", "/")).parts
        name = "/".join(parts[parts.index("textmine") + 1 :])
        found[name] = Reached(*(int(held["summary"].get(count, 0)) for count in COUNTS))
    return found


def sum_rooms(files: Mapping[str, Reached]) -> dict[str, Reached]:
    """What was reached of each room: a folder, or the files that lie beside the folders.

    >>> sum_rooms({"waves/a.py": Reached(4, 1), "waves/b/c.py": Reached(4, 3)})["waves"]
    Reached(lines=8, lines_reached=4, branches=0, branches_reached=0)
    """
    rooms: dict[str, Reached] = {}
    for name, reached in sorted(files.items()):
        room = name.split("/")[0] if "/" in name else "textmine/*.py"
        rooms[room] = rooms.get(room, Reached()) + reached
    return rooms


def show_table(files: Mapping[str, Reached], *, least: int = 0) -> list[str]:
    """The lines of a table by room, the whole last; then the ``least`` files with most lines not reached."""
    rows = [("room", "lines", "lines reached | branches reached"), ("---", "---:", "---: | ---:")]
    rooms = sum_rooms(files)
    rows += [(room, str(reached.lines), reached.tell()) for room, reached in rooms.items()]
    whole = sum(rooms.values(), start=Reached())
    rows.append(("all", str(whole.lines), whole.tell()))
    lines = [f"| {' | '.join(row)} |" for row in rows]
    worst = sorted(files.items(), key=lambda item: item[1].lines_reached - item[1].lines)[:least]
    missed = [f"{name}: {r.lines - r.lines_reached} of {r.lines} lines not reached" for name, r in worst]
    return [*lines, *([""] if missed else []), *missed]


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "-"


def main() -> None:
    """Print the table of a report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("report", type=Path, help="what coverage.py wrote as json")
    parser.add_argument("--least", type=int, default=10, help="files to name that are reached least")
    given = parser.parse_args()
    files = read_files(json.loads(given.report.read_text("utf-8")))
    print("\n".join(show_table(files, least=given.least)))


if __name__ == "__main__":
    main()
