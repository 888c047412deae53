"""The spaCy pipe: the same codes as ``coder.code``, in streams, on disk, in DocBin and on other machines."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import spacy
from spacy import displacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin

import textmine.spacy_component as component
from textmine.coding.artefact import load_coder
from textmine.corpus import Corpus
from textmine.errors import InputError, ModelError

TEXTS = [
    "We train together.  Money is pooled &amp; saved 😀",
    "",
    "The building is old",
    "It saves money, this year as a rule; joint training daysâ€¦ and cafe\u0301s",
    " \n ",
    "n/a",
] * 3
CODES = ("training", "money")


@pytest.fixture
def nlp(tiny_model: Path) -> Language:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("textmine", config={"model": str(tiny_model), "question": "q0"})
    return pipeline


def shown(docs) -> list[tuple[dict[str, float], list[tuple[int, int, str]]]]:
    return [
        (dict(doc.cats), [(s.start_char, s.end_char, s.label_) for s in doc.spans["textmine"]])
        for doc in docs
    ]


def test_the_pipe_gives_what_the_coder_gives(nlp: Language, tiny_model: Path) -> None:
    frame = pd.DataFrame({"doc_id": map(str, range(len(TEXTS))), "text": TEXTS, "question": "q0"})
    coded = load_coder(tiny_model).code(Corpus(frame))
    assert coded.scores is not None
    given = 0
    for i, doc in enumerate(nlp.pipe(TEXTS, batch_size=4)):
        scores = coded.scores.iloc[i].dropna().to_dict()
        assert doc.cats == scores
        own = coded.spans[coded.spans["unit_id"] == str(i)]
        given_codes = [code for code in CODES if coded.decisions.loc[str(i), code] == 1]
        applies = own[own["code"].isin(given_codes)]
        spans = list(doc.spans["textmine"])
        assert [span.label_ for span in spans] == applies["code"].tolist()
        for span, start, end in zip(spans, applies["start"], applies["end"], strict=True):
            assert span.start_char <= start < end <= span.end_char
        given += len(spans)
    assert given > 0


def test_blank_docs_are_not_coded(nlp: Language) -> None:
    for doc in nlp.pipe(["", " \n "]):
        assert doc.cats == {}
        assert len(doc.spans["textmine"]) == 0


def test_one_doc_alone_gives_what_it_gives_in_a_stream(nlp: Language) -> None:
    assert shown(nlp.pipe(TEXTS)) == shown([nlp(text) for text in TEXTS])


def test_a_stream_is_scored_in_batches_and_stays_a_stream(tiny_model: Path) -> None:
    pipe = component.TextmineComponent(model=str(tiny_model), batch_size=2)
    blank, read = spacy.blank("en"), []

    def stream():
        for text in TEXTS:
            read.append(text)
            yield blank.make_doc(text)

    next(iter(pipe.pipe(stream(), batch_size=50)))
    assert len(read) == 2


def test_cats_of_other_pipes_stay(nlp: Language) -> None:
    doc = nlp.make_doc("")
    doc.cats = {"other": 0.25, "money": 0.5}
    assert nlp(doc).cats == {"other": 0.25}


def test_a_doc_may_bring_its_own_question(nlp: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    coder = nlp.get_pipe("textmine").coder
    code = coder.code
    monkeypatch.setattr(
        coder, "code", lambda corpus, **options: asked.extend(corpus.questions) or code(corpus, **options)
    )
    docs = [nlp.make_doc("We saved money") for _ in range(3)]
    docs[0].user_data["question"] = "own"
    Doc.set_extension("question", default=None)
    try:
        docs[1]._.question = "extension"
        list(nlp.pipe(docs))
    finally:
        Doc.remove_extension("question")
    assert asked == ["own", "extension", "q0"]


def test_several_processes_give_the_same(nlp: Language) -> None:
    assert shown(nlp.pipe(TEXTS, n_process=2, batch_size=5)) == shown(nlp.pipe(TEXTS))


def test_a_worker_gets_the_place_of_the_model_and_not_the_model(nlp: Language) -> None:
    nlp("We saved money")
    state = nlp.get_pipe("textmine").__getstate__()
    assert state["_coder"] is None
    assert state["model"] == nlp.get_pipe("textmine").model


def test_to_disk_carries_the_model(nlp: Language, tiny_model: Path, tmp_path: Path) -> None:
    moved = tmp_path / "a model that moves"
    shutil.copytree(tiny_model, moved)
    pipeline = spacy.blank("en")
    pipeline.add_pipe("textmine", config={"model": str(moved), "question": "q0"})
    before = shown(pipeline.pipe(TEXTS))
    pipeline.to_disk(tmp_path / "saved")
    shutil.rmtree(moved)
    again = spacy.load(tmp_path / "saved")
    assert shown(again.pipe(TEXTS)) == before
    assert again.get_pipe("textmine").coder.name_ == moved.name
    assert not [p for p in (tmp_path / "saved").rglob("*") if p.suffix in (".pkl", ".pickle", ".py")]
    again.to_disk(tmp_path / "saved")  # over the files that it was read from
    assert shown(spacy.load(tmp_path / "saved").pipe(TEXTS)) == before


def test_bytes_carry_the_model(nlp: Language, tiny_model: Path) -> None:
    other = spacy.blank("en")
    other.add_pipe("textmine", config={"model": "not on this machine", "question": "q0"})
    data = nlp.to_bytes()
    assert data == nlp.to_bytes()
    other.from_bytes(data)
    assert shown(other.pipe(TEXTS)) == shown(nlp.pipe(TEXTS))
    assert shown(spacy.blank("en").from_config(other.config).from_bytes(other.to_bytes()).pipe(TEXTS))
    assert other.get_pipe("textmine").coder.name_ == tiny_model.name


def test_a_damaged_save_is_told(nlp: Language, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "saved")
    weights = tmp_path / "saved" / "textmine" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(ModelError, match=r"weights.safetensors is not the file"):
        spacy.load(tmp_path / "saved")
    shutil.rmtree(tmp_path / "saved" / "textmine")
    pipe = component.TextmineComponent(model="x")
    with pytest.raises(ModelError, match="no model was saved"):
        pipe.from_disk(tmp_path / "saved" / "textmine")
    with pytest.raises(ModelError, match="hold no model"):
        pipe.from_bytes(b"x")


def test_bytes_that_lead_out_of_their_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="outside its folder"):
        component._write_files({"../out.txt": b"x"}, tmp_path / "in")
    assert not (tmp_path / "out.txt").exists()


def test_docbin_keeps_cats_and_spans(nlp: Language) -> None:
    docs = list(nlp.pipe(TEXTS))
    data = DocBin(docs=docs, store_user_data=True).to_bytes()
    assert shown(DocBin().from_bytes(data).get_docs(spacy.blank("en").vocab)) == shown(docs)


def test_displacy_draws_the_evidence(nlp: Language) -> None:
    page = displacy.render(
        nlp("It saves money"), style="span", options={"spans_key": "textmine"}, jupyter=False
    )
    assert "money" in page


def test_an_unknown_model_lists_those_that_there_are() -> None:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("textmine", config={"model": "no-such-model"})
    with pytest.raises(ModelError, match=r"No model 'no-such-model'.*There is: .*school-collaboration"):
        pipeline("text")


def test_settings_are_checked(tiny_model: Path) -> None:
    with pytest.raises(InputError, match="wanted 1 or more"):
        component.TextmineComponent(model=str(tiny_model), batch_size=0)


@pytest.mark.slow
def test_spacy_finds_the_pipe_without_an_import_of_textmine() -> None:
    code = (
        "import spacy; nlp = spacy.blank('en'); nlp.add_pipe('textmine', config={'model': "
        "'school-collaboration'}); doc = nlp('It saves money'); print(max(doc.cats, key=doc.cats.get))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert done.stdout.strip() == "financial_benefit", done.stderr
