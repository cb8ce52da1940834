"""Whoever gives roles sees which posts are nobody's."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.applications.posts import panels
from portal.web.access import may

pages = Blueprint("posts", __name__, url_prefix="/admin/posts", template_folder="../templates")
PAGE = 20


@pages.get("")
@may("people.grant")
def index() -> ResponseReturnValue:
    after = request.args.get("after", "")
    found = panels.directory(after, PAGE + 1)
    last = found[PAGE - 1].slug if len(found) > PAGE else None
    return render_template(
        "posts/index.html",
        offices=found[:PAGE],
        first=url_for(".index") if after else None,
        next=url_for(".index", after=last) if last else None,
    )
