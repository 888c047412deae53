"""Where models, corpora and codebooks are: as given, in the folder here, then what came with textmine."""

from __future__ import annotations

from pathlib import Path

from textmine.errors import CodebookError, ModelError

_PACKAGE = Path(__file__).parent


def shipped_folder(kind: str) -> Path:
    """The folder of shipped ``models``, ``corpora`` or ``codebooks``: in the package, or beside it."""
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


def find_codebook(name: str | Path) -> Path:
    """The file of a codebook: ``name`` as a file, in ``./codebooks``, or shipped with textmine.

    A corpus's own codebook goes by the name of the corpus. A name with a suffix or a folder before it comes
    back as it is, there or not. Raises ``CodebookError`` that lists the names which would have worked.

    >>> find_codebook("partnership-evidence").name
    'partnership-evidence.yaml'
    """
    file = Path(name)
    if file.suffix or len(file.parts) != 1 or file.is_file():
        return file
    corpora = shipped_folder("corpora")
    places = [root / f"{name}.yaml" for root in (Path("codebooks"), shipped_folder("codebooks"))]
    for place in [*places, corpora / name / "codebook.yaml"]:
        if place.is_file():
            return place
    known = {p.stem for place in places for p in place.parent.glob("*.yaml")}
    known |= {p.parent.name for p in corpora.glob("*/codebook.yaml")}
    raise CodebookError(
        f"No codebook file {file}, and none shipped of that name. Give the path of a YAML file, or one of: "
        f"{', '.join(sorted(known)) or 'none'}."
    )
