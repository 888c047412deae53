"""Files as other programs write them, and files that mean harm."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

from textmine.errors import InputError
from textmine.exchange.refi import archive as archives
from textmine.exchange.refi.reading import read_qdc, read_qdpx
from textmine.exchange.refi.tables import tabulate_project

SHARED = Path(__file__).resolve().parents[4] / "shared" / "fixtures" / "refi-qda"
HEAD = '<?xml version="1.0" encoding="utf-8"?>'
SPACE = 'xmlns="urn:QDA-XML:project:1.0"'
U, C1, C2, S1 = (f"{n}0000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3, 4))
BOOK = (
    f'<CodeBook><Codes><Code guid="{C1}" name="Waiting" isCodable="true" color="#abc">'
    f'<Code guid="{C2}" name="Phone" isCodable="true"/></Code></Codes></CodeBook>'
)


def coding(code: str = C1, number: int = 1) -> str:
    own = f"50000000-0000-4000-8000-0000000000{number:02}"
    return f'<Coding guid="{own}" creatingUser="{U}"><CodeRef targetGUID="{code}"/></Coding>'


def selection(start: int, end: int, inside: str = "", extra: str = "") -> str:
    own = f"60000000-0000-4000-8000-{start:06}{end:06}"
    return (
        f'<PlainTextSelection guid="{own}" startPosition="{start}" endPosition="{end}" {extra}>'
        f"{inside}</PlainTextSelection>"
    )


def source(inside: str, path: str = f"internal://{S1}.txt", guid: str = S1) -> str:
    return f'<TextSource guid="{guid}" name="Talk" plainTextPath="{path}">{inside}</TextSource>'


def project(sources: str = "", *, origin: str = "", rest: str = "", book: str = BOOK) -> str:
    users = f'<Users><User guid="{U}" name="ann"/></Users>'
    held = f"<Sources>{sources}</Sources>" if sources else ""
    return f'{HEAD}<Project {SPACE} name="P" origin="{origin}">{users}{book}{held}{rest}</Project>'


def quotes(read) -> list[str]:
    return [s.text[p.start : p.end] for s in read.project.sources for p in s.selections]


@pytest.mark.parametrize(
    ("name", "codes"), [("blank-atlas-project.qdpx", 0), ("target-atlas-project.qdpx", 3)]
)
def test_files_of_atlas_ti_are_read(name: str, codes: int) -> None:
    if not (SHARED / name).is_file():
        pytest.skip("no ATLAS.ti files here")
    read = read_qdpx(SHARED / name)
    assert (read.project.count_codes(), len(read.project.users), read.losses) == (codes, 2, ())


def test_example_of_the_standard_counts_exclusively(make_zip) -> None:
    said = "Oh, that was great. See you tomorrow? Eleven thirty. Mm."
    text = "x" * 138 + " " + said + " and"
    read = read_qdpx(
        make_zip({"project.qde": project(source(selection(139, 195))), f"sources/{S1}.txt": text})
    )
    assert quotes(read) == [said]


@pytest.mark.parametrize(
    "name", ["project.qde", "My study.qde", "PROJECT.QDE", "folder/project.qde"], ids=str
)
@pytest.mark.parametrize("folder", ["sources", "Sources", "SOURCES"])
def test_project_and_sources_are_found_under_any_spelling(make_zip, name: str, folder: str) -> None:
    read = read_qdpx(
        make_zip({name: project(source(selection(0, 3, coding()))), f"{folder}/{S1}.txt": "One two"})
    )
    assert quotes(read) == ["One"] and read.project.count_codings() == 1


@pytest.mark.parametrize(
    "path",
    [
        f"{S1}.txt",
        f"internal://{S1.upper()}.txt",
        f"INTERNAL://{S1}.TXT",
        f"relative:///{S1}.txt",
        f"absolute:///D:/study/{S1}.txt",
        f"sources/{S1}.txt",
        f"internal:/{S1}.txt",
    ],
)
def test_text_is_found_however_its_path_is_written(make_zip, path: str) -> None:
    body = project(source(selection(0, 3), path=path))
    assert quotes(read_qdpx(make_zip({"project.qde": body, f"sources/{S1}.txt": "One two"}))) == ["One"]


def test_path_to_a_disk_is_never_followed(make_zip, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("not yours", encoding="utf-8")
    body = project(source(selection(0, 3, coding()), path=f"absolute:///{tmp_path}/secret.txt"))
    read = read_qdpx(make_zip({"project.qde": body}))
    assert read.project.sources[0].text is None and read.project.count_codings() == 1
    assert any("does not hold" in loss.what for loss in read.losses)


def test_braces_and_upper_case_in_guids_are_the_same_guid(make_zip) -> None:
    body = project(source(selection(0, 3, coding("{" + C1.upper() + "}"))))
    read = read_qdpx(make_zip({"project.qde": body, f"sources/{S1}.txt": "One"}))
    assert next(read.project.sources[0].all_codings())[1].code == C1
    assert read.project.count_codes() == 2


def test_nvivo_export_with_mark_crlf_and_utf16_is_placed(make_zip) -> None:
    lines = ["😀 Waits were too long", "Café 🚑🚑 staff kind", "Parking 😀 is bad", "No more words"] * 5
    text = "\r\n".join(lines)
    wanted, parts = [], []
    for number, word in enumerate(["Waits", "staff kind", "Parking", "words", "too long"]):
        start = text.index(word, len(text) // 3 * (number % 2))
        before, inside = (len(t.encode("utf-16-le")) // 2 for t in (text[:start], word))
        parts.append(selection(before, before + inside, coding(number=number)))
        wanted.append(word)
    body = project(source("".join(parts)), origin="NVivo 12.6")
    read = read_qdpx(make_zip({"project.qde": body, f"Sources/{S1}.txt": b"\xef\xbb\xbf" + text.encode()}))
    assert quotes(read) == wanted and str(read.dialect) == "crlf-utf16"
    assert read.project.sources[0].text == text and read.project.count_codings() == 5


def test_dialect_can_be_named(make_zip) -> None:
    path = make_zip({"project.qde": project(source(selection(1, 3))), f"sources/{S1}.txt": "One two"})
    assert quotes(read_qdpx(path, dialect="lf-codepoint-inclusive")) == ["ne "]


def test_selection_of_no_length_keeps_its_codings(make_zip) -> None:
    body = project(source(selection(4, 4, coding()) + selection(0, 3, coding(C2, 2) + coding(C1, 3))))
    read = read_qdpx(make_zip({"project.qde": body, f"sources/{S1}.txt": "One two"}))
    assert quotes(read) == ["", "One"] and read.project.count_codings() == 3
    assert [loss.count for loss in read.losses if "no length" in loss.what] == [1]


def test_selection_with_words_beside_it_and_no_code_is_kept(make_zip) -> None:
    body = project(source(selection(0, 3, "<Description>look here</Description>")))
    kept = read_qdpx(make_zip({"project.qde": body, f"sources/{S1}.txt": "One two"})).project.sources[0]
    assert kept.selections[0].description == "look here" and not kept.selections[0].codings


def test_codings_of_whole_sources_and_on_memos_are_counted(make_zip) -> None:
    memo = f'<Notes><Note guid="{C2}" plainTextPath="internal://n.txt">{coding(number=7)}</Note></Notes>'
    body = project(source(coding() + coding(C2, 2)), rest=memo)
    read = read_qdpx(make_zip({"project.qde": body, f"sources/{S1}.txt": "One", "sources/n.txt": "memo"}))
    assert read.found["codings"] == read.project.count_codings() == 3


def test_codings_on_pictures_pages_and_sound_stay_with_their_place_in_words(make_zip) -> None:
    media = (
        f'<PDFSource guid="{S1}" name="Report" path="internal://r.pdf">'
        f'<PDFSelection guid="{C1}" page="2" firstX="1" firstY="2" secondX="3" secondY="4">{coding()}'
        "</PDFSelection>"
        f'<Representation guid="{C2}" plainTextPath="internal://r.txt">'
        f"{selection(0, 3, coding(C2, 2))}</Representation></PDFSource>"
        f'<PictureSource guid="{U}" name="Photo"><PictureSelection guid="{C2}" firstX="1" firstY="2" '
        f'secondX="3" secondY="4">{coding(number=3)}</PictureSelection></PictureSource>'
        f'<AudioSource guid="{C1}" name="Tape"><Transcript guid="{C2}" plainTextPath="internal://t.txt">'
        f'<SyncPoint guid="{S1}" position="0"/><SyncPoint guid="{U}" position="5"/>'
        f'<TranscriptSelection guid="{C1}" fromSyncPoint="{S1}" toSyncPoint="{U}">{coding(number=4)}'
        f'</TranscriptSelection></Transcript><AudioSelection guid="{S1}" begin="0" end="900">'
        f"{coding(number=5)}</AudioSelection></AudioSource>"
    )
    read = read_qdpx(
        make_zip({"project.qde": project(media), "sources/r.txt": "One two", "sources/t.txt": "Hello there"})
    )
    assert read.found["codings"] == read.project.count_codings() == 5
    assert sorted(quotes(read)) == ["Hello", "One"]
    where = {c.where for s in read.project.sources for _, c in s.all_codings()} - {""}
    assert where == {"page 2, 1,2,3,4", "1,2,3,4", "0-900 ms"}
    assert {"pdf sources", "picture sources", "audio sources"} <= {loss.what for loss in read.losses}


def test_coding_with_an_unknown_code_gets_one_made_for_it(make_zip) -> None:
    body = project(source(selection(0, 3, coding(S1))))
    read = read_qdpx(make_zip({"project.qde": body, f"sources/{S1}.txt": "One two"}))
    assert [code.name for code in read.project.walk_codes()] == ["Waiting", "Phone", "unknown code 1"]
    assert any("codebook lacks" in loss.what for loss in read.losses)


def test_codes_that_share_a_guid_are_all_kept(make_zip) -> None:
    book = f'<CodeBook><Codes>{f"""<Code guid="{C1}" name="a"/>""" * 3}</Codes></CodeBook>'
    read = read_qdpx(make_zip({"project.qde": project(book=book)}))
    assert len({code.guid for code in read.project.walk_codes()}) == read.found["codes"] == 3


def test_sources_that_share_a_guid_or_have_none_keep_their_own_codings(make_zip) -> None:
    one = '<TextSource name="{}" {}><PlainTextContent>{}</PlainTextContent>{}</TextSource>'
    body = project(
        one.format("a", f'guid="{S1}"', "One two", selection(0, 3, coding()))
        + one.format("b", f'guid="{S1}"', "Three four", selection(0, 5, coding(C2, 2)))
        + one.format("c", "", "Five", coding(number=3))
    )
    read = read_qdpx(make_zip({"project.qde": body}))
    rows = tabulate_project(read.project).codings
    said = list(rows[["doc_id", "code", "quote"]].itertuples(index=False, name=None))
    assert said == [("a", "waiting", "One"), ("b", "phone", "Three"), ("c", "waiting", "")]
    assert any("guid of their own" in loss.what for loss in read.losses)


@pytest.mark.parametrize("place", ["", "x", "-5", "99999999999999999999999"])
def test_place_that_is_none_loses_no_coding(make_zip, place: str) -> None:
    odd = f'<PlainTextSelection guid="{C1}" startPosition="{place}" endPosition="2">{coding()}'
    body = project(source(f"{odd}</PlainTextSelection>"))
    read = read_qdpx(make_zip({"project.qde": body, f"sources/{S1}.txt": "One two"}))
    assert read.project.count_codings() == 1 and read.losses


def test_text_in_windows_letters_is_read_and_said(make_zip) -> None:
    body = project(source(selection(0, 4)))
    read = read_qdpx(make_zip({"project.qde": body, f"sources/{S1}.txt": "Café two".encode("cp1252")}))
    assert quotes(read) == ["Café"] and any("not UTF-8" in loss.what for loss in read.losses)


def test_mark_before_the_xml_and_utf16_xml_are_read(make_zip) -> None:
    body = project(source(selection(0, 3)))
    for number, data in enumerate(
        [b"\xef\xbb\xbf" + body.encode(), body.replace("utf-8", "utf-16").encode("utf-16")]
    ):
        path = make_zip({"project.qde": data, f"sources/{S1}.txt": "One two"}, name=f"{number}.qdpx")
        assert quotes(read_qdpx(path)) == ["One"]


def test_formatted_text_that_stays_behind_is_told(make_zip) -> None:
    rich = 'richTextPath="internal://a.docx" plainTextPath'
    body = project(source(selection(0, 3, coding()))).replace("plainTextPath", rich)
    read = read_qdpx(make_zip({"project.qde": body, f"sources/{S1}.txt": "One two", "sources/a.docx": "x"}))
    assert quotes(read) == ["One"]
    assert [loss.count for loss in read.losses if "formatted" in loss.what] == [1]


def test_text_inside_the_xml_is_read(make_zip) -> None:
    inner = f"<PlainTextContent>One two</PlainTextContent>{selection(4, 7)}"
    body = project(f'<TextSource guid="{S1}">{inner}</TextSource>')
    assert quotes(read_qdpx(make_zip({"project.qde": body}))) == ["two"]


def test_other_prefixes_and_no_namespace_are_read(make_zip) -> None:
    plain = project(source(selection(0, 3))).replace(SPACE, "")
    prefixed = (
        project().replace("<Project ", "<q:Project xmlns:q='urn:QDA-XML:project:1.0' ").replace(SPACE, "")
    ).replace("</Project>", "</q:Project>")
    assert quotes(read_qdpx(make_zip({"project.qde": plain, f"sources/{S1}.txt": "One"}))) == ["One"]
    assert read_qdpx(make_zip({"project.qde": prefixed}, name="b.qdpx")).project.count_codes() == 2


@pytest.mark.parametrize("colour", ["rgb(255, 0, 16)", "#ff0010"])
def test_colours_in_the_wild_are_read(tmp_path: Path, colour: str) -> None:
    path = tmp_path / "b.qdc"
    path.write_text(
        f'{HEAD}<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes><Code guid="{C1}" name="a" '
        f'isCodable="false" color="{colour}"/></Codes><Sets><Set guid="{C2}" name="s">'
        f'<MemberCode guid="{C1}"/></Set></Sets></CodeBook>',
        encoding="utf-8-sig",
    )
    read = read_qdc(path).project
    assert (read.codes[0].colour, read.codes[0].codable) == ("#FF0010", False)
    assert read.sets[0].codes == (C1,)


# --- files that mean harm ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil", "sources/../../evil", "C:\\evil", "..\\evil.txt"]
)
def test_part_that_leads_out_of_the_folder_is_refused(make_zip, name: str, tmp_path: Path) -> None:
    path = make_zip({"project.qde": project(), name: "x"})
    with pytest.raises(InputError, match="leads out of its folder"):
        read_qdpx(path)
    assert not (tmp_path.parent / "evil.txt").exists()


@pytest.mark.parametrize("end", ["qdpx", "qdc"])
def test_xml_bomb_is_refused(make_zip, tmp_path: Path, end: str) -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
        f'<Project {SPACE} name="&b;"/>'
    )
    path = make_zip({"project.qde": bomb}) if end == "qdpx" else tmp_path / "b.qdc"
    if end == "qdc":
        path.write_text(bomb, encoding="utf-8")
    with pytest.raises(InputError, match="document type or XML entities"):
        (read_qdpx if end == "qdpx" else read_qdc)(path)


def test_external_entity_is_refused(make_zip, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("hidden", encoding="utf-8")
    body = f'<!DOCTYPE p [<!ENTITY x SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]><Project name="&x;"/>'
    with pytest.raises(InputError, match="document type"):
        read_qdpx(make_zip({"project.qde": body}))


def test_xml_nested_without_end_is_refused(make_zip) -> None:
    deep = f'<Code guid="{C1}" name="a">' * 5000 + "</Code>" * 5000
    body = project(book=f"<CodeBook><Codes>{deep}</Codes></CodeBook>")
    with pytest.raises(InputError, match="nested deeper"):
        read_qdpx(make_zip({"project.qde": body}))


def test_zip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_TEXT", 10_000)
    path = tmp_path / "bomb.qdpx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", project(source("")))
        archive.writestr(f"sources/{S1}.txt", "0" * 50_000)
    with pytest.raises(InputError, match="zip bomb"):
        read_qdpx(path)


def test_damaged_cut_or_foreign_files_are_refused_in_a_line(make_zip, tmp_path: Path) -> None:
    whole = make_zip({"project.qde": project(), f"sources/{S1}.txt": "x" * 500}).read_bytes()
    damaged = {
        "cut.qdpx": whole[: len(whole) // 2],
        "text.qdpx": b"this is no zip",
        "empty.qdpx": b"",
        "sum.qdpx": whole.replace(b"Waiting", b"Wairing"),
    }
    for name, data in damaged.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match=name.replace(".", r"\.")):
            read_qdpx(tmp_path / name)
    for parts, said in (
        ({"readme.txt": "x"}, "no project.qde"),
        ({"project.qde": "<html/>"}, "not a Project"),
        ({"project.qde": "<Project"}, "not well-formed"),
        ({"project.qde": ""}, "not well-formed"),
    ):
        with pytest.raises(InputError, match=said):
            read_qdpx(make_zip(parts, name="odd.qdpx"))
    with pytest.raises(InputError, match="No file"):
        read_qdpx(tmp_path / "gone.qdpx")


def test_protected_file_is_refused(make_zip) -> None:
    path = make_zip({"project.qde": project()})
    data = bytearray(path.read_bytes())
    place = data.rindex(b"PK\x01\x02") + 8
    struct.pack_into("<H", data, place, struct.unpack_from("<H", data, place)[0] | 1)
    path.write_bytes(bytes(data))
    with pytest.raises(InputError, match="password"):
        read_qdpx(path)
