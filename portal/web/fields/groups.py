"""The same questions several times over: rows that can be added, removed and moved.

A row is known by a token for as long as the page stands; a file that was kept before is named by
its id, so that it goes along wherever its row goes. Which questions a row asks, and what they
need, is the caller's to say: `validate` looks at the number of rows alone.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wtforms import ValidationError
from wtforms.form import BaseForm
from wtforms.utils import unset_value

from portal.i18n import gettext, number
from portal.web.fields.base import Question, sent

# More rows are not looked at, whoever sends them.
MOST_ROWS = 50
TOKEN = re.compile(r"[0-9]{1,6}")
LONGEST_LIST = MOST_ROWS * 7
PRESS = re.compile(r"(?P<group>[a-z][a-z0-9_]*):(?P<act>add|remove|up|down)(?::(?P<token>[0-9]+))?")
Questions = Callable[[], Mapping[str, Any]]


@dataclass
class Remark:
    """Words between the questions of a row."""

    label: str
    hint: str = ""
    tone: str = "info"
    macro: str = "notice"


@dataclass
class Label:
    """What the error summary asks of a label."""

    text: str


@dataclass
class Fault:
    """An error inside a row, for the error summary of the page."""

    first_id: str
    label: Label
    errors: Sequence[str]


@dataclass
class RowItem:
    """One row: its questions by their bare names, and those of them that are drawn, in order."""

    token: str
    form: BaseForm
    shown: frozenset[str]
    heading: str = ""
    is_fresh: bool = False
    is_first: bool = False
    is_last: bool = False
    drawn: list[Any] = field(default_factory=list)

    @property
    def named(self) -> Iterator[tuple[str, Any]]:
        for one in self.form:
            yield one.short_name, one

    @property
    def asked(self) -> list[str]:
        """The questions that are drawn and can be answered, by bare name."""
        drawn = (one for one in self.drawn if one.macro not in ("notice", "computed"))
        return [one.short_name for one in drawn]

    @property
    def is_empty(self) -> bool:
        """Nothing stands in any question that was on the page."""
        return all(one.is_empty() for name, one in self.named if name in self.shown)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Hidden controls that name the files that were kept before: name and id of the file."""
        files = ((one.name, _file_of(one)) for one in self.drawn if hasattr(one, "upload"))
        return [(f"{name}-kept", file) for name, file in files if file]


