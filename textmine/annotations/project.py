"""A project on disk: texts, codebook, settings and annotations of one study in one folder."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from textmine.annotations.assignment import plan_tasks
from textmine.annotations.events import DEVICES
from textmine.annotations.store import AnnotationStore
from textmine.annotations.tasks import Task
from textmine.codebook import Codebook, read_plain_yaml
from textmine.corpus import Corpus, Document, as_strings
from textmine.errors import InputError
from textmine.files import atomic_text, make_folder, write_rows
from textmine.forms import FORMS, check_form

#: Names the database of every project, over what its settings say: a URL or the path of an SQLite file.
DATABASE_VARIABLE = "TEXTMINE_DATABASE"
SUGGESTION_COLUMNS = ["unit_id", "code", "score", "band"]

#: The file that makes a folder a project.
SETTINGS = "project.yaml"
_CODEBOOK, _DOCUMENTS = "codebook.yaml", "documents.jsonl"
_README = """\
# {name}

A study made by `textmine init`.

| where | what |
| --- | --- |
| `project.yaml` | how the study is annotated |
| `codebook.yaml` | the codes: mend it by hand, check it with `textmine codebook check codebook.yaml` |
| `corpora/{name}/` | the texts |
| `annotations/{name}/` | who gave which code to which unit, as text files for git |
| `models/` | coders trained on them |

