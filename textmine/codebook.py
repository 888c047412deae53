"""The codebook: codes with their definitions and limits, read from YAML, checked, hashed by their meaning."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BeforeValidator, ConfigDict, StringConstraints, ValidationError
from pydantic.dataclasses import dataclass

from textmine.display import clip, escape, show_card
from textmine.errors import CodebookError, list_names
from textmine.files import atomic_text, sha256_of
from textmine.forms import check_form
from textmine.locations import find_codebook

#: The code of a unit that was read and found to hold nothing; no code of a codebook may be called so.
RESERVED = "none"

_IDENTIFIER = re.compile(r"[a-z0-9_]+")
_SPELLINGS = {"color": "colour"}
_BELOW = ("children", "codes")
_PLAIN_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map", "null", "bool", "int", "float")}
_SHOWN = 5
#: Codes that a codebook shows of itself in a notebook.
_MOST_SHOWN = 60


def _as_list(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _as_plain(value: Any) -> Any:
    """Mappings and lists with plain keys, so that they can be written again."""
    if isinstance(value, Mapping):
        return {str(key): _as_plain(inner) for key, inner in value.items()}
    return [_as_plain(inner) for inner in value] if isinstance(value, list | tuple) else value


_Text = Annotated[str, StringConstraints(strip_whitespace=True)]
_Texts = Annotated[tuple[_Text, ...], BeforeValidator(_as_list)]
_Attributes = Annotated[Mapping[str, Any], BeforeValidator(_as_plain)]
_CONFIG = ConfigDict(extra="forbid")


@dataclass(frozen=True, config=_CONFIG)
class Code:
    """One theme: what it is called, what it covers (``include``) and what it leaves out (``exclude``).

    ``name`` is the id where none is given. ``core`` marks the codes that matter most, ``attributes`` holds
    further facts by name (such as a term's formality), ``line`` is where the code stands in its file. Raises
    pydantic's ``ValidationError`` for values of the wrong type. ``definition`` says in words what the code
    means, ``examples`` are sentences that carry it, ``parent`` is the id of the code above, ``colour`` a web
    colour ('#1f77b4') and ``keywords`` words that often show it.

    >>> Code("waiting", definition="Delay before being seen.", include=("queue",)).name
    'waiting'
    """

    id: str
    name: _Text = ""
    definition: _Text = ""
    include: _Texts = ()
    exclude: _Texts = ()
    examples: _Texts = ()
    parent: str | None = None
    core: bool = False
    colour: str | None = None
    keywords: _Texts = ()
    attributes: _Attributes = field(default_factory=dict, hash=False)
    line: int | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.id.strip())


@dataclass(frozen=True, config=_CONFIG)
class Codebook:
    """An ordered set of codes, with the unit they apply to and the rule for applying them.

    Make one with ``Codebook.load`` from a YAML file, or with ``Codebook.from_labels`` where there is no
    codebook (``bare``: no definitions asked for). ``found`` holds what was wrong in the file it came from.
    ``id`` is its name in files and ``version`` its number ('1.2.0'), ``title`` how people call it, ``codes``
    the codes in order. ``multi_label``: a unit may carry several codes.

    >>> text = "codes: [{id: waiting, definition: Delay., children: [{id: queue, definition: A line.}]}]"
    >>> codebook = Codebook.loads(text)
    >>> codebook.ids, codebook.ancestors("queue"), codebook.check()
    (['waiting', 'queue'], ['waiting'], [])
    """

    id: str = "codebook"
    version: str = ""
    title: _Text = ""
    unit: _Text = "document"
    multi_label: bool = True
    bare: bool = False
    rule: _Text = ""
    codes: tuple[Code, ...] = ()
    found: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @classmethod
    def load(cls, path: str | Path, *, strict: bool = True) -> Codebook:
        """The codebook in a YAML file, or a shipped one by its name ('partnership-evidence').

        Raises ``CodebookError`` when the file cannot be read, or when ``check()`` would find a problem; with
        ``strict=False`` the codebook comes back with its problems, for ``check()`` to tell. ``path`` is the
        file or the name.
        """
        file = find_codebook(path)
        try:
            text = file.read_bytes().decode("utf-8-sig")
        except FileNotFoundError:
            raise CodebookError(f"No codebook file {file}. Check the path.") from None
        except UnicodeDecodeError:
            raise CodebookError(f"{file.name} is not UTF-8 text. Save it as UTF-8.") from None
        except OSError as error:
            told = file.name or str(file)
            raise CodebookError(f"{told} cannot be read ({error.strerror}). Give a YAML file.") from None
        return cls.loads(text, file.name, strict=strict)

    @classmethod
    def loads(cls, text: str, source: str = "codebook", *, strict: bool = True) -> Codebook:
        """The codebook in a YAML text; ``source`` names it in errors, ``strict`` is as in ``load``.

        Raises ``CodebookError`` as ``load`` does.
        """
        found: list[str] = []
        try:
            tree = read_plain_yaml(text, source or "codebook", found)
            tree = {"codes": tree} if isinstance(tree, list) else tree
            if not isinstance(tree, dict):
                raise CodebookError(f"{source} holds no codebook. Wanted keys such as id, version and codes.")
            check_form(tree.pop("format", None), "codebook", source, error=CodebookError)
            codes = tuple(_flatten(tree.pop("codes", None), None, found))
        except RecursionError:
            raise CodebookError(f"{source} is nested too deeply to be a codebook.") from None
        codebook: Codebook = _build(cls, tree, "codebook", found)
        codebook = replace(codebook, codes=codes, found=tuple(found))
        problems = codebook.check()
        if strict and problems:
            more = f" (and {len(problems) - _SHOWN} more)" if len(problems) > _SHOWN else ""
            raise CodebookError(f"{source}: {'; '.join(problems[:_SHOWN])}{more}", problems)
        return codebook

    @classmethod
    def from_labels(cls, names: Sequence[str], id: str = "labels") -> Codebook:
        """A bare codebook whose code ids are these label names, unchanged, in this order.

        ``names`` are the labels, ``id`` what the codebook is called.

        >>> Codebook.from_labels(["Staff manner & personal attributes"]).ids
        ['Staff manner & personal attributes']

        Raises ``CodebookError`` for an empty or repeated name, one with a line break, or 'none'.
        """
        codebook = cls(id=id, bare=True, codes=tuple(Code(name) for name in names))
        problems = codebook.check()
        if problems:
            raise CodebookError(f"The labels make no codebook: {'; '.join(problems[:_SHOWN])}", problems)
        return codebook

    def dumps(self) -> str:
        """The codebook as YAML; ``Codebook.loads`` of it gives an equal codebook."""
        body = _filled(self, leave_out=("codes", "found"))
        body["codes"] = [_filled(code, leave_out=("line",)) for code in self.codes]
        return yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=100)

    def save(self, path: str | Path) -> None:
        """Write the codebook as a YAML file that ``Codebook.load`` reads back as it is.

        ``path`` is the file.
        """
        with atomic_text(Path(path)) as handle:
            handle.write(self.dumps())

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><td style="padding-left:{len(self.ancestors(code.id))}em">{escape(code.name)}</td>'
            f"<td><code>{escape(code.id)}</code></td><td>{escape(clip(code.definition, 300))}</td></tr>"
            for code in self.codes[:_MOST_SHOWN]
        )
        heads = "".join(f'<th scope="col">{name}</th>' for name in ("name", "id", "definition"))
        table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        more = len(self.codes) - _MOST_SHOWN
        notes = [*([f"and {more} more codes"] if more > 0 else []), *self.check()[:_SHOWN]]
        about = (
            f"{len(self.codes)} codes, version {self.version or '(none)'}, {self.sha256[:12]}. {self.rule}"
        )
        return show_card(f"Codebook {self.title or self.id}", [table], about=about, notes=notes)

    @property
    def ids(self) -> list[str]:
        """The ids of all codes, in order; a nested code follows its parent."""
        return [code.id for code in self.codes]

    def code(self, id: str) -> Code:
        """The code with this id. Raises ``CodebookError``, listing the ids there are."""
        if id not in self._by_id:
            raise CodebookError(f"No code {id!r} in codebook {self.id!r}. Codes: {list_names(self.ids)}.")
        return self._by_id[id]

    def children(self, id: str) -> list[str]:
        """The ids of the codes right under this one, in order. Raises ``CodebookError`` for an unknown id."""
        self.code(id)
        return [code.id for code in self.codes if code.parent == id]

    def ancestors(self, id: str) -> list[str]:
        """The ids above this code, its parent first. Raises ``CodebookError`` for an unknown id."""
        above: list[str] = []
        parent = self.code(id).parent
        while parent is not None and parent in self._by_id and parent not in above:
            above.append(parent)
            parent = self._by_id[parent].parent
        return above

    @cached_property
    def sha256(self) -> str:
        """A hash of what the codebook means, 64 hex digits.

        It changes with a code's id, name, definition, include, exclude, examples or parent and with rule,
        unit or multi_label; not with the codebook's id, version or title, colours, keywords, the order of
        codes, comments, white space or the way the YAML is written.
        """
        meant = ("id", "name", "definition", "include", "exclude", "examples", "parent")
        codes = [{name: _squeeze(getattr(code, name)) for name in meant} for code in self.codes]
        codes.sort(key=lambda code: str(code["id"]))
        body = {"rule": _squeeze(self.rule), "unit": _squeeze(self.unit), "multi_label": self.multi_label}
        return sha256_of({**body, "codes": codes})

    def check(self) -> list[str]:
        """All problems of form, each in a line of its own; empty when the codebook can be used."""
        problems = list(self.found)
        if not (self.codes or self.found):
            problems.append("no codes; list at least one under codes:")
        ids: set[str] = set()
        names: set[tuple[str | None, str]] = set()
        for code in self.codes:
            at = _place(code)
            if code.id in ids:
                problems.append(f"{at}: the id stands twice; give each code its own")
            elif (code.parent, code.name.casefold()) in names:
                problems.append(f"{at}: the name {code.name!r} stands twice; give each code its own")
            ids.add(code.id)
            names.add((code.parent, code.name.casefold()))
            problems += [f"{at}: {problem}" for problem in self._check_code(code)]
        return problems

    def notes(self) -> list[str]:
        """Advice that does not stop the codebook from being used, each in a line of its own."""
        if self.bare:
            return ["a bare list of labels; definitions, include and exclude notes would make it a codebook"]
        notes = [] if self.version else ["no version; add one, so that codings can say which they followed"]
        for code in self.codes:
            at = _place(code)
            if not _IDENTIFIER.fullmatch(code.id):
                notes.append(f"{at}: an id of a-z, 0-9 and _ makes a better column name")
            wanted = {"include note": code.include, "exclude note": code.exclude, "example": code.examples}
            notes += [f"{at}: no {word}" for word, texts in wanted.items() if not texts]
        return notes

    @cached_property
    def _by_id(self) -> dict[str, Code]:
        return {code.id: code for code in reversed(self.codes)}

    def _check_code(self, code: Code) -> Iterator[str]:
        if not code.id.strip():
            yield "no id; add id:"
        elif len(code.id.splitlines()) > 1:
            yield "the id holds a line break; write it on one line"
        elif code.id.strip().casefold() == RESERVED:
            yield f"{RESERVED!r} is kept for units read and found empty; choose another id"
        if not (code.definition or self.bare):
            yield "no definition; say in a sentence what it covers"
        if code.parent is not None and code.parent not in self._by_id:
            yield f"parent {code.parent!r} does not exist; codes: {list_names(self.ids)}"
        elif code.id == min(circle := self.ancestors(code.id), default=None):
            yield f"is its own ancestor (among {list_names(circle)}); break the circle of parents"


class _Key(str):
    """A key of a YAML mapping that remembers its line."""

    line = 1


class _Loader(yaml.SafeLoader):
    """Reads YAML as far as nodes: every plain scalar is text ('1.10' and 'no' stay what they are)."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the name and type are PyYAML's

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="an alias (*name) is not read", problem_mark=mark)
        return super().compose_node(parent, index)