class GroupField(Question):
    """Rows of questions. `questions` gives new fields by bare name; `item` is the word for one."""

    macro = "group"

    def __init__(
        self,
        label: Any = None,
        *,
        item: Any,
        questions: Questions,
        limits: tuple[int, int] = (1, 10),
        **more: Any,
    ) -> None:
        super().__init__(label, **more)
        self.item, self.questions = item, questions
        self.at_least, self.at_most = limits
        self.rows: list[RowItem] = []
        self.is_strange = False

    @property
    def first_id(self) -> str:
        """The fieldset itself can be jumped to."""
        return str(self.id)

    @property
    def tokens(self) -> str:
        return " ".join(row.token for row in self.rows)

    @property
    def may_add(self) -> bool:
        return len(self.rows) < self.at_most

    @property
    def may_remove(self) -> bool:
        return len(self.rows) > (self.at_least if self.required else 0)

    @property
    def may_move(self) -> bool:
        return len(self.rows) > 1

    def process(
        self,
        formdata: Any,
        data: Any = unset_value,
        extra_filters: Any = None,  # noqa: ARG002
    ) -> None:
        """From what was sent; the files that are known already come from `data`."""
        self.errors: list[str] = []
        self.posted = formdata is not None
        known = data if isinstance(data, list) else []
        if formdata is None:
            self.set_answer(known)
        else:
            self._read_rows(formdata, known)

    def set_answer(self, value: Any) -> None:
        given = [row if isinstance(row, Mapping) else {} for row in value or ()]
        self.typed = value
        self.rows = []
        for token, answers in enumerate(given[:MOST_ROWS]):
            row = self._new_row(str(token))
            for name, one in row.named:
                one.process(None, data=answers.get(name))
            self.rows.append(row)
        self.fill_up()

    def is_empty(self) -> bool:
        return not self.rows

    def answer(self) -> Any:
        """What the caller made of the rows."""
        return self.typed

    def fill_up(self) -> None:
        """As many rows as are needed stand there from the start; say what each is called."""
        while self.required and len(self.rows) < min(self.at_least, self.at_most):
            self._append()
        self.name_rows()

    def name_rows(self) -> None:
        for place, row in enumerate(self.rows, 1):
            row.heading = heading(self.item, place)
            row.is_first, row.is_last = place == 1, place == len(self.rows)
            row.drawn = row.drawn or [one for _, one in row.named]

    def drop_empty(self) -> None:
        """Rows in which nothing was typed are no rows, beyond those that are needed."""
        filled = sum(not row.is_empty for row in self.rows)
        spare = (self.at_least if self.required or filled else 0) - filled
        rows = []
        for row in self.rows:
            spare -= row.is_empty
            if not row.is_empty or spare >= 0:
                rows.append(row)
        self.rows = rows

    def press(self, act: str, token: str = "") -> None:
        """What a button of the group does; a row that is not there is left alone."""
        places = {row.token: place for place, row in enumerate(self.rows)}
        if act == "add":
            if self.may_add:
                self._append().is_fresh = True
        elif (place := places.get(token)) is not None:
            row = self.rows.pop(place)
            if act != "remove":
                to = max(place + (-1 if act == "up" else 1), 0)
                self.rows.insert(to, row)
        self.fill_up()

    def validate(self, form: Any, extra_validators: Any = ()) -> bool:
        """Whether there are as many rows as there may be."""
        self.errors = []
        try:
            self._check_number()
            for check in (*self.validators, *extra_validators):
                check(form, self)
        except ValidationError as error:
            self.errors = [str(error)]
        return not self.errors

    def _check_number(self) -> None:
        rows, told = len(self.rows), {"item": self.item}
        if rows > self.at_most:
            most = number(self.at_most)
            raise ValidationError(
                gettext("There can be at most %(most)s here. Remove some.", most=most)
            )
        if self.is_strange:
            raise ValidationError(
                gettext("Not all that was sent could be read. Check these answers, then go on.")
            )
        if rows < self.at_least and (self.required or rows):
            least = number(self.at_least)
            raise ValidationError(
                gettext("At least %(least)s are needed here: %(item)s.", least=least, **told)
            )

    @property
    def faults(self) -> list[Fault]:
        """The errors inside the rows, each with the row that it is in."""
        return [
            Fault(one.first_id, Label(self._place(row, one)), one.errors)
            for row in self.rows
            for one in row.drawn
            if getattr(one, "errors", None)
        ]

    def _place(self, row: RowItem, one: Any) -> str:
        return gettext("%(row)s: %(question)s", row=row.heading, question=one.label.text)

    def _append(self) -> RowItem:
        taken = {row.token for row in self.rows}
        free = (str(token) for token in range(len(taken), len(taken) * 2 + 1))
        row = self._new_row(next(token for token in free if token not in taken))
        for _, one in row.named:
            one.process(None, data=None)
        self.rows.append(row)
        return row

    def _new_row(self, token: str) -> RowItem:
        form = BaseForm(self.questions(), prefix=f"{self.name}-{token}-")
        return RowItem(token, form, frozenset(one.short_name for one in form))

    def _read_rows(self, formdata: Any, known: list[Any]) -> None:
        files = _files_in(known)
        self.typed = None
        self.rows = [self._read_row(token, formdata, files) for token in self._sent(formdata)]
        self.name_rows()

    def _sent(self, formdata: Any) -> list[str]:
        """The tokens of the rows that were sent, as far as they can be ours."""
        text = sent(formdata, f"{self.name}-rows")
        given = text[:LONGEST_LIST].split()
        good = [token for token in dict.fromkeys(given) if TOKEN.fullmatch(token)][:MOST_ROWS]
        self.is_strange = len(text) > LONGEST_LIST or len(good) < len(given)
        return good

    def _read_row(self, token: str, formdata: Any, files: Mapping[Any, Any]) -> RowItem:
        row = self._new_row(token)
        names = formdata.get(f"{self.name}-{token}-shown")
        if isinstance(names, str):
            row.shown &= frozenset(names.split())
        for name, one in row.named:
            file = files.get((name, sent(formdata, f"{one.name}-kept")))
            one.process(formdata if name in row.shown else None, data=file)
        return row


def heading(item: str, place: int) -> str:
    """Partner 2; rows are counted from 1."""
    return gettext("%(item)s %(place)s", item=item, place=number(place))


def pressed(text: str) -> tuple[str, str, str] | None:
    """Group, act and token of a press such as `partners:remove:2`."""
    press = PRESS.fullmatch(text) if len(text) <= 200 else None
    return (press["group"], press["act"], press["token"] or "") if press else None


def _file_of(one: Any) -> str:
    return str(one.typed.get("file", "")) if isinstance(one.typed, Mapping) else ""


def _files_in(rows: list[Any]) -> dict[tuple[str, str], Any]:
    """The files that the rows hold, by question and id: none else can be named by a page."""
    return {
        (name, str(answer["file"])): answer
        for row in rows
        if isinstance(row, Mapping)
        for name, answer in row.items()
        if isinstance(answer, Mapping) and "file" in answer
    }
