"""One page of a declared form: shown, taken, checked. The server's word is the last.

What is right is kept even when something else on the page is wrong. A question that a new answer
brings up is shown before it is asked for.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict
from wtforms.form import BaseForm

from portal.forms import fields, rows, sources
from portal.forms.words import in_words
from portal.i18n import gettext, say
from portal.kernel.errors import DomainError
from portal.registry import domain
from portal.registry.contract import Form, Notice, Step
from portal.registry.domain import FILES, Asked
from portal.registry.questions import AnyField, Computed, Group, TextField
from portal.web.fields.groups import GroupField, Remark, pressed

Answers = Mapping[str, Any]
# Keeps an upload and gives the answer that names it; raises DomainError for a refused file.
Keep = Callable[[Any, Any], Mapping[str, Any]]
# The control that says which questions stood on the page, and the one of its small buttons.
SHOWN, REFRESH = "shown", "refresh"
# What the button sends that looks the answer to a question up.
LOOK_UP = re.compile(r"look_up:([a-z][a-z0-9_]{0,59})")


@dataclass(frozen=True)
class Posted:
    """What a browser sent: texts apart from files, so that neither is taken for the other."""

    texts: MultiDict[str, str]
    files: MultiDict[str, FileStorage]

    def answering(self, questions: Sequence[AnyField]) -> MultiDict[str, Any]:
        told = MultiDict[str, Any](self.texts)
        told.setdefault(SHOWN, "")
        for one in questions:
            if one.kind in FILES:
                told.setlist(one.name, self.files.getlist(one.name))
        groups = [one for one in questions if isinstance(one, Group)]
        rows.take_uploads(groups, self.texts, self.files, told)
        return told

    def shown(self, questions: Sequence[AnyField]) -> set[str]:
        """The questions that stood on the page; all of them where the page did not say."""
        names = {one.name for one in questions}
        return names & set(self.texts[SHOWN].split()) if SHOWN in self.texts else names

    def without(self, names: Collection[str], questions: Sequence[AnyField]) -> "Posted":
        """As if these had not stood on the page: what is saved of them holds."""
        texts = self.texts.copy()
        texts[SHOWN] = " ".join(self.shown(questions) - set(names))
        return replace(self, texts=texts)


@dataclass(frozen=True)
class Page:
    """The questions that stand together, with all answers so far and where they came from."""

    form: Form
    step: Step
    answers: Answers
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def questions(self) -> tuple[AnyField, ...]:
        """Those that can be answered, hidden ones too."""
        return tuple(one for one in self.step.fields if not isinstance(one, Notice | Computed))

    def asked(self, view: Asked) -> tuple[AnyField, ...]:
        """What stands on the page; notices and what is worked out too."""
        here = {one.name for one in self.step.fields}
        return tuple(one for one in view.fields if one.name in here)


@dataclass
class Sheet:
    """A page in a browser's hands: its questions, each with its field; notices have none.

    `answers` holds what was sent and is right. `revealed` are questions that came up with it, and
    were not on the page before. `kept` are answers that hold a file which was just taken from a
    page that is not done yet: save them, or the file is lost. `remarks` stand below questions.
    """

    declared: tuple[AnyField, ...]
    form: BaseForm
    answers: dict[str, Any] = field(default_factory=dict)
    revealed: tuple[str, ...] = ()
    kept: dict[str, Any] = field(default_factory=dict)
    remarks: dict[str, Remark] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[AnyField, Any]]:
        for one in self.declared:
            yield one, None if isinstance(one, Notice) else self.form[one.name]

    @property
    def names(self) -> list[str]:
        """The questions that can be answered."""
        return [one.name for one in self.declared if not isinstance(one, Notice | Computed)]

    @property
    def answered(self) -> list[str]:
        """The questions that stood on the page: without an answer, they are empty or wrong."""
        return [name for name in self.names if name not in self.revealed]

    @property
    def groups(self) -> Iterator[tuple[Group, GroupField]]:
        for one in self.declared:
            if isinstance(one, Group):
                yield one, self.form[one.name]

    @property
    def look_ups(self) -> frozenset[str]:
        """The questions whose answer can be looked up, to fill others that stand here."""
        declared = (one for one in self.declared if isinstance(one, TextField) and one.look_up)
        here = set(self.names)
        return frozenset(
            one.name for one in declared if one.look_up and here & {*one.look_up.fills.values()}
        )

    @property
    def errors(self) -> dict[str, list[str]]:
        """By the id that a link leads to inside a group, else by name."""
        found = {one.name: asked.errors for one, asked in self if asked and asked.errors}
        inside = [fault for _, asked in self.groups for fault in asked.faults]
        return found | {fault.first_id: list(fault.errors) for fault in inside}

    @property
    def fields(self) -> list[Any]:
        """All that may have errors, in the order of the page: for the summary."""
        found: list[Any] = []
        for one, asked in self:
            found += [] if asked is None else [asked]
            found += asked.faults if isinstance(one, Group) else ()
        return found


def show(page: Page) -> Sheet:
    """The page with what is known already."""
    view = domain.look(page.form, page.answers)
    asked = page.asked(view)
    form = _bind([one for one in asked if not isinstance(one, Notice)])
    for one in form:
        one.process(None, data=page.answers.get(one.name))
    sheet = Sheet(asked, form)
    _draw(page, sheet, view, page.answers)
    return sheet


def refresh(page: Page, posted: Posted, keep: Keep | None = None) -> Sheet:
    """The page with what was typed so far, unchecked: for a list that depends on another.

    With `keep`, files that came along are taken; a refused one is said.
    """
    press = pressed(posted.texts.get(REFRESH, ""))

    def settle(asked: GroupField) -> None:
        if press and press[0] == asked.name:
            asked.press(*press[1:])

    form, typed = _typed(page, posted, settle)
    answers = {**_unasked(page, posted), **typed}
    view = domain.look(page.form, answers)
    sheet = Sheet(page.asked(view), form)
    _forgive(sheet)
    _draw(page, sheet, view, answers)
    if keep is not None:
        taken = _take_files(sheet, typed, keep)
        sheet.kept = {name: _kept(sheet, name, typed) for name in taken}
    return sheet


@dataclass(frozen=True)
class Wanted:
    """An answer that somebody wants looked up; `errors` are what is wrong with it.

    `typed` are all right answers that stand on the page.
    """

    question: TextField
    typed: Answers
    errors: Sequence[str]

    @property
    def answer(self) -> Any:
        return self.typed.get(self.question.name)


def wanted(page: Page, posted: Posted) -> Wanted | None:
    """What the button that was pressed looks up; None when another one was."""
    press = LOOK_UP.fullmatch(posted.texts.get(REFRESH, ""))
    declared = page.form.field(press[1]) if press else None
    if not isinstance(declared, TextField) or declared.look_up is None:
        return None
    form, typed = _typed(page, posted, GroupField.fill_up)
    view = domain.look(page.form, {**_unasked(page, posted), **typed})
    if declared not in page.asked(view):
        return None
    asked = form[declared.name]
    errors = asked.errors or ([] if declared.name in typed else [asked.missing()])
    failed = any(one.name == declared.name for one, _, _ in view.failed())
    if failed and not errors and declared.valid:
        errors = [say(declared.valid.message)]
    return Wanted(declared, typed, errors)


def take(page: Page, posted: Posted, keep: Keep) -> Sheet:
    """The page as it was sent: typed answers of all that is right, and errors of the rest."""
    form, typed = _typed(page, posted, GroupField.drop_empty)
    unasked, shown = _unasked(page, posted), posted.shown(page.questions)
    view = domain.look(page.form, {**unasked, **typed})
    sheet = Sheet(page.asked(view), form)
    _draw(page, sheet, view, {**unasked, **typed})
    _take_files(sheet, typed, keep)
    sheet.revealed = tuple(name for name in sheet.names if name not in shown)
    for name in sheet.revealed:
        form[name].errors = []
    _check(sheet, view, typed)
    sheet.answers = {name: _kept(sheet, name, typed) for name in sheet.names if name in typed}
    for group, asked in sheet.groups:
        if group.name in typed:
            sheet.revealed += tuple(rows.revealed(asked, typed[group.name]))
    _mark(page, sheet, {**unasked, **sheet.answers})
    return sheet


def accepted(declared: AnyField, value: Any) -> Any:
    """A value known from elsewhere as the question takes it; None when it does not."""
    form = _bind([declared])
    asked = form[declared.name]
    asked.process(None, data=value)
    asked.posted = True
    _validate(form, asked, declared)
    return None if asked.errors else asked.answer()


def _bind(questions: Collection[AnyField]) -> BaseForm:
    return BaseForm({one.name: fields.make(one) for one in questions})


def _unasked(page: Page, posted: Posted) -> dict[str, Any]:
    """The answers so far to all that did not stand on the page."""
    shown = posted.shown(page.questions)
    return {name: value for name, value in page.answers.items() if name not in shown}


def _typed(
    page: Page, posted: Posted, settle: Callable[[GroupField], None]
) -> tuple[BaseForm, dict[str, Any]]:
    """Every question of the page bound to what was sent, and the answers that are right.

    A file that was sent is not looked at yet: an earlier one stays until it is taken. Of a group,
    one entry for each row, whatever is right in it; `settle` says first which rows there are.
    """
    form, typed = _bind([one for one in page.step.fields if not isinstance(one, Notice)]), {}
    told, shown = posted.answering(page.questions), posted.shown(page.questions)
    for one in page.questions:
        asked, known = form[one.name], page.answers.get(one.name)
        if one.name not in shown:
            asked.process(None, data=known)
        elif isinstance(one, Group):
            asked.process(told, data=known)
            settle(asked)
            typed[one.name] = rows.typed(one, asked, _check_pattern)
        else:
            asked.process(told, data=known if one.kind in FILES else None)
            _validate(form, asked, one)
            typed |= {} if asked.errors or asked.answer() is None else {one.name: asked.answer()}
    return form, typed


def _validate(form: BaseForm, asked: Any, declared: AnyField) -> None:
    if asked.validate(form):
        _check_pattern(asked, declared)


def _forgive(sheet: Sheet) -> None:
    """A page that is not done yet has no errors."""
    for one in sheet.form:
        one.errors = []
    for _, asked in sheet.groups:
        for row in asked.rows:
            for one in row.form:
                one.errors = []


def _take_files(sheet: Sheet, typed: dict[str, Any], keep: Keep) -> list[str]:
    """Keep the files that were asked for, and say for which questions of the page.

    Rules cannot look at files, so asked stays asked.
    """
    taken = []
    for one, asked in sheet:
        if one.kind in FILES and asked.upload is not None:
            taken += [one.name] * _take_file(one, asked, typed, keep)
    for group, asked in sheet.groups:
        # What is refused as a whole is not looked into: its files would cost minutes.
        if len(asked.rows) > asked.at_most or asked.is_strange:
            continue
        for number, inner, upload in rows.asked_files(group, asked):
            right = typed[group.name][number]
            taken += [group.name] * _take_file(inner, upload, right, keep)
    return list(dict.fromkeys(taken))


def _take_file(declared: AnyField, asked: Any, typed: dict[str, Any], keep: Keep) -> bool:
    try:
        typed[declared.name] = asked.typed = dict(keep(declared, asked.upload))
    except DomainError as error:
        asked.errors = [gettext(error.message, **error.params)]
        return False
    return True


def _check_pattern(asked: Any, declared: AnyField) -> None:
    if declared.kind != "text" or asked.answer() is None:
        return
    if not domain.fits_pattern(declared, asked.answer()):
        asked.errors = [say(declared.pattern_message) or gettext("Write it as the hint says.")]


def _check(sheet: Sheet, view: Asked, typed: dict[str, Any]) -> None:
    """The declared rules, with every answer so far at hand.

    A group keeps its rows even when its own rule says no: nobody types them twice.
    """
    on_page = {one.name for one in sheet.declared} - set(sheet.revealed)
    for one, group, number in view.failed():
        if (group or one).name not in on_page or one.valid is None:
            continue
        if group is None:
            sheet.form[one.name].errors = sheet.form[one.name].errors or [say(one.valid.message)]
            if not isinstance(one, Group):
                typed.pop(one.name, None)
        elif number is not None and group.name in typed:
            rows.refuse(sheet.form[group.name], typed[group.name], number, one)


def _kept(sheet: Sheet, name: str, typed: Mapping[str, Any]) -> Any:
    asked = sheet.form[name]
    return rows.kept(asked, typed[name]) if isinstance(asked, GroupField) else typed[name]


def _draw(page: Page, sheet: Sheet, view: Asked, answers: Answers) -> None:
    """What follows from the answers: rows, what is worked out, and where values came from."""
    for group, asked in sheet.groups:
        known = answers.get(group.name)
        rows.lay_out(view, group, asked, known if isinstance(known, list) else [])
    for one, asked in sheet:
        if isinstance(one, Computed):
            asked.shown = in_words(one, view.answers.get(one.name))
    _mark(page, sheet, answers)


def _mark(page: Page, sheet: Sheet, answers: Answers) -> None:
    """Say of each value that is still as it was filled in where it came from."""
    for name in sheet.names:
        same = name in answers and answers[name] == page.answers.get(name)
        origin = sources.read(page.sources.get(name)) if same else None
        sheet.form[name].origin, sheet.form[name].source = origin, origin and origin.words
