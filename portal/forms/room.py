"""The forms room; its templates are macros for the rooms above."""

from flask import Blueprint

from portal.kernel.room import Room

# No page of its own: only the folder of templates.
pages = Blueprint("forms", __name__, template_folder="templates")

room = Room(name="forms", pages=(pages,))
