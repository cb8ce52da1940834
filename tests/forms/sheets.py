"""A sheet as a browser has it: drawn, looked through, filled in and sent back."""

import html5lib
from flask import render_template_string
from werkzeug.datastructures import MultiDict

from portal.forms import engine
from portal.forms.engine import Page, Posted
from portal.registry import Form, Step
from tests.pages import XHTML, page_faults
from tests.registry.publishing_factories import words as said

DRAWN = """<!doctype html><html lang="en" dir="ltr"><title>t</title><main><h1>h</h1>
{% from "forms.html" import error_summary with context %}
{% from "forms/sheet.html" import questions with context %}
{{ error_summary(sheet.fields) }}<form method="post">{{ questions(sheet) }}</form></main></html>"""


def page(*questions, answers=None, sources=None, **more):
    step = Step(said("Page"), *questions, slug="page", **more)
    return Page(Form(step), step, answers or {}, sources or {})


def draw(sheet):
    """The page, which is sound HTML."""
    html = render_template_string(DRAWN, sheet=sheet)
    assert page_faults(html) == []
    return html5lib.parse(html)


def elements(drawn, name):
    return [one for one in drawn.iter() if one.tag == f"{XHTML}{name}"]


def text(element):
    return " ".join("".join(element.itertext()).split())


def presses(drawn):
    """The small buttons of the page, by what they send."""
    buttons = [one for one in elements(drawn, "button") if one.get("name") == "refresh"]
    return {one.get("value"): text(one) for one in buttons}


def filled(drawn):
    """What the browser would send: every control as it stands, files aside."""
    sent = MultiDict()
    for one in elements(drawn, "input"):
        kind = one.get("type", "text")
        if kind == "file" or (kind in ("radio", "checkbox") and one.get("checked") is None):
            continue
        sent.add(one.get("name"), one.get("value", ""))
    for one in elements(drawn, "textarea"):
        sent.add(one.get("name"), (one.text or "").removeprefix("\n"))
    for one in elements(drawn, "select"):
        chosen = [o for o in one.iter(f"{XHTML}option") if o.get("selected") is not None]
        sent.add(one.get("name"), chosen[0].get("value") if chosen else "")
    return sent


def post(drawn, changes=None, files=None):
    sent = filled(drawn)
    for name, value in (changes or {}).items():
        sent.setlist(name, value if isinstance(value, list) else [value])
    return Posted(sent, MultiDict(files or {}))


def press(asked, drawn, value, changes=None, **more):
    """Press a small button that stands on the page."""
    assert value in presses(drawn)
    sent = post(drawn, {**(changes or {}), "refresh": value}, more.pop("files", None))
    return engine.refresh(asked, sent, **more)
