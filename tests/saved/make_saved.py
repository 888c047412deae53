"""Write one of each kind of file that this version saves, for later versions to be tested with.

    python tests/saved/make_saved.py tests/saved/0.1

Run once for a release and never again: what it wrote is what that release wrote. All texts are synthetic.
``expected.json`` and ``scores.csv`` hold what the release itself read and said of them.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from textmine import (
    AnnotationStore,
    Codebook,
    Corpus,
    Project,
    RuleCoder,
    RuleSet,
    TopicModel,
    load_coder,
    save_coder,
)
from textmine.annotations.keeping import keep_annotations
from textmine.coding import tuned_encoder as tuning_room
from textmine.coding.accurate import AccurateCoder
from textmine.disclosure.ledger import Ledger, Release, write_ledger
from textmine.disclosure.reviewing import sign_review
from textmine.jobs.certify import certify_folder
from textmine.jobs.code import code_files
from textmine.jobs.init import InitOptions, init_project
from textmine.jobs.labelled import ColumnNames
from textmine.jobs.read import ReadOptions
from textmine.jobs.train import train_model
from textmine.topics.artefact import save_topics
from textmine.withdrawal.tombstones import Tombstone, add_tombstone

COLUMNS = ColumnNames("comment", "id", "question", "person")
SAID = {
    "training": ("We train together", "Joint training days", "Training is shared"),
    "money": ("It saves money", "Money is pooled", "The money goes further"),
    "": ("The building is old", "Meetings are on Monday", "People were kind"),
}
CODEBOOK = """\
id: saved
version: 1.0.0
codes:
  - {id: training, name: Training, definition: Knowledge or skill is shared.}
  - {id: money, name: Money, definition: Money is saved or pooled., keywords: [money, sav*]}
"""
RULES = """\
id: saved-rules
version: 1.0.0
negation: {window: 4, then: drop}
codes:
  - {id: training, rules: ["train* together", "NEAR(joint, training, 2)"]}
  - {id: money, rules: [money], not: [building]}
"""


def main(out: Path) -> None:
    """Write all of it into a new folder."""
    out.mkdir(parents=True)
    rows = make_comments()
    pd.DataFrame(rows).drop(columns=["training", "money"]).to_csv(out / "comments.csv", index=False)
    labels = pd.DataFrame(rows)[["id", "training", "money"]]
    labels.to_csv(out / "labels.csv", index=False)
    (out / "codebook.yaml").write_text(CODEBOOK, encoding="utf-8", newline="\n")
    (out / "rules.yaml").write_text(RULES, encoding="utf-8", newline="\n")
    comments, told = out / "comments.csv", [out / "labels.csv"]
    train_model(comments, told, out / "model", columns=COLUMNS, codebook=out / "codebook.yaml")
    train_accurate(pd.DataFrame(rows), out / "accurate")
    corpus = Corpus(
        pd.DataFrame({"doc_id": labels["id"], "text": [row["comment"] for row in rows]}).assign(question="")
    )
    topics = TopicModel(n_topics=2).fit(corpus)
    save_topics(topics, out / "topics")
    code_files([comments], str(out / "model"), out / "coded", columns=COLUMNS)
    certify_folder(out / "coded", told, out / "certificate.json", date="2026-11-22")
    expected = {
        "codebook_sha256": Codebook.load(out / "codebook.yaml").sha256,
        "rules": RuleCoder(RuleSet.load(out / "rules.yaml")).predict(list(corpus.texts)).tolist(),
        "topics": topics.predict(list(corpus.texts)).tolist(),
        **annotate(comments, out),
    }
    write_private(out)
    (out / "expected.json").write_text(json.dumps(expected) + "\n", encoding="utf-8", newline="\n")
    scores = {name: load_coder(out / name).predict_proba(frame_of(rows)) for name in ("model", "accurate")}
    columns = {
        f"{name}_{code}": scores[name][:, k] for name in scores for k, code in enumerate(labels.columns[1:])
    }
    pd.DataFrame({"id": labels["id"], **columns}).round(6).to_csv(out / "scores.csv", index=False)


def make_comments() -> list[dict[str, Any]]:
    """48 synthetic comments by 24 people on two questions, with the codes that each carries."""
    kinds = (("training",), ("money",), ("training", "money"), ())
    rows = []
    for n in range(48):
        kind = kinds[(n * 7 + n // 5) % 4]
        words = ". ".join(SAID[code][(n // 4 + len(code)) % 3] for code in kind or ("",))
        codes = {code: int(code in kind) for code in ("training", "money")}
        rows.append(
            {"id": f"{n:02d}", "person": f"p{n // 2:02d}", "question": f"q{n % 2}", "comment": words, **codes}
        )
    return rows


def frame_of(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """The comments as a coder takes them."""
    return pd.DataFrame(
        {"text": [row["comment"] for row in rows], "question": [row["question"] for row in rows]}
    )


def train_accurate(rows: pd.DataFrame, out: Path) -> None:
    """An accurate coder on a random encoder of one small layer, whose tokenizer knows these comments."""
    tuning_room.FEW_TEXTS = 1
    answers = rows.rename(columns={"id": "doc_id", "comment": "text", "person": "group"})
    codes = rows.set_index("id")[["training", "money"]].astype(float)
    with tempfile.TemporaryDirectory() as folder:
        make_encoder(Path(folder) / "tiny", rows["comment"].tolist())
        settings = {
            "encoder": str(Path(folder) / "tiny"),
            "epochs": 2,
            "rate": 5e-3,
            "folds": 2,
            "most_tokens": 48,
        }
        coder = AccurateCoder(**settings, threads=1, device="cpu")
        frame = answers[["doc_id", "text", "question", "group"]]
        coder.fit(frame, codes, codebook=Codebook.loads(CODEBOOK))
        save_coder(coder, out)


def make_encoder(folder: Path, texts: list[str]) -> None:
    """A random encoder with a word-piece tokenizer of these texts' words and letters."""
    import torch
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder.mkdir()
    tokenizer = BertWordPieceTokenizer(lowercase=True)
    tokenizer.train_from_iterator(texts, vocab_size=120, min_frequency=2, show_progress=False)
    tokenizer.save_model(str(folder))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    torch.manual_seed(0)
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = BertConfig(**sizes, vocab_size=tokenizer.get_vocab_size(), max_position_embeddings=64)
    BertModel(config).save_pretrained(folder)


