"""Terms in texts: spelling, case, plural, everyday words that only look like terms, offsets, attributes."""

from __future__ import annotations

import pandas as pd
import pytest

from textmine.corpus import Corpus
from textmine.errors import CodebookError, InputError
from textmine.vocabulary import Vocabulary, find_terms, name_forms


def ids(text: str) -> list[str]:
    return find_terms([text])["term"].tolist()


def corpus(*texts: str) -> Corpus:
    frame = pd.DataFrame({"id": [f"u{i}" for i in range(len(texts))], "said": texts})
    return Corpus.from_frame(frame, id="id", text="said")


def test_each_term_is_found_in_its_own_examples() -> None:
    vocabulary = Vocabulary.load("school-terms")
    codes = [vocabulary.codebook.code(id) for id in vocabulary.ids]
    lost = [(c.id, e) for c in codes for e in c.examples if c.id not in ids(e)]
    assert lost == []
    assert all(code.examples for code in codes)


@pytest.mark.parametrize(
    "written",
    [
        "multi-academy trust",
        "multi academy trust",
        "multiacademy trust",
        "Multi-Academy Trusts",
        "MULTI-ACADEMY TRUST",
        "multi\u2011academy trust",
        "multi-\nacademy trust",
        "multi-academy\ntrust",
        "multi-academy \r\n trust",
        "multi  academy\u00a0trust",
        "multi-academy-trust",
        "multi-academy trust\u2019s",
        "MAT",
        "MATs",
        "MAT's",
        "(MATs)",
        "'MAT'",
    ],
)
def test_a_term_is_found_however_it_is_written(written: str) -> None:
    hits = find_terms([f"Now one {written} runs all of it."])
    assert hits["term"].tolist() == ["mat"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("We sat down with them and sat through it.", []),
        ("The KS2 SATs results were out and SATs week was calm.", []),
        ("A SAT paper went missing.", []),
        ("MATs and SATs get no say.", ["mat", "sat"]),
        ("We are a SAT, the others are MATs.", ["sat", "mat"]),
        ("They sat on the mat for PE.", []),
        ("The mat leave cover has not come.", []),
        ("She rolled out a yoga mat.", []),
        ("The mat wants us in.", ["mat"]),
        ("Our head is an executive head elsewhere.", ["headteacher", "executive_head"]),
        ("Head lice again, and a head injury.", []),
        ("The head of maths and the heads of department met.", []),
        ("We put our heads together.", []),
        ("The heads of the two schools talk.", ["headteacher"]),
        ("They cluster together at the gate.", []),
        ("A cluster of incidents in May, a cluster of cases in June.", []),
        ("Cluster analysis was beyond us.", []),
        ("Our cluster has folded.", ["cluster"]),
        ("We work in partnership with parents.", []),
        ("A partnership with the police.", []),
        ("A partnership of small schools.", ["school_partnership"]),
        ("Two families left. Every family was rung.", []),
        ("A family of schools.", ["family_of_schools"]),
        ("The computer network went down again.", []),
        ("The school network went down, no printers.", []),
        ("The network manager left.", []),
        ("Our network of rural schools meets.", ["network"]),
        ("We network over coffee.", []),
        ("The trade union federation objected.", []),
        ("A federation of unions backed it.", []),
        ("A federation of two infant schools.", ["federation"]),
        ("There is no trust between the two schools.", []),
        ("It takes years to build trust. Trust is everything.", []),
        ("She trusts nobody, and they earned our trust.", []),
        ("The trust between us is gone.", []),
        ("I would not risk the trust of parents.", []),
        ("The hospital trust and the NHS trust.", []),
        ("MATS are growing, bath mats are not.", ["mat"]),
        ("The trust took our reserves.", ["trust"]),
        ("Two trusts fought over it.", ["trust"]),
        ("The National Trust gave passes.", []),
        ("Collaborative working takes time, and a collaborative approach more.", []),
        ("The collaborative meets monthly.", ["collaborative"]),
        ("Inter-school collaborative activity grew.", []),
        ("The supply chain for school dinners broke.", []),
        ("A chain of command at the academy.", ["academy"]),
        ("Free school meals went up.", []),
        ("The school council chose a colour.", []),
        ("LA officers came.", ["local_authority"]),
        ("The football academy took two boys.", []),
        ("Pupils ran a sponsored walk; a sponsor gave kit.", []),
        ("We learnt about a great pyramid in Egypt.", []),
        ("La la la, we sang, à la carte.", []),
        ("See https://example.org/academy/federation and mat@trust.example.", []),
        ("![a](/images/apply-to-become-academy/mat.png)", []),
    ],
)
def test_everyday_words_count_only_where_their_context_says_so(text: str, wanted: list[str]) -> None:
    assert ids(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("An executive headteacher runs a hard federation.", ["executive_head", "hard_federation"]),
        ("Our teaching school alliance", ["teaching_school_alliance"]),
        ("A single academy trust, not an academy trust.", ["sat", "academy_trust"]),
        ("The umbrella trust of a diocese", ["umbrella_trust", "diocese"]),
        ("A soft governance federation", ["soft_governance_federation"]),
        ("The chair of governors", ["chair_of_governors"]),
    ],
)
def test_longest_term_wins(text: str, wanted: list[str]) -> None:
    assert ids(text) == wanted


