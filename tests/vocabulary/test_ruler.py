"""The vocabulary as a spaCy pipeline."""

from __future__ import annotations

import subprocess
import sys

from textmine.vocabulary import Vocabulary
from textmine.vocabulary.ruler import load_ruler, make_ruler


def test_ruler_streams_and_labels_spans_with_the_term() -> None:
    nlp = make_ruler(Vocabulary.load("school-terms"))
    docs = list(nlp.pipe(["", "A hard-federation's exec head."], batch_size=1))
    found = [[(span.text, span.label_) for span in doc.spans["terms"]] for doc in docs]
    assert found == [[], [("hard-federation", "hard_federation"), ("exec head", "executive_head")]]
    assert docs[1].text == "A hard-federation's exec head."


def test_two_vocabularies_live_side_by_side(tmp_path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("codes: [{id: wait, definition: Delay., keywords: [queue]}]", "utf-8")
    _, mine = load_ruler(str(file))
    _, ours = load_ruler("school-terms")
    text = "A queue of MATs."
    docs = mine(text), ours(text)
    assert [[span.label_ for span in doc.spans["terms"]] for doc in docs] == [["wait"], ["mat"]]


def test_spacy_is_loaded_only_when_terms_are_looked_for() -> None:
    code = "import sys, textmine; textmine.find_terms; print('spacy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "False"
