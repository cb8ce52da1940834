"""The text of a manifest as values, each with its line: safe YAML, or JSON. No contract here.

Plain values are read as YAML 1.2 says: `no`, `on` and 2026-01-26 are text. What could make a small
text large or strange (anchors, tags, a second document) is refused, and so is every double name.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import yaml  # type: ignore[import-untyped]

MOST_BYTES = 256 * 1024
# Three hundred questions, each in five languages, come to 6,000.
MOST_NODES = 12_000
DEEPEST = 20
LONGEST_NAME = 200

# The one in C reads the same language, ten times as fast; a machine without it reads all the same.
LOADER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader

WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
TRUE_OR_FALSE = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
WHOLE = re.compile(r"[-+]?[0-9]{1,30}\Z")
NUMBER = re.compile(r"[-+]?(\.[0-9]{1,30}|[0-9]{1,30}(\.[0-9]{0,30})?)\Z")
# JSON writes what is beyond 16 bits as two halves, which YAML does not know.
HALVES = re.compile(r"(?<!\\)((?:\\\\)*)((?:\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F]..)+)")


class Fault(NamedTuple):
    """What is wrong, in a sentence; `place` may be empty."""

    line: int
    place: str
    sentence: str


class Unreadable(Exception):
    """The text holds no values that could be looked at."""

    def __init__(self, line: int, sentence: str, place: str = "") -> None:
        super().__init__(sentence)
        self.fault = Fault(line, place, sentence)


@dataclass(frozen=True)
class Marked:
    """A value and the line where it, or the name before it, stands."""

    line: int
    value: "str | int | Decimal | bool | dict[str, Marked] | list[Marked] | None"

    def plain(self) -> Any:
        """The value alone."""
        if isinstance(self.value, dict):
            return {name: part.plain() for name, part in self.value.items()}
        if isinstance(self.value, list):
            return [part.plain() for part in self.value]
        return self.value


def marked(text: str, *, as_json: bool = False) -> Marked:
    """The values of a text; raises Unreadable."""
    _bounded(text)
    text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    if as_json:
        _is_json(text)
        text = HALVES.sub(_whole, text).replace("\t", " ")
    return _Reading(_events(text)).document()


def _bounded(text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise Unreadable(line, "A character here is no character. Write it anew.") from error
    if size > MOST_BYTES:
        raise Unreadable(1, f"The file has {size} bytes, and {MOST_BYTES} is the most.")


def _is_json(text: str) -> None:
    try:
        json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise Unreadable(error.lineno, f"This is not JSON: {error.msg}.") from error
    except ValueError as error:
        raise Unreadable(1, f"This is not JSON: {error}.") from error
    except RecursionError as error:
        raise Unreadable(1, TOO_DEEP) from error


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")


def _whole(found: re.Match[str]) -> str:
    return found[1] + str(json.loads(f'"{found[2]}"'))


def _events(text: str) -> Iterator[Any]:
    try:
        yield from yaml.parse(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(mark.line + 1 if mark else 1, _said(error.problem or "")) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Unreadable(line, "A character here cannot be seen. Remove it.") from error


TOO_DEEP = f"This stands more than {DEEPEST} levels deep. Say it flatter."
TWO_DOCUMENTS = "A second document begins here. A manifest is one: take the line “---” away."
SAID = {
    "mapping values are not allowed": "A colon with a space after it cannot stand inside a plain "
    "text. Put the text in quotes, or look at the indentation of this line.",
    "cannot start any token": "A text cannot begin with this character (a tab, @, ` or %). Indent "
    "with spaces, and put such a text in quotes.",
    "tab character": "A tab stands here. Indent with spaces.",
    "could not find expected ':'": "A name with a colon is expected here, such as “slug: gas”.",
    "found unexpected end of stream": "A quote or bracket is opened here, and never closed.",
    "found unexpected document indicator": "A quote is opened before this, and never closed.",
    "did not find expected key": "The indentation of this line, or of one before it, does not fit.",
    "expected <block end>": "The indentation of this line, or of one before it, does not fit.",
    "did not find expected '-' indicator": "The items of a list begin with a hyphen, all in one "
    "column.",
    "did not find expected ',' or": "Between the parts of {…} or […] stand commas, and a bracket "
    "ends them.",
    "expected ',' or": "Between the parts of {…} or […] stand commas, and a bracket ends them.",
    "unknown escape character": "\\ in double quotes begins an escape. Use single quotes here.",
    "control characters are not allowed": "A character here cannot be seen. Remove it.",
    "expected '>'": "Tags (words that begin with !) are not used here. Put the text in quotes.",
    "tag": "Tags (words that begin with !) are not used here. Put the text in quotes.",
    "expected alphabetic": "& and * begin anchors, which are not used. Put the text in quotes.",
    "did not find expected <document start>": TWO_DOCUMENTS,
    "expected '<document start>'": TWO_DOCUMENTS,
}


def _said(problem: str) -> str:
    """The parser's complaint in words for people who do not write parsers."""
    known = (sentence for part, sentence in SAID.items() if part in problem)
    return next(known, f"This is not YAML: {problem}.")


