"""The first page of the administration."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Blueprint, current_app, render_template

from portal.kernel.errors import Refused
from portal.web.access import Access, can, declare, visitor

P = ParamSpec("P")
R = TypeVar("R")
pages = Blueprint("admin", __name__, url_prefix="/admin", template_folder="templates")


def may_open_a_part(view: Callable[P, R]) -> Callable[P, R]:
    """A signed-in person who holds the permission of any part: no role lists this one itself."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        visitor()
        items = (item for room in current_app.extensions["rooms"] for item in room.menu)
        needed = (item.permission for item in items if item.shell == "admin" and item.permission)
        if not any(can(permission) for permission in needed):
            raise Refused
        return view(*args, **kwargs)

    return declare(guarded, Access("permission", "admin.open"))


@pages.get("")
@may_open_a_part
def overview() -> str:
    """Each part of the administration that this person may open."""
    return render_template("admin/overview.html")