def annotate(comments: Path, out: Path) -> dict[str, Any]:
    """A project with a few decisions: its folder, and its database as SQL; gives what the store says."""
    options = InitOptions(
        name="saved",
        codebook=out / "codebook.yaml",
        people={"ann": "annotator", "olu": "owner"},
        sample=6,
        overlap=0,
        read=ReadOptions(("comment",), "id", None, "person"),
    )
    init_project(out / "project", inputs=[comments], options=options)
    project = Project.load(out / "project")
    with project.open_store() as store:
        first, second = (task.unit_id for task in store.next_tasks("ann", 2))
        store.decide(first, "ann", ["money"])
        store.decide(second, "ann", [])
        keep_annotations(project, store)
        told = tell_store(store)
    database = next((out / "project" / "annotations").glob("*.sqlite"))
    with sqlite3.connect(database) as connection:
        lines = "\n".join(connection.iterdump()) + "\n"
    connection.close()
    (out / "store.sql").write_text(lines, encoding="utf-8", newline="\n")
    for path in (out / "project" / "annotations").glob("*.sqlite*"):
        path.unlink()
    return told


def tell_store(store: AnnotationStore) -> dict[str, Any]:
    """What is compared of a store: its events, its counts, the plan."""
    return {
        "events": [event.id for event in store.events()],
        "counts": store.coded("ann").counts(),
        "tasks": len(store.list_tasks()),
    }


def write_private(out: Path) -> None:
    """A ledger, a signed review of quotes and a withdrawal."""
    write_ledger(Ledger(salt="00" * 16).add(Release("first", "2026-11-22", "simple5")), out / "ledger.jsonl")
    sheet = "quote_id,code,quote,content_sha256,release,release_as,remark\n"
    sheet += f"q1,money,It saves money,{'0' * 64},yes,,\n"
    (out / "quotes.csv").write_text(sheet, encoding="utf-8", newline="\n")
    sign_review(out / "quotes.csv", reviewer="A Reviewer", date="2026-11-22")
    add_tombstone(out, Tombstone("00" * 16, "0" * 64, "2026-11-22", {"texts": 1}))


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    if folder.exists():
        shutil.rmtree(folder) if "--again" in sys.argv else sys.exit(f"{folder} is there already: leave it.")
    main(folder)