class _Reading:
    """One pass over the parser's events: nothing is built that the limits do not allow."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.nodes = 0
        self.path: list[str] = []

    def document(self) -> Marked:
        next(self.events)
        if isinstance(next(self.events), yaml.StreamEndEvent):
            raise Unreadable(1, "The file is empty.")
        root = self._node(next(self.events))
        next(self.events)
        after = next(self.events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise Unreadable(_line(after), TWO_DOCUMENTS)
        return root

    def _node(self, event: Any) -> Marked:
        self._allowed(event)
        if isinstance(event, yaml.ScalarEvent):
            return Marked(_line(event), _scalar(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return Marked(_line(event), self._items())
        return Marked(_line(event), self._names())

    def _allowed(self, event: Any) -> None:
        self.nodes += 1
        if self.nodes > MOST_NODES:
            self._refuse(event, f"The file holds more than {MOST_NODES} values. Say less.")
        if len(self.path) > DEEPEST:
            self._refuse(event, TOO_DEEP)
        if event.anchor is not None:
            self._refuse(event, "Anchors (&) and what repeats them (*) are not used. Write it out.")
        if event.tag is not None:
            self._refuse(
                event, f"The tag {event.tag[:LONGEST_NAME]} is not used here. Leave it out."
            )

    def _items(self) -> list[Marked]:
        items: list[Marked] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            self.path.append(str(len(items) + 1))
            items.append(self._node(event))
            self.path.pop()
        return items

    def _names(self) -> dict[str, Marked]:
        named: dict[str, Marked] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            name = self._name(event, named)
            self.path.append(name)
            named[name] = Marked(_line(event), self._node(next(self.events)).value)
            self.path.pop()
        return named

    def _name(self, event: Any, named: dict[str, Marked]) -> str:
        self._allowed(event)
        if not isinstance(event, yaml.ScalarEvent):
            self._refuse(event, "A name is one word, and no list. Quotes may be missing.")
        name = str(event.value)
        if name in named:
            first = named[name].line
            self._refuse(event, f"“{name[:LONGEST_NAME]}” stands in line {first} too. Keep one.")
        return name

    def _refuse(self, event: Any, sentence: str) -> None:
        place = ".".join(name[:LONGEST_NAME] for name in self.path[:DEEPEST])
        raise Unreadable(_line(event), sentence, place)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _scalar(event: Any) -> str | int | Decimal | bool | None:
    text = str(event.value)
    plain = event.implicit[0]
    if not plain:
        return text
    if text in WORDS:
        return None
    if text in TRUE_OR_FALSE:
        return TRUE_OR_FALSE[text]
    if WHOLE.match(text):
        return int(text)
    return Decimal(text) if NUMBER.match(text) else text