def read_plain_yaml(text: str, source: str, found: list[str]) -> Any:
    """Text, lists and mappings of a YAML text, every scalar as it is written ('no' and '1.10' stay text).

    ``found`` collects keys that stand twice. Raises ``CodebookError``, which names ``source`` and the line.
    """
    try:
        node = _Loader(text).get_single_node()
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        remedy = "Mend the line; put text that holds ': ', '#' or a leading '*', '&' or '!' in quotes."
        raise CodebookError(f"{source}: {line}not YAML as wanted ({error.problem}). {remedy}") from None
    except yaml.YAMLError:
        raise CodebookError(f"{source} holds characters that YAML forbids. Save it as plain text.") from None
    return None if node is None else _plain(node, source, found)


def _plain(node: Any, source: str, found: list[str]) -> Any:
    """Text, lists and mappings of a node; no tag can make anything else."""
    line = node.start_mark.line + 1
    if node.tag not in _PLAIN_TAGS:
        tag = node.tag.replace("tag:yaml.org,2002:", "!!")
        raise CodebookError(f"{source}: line {line}: the tag {tag} is not allowed. Write text without tags.")
    if isinstance(node, yaml.ScalarNode):
        if any("\ud800" <= character <= "\udfff" for character in node.value):
            raise CodebookError(f"{source}: line {line}: half a character (a lone surrogate). Type it anew.")
        return None if node.style is None and node.value in ("", "~", "null") else node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, source, found) for item in node.value]
    mapping: dict[_Key, Any] = {}
    for key_node, value_node in node.value:
        key = _Key(_plain(key_node, source, found))
        key.line = key_node.start_mark.line + 1
        if key in mapping:
            found.append(f"line {key.line}: the key {str(key)!r} stands twice; keep one")
        mapping[key] = _plain(value_node, source, found)
    return mapping


