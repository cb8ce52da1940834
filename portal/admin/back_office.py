"""The first page of the administration."""

from flask import Blueprint, current_app, render_template

from portal.kernel.errors import Refused
from portal.web.access import can, signed_in

pages = Blueprint("admin", __name__, url_prefix="/admin", template_folder="templates")


@pages.get("")
@signed_in
def overview() -> str:
    """Each part of the administration that this person may open."""
    items = (item for room in current_app.extensions["rooms"] for item in room.menu)
    needed = (item.permission for item in items if item.shell == "admin" and item.permission)
    if not any(can(permission) for permission in needed):
        raise Refused
    return render_template("admin/overview.html")
