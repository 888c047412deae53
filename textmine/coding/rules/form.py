"""A file of rules: its form in YAML, checked, and what it says ready for use."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from textmine.codebook import Code, Codebook, read_plain_yaml
from textmine.coding.rules.language import Phrase, Rule, parse_phrase, parse_rule
from textmine.errors import CodebookError, InputError
from textmine.files import atomic_text, sha256_of
from textmine.forms import check_form

#: Words that turn a claim round, and phrases in which they do not.
NEGATIONS = (
    *("not", "no", "never", "none", "nobody", "nothing", "nowhere", "neither", "nor", "without", "cannot"),
    *("hardly", "barely", "scarcely", "*n't", "dont", "didnt", "doesnt", "cant", "couldnt", "wont"),
    *("wouldnt", "shouldnt", "isnt", "arent", "wasnt", "werent", "hasnt", "havent", "hadnt", "aint"),
)
EXCEPTIONS = (
    "not only",
    "not just",
    "not least",
    "not merely",
    "not forgetting",
    "not to mention",
    "not surprising*",
    "no doubt",
    "no wonder",
    "without doubt",
    "without a doubt",
    "without question",
    "nothing but",
    "whether or not",
)
#: What becomes of a negated hit.
Outcome = Literal["drop", "denies", "keep"]
_SHOWN = 5
_WANTED = {
    "missing": "is missing; add it",
    "tuple_type": "wanted a list",
    "model_type": "wanted a mapping of keys, or a pattern in quotes",
    "string_type": "wanted text",
}


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value or ()


_Texts = Annotated[tuple[str, ...], BeforeValidator(_as_tuple)]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Entry(_Form):
    """One rule as it is written: what to find and where not. ``plain``: a phrase without operators."""

    find: str
    without: _Texts = Field(default=(), alias="not")
    unless: _Texts = ()
    case: bool = False
    negated: Outcome | None = None
    plain: bool = False
    note: str = ""

    def parse(self, without: Sequence[str] = ()) -> Rule:
        """The rule; ``without`` adds exclusions of its code. Raises ``CodebookError``."""
        if self.plain:
            rule = Rule(parse_phrase(self.find, case=self.case))
        else:
            rule = parse_rule(self.find, case=self.case)
        barred = [parse_rule(text).find for text in (*self.without, *without)]
        unless = [parse_rule(text).find for text in self.unless]
        return replace(rule, without=(*rule.without, *barred), unless=(*rule.unless, *unless))


def _as_entry(value: Any) -> Any:
    return {"find": value} if isinstance(value, str) else value


class CodeEntry(_Form):
    """A code with its rules; ``without`` holds for all of them."""

    id: str
    name: str = ""
    definition: str = ""
    parent: str | None = None
    rules: tuple[Annotated[Entry, BeforeValidator(_as_entry)], ...] = ()
    without: _Texts = Field(default=(), alias="not")


class Negation(_Form):
    """How negated hits are told: a word of ``words`` at most ``window`` words before, in the same clause."""

    window: int = Field(default=4, ge=1, le=50)
    then: Outcome = "drop"
    words: _Texts = NEGATIONS
    exceptions: _Texts = Field(default=EXCEPTIONS, alias="except")


class _File(_Form):
    id: str = "rules"
    version: str = ""
    title: str = ""
    roll_up: bool = True
    negation: Annotated[Negation | None, BeforeValidator(lambda v: {} if v == "" else v)] = None
    codes: tuple[CodeEntry, ...]


@dataclass(frozen=True)
class RuleSet:
    """Codes with their rules, checked. ``roll_up``: a code takes the hits of the codes below it as well.

    Make one with ``RuleSet.load`` from a YAML file, ``loads`` from its text, ``from_codebook`` from a
    codebook's keywords or ``read_quanteda`` from a dictionary. ``left_out`` names what an import could not
    take over. ``id``, ``version`` and ``title`` are as of a codebook, ``codes`` the codes with their rules;
    ``negation`` says which words deny and how far they reach (None: they are not looked for).

    >>> rules = RuleSet.loads("codes: [{id: money, rules: [sav* money, 'NEAR(cost*, cut*, 3)']}]")
    >>> [rule.find for rule in rules.of("money")][0].words
    ('sav*', 'money')
    """

    id: str
    codes: tuple[CodeEntry, ...]
    version: str = ""
    title: str = ""
    roll_up: bool = True
    negation: Negation | None = None
    left_out: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        problems = [*self.codebook.check(), *self._check_rules()]
        if problems:
            raise CodebookError(_tell("The rules", problems), problems)

    @classmethod
    def load(cls, path: str | Path) -> RuleSet:
        """The rules in a YAML file of textmine's own form (docs/rules.md).

        Raises ``CodebookError``, with all problems by code and rule number, where it breaks its form.
        ``path`` is the file.
        """
        file = Path(path)
        return cls.loads(read_utf8(file), file.name)

    @classmethod
    def loads(cls, text: str, source: str = "rules") -> RuleSet:
        """The rules in a YAML text; ``source`` names it in errors.

        Raises ``CodebookError`` as ``load`` does.
        """
        problems: list[str] = []
        tree = read_tree(text, source, problems)
        if not isinstance(tree, dict):
            raise CodebookError(f"{source} holds no rules. Wanted keys such as id, version and codes.")
        check_form(tree.pop("format", None), "rules", source, error=CodebookError)
        if "negation" in tree and tree["negation"] is None:
            tree["negation"] = {}
        try:
            form = _File.model_validate(tree)
        except ValidationError as error:
            problems += [_place(problem, tree) for problem in error.errors(include_url=False)]
        if problems:
            raise CodebookError(_tell(source, problems), problems)
        values = {name: getattr(form, name) for name in _File.model_fields}
        try:
            return cls(**values)
        except CodebookError as error:
            raise CodebookError(_tell(source, error.problems), error.problems) from None

    @classmethod
    def from_codebook(cls, codebook: Codebook) -> RuleSet:
        """A rule for each keyword of a codebook (words and phrases, ``*`` and ``?`` as wild cards).

        A code without keywords gets no rule, and so is not coded. Raises ``InputError`` where none has any.
        """
        if not any(code.keywords for code in codebook.codes):
            raise InputError(
                f"No code of codebook {codebook.id!r} has keywords. Add keywords: to its codes, "
                "or write rules (docs/rules.md)."
            )
        codes = [
            CodeEntry(
                id=code.id,
                name=code.name,
                definition=code.definition,
                parent=code.parent,
                rules=tuple(Entry(find=word, plain=True) for word in code.keywords),
            )
            for code in codebook.codes
        ]
        return cls(codebook.id, tuple(codes), version=codebook.version, title=codebook.title)

    def dumps(self) -> str:
        """The rules as YAML; ``RuleSet.loads`` of it gives equal rules."""
        form = _File(**{name: getattr(self, name) for name in _File.model_fields})
        tree = form.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        tree["codes"] = [_short(code) for code in tree["codes"]]
        if self.negation is not None:
            tree["negation"] = self.negation.model_dump(mode="json", by_alias=True)
        return yaml.safe_dump(tree, sort_keys=False, allow_unicode=True, width=100)

    def save(self, path: str | Path) -> None:
        """Write the rules as a YAML file that ``RuleSet.load`` reads back as it is.

        ``path`` is the file.
        """
        with atomic_text(Path(path)) as handle:
            handle.write(self.dumps())

    @cached_property
    def codebook(self) -> Codebook:
        """The codes as a codebook; a bare one where codes have no definition."""
        codes = (Code(c.id, name=c.name, definition=c.definition, parent=c.parent) for c in self.codes)
        bare = not all(code.definition for code in self.codes)
        return Codebook(
            id=self.id, version=self.version, title=self.title, unit="text", bare=bare, codes=tuple(codes)
        )

    @property
    def ids(self) -> list[str]:
        """The ids of all codes, in order."""
        return [code.id for code in self.codes]

    def of(self, code: str) -> list[Rule]:
        """The rules of a code, ready for matching."""
        (entry,) = [c for c in self.codes if c.id == code]
        return [rule.parse(entry.without) for rule in entry.rules]

    @cached_property
    def sha256(self) -> str:
        """A hash of what the rules say, 64 hex digits; titles, notes and the file's lay-out do not count."""
        said = [code.model_dump(mode="json", exclude={"name", "definition"}) for code in self.codes]
        for code in said:
            for rule in code["rules"]:
                rule.pop("note")
        negation = None if self.negation is None else self.negation.model_dump(mode="json")
        return sha256_of({"codes": said, "negation": negation, "roll_up": self.roll_up})

    def _check_rules(self) -> Iterator[str]:
        for code in self.codes:
            for number, rule in enumerate(code.rules, 1):
                try:
                    rule.parse(code.without)
                except CodebookError as error:
                    yield f"code {code.id!r}, rule {number}: {error}"
        for name, texts in self._negation_phrases():
            for number, text in enumerate(texts, 1):
                try:
                    words = parse_phrase(text).words
                except CodebookError as error:
                    yield f"negation, {name} {number}: {error}"
                    continue
                if name == "words" and len(words) > 1:
                    yield f"negation, words {number}: one word each; put phrases to the rules"
        if not any(code.rules for code in self.codes) and self.codes:
            yield "no code has a rule; list some under rules:"

    def _negation_phrases(self) -> list[tuple[str, Sequence[str]]]:
        if self.negation is None:
            return []
        return [("words", self.negation.words), ("except", self.negation.exceptions)]

    def exceptions(self) -> list[Phrase]:
        """The phrases in which a negation is none."""
        return [] if self.negation is None else [parse_phrase(text) for text in self.negation.exceptions]