def _flatten(tree: Any, parent: str | None, found: list[str]) -> Iterator[Code]:
    """The codes of a list and those nested in them, each after its parent."""
    where = f"under code {parent!r}" if parent else "codes"
    if not isinstance(tree, list | None):
        found.append(f"{where}: wanted a list, each code after a dash (-)")
        return
    for number, raw in enumerate(tree or [], 1):
        if not (isinstance(raw, dict) and raw):
            found.append(f"{where}, item {number}: wanted a code with id, name and definition")
            continue
        line = min(key.line for key in raw)
        below = [raw.pop(key, None) for key in _BELOW]
        if parent is not None:
            if raw.get("parent", parent) != parent:
                found.append(
                    f"line {line}: parent {raw['parent']!r} of a code nested under {parent!r}; drop one"
                )
            raw[_Key("parent")] = parent
        code: Code = replace(_build(Code, raw, f"code {raw.get('id') or number!r}", found), line=line)
        yield code
        for nested in below:
            yield from _flatten(nested, code.id, found)


def _build(kind: Any, raw: dict[_Key, Any], where: str, found: list[str]) -> Any:
    """A Code or Codebook from the keys that can be used; what is wrong with others goes into ``found``."""
    known = [f.name for f in fields(kind) if f.compare and f.name != "codes"]
    values: dict[str, Any] = {}
    least = {"id": ""} if kind is Code else {}
    lines: dict[str, int] = {}
    for key, value in raw.items():
        name = _SPELLINGS.get(key, key)
        if name not in known or name in lines:
            near = difflib.get_close_matches(key, [*known, *_BELOW], 1)
            remedy = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}, codes"
            found.append(f"line {key.line}: {where}: unknown or repeated key {str(key)!r}; {remedy}")
        elif value is not None:
            values[name], lines[name] = value, key.line
    try:
        return kind(**least | values)
    except ValidationError as error:
        bad = {str(problem["loc"][0]): problem["msg"] for problem in error.errors(include_url=False)}
    for name, message in bad.items():
        found.append(f"line {lines[name]}: {where}: {name}: {message[0].lower()}{message[1:]}")
    return kind(**least | {name: value for name, value in values.items() if name not in bad})


def _filled(thing: Code | Codebook, *, leave_out: tuple[str, ...]) -> dict[str, Any]:
    """The fields that differ from their defaults, in order, tuples as lists."""
    pairs = [(f.name, getattr(thing, f.name), f.default) for f in fields(thing) if f.name not in leave_out]
    filled = {n: v for n, v, default in pairs if n == "id" or v not in (default, {})}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in filled.items()}


def _place(code: Code) -> str:
    return f"line {code.line}: code {code.id!r}" if code.line else f"code {code.id!r}"


def _squeeze(value: Any) -> Any:
    """The same text with white space run together and letters composed; each text of a tuple likewise."""
    if isinstance(value, tuple):
        return [_squeeze(item) for item in value]
    return unicodedata.normalize("NFC", " ".join(value.split())) if isinstance(value, str) else value