The database of annotations (`annotations/*.sqlite`) is not for git. When `textmine annotate` is stopped it
writes the same into the files beside it, and builds the database from them where there is none.
Texts and quotes are respondents' words: think before you share this folder.
"""
_IGNORED = "annotations/*.sqlite*\n"
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9_-])?")
#: Names that Windows keeps for devices, and YAML for nothing.
_NO_NAMES = {*DEVICES, "null"}
#: A codebook's attributes are texts.
_SAID = {"true": True, "false": False}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Assignment(_Strict):
    """Who reads what; the arguments of ``plan_tasks``."""

    sample: float | None = Field(None, gt=0)
    overlap: float = Field(0.1, ge=0, le=1)
    calibration: int = Field(0, ge=0)
    rereads: float = Field(0.0, ge=0, le=1)
    seed: int = 0


class Settings(_Strict):
    """How a project is annotated, as ``project.yaml`` says it.

    ``evidence`` is asked for never, always or on ``evidence_share`` of the units. ``blind`` hides others'
    codes until one's own decision; ``show_suggestions_after`` shows a model's then. ``stance`` asks whether
    a code is affirmed or denied; a code's ``attributes: {stance: false}`` (or ``true``) in the codebook goes
    before it. ``database`` is a path in the folder or a PostgreSQL URL (the environment
    variable ``TEXTMINE_DATABASE`` goes before it, so that no password need stand in a file). A reflexive
    project has no gold, no agreement, no suggestions, no double coding for its sake; memos come first.

    >>> Settings(name="study", approach="reflexive", assignment={"overlap": 0}).has_gold
    False
    """

    name: str
    approach: Literal["coding_reliability", "codebook", "reflexive"] = "codebook"
    evidence: Literal["never", "share", "always"] = "share"
    evidence_share: float = Field(0.2, ge=0, le=1)
    show_suggestions_after: bool = False
    blind: bool = True
    stance: bool = True
    database: str = ""
    assignment: Assignment = Assignment()  # type: ignore[call-arg]

    @field_validator("name")
    @classmethod
    def _name_folders(cls, name: str) -> str:
        if not _NAME.fullmatch(name) or name.split(".")[0] in _NO_NAMES:
            raise ValueError(
                "a project's name has up to 64 of a-z, 0-9, '.', '_' and '-', begins with a letter or digit, "
                "ends in no '.', and is none that systems keep (con, nul, null)"
            )
        return name

    @model_validator(mode="after")
    def _fit_the_approach(self) -> Settings:
        plan = self.assignment
        if self.approach == "reflexive":
            if self.show_suggestions_after:
                raise ValueError(
                    "a reflexive project shows no suggestions; set show_suggestions_after: false"
                )
            if plan.overlap or plan.calibration or plan.rereads:
                raise ValueError("a reflexive project has overlap, calibration and rereads of 0")
        return self

    @property
    def has_gold(self) -> bool:
        """Whether one settled coding is sought."""
        return self.approach != "reflexive"

    @property
    def computes_agreement(self) -> bool:
        """Whether people are measured against each other."""
        return self.approach != "reflexive"

    @property
    def memos_first(self) -> bool:
        """Whether the page asks for a thought before codes."""
        return self.approach == "reflexive"


@dataclass(frozen=True, eq=False)
class Project:
    """A study folder: settings, codebook, texts; ``open_store`` gives its annotations.

    >>> import tempfile
    >>> import pandas as pd
    >>> from textmine.codebook import Codebook
    >>> from textmine.corpus import Corpus
    >>> texts = Corpus(pd.DataFrame({"doc_id": ["u1", "u2"], "text": ["Money is pooled", "We train"]}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     project = create_project(folder, texts, Codebook.from_labels(["money"]), Settings(name="study"))
    ...     with project.open_store() as store:
    ...         store.codebook.ids
    ['money']
    """

    folder: Path
    settings: Settings
    codebook: Codebook

    @classmethod
    def load(cls, folder: Path | str) -> Project:
        """The project in a folder. Raises ``InputError`` or ``CodebookError`` for what is not in order."""
        root = Path(folder)
        file = root / SETTINGS
        try:
            text = file.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            raise InputError(f"No {SETTINGS} in {root}. Make a project with: textmine init {root}") from None
        except UnicodeDecodeError:
            raise InputError(f"{SETTINGS} is not UTF-8 text. Save it as UTF-8.") from None
        codebook = Codebook.load(root / _CODEBOOK)
        unclear = [c.id for c in codebook.codes if str(c.attributes.get("stance", True)).lower() not in _SAID]
        if unclear:
            raise InputError(f"{_CODEBOOK}: stance is true or false for a code; mend {', '.join(unclear)}.")
        return cls(root, read_settings(text), codebook)

    @property
    def name(self) -> str:
        """The project's name, which its folders of texts and annotations share."""
        return self.settings.name

    @property
    def annotations(self) -> Path:
        """The folder of annotation files for git."""
        return self.folder / "annotations" / self.name

    @cached_property
    def corpus(self) -> Corpus:
        """The texts, in order."""
        return _read_documents(self.folder / "corpora" / self.name / _DOCUMENTS)

    @property
    def units(self) -> list[str]:
        """The ids of what is to be coded: texts that are not blank and not an interviewer's."""
        return find_units(self.corpus)

    def document(self, unit_id: str) -> Document:
        """One text with all that is known of it. Raises ``InputError`` for an id that is not there.

        ``unit_id`` is that id.
        """
        if unit_id not in self._place:
            raise InputError("The project has no unit of that id. Check the id.")
        return self.corpus[self._place[unit_id]]

    def open_store(self) -> AnnotationStore:
        """The project's annotations, ready to be written to."""
        where = os.environ.get(DATABASE_VARIABLE) or self.settings.database
        if "://" not in where:
            where = str(self.folder / (where or f"annotations/{self.name}.sqlite"))
        return AnnotationStore(
            where, self.name, self.codebook, corpus=self.corpus, approach=self.settings.approach
        )

    def asks_evidence(self, unit_id: str) -> bool:
        """Whether evidence is asked for on a unit: the same for everybody who reads it.

        ``unit_id`` is its id.
        """
        if self.settings.evidence != "share":
            return self.settings.evidence == "always"
        seed = f"{self.settings.assignment.seed}\x1fevidence\x1f{unit_id}"
        digest = hashlib.sha256(seed.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8]) < self.settings.evidence_share * 2**64

    def asks_stance(self, code_id: str) -> bool:
        """Whether people are asked how a text stands to a code: the code's own word, else the project's.

        ``code_id`` is the code's id.
        """
        said = self.codebook.code(code_id).attributes.get("stance", self.settings.stance)
        return _SAID[str(said).lower()]

    def suggestions(self) -> pd.DataFrame:
        """What a model says of the units: unit_id, code, score, band; empty where there is no model."""
        path = self.annotations / "suggestions.csv"
        if not path.is_file():
            return pd.DataFrame(columns=SUGGESTION_COLUMNS)
        return pd.read_csv(
            path, dtype={"unit_id": str, "code": str}, keep_default_na=False, na_values={"score": [""]}
        )

    def plan(
        self, annotators: Sequence[str], review: Sequence[str] = (), *, whole: bool = True
    ) -> list[Task]:
        """Who reads what, by the settings; see ``plan_tasks``. Not ``whole``: no sample is none, not all.

        ``annotators`` are their names, ``review`` the units of a model's review pile.
        """
        plan = self.settings.assignment.model_dump()
        if plan["sample"] is None and not whole:
            plan["sample"] = 0
        return plan_tasks(self.units, annotators, review=review, **plan)

    @cached_property
    def _place(self) -> dict[str, int]:
        return {unit: number for number, unit in enumerate(self.corpus.ids)}


def create_project(
    folder: Path | str,
    corpus: Corpus,
    codebook: Codebook,
    settings: Settings,
    *,
    suggestions: pd.DataFrame | None = None,
) -> Project:
    """Write a new project folder and give the project; its store and tasks come after.

    Raises ``InputError`` where the folder holds a project already, or there is nothing to code.

    ``suggestions`` are codes that a model proposes, shown to annotators after their own decision. ``corpus``
    has the texts, ``codebook`` the codes, ``settings`` how the project reads.

    >>> import tempfile
    >>> import pandas as pd
    >>> from textmine.codebook import Codebook
    >>> from textmine.corpus import Corpus
    >>> texts = Corpus(pd.DataFrame({"doc_id": ["u1", "u2"], "text": ["Money is pooled", "We train"]}))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     project = create_project(folder, texts, Codebook.from_labels(["money"]), Settings(name="study"))
    ...     project.codebook.ids, Path(folder, "codebook.yaml").is_file()
    (['money'], True)
    """
    root = Path(folder)
    if (root / SETTINGS).exists():
        raise InputError(f"{root} holds a project already. Choose another folder.")
    if not find_units(corpus):
        raise InputError(
            "No text to code: all are blank or an interviewer's. Check the text column (--text)."
        )
    for place in (root, root / "models", root / "annotations" / settings.name):
        make_folder(place)
    _write_documents(corpus, root / "corpora" / settings.name / _DOCUMENTS)
    codebook.save(root / _CODEBOOK)
    if suggestions is not None:
        with atomic_text(root / "annotations" / settings.name / "suggestions.csv") as handle:
            write_rows([SUGGESTION_COLUMNS], handle)
            write_rows(suggestions[SUGGESTION_COLUMNS].itertuples(index=False), handle)
    for name, text in (("README.md", _README.format(name=settings.name)), (".gitignore", _IGNORED)):
        if not (root / name).exists():
            with atomic_text(root / name) as handle:
                handle.write(text)
    with atomic_text(root / SETTINGS) as handle:  # last: with it the folder is a project
        handle.write(dump_settings(settings))
    return Project.load(root)


def find_units(corpus: Corpus) -> list[str]:
    """The ids of what is to be coded: texts that are not blank and not an interviewer's."""
    frame = corpus.frame
    wanted = as_strings(frame["text"]).str.strip() != ""
    if "role" in frame.columns and "speaker" in frame.columns:
        wanted &= frame["role"] != "interviewer"
    return [str(unit) for unit in frame["doc_id"][wanted].tolist()]


def read_settings(text: str) -> Settings:
    """The settings of a YAML text. Raises ``InputError`` that tells all problems together."""
    found: list[str] = []
    tree = read_plain_yaml(text, SETTINGS, found)
    if not isinstance(tree, dict) or found:
        raise InputError(f"{SETTINGS}: {'; '.join(found) or 'wanted settings such as name: and approach:'}")
    check_form(tree.pop("format", None), "project", SETTINGS)
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        raise InputError(f"{SETTINGS}: {describe_problems(error)}") from None


def describe_problems(error: ValidationError) -> str:
    """What pydantic found wrong, in one line, without the values met."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    told = [
        (".".join(map(str, problem["loc"])), problem["msg"].removeprefix("Value error, "))
        for problem in problems
    ]
    return "; ".join(f"{place}: {message}" if place else message for place, message in told)


def dump_settings(settings: Settings) -> str:
    """Settings as YAML that ``read_settings`` reads back as they are."""
    values = {"format": FORMS["project"], **settings.model_dump()}
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True)


def _write_documents(corpus: Corpus, path: Path) -> None:
    columns = [str(name) for name in corpus.frame.columns]
    texts = {n: corpus.frame[n] if n == "weight" else as_strings(corpus.frame[n]) for n in columns}
    with atomic_text(path) as handle:
        for values in zip(*(column.tolist() for column in texts.values()), strict=True):
            row = dict(zip(columns, values, strict=True))
            handle.write(json.dumps(row, ensure_ascii=False) + "\n")


def _read_documents(path: Path) -> Corpus:
    rows: list[dict[str, Any]] = []
    try:
        with path.open(encoding="utf-8", newline="\n") as handle:
            for number, line in enumerate(handle, 1):
                row = json.loads(line) if line.strip() else None
                if row is not None and not (isinstance(row, dict) and {"doc_id", "text"} <= set(row)):
                    raise InputError(f"{path.name}, line {number}: no document with doc_id and text.")
                rows += [] if row is None else [row]
    except FileNotFoundError:
        raise InputError(f"No {path.name} in {path.parent}: the project has no texts.") from None
    except UnicodeDecodeError:
        raise InputError(f"{path.name} is not UTF-8 text. Save it as UTF-8.") from None
    except json.JSONDecodeError:
        raise InputError(f"{path.name}, line {number}: not JSON. Mend or remove the line.") from None
    return Corpus(pd.DataFrame(rows, columns=None if rows else ["doc_id", "text"]))
