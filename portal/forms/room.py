"""The forms room; its templates are macros for the rooms above."""

from flask import Blueprint

from portal.forms import jobs, words
from portal.kernel.room import Room

# No page of its own: only the folder of templates, and what its macros ask for.
pages = Blueprint("forms", __name__, template_folder="templates")
pages.add_app_template_global(words.answers_in_rows)
pages.add_app_template_global(words.row_heading)

room = Room(name="forms", pages=(pages,), jobs=(jobs.forget_drafts,), periodic=jobs.PERIODIC)