def read_utf8(file: Path) -> str:
    """The text of a file of rules. Raises ``CodebookError`` where it is absent or not UTF-8."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise CodebookError(f"No file of rules {file}. Check the path.") from None
    except UnicodeDecodeError:
        raise CodebookError(f"{file.name} is not UTF-8 text. Save it as UTF-8.") from None
    except OSError as error:
        raise CodebookError(f"{file.name} cannot be read ({error.strerror}). Give a YAML file.") from None


def read_tree(text: str, source: str, problems: list[str]) -> Any:
    """Text, lists and mappings of a file of rules. Raises ``CodebookError`` where it is not such YAML."""
    try:
        return read_plain_yaml(text, source, problems)
    except RecursionError:
        raise CodebookError(f"{source} is nested too deeply to be a file of rules.") from None


def _place(problem: Mapping[str, Any], tree: dict[str, Any]) -> str:
    """A problem of form, in the words of the file: which code, which rule, which key."""
    where, place = [], list(problem["loc"])
    if len(place) > 1 and place[0] == "codes":
        code = tree["codes"][place[1]] if isinstance(tree["codes"], list) else None
        known = code.get("id") if isinstance(code, dict) else None
        where.append(f"code {known!r}" if known else f"code {int(place[1]) + 1}")
        place = place[2:]
        if len(place) > 1 and place[0] == "rules":
            where.append(f"rule {int(place[1]) + 1}")
            place = place[2:]
    where += [str(part) for part in place]
    kind = str(problem["type"])
    if kind == "extra_forbidden":
        forms: dict[str, type[_Form]] = {"codes": CodeEntry, "negation": Negation}
        form = Entry if "rules" in problem["loc"] else forms.get(str(problem["loc"][0]), _File)
        known = _keys(form)
        near = difflib.get_close_matches(str(place[-1]), known, 1)
        said = (
            f"unknown key; did you mean {near[0]}?" if near else f"unknown key; known are {', '.join(known)}"
        )
    elif kind in _WANTED:
        said = _WANTED[kind]
    else:
        said = problem["msg"][0].lower() + problem["msg"][1:]
    return f"{', '.join(where)}: {said}"


def _keys(form: type[_Form]) -> list[str]:
    return [field.alias or name for name, field in form.model_fields.items()]


def _tell(source: str, problems: Sequence[str]) -> str:
    more = f" (and {len(problems) - _SHOWN} more)" if len(problems) > _SHOWN else ""
    return f"{source}: {'; '.join(problems[:_SHOWN])}{more}"


def _short(code: dict[str, Any]) -> dict[str, Any]:
    """A code whose rules that are nothing but a pattern are written as that pattern."""
    rules = [rule["find"] if set(rule) == {"find"} else rule for rule in code.get("rules", ())]
    return {**code, "rules": rules} if rules else code
