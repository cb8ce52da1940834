"""The rows of a group on a page: what was typed in them, what each asks, and its errors.

Which questions a row asks is the domain's to say; how rows are read and drawn is the field's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from portal.forms.words import in_words
from portal.i18n import say
from portal.registry import domain
from portal.registry.domain import Asked
from portal.registry.questions import AnyField, Computed, Group, Notice
from portal.web.fields.groups import GroupField, Remark, RowItem

Check = Callable[[Any, AnyField], None]
Rows = list[dict[str, Any]]


def take_uploads(
    groups: Iterable[Group], texts: Mapping[str, str], files: Any, told: MultiDict[str, Any]
) -> None:
    """Put the files of rows where their fields look for them; a text there is no file."""
    for group in groups:
        names = {inner.name for inner in group.fields if inner.kind in domain.FILES}
        for control in (*texts, *files):
            named, _, rest = control.partition("-")
            if named == group.name and rest.partition("-")[2] in names:
                told.setlist(control, files.getlist(control))


def typed(group: Group, asked: GroupField, check: Check) -> Rows:
    """The right answers of each row, in the order of the rows; wrong ones are said at the field."""
    asked.validate(None)
    return [_typed_in(group, row, check) for row in asked.rows]


def _typed_in(group: Group, row: RowItem, check: Check) -> dict[str, Any]:
    right: dict[str, Any] = {}
    for inner in group.fields:
        if isinstance(inner, Notice | Computed) or inner.name not in row.shown:
            continue
        one = row.form[inner.name]
        if one.validate(row.form):
            check(one, inner)
        if not one.errors and one.answer() is not None:
            right[inner.name] = one.answer()
    return right


def lay_out(view: Asked, group: Group, asked: GroupField, answers: Sequence[Any]) -> None:
    """Draw in each row what it asks, given these answers of the rows."""
    padded = [*answers, *({} for _ in asked.rows[len(answers) :])]
    for row, seen in zip(asked.rows, domain.rows_of(view, group, padded), strict=False):
        row.drawn = [_drawn(one, row, seen.answers) for one in seen.asked]
    asked.name_rows()


def _drawn(declared: AnyField, row: RowItem, answers: Mapping[str, Any]) -> Any:
    if isinstance(declared, Notice):
        return Remark(say(declared.label), say(declared.hint), declared.tone)
    if isinstance(declared, Computed):
        row.form[declared.name].shown = in_words(declared, answers.get(declared.name))
    return row.form[declared.name]


def asked_files(group: Group, asked: GroupField) -> Iterator[tuple[int, AnyField, Any]]:
    """The uploads that came for what is asked: number of the row, question and field."""
    by_name = {inner.name: inner for inner in group.fields if inner.kind in domain.FILES}
    for number, row in enumerate(asked.rows):
        for one in row.drawn:
            inner = by_name.get(getattr(one, "short_name", ""))
            if inner is not None and one.upload is not None:
                yield number, inner, one


def kept(asked: GroupField, answers: Rows) -> Rows:
    """The answers that the rows ask for; rows without any are left out."""
    found = (
        {name: right[name] for name in row.asked if name in right}
        for row, right in zip(asked.rows, answers, strict=True)
    )
    return [row for row in found if row]


def revealed(asked: GroupField, answers: Rows) -> Iterator[str]:
    """Questions that came up in rows, by the ids that they have when the page stands again."""
    place = 0
    for row, right in zip(asked.rows, answers, strict=True):
        for name in row.asked:
            if name not in row.shown:
                yield f"{asked.name}-{place}-{name}"
        place += bool(right)


def refuse(asked: GroupField, answers: Rows, number: int, inner: AnyField) -> None:
    """Say that a rule of a row says no."""
    if inner.name in asked.rows[number].shown and inner.valid:
        asked.rows[number].form[inner.name].errors = [say(inner.valid.message)]
        answers[number].pop(inner.name, None)
