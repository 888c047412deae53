"""Where shipped models and corpora are: a folder given, ``./models``, then what came with textmine."""

from __future__ import annotations

from pathlib import Path

from textmine.errors import ModelError

_PACKAGE = Path(__file__).parent


def shipped_folder(kind: str) -> Path:
    """The folder of shipped ``models`` or ``corpora``: in the package, or beside it in a checkout."""
    inside = _PACKAGE / "data" / kind
    return inside if inside.is_dir() else _PACKAGE.parent / kind


def find_model(name: str | Path) -> Path:
    """The folder of a model: ``name`` as a folder, in ``./models``, or shipped with textmine.

    Raises ``ModelError`` that lists the models which would have worked.
    """
    places = [Path(name), Path("models") / name, shipped_folder("models") / name]
    for place in places:
        if (place / "config.json").is_file() or (place / "scale.json").is_file():
            return place
    known = sorted(
        {
            p.parent.name
            for root in (Path("models"), shipped_folder("models"))
            for p in root.glob("*/config.json")
        }
    )
    raise ModelError(
        f"No model {str(name)!r}: looked for a folder of that name, in ./models and among the shipped ones. "
        f"There is: {', '.join(known) or 'none'}."
    )
