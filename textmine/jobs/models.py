"""The models at hand: those in ./models and those shipped, what each is, and its card."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any

from textmine.errors import InputError, ModelError
from textmine.files import atomic_text, find_damage, sha256_of_file
from textmine.forms import FORMS
from textmine.locations import find_model, shipped_folder

CARD = "card.md"
_CONFIG, _VECTORS = "config.json", "model.safetensors"
_STYLE = """\
:root { color-scheme: light dark; --ink: #1f2933; --faint: #52606d; --paper: #fff; --line: #d3d9df; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e7eb; --faint: #aab4bf; --paper: #16191d; --line: #3e4c59; } }
body { font: 16px/1.55 system-ui, "Segoe UI", Helvetica, Arial, "DejaVu Sans", sans-serif; color: var(--ink);
  background: var(--paper); max-width: 62rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin-top: 2.2rem; }
code { font-size: .92em; overflow-wrap: anywhere; }
.wide { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; font-size: .88rem; }
th, td { padding: .3rem .9rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; font-variant-numeric: tabular-nums; }
th { color: var(--faint); font-weight: 600; }
@media print { .wide { overflow: visible; } body { max-width: none; } }
"""


@dataclass(frozen=True)
class InstalledModel:
    """One model folder, as its ``config.json`` tells it.

    ``kind`` is coder, topics or vectors; ``where`` is 'here' (in ./models), 'shipped' or 'folder'. ``texts``
    and ``respondents`` are what it was trained on, ``positives`` how many of these texts carry each code.
    ``sha256`` is what a coded folder's provenance names. ``problem`` is '' for a model that can be used;
    ``hidden`` says that another of its name is found first. ``bytes`` is the size on disk, ``form`` the
    version of its format, ``tier`` 'fast' or 'accurate' ('' for other kinds), ``codebook`` and
    ``codebook_version`` what it codes by.

    >>> InstalledModel("mine", "models/mine", "here", "coder", 1200, problem="damaged").problem
    'damaged'
    """

    name: str
    folder: str
    where: str
    kind: str
    bytes: int
    form: int | None = None
    tier: str = ""
    codebook: str = ""
    codebook_version: str = ""
    texts: int | None = None
    respondents: int | None = None
    positives: Mapping[str, int] | None = None
    sha256: str = ""
    problem: str = ""
    hidden: bool = False

    @property
    def codes(self) -> int | None:
        """How many codes it gives; None for what is no coder."""
        return None if self.positives is None else len(self.positives)

    def describe(self) -> dict[str, Any]:
        """All of it as a plain dict."""
        return {**asdict(self), "codes": self.codes}


def list_models() -> list[InstalledModel]:
    """The models that a command finds by name: first those in ``./models``, then the shipped ones.

    Nothing is loaded but their ``config.json``; files are compared with the hashes that it names, so a
    damaged model shows with its ``problem``.

    >>> [(model.name, model.kind) for model in list_models() if model.where == "shipped"]
    [('school-collaboration', 'coder'), ('static-minilm', 'vectors')]
    """
    found: list[InstalledModel] = []
    here, shipped = Path("models"), shipped_folder("models")
    places = [("here", here)] if here.is_dir() and here.resolve() != shipped.resolve() else []
    for where, root in [*places, ("shipped", shipped)]:
        taken = {model.name for model in found}
        for folder in sorted(root.iterdir() if root.is_dir() else ()):
            if (folder / _CONFIG).is_file() or (folder / "scale.json").is_file():
                found.append(describe_model_folder(folder, where, hidden=folder.name in taken))
    return found


def describe_model_folder(folder: Path, where: str = "folder", *, hidden: bool = False) -> InstalledModel:
    """What a model folder holds; one that cannot be used says why in ``problem``."""
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    base: dict[str, Any] = {
        "name": folder.resolve().name,
        "folder": str(folder),
        "where": where,
        "bytes": size,
        "hidden": hidden,
    }
    if not (folder / _CONFIG).is_file():
        vectors = folder / _VECTORS
        gone = "" if vectors.is_file() else f"{_VECTORS} is missing"
        return InstalledModel(
            **base, kind="vectors", sha256="" if gone else sha256_of_file(vectors), problem=gone
        )
    base["sha256"] = sha256_of_file(folder / _CONFIG)
    try:
        config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
        return InstalledModel(**base, **_read_config(folder, config))
    except (ValueError, LookupError, TypeError, AttributeError):
        return InstalledModel(**base, kind="unknown", problem=f"{_CONFIG} cannot be read")


def _read_config(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    topics = config.get("kind") == "topics"
    kind, form = ("topic model" if topics else "model"), int(config["format"])
    said: dict[str, Any] = {"kind": "topics" if topics else "coder", "form": form}
    if form > FORMS[kind]:
        return said | {"problem": f"form {form} is newer than this textmine, which reads up to {FORMS[kind]}"}
    said["problem"] = find_damage(folder, config["files"])
    if topics:
        return said | {"texts": int(config["texts"])}
    book, trained = config["codebook"], config["trained_on"]
    return said | {
        "tier": str(config["tier"]),
        "codebook": str(book["id"]),
        "codebook_version": str(book["version"]),
        "texts": int(trained["texts"]),
        "respondents": int(trained["respondents"]),
        "positives": dict(zip(config["codes"], map(int, trained["positives"]), strict=True)),
    }


def read_card(name: str | Path) -> str:
    """The card of a model by name or folder, in markdown: what it is for, learned from, and how good it is.

    Raises ``ModelError`` where there is no such model, or it has no card.

    >>> read_card("school-collaboration").splitlines()[0]
    '# Model card: school-collaboration'
    """
    folder = find_model(name)
    try:
        return (folder / CARD).read_text(encoding="utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        raise ModelError(
            f"Model {folder.resolve().name} has no {CARD} that can be read. textmine train writes one beside "
            "the model; copy it anew or train it again."
        ) from None


def write_card(name: str | Path, out: Path) -> Path:
    """Write a model's card into a file: ``.html``, one page that fetches nothing, or ``.md``."""
    card = read_card(name)
    if out.suffix.casefold() not in (".html", ".md"):
        raise InputError(f"No card as {out.suffix or 'a file without a suffix'}. Name a .html or .md file.")
    with atomic_text(out) as handle:
        handle.write(card if out.suffix.casefold() == ".md" else render_card(card))
    return out


def render_card(card: str) -> str:
    """A card as a page of html. Markup in the card is markdown's alone: html in it is shown, not run."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(card)
    first, *tables = body.split("<table>")
    for number, table in enumerate(tables, 1):
        first += f'<div class="wide" role="region" aria-label="Table {number}" tabindex="0"><table>{table}'
    body = first.replace("</table>", "</table></div>")
    title = card.partition("\n")[0].lstrip("# ").strip() or "Model card"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
    )
