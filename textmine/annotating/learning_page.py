"""What the page Learning shows: the curve as points to draw, the rounds, what to read for each code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textmine.annotating.rounds import tell_learning

if TYPE_CHECKING:
    from textmine.annotations import AnnotationStore, Project

#: The plot: its size, and the place of its axes.
WIDTH, HEIGHT, LEFT, TOP, PLOT_W, PLOT_H = 640, 300, 46, 14, 440, 236
_LINES = (
    ("macro_f1", "macro F1"),
    ("micro_f1", "micro F1"),
    ("kappa", "kappa"),
)


def fill_learning(project: Project, store: AnnotationStore) -> dict[str, Any]:
    """The values of the template: lines, ticks, rounds (the latest first), advice; no words of texts."""
    told = tell_learning(project, store)
    curve = told["curve"]
    most = max([row["read"] for row in curve], default=1)
    lines = []
    for number, (measure, name) in enumerate(_LINES):
        known = [(row["read"], row[measure]) for row in curve if row[measure] is not None]
        if known:
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (_place(read, v, most) for read, v in known))
            last = _place(*known[-1], most)
            shown = f"{name} {known[-1][1]:.2f}"
            lines.append(
                {"points": points, "name": shown, "kind": f"line{number}", "y": last[1], "x": last[0]}
            )
    _spread(lines)
    ticks = [{"y": _place(0, value / 5, most)[1], "name": f"{value / 5:.1f}"} for value in range(6)]
    plot = {"width": WIDTH, "height": HEIGHT, "left": LEFT, "right": LEFT + PLOT_W, "bottom": TOP + PLOT_H}
    return {
        "plot": {**plot, "lines": lines, "ticks": ticks, "most": most},
        "rounds": curve[::-1][:20],
        "advice": sorted(told["advice"], key=lambda one: (one["stop"], -one["more"])),
    }


def _place(read: float, value: float, most: float) -> tuple[float, float]:
    return LEFT + PLOT_W * read / max(most, 1), TOP + PLOT_H * (1 - min(max(value, 0.0), 1.0))


def _spread(lines: list[dict[str, Any]]) -> None:
    """Move the names of lines apart that would stand on each other."""
    below = -100.0
    for line in sorted(lines, key=lambda one: float(one["y"])):
        below = max(line["y"] + 4, below + 16)
        line["label_y"] = below
