"""What becomes of one application's answers under another version. Plain Python.

Nothing is dropped silently: an answer that the new form does not take over as it is must be named
in the map, with its new name or as one to leave out.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from portal.kernel.errors import N_, BadInput
from portal.registry import domain as declared
from portal.registry.contract import Service

# The name of a question -> its name in the other version; None leaves its answer out.
Names = Mapping[str, str | None]
ARROW, LEAVE_OUT = "->", "-"


class MapUnreadable(BadInput):
    status: ClassVar[int] = 422
    message = N_(
        "Line %(line)s is not like “old_name -> new_name”, or “old_name -> -” to leave it out."
    )


class MapUnfit(BadInput):
    status: ClassVar[int] = 422
    message = N_("There is no question %(name)s in version %(number)s.")


@dataclass(frozen=True)
class Fate:
    """The answers under the other version; none while there are `reasons` to stay."""

    answers: dict[str, Any] | None = None
    reasons: tuple[str, ...] = field(default=())


def read(text: str) -> dict[str, str | None]:
    """Raises MapUnreadable."""
    names: dict[str, str | None] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        old, arrow, new = (part.strip() for part in line.partition(ARROW))
        if not (old and arrow and new) or old in names:
            raise MapUnreadable(line=number)
        names[old] = None if new == LEAVE_OUT else new
    return names


def check(old: Service, new: Service, names: Names, numbers: tuple[int, int]) -> None:
    """Whether the map names questions that there are. Raises MapUnfit."""
    for service, number, said in ((old, numbers[0], names), (new, numbers[1], names.values())):
        known = {one.name for one in service.form.fields}
        for name in said:
            if name is not None and name not in known:
                raise MapUnfit(name=name, number=number)


def fate(old: Service, new: Service, answers: Mapping[str, Any], names: Names) -> Fate:
    """What happens to somebody who answered so. What is worked out is worked out anew."""
    kinds = {one.name: one.kind for one in old.form.fields}
    kept = {name: one for name, one in answers.items() if kinds.get(name) != "computed"}
    given = {to: one for name, one in kept.items() if (to := names.get(name, name)) is not None}
    into = {to: kinds.get(name) for name in kept if (to := names.get(name, name)) is not None}
    asked = declared.look(new.form, given)
    changed = {one.name for one in new.form.fields if into.get(one.name, one.kind) != one.kind}
    reasons = tuple(dict.fromkeys(_reasons(asked, given, changed)))
    return Fate(reasons=reasons) if reasons else Fate(dict(asked.answers))


def _reasons(
    asked: declared.Asked, given: Mapping[str, Any], changed: Collection[str]
) -> Iterator[str]:
    for name, one in given.items():
        if name in changed:
            yield f"kind {name}"
        elif asked.answers.get(name) != one:
            yield f"lost {name}"
    for place in asked.missing():
        yield f"missing {place.field.name}"
    for place in asked.failed():
        yield f"unfit {place.field.name}"
