"""A spaCy pipe: ``nlp.add_pipe("textmine")`` puts codes into ``doc.cats`` and evidence into ``doc.spans``."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
import weakref
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, get_type_hints

import pandas as pd
from spacy.language import Language
from spacy.tokens import Doc, SpanGroup

from textmine.coding.artefact import load_coder
from textmine.coding.calibrated import CalibratedCoder
from textmine.corpus import Corpus
from textmine.errors import InputError, ModelError
from textmine.locations import find_model

#: The key of ``doc.user_data``, and the name of the extension ``doc._``, that may hold a doc's question.
QUESTION = "question"
#: Docs to score at once where nobody says.
DOCS_AT_ONCE = 1000
#: The file that says what the model beside it is called.
_NOTE = "textmine.json"


class TextmineComponent:
    """Codes docs with a trained coder, in batches, exactly as ``coder.code`` codes their texts.

    ``model`` is a model's name or folder; it is looked for when the first doc comes. ``question`` is what the
    texts answer, unless a doc has its own in ``doc.user_data["question"]`` or ``doc._.question``.
    ``batch_size`` docs are scored at once; without it as many as ``nlp.pipe`` is told. Stretches of
    ``evidence`` (word, clause or sentence) go to ``doc.spans[spans_key]``.

    >>> import spacy
    >>> nlp = spacy.blank("en")
    >>> pipe = nlp.add_pipe("textmine", config={"model": "school-collaboration"})
    >>> doc = nlp("Sharing a business manager saves us money.")
    >>> doc.cats["financial_benefit"] > 0.5, doc.spans["textmine"][0].label_
    (True, 'financial_benefit')
    """

    def __init__(
        self,
        name: str = "textmine",
        *,
        model: str,
        question: str | None = None,
        batch_size: int | None = None,
        spans_key: str = "textmine",
        evidence: str = "clause",
    ) -> None:
        if batch_size is not None and batch_size < 1:
            raise InputError(f"batch_size {batch_size} of pipe {name!r}: wanted 1 or more.")
        self.name = name
        self.model = model
        self.question = question
        self.batch_size = batch_size
        self.spans_key = spans_key
        self.evidence = evidence
        self._folder: Path | None = None  # of a model that came with the pipeline
        self._coder: CalibratedCoder | None = None

    @property
    def coder(self) -> CalibratedCoder:
        """The coder, loaded when first needed. Raises ``ModelError`` that lists the models there are."""
        if self._coder is None:
            self._coder = load_coder(self.model if self._folder is None else self._folder)
        return self._coder

    @property
    def labels(self) -> tuple[str, ...]:
        """The ids of the codes; none while the model is not there, as before ``from_disk`` brings it."""
        try:
            return tuple(self.coder.codes_)
        except ModelError:
            return ()

    def __call__(self, doc: Doc) -> Doc:
        """The doc with its codes and their evidence."""
        self._annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int | None = None) -> Iterator[Doc]:
        """The docs of a stream with their codes, scored a batch at a time."""
        size = self.batch_size or batch_size or DOCS_AT_ONCE
        docs_left = iter(stream)
        while docs := list(islice(docs_left, size)):
            self._annotate(docs)
            yield from docs

    def _annotate(self, docs: Sequence[Doc]) -> None:
        """Fill cats and spans; a doc without text gets neither, since not coded is not zero."""
        coder = self.coder
        ids = [str(i) for i in range(len(docs))]
        frame = pd.DataFrame(
            {"doc_id": ids, "text": [d.text for d in docs], "question": [self._question_of(d) for d in docs]}
        )
        coded = coder.code(Corpus(frame.astype(object)), evidence=self.evidence)
        if coded.scores is None:  # a model always gives scores
            raise ModelError(f"Model {coder.name_} gives no scores. Use a model that textmine trained.")
        scores, codes = coded.scores.to_numpy(dtype=float), coded.codes
        places: dict[str, list[tuple[int, int, str]]] = {}
        applies = coded.decisions.to_numpy() == 1
        given = {(ids[i], codes[k]) for i, k in zip(*applies.nonzero(), strict=True)}
        columns = (coded.spans[name].tolist() for name in ("unit_id", "code", "start", "end"))
        for unit, code, start, end in zip(*columns, strict=True):
            if (unit, code) in given:
                places.setdefault(unit, []).append((int(start), int(end), code))
        for i, doc in enumerate(docs):
            kept = {label: score for label, score in doc.cats.items() if label not in coder.codes_}
            if coded.is_coded.iloc[i]:
                kept |= dict(zip(codes, map(float, scores[i]), strict=True))
            doc.cats = kept
            found = [doc.char_span(*place, alignment_mode="expand") for place in places.get(ids[i], ())]
            spans = list(dict.fromkeys(span for span in found if span is not None))
            doc.spans[self.spans_key] = SpanGroup(doc, name=self.spans_key, spans=spans)

    def _question_of(self, doc: Doc) -> str:
        own = doc.user_data.get(QUESTION)
        if own is None and Doc.has_extension(QUESTION):
            own = doc._.get(QUESTION)
        return str(own if own is not None else self.question or "")

    # --- keeping --------------------------------------------------------------------------------------

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Copy the model's files (data only) into a folder, so that the pipeline works elsewhere."""
        files = self._read_files()
        shutil.rmtree(path, ignore_errors=True)
        _write_files(files, Path(path))

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> TextmineComponent:
        """The pipe with the model that ``to_disk`` copied. Raises ``ModelError`` where it is damaged."""
        self._adopt(Path(path))
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The model's files as the bytes of a zip archive, the same for the same model."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in sorted(self._read_files().items()):
                archive.writestr(zipfile.ZipInfo(name), content)
        return buffer.getvalue()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> TextmineComponent:
        """The pipe with the model that ``to_bytes`` gave. Raises ``ModelError`` where it is damaged."""
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                files = {name: archive.read(name) for name in archive.namelist()}
        except zipfile.BadZipFile:
            raise ModelError(
                f"Pipe {self.name!r}: these bytes hold no model. Give what to_bytes gave."
            ) from None
        folder = Path(tempfile.mkdtemp(prefix="textmine-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)  # they stay as long as the pipe
        _write_files(files, folder)
        self._adopt(folder)
        return self

    def __getstate__(self) -> dict[str, Any]:
        """What a worker process gets: where the model is, not the model."""
        return {**self.__dict__, "_coder": None}

    def _read_files(self) -> dict[str, bytes]:
        """The files of the model by name, and a note of what it is called."""
        folder = find_model(self.model) if self._folder is None else self._folder
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            names = ["config.json", *config["files"]]
            files = {name: (folder / name).read_bytes() for name in names}
        except (OSError, ValueError, LookupError) as error:
            raise ModelError(
                f"The files of model {self.model!r} cannot be read ({type(error).__name__}). Load it anew."
            ) from error
        if (folder / "card.md").is_file():
            files["card.md"] = (folder / "card.md").read_bytes()
        note = {"name": self.coder.name_, "sha256": self.coder.sha256_}
        return {**files, _NOTE: json.dumps(note, ensure_ascii=False).encode("utf-8")}

    def _adopt(self, folder: Path) -> None:
        """Take the model in a folder that ``_write_files`` wrote, under the name that it had."""
        try:
            note = json.loads((folder / _NOTE).read_text(encoding="utf-8"))
            name, sha256 = str(note["name"]), str(note["sha256"])
        except (OSError, ValueError, LookupError, TypeError):
            raise ModelError(
                f"Pipe {self.name!r}: no model was saved with it, or its {_NOTE} is damaged. Save it anew."
            ) from None
        coder = load_coder(folder)
        if coder.sha256_ != sha256:
            raise ModelError(f"Pipe {self.name!r}: model {name} is not the one that was saved. Save it anew.")
        coder.name_ = name
        self._folder, self._coder = folder, coder


def make_textmine(
    nlp: Language,
    name: str,
    model: str,
    question: str | None,
    batch_size: int | None,
    spans_key: str,
    evidence: str,
) -> TextmineComponent:
    """The pipe that ``nlp.add_pipe("textmine", config={"model": ...})`` adds; see ``TextmineComponent``."""
    return TextmineComponent(
        name, model=model, question=question, batch_size=batch_size, spans_key=spans_key, evidence=evidence
    )


# Older versions of spaCy look at the types themselves and do not know them by name.
make_textmine.__annotations__ = get_type_hints(make_textmine)
Language.factory(
    "textmine",
    assigns=["doc.cats", "doc.spans"],
    default_config={"question": None, "batch_size": None, "spans_key": "textmine", "evidence": "clause"},
    func=make_textmine,
)


def _write_files(files: dict[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        place = folder / name
        if not place.resolve().is_relative_to(folder.resolve()):
            raise ModelError("The saved model names files outside its folder. Save it anew.")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
