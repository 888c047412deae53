"""Write docs/licences.md: every package that textmine needs, its licence, and which extra brings it.

python -m tools.licences
"""

from __future__ import annotations

from pathlib import Path

from tools.dependencies import Dependency, list_dependencies

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "licences.md"
HEAD = """\
# Licences of what textmine needs

textmine is under the MIT licence. Below is every package that it needs at run time, directly or through
another, and the licence that the package names (an [SPDX](https://spdx.org/licenses/) expression). No package
under the GPL or AGPL is among them, and a test keeps it so. `psycopg` (LGPL), which only the extra `postgres`
brings, is loaded as it is and can be replaced.

The list is that of Linux with the versions in `constraints.txt`. Two things are not in it. A package may hold
compiled libraries of others, under the licences in its own folder. And PyTorch's default build for Linux
brings NVIDIA's libraries under NVIDIA's own licence; its build for processors does not.

`python -m tools.licences` writes this page; `make sbom` writes the same with versions, as a bill of materials
in the form of CycloneDX.

"""


def make_page(dependencies: list[Dependency]) -> str:
    """The page as markdown: first what every textmine needs, then what extras bring."""
    parts = [HEAD]
    for title, extra in (("Every textmine", False), ("Extras", True)):
        chosen = [one for one in dependencies if one.optional is extra]
        head = ("package", "licence", "extras") if extra else ("package", "licence")
        parts.append(f"## {title}\n\n| {' | '.join(head)} |\n|{' --- |' * len(head)}\n")
        for one in chosen:
            cells = [one.name, one.licence, ", ".join(one.extras)][: len(head)]
            parts.append(f"| {' | '.join(cells)} |\n")
        parts.append("" if extra else "\n")
    return "".join(parts)


def main() -> None:
    """Write the page."""
    PAGE.write_text(make_page(list_dependencies()), encoding="utf-8", newline="\n")
    print(f"Written: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