def test_words_of_two_sentences_or_list_items_make_no_term() -> None:
    assert "academy_trust" not in ids("It became an academy.\n\nTrust was low.")
    assert "local_authority" not in ids("All of it stays local - authority is another matter.")
    assert ids("We are small and local. Authorities differ.") == []


def test_shouting_makes_no_abbreviation_of_a_word() -> None:
    assert ids("THEY ALL SAT DOWN ON THE FLOOR") == []
    assert ids("WE JOINED A MAT LAST YEAR") == ["mat"]


@pytest.mark.parametrize(
    "before", ["\U0001f600\U0001f44d\U0001f3fd ", "Cafe\u0301 ", "\u200b\ufeff ", "x" * 5000 + " "]
)
def test_offsets_are_code_points_of_the_raw_text(before: str) -> None:
    text = f"{before}Our MATs and a soft\nfederation \U0001f3eb met."
    hits = find_terms([text])
    assert hits["term"].tolist() == ["mat", "soft_federation"]
    assert [text[a:b] for a, b in zip(hits["start"], hits["end"], strict=True)] == hits["match"].tolist()
    assert hits["start"].tolist() == [text.index("MATs"), text.index("soft")]


def test_blank_and_missing_texts_have_no_terms_and_keep_the_columns() -> None:
    hits = find_terms(["", None, " \n "])  # type: ignore[list-item]
    assert hits.empty
    assert hits.columns.tolist()[:4] == ["row", "term", "name", "kind"]
    assert find_terms([]).empty


def test_hits_of_a_corpus_carry_its_ids() -> None:
    hits = find_terms(corpus("nothing here", "one MAT"))
    assert hits[["row", "doc_id", "term"]].values.tolist() == [[1, "u1", "mat"]]


def test_forms_become_attributes() -> None:
    named = name_forms(
        corpus("Our cluster left. The cluster, a MAT.", "A soft federation", "The SBM and the LA", "")
    )
    frame = named.frame
    assert frame["forms_named"].tolist() == ["cluster; mat", "soft_federation", "", ""]
    assert frame["formality"].tolist() == ["both", "informal", "", ""]
    assert frame["shared_governance"].tolist() == ["both", "no", "", ""]
    assert named.attributes[-3:] == ["forms_named", "formality", "shared_governance"]


def test_a_form_that_does_not_tell_leaves_the_attribute_empty() -> None:
    frame = name_forms(corpus("A partnership of small schools.", "An academy trust.")).frame
    assert frame["formality"].tolist() == ["", "formal"]
    assert frame["shared_governance"].tolist() == ["", ""]


def test_naming_forms_leaves_the_corpus_as_it_was_and_refuses_a_second_time() -> None:
    before = corpus("one MAT")
    after = name_forms(before)
    assert before.attributes == []
    assert after.fingerprint == before.fingerprint
    with pytest.raises(InputError, match=r"forms_named.* already"):
        name_forms(after)


def test_one_text_instead_of_a_list_is_told() -> None:
    with pytest.raises(InputError, match="list of texts"):
        find_terms("one MAT")


def test_unknown_vocabulary_is_told_with_those_there_are() -> None:
    with pytest.raises(CodebookError, match="school-terms"):
        find_terms(["x"], vocabulary="no-such")


def test_any_codebook_with_keywords_is_a_vocabulary(tmp_path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("codes: [{id: wait, definition: Delay., keywords: [waiting room, queue]}]", "utf-8")
    hits = find_terms(["Two queues in a waiting-room"], vocabulary=file)
    assert hits["match"].tolist() == ["queues", "waiting-room"]
    assert hits["kind"].tolist() == ["", ""]


def test_a_text_of_any_length_and_half_characters_can_be_read() -> None:
    text = "\ud83d " + "we met and " * 120_000 + "left the MAT"
    hits = find_terms([text])
    assert hits["match"].tolist() == ["MAT"]
    assert text[hits["start"][0] : hits["end"][0]] == "MAT"
