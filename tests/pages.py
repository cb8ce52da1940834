"""The client of HTTP tests: every HTML page that any test opens is checked as a page."""

import contextvars
from functools import cache
from pathlib import Path

import html5lib
from babel.messages.pofile import read_po
from flask.testing import FlaskClient

from portal.i18n.languages import TAGS, direction

XHTML = "{http://www.w3.org/1999/xhtml}"
CONTROLS = {"input", "select", "textarea"}
UNLABELLED = {"hidden", "submit", "button"}
TRANSLATIONS = Path(__file__).parents[1] / "translations"
# Names that are the same in every language.
NAMES = {"Sanjha", "English", "PDF", "QR", "SMS"}


class CheckedClient(FlaskClient):
    """Shares nothing with the test but the database, as a browser shares nothing with us.

    Flask would else lend requests the test's application context, and with it whom it has seen.
    """

    def open(self, *args, **kwargs):
        response = contextvars.Context().run(super().open, *args, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308):
            faults = page_faults(response.get_data(as_text=True))
            assert not faults, f"{response.request.path}: {faults}"
        return response


def page_faults(html):
    """What is wrong with a page, as sentences."""
    parser = html5lib.HTMLParser(strict=False)
    root = parser.parse(html)
    elements = [one for one in root.iter() if isinstance(one.tag, str)]
    return [
        *(f"not valid: {error[1]} {error[2]}" for error in parser.errors),
        *_outline(root, elements),
        *_identifiers(elements),
        *_labels(elements),
        *_inline(elements),
        *_untranslated(root),
    ]


def _name(element):
    return element.tag.removeprefix(XHTML)


def _outline(root, elements):
    names = [_name(one) for one in elements]
    if names.count("h1") != 1:
        yield f"it has {names.count('h1')} h1"
    titles = [one for one in elements if _name(one) == "title" and "svg" not in one.tag]
    if not titles or not (titles[0].text or "").strip():
        yield "it has no title"
    code = TAGS.get(root.get("lang", ""))
    if code is None or root.get("dir") != direction(code):
        yield f"lang={root.get('lang')} and dir={root.get('dir')} do not go together"
    if names.count("main") != 1:
        yield "it has no main part"


def _identifiers(elements):
    ids = [one.get("id") for one in elements if one.get("id")]
    yield from (f"id {one} stands twice" for one in {one for one in ids if ids.count(one) > 1})
    for element in elements:
        for attribute in ("aria-describedby", "aria-labelledby", "for"):
            for wanted in (element.get(attribute) or "").split():
                if wanted not in ids:
                    yield f"{_name(element)} points to {wanted}, which is not there"
        target = element.get("href") or ""
        if target.startswith("#") and target[1:] not in ids:
            yield f"a link leads to {target}, which is not there"


def _labels(elements):
    labelled = {one.get("for") for one in elements if _name(one) == "label"}
    inside = {
        id(control)
        for label in elements
        if _name(label) == "label"
        for control in label.iter()
        if isinstance(control.tag, str)
    }
    for element in elements:
        if _name(element) not in CONTROLS or element.get("type") in UNLABELLED:
            continue
        named = element.get("aria-label") or element.get("aria-labelledby")
        if element.get("id") not in labelled and id(element) not in inside and not named:
            yield f"{_name(element)} {element.get('name')} has no label"
    for element in elements:
        if _name(element) == "img" and element.get("alt") is None:
            yield "an image has no alt"


def _inline(elements):
    for element in elements:
        if element.get("style") is not None or _name(element) == "style":
            yield "it has inline style, which the policy forbids"
        if any(name.startswith("on") for name in element.attrib if isinstance(name, str)):
            yield f"{_name(element)} has an inline handler"
        if _name(element) == "script" and not element.get("src"):
            yield "it has an inline script"
        for name in ("src", "href", "action"):
            if (element.get(name) or "").startswith(("http://", "//")) and _name(element) != "a":
                yield f"{_name(element)} loads from elsewhere: {element.get(name)}"


def _untranslated(root):
    code = TAGS.get(root.get("lang", ""))
    if code in (None, "en"):
        return
    for text, spoken in _texts(root, root.get("lang")):
        if spoken == root.get("lang") and text in english(code):
            yield f"not translated: {text}"


def _texts(element, spoken):
    """Each text with the language of the element that holds it."""
    spoken = element.get("lang", spoken)
    if isinstance(element.tag, str) and _name(element) not in ("script", "style"):
        yield (element.text or "").strip(), spoken
        for name in ("aria-label", "placeholder", "alt"):
            yield (element.get(name) or "").strip(), spoken
        for child in element:
            yield from _texts(child, spoken)
            yield (child.tail or "").strip(), spoken


@cache
def english(code):
    """The English sentences that this language says otherwise, with the portal's and providers'."""
    catalogues = [TRANSLATIONS / code / "LC_MESSAGES" / "messages.po"]
    catalogues += Path(__file__).parents[1].glob(f"providers/*/translations/{code}/*/*.po")
    said = set()
    for file in catalogues:
        if file.exists():
            with file.open("rb") as opened:
                for message in read_po(opened):
                    if isinstance(message.id, str) and message.id and message.string != message.id:
                        said.add(message.id)
    return said - NAMES
