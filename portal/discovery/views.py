"""The first page of the portal, and the page of what a search found."""

from flask import Blueprint, render_template, request

from portal.catalogue import service as catalogue
from portal.catalogue.visitors import for_visitors
from portal.discovery import finding
from portal.registry.together import service as gathering
from portal.registry.vocabulary import CATEGORIES, LIFE_EVENTS, PROVIDER_KINDS
from portal.web.access import public

pages = Blueprint("discovery", __name__, template_folder="templates")


@pages.get("/")
@public
@for_visitors()
def home() -> str:
    return render_template(
        "discovery/home.html",
        counts=catalogue.counts(),
        categories=CATEGORIES,
        life_events=LIFE_EVENTS,
        together=[one.event for one in gathering.offered()],
        kinds=PROVIDER_KINDS,
    )


@pages.get("/search")
@public
def search() -> str:
    """What was found for the words, nearest first."""
    number = request.args.get("page", 1, type=int)
    found = finding.find(request.args.get("q", ""), number)
    return render_template("discovery/search.html", found=found, categories=CATEGORIES)
