"""Pages with a form, read and sent as a browser without JavaScript does."""

import re
from io import BytesIO

import html5lib

from tests.pages import XHTML

TYPED = {"text", "email", "tel", "hidden", "password"}


class Page:
    """A page that was answered, with its first form that has the given kind of control."""

    def __init__(self, client, response):
        self.client, self.response = client, response
        self.status = response.status_code
        self.text = response.get_data(as_text=True)
        self.root = html5lib.parse(self.text)

    @property
    def words(self):
        """All that is read, with single spaces."""
        main = next(one for one in self.root.iter(f"{XHTML}main"))
        return re.sub(r"\s+", " ", "".join(main.itertext()))

    @property
    def title(self):
        return self.root.find(f".//{XHTML}title").text

    @property
    def controls(self):
        """Name -> values that a browser would send now."""
        sent = {}
        for form in self.root.iter(f"{XHTML}form"):
            if self._is_of_page(form):
                for one in form.iter():
                    self._add(sent, one)
        return sent

    def _is_of_page(self, form):
        return "sign-out" not in (form.get("action") or "")

    def _add(self, sent, one):
        name, kind = one.get("name"), one.get("type", "text")
        if one.tag == f"{XHTML}input" and name:
            checked = one.get("checked") is not None
            if kind in TYPED or (kind in ("radio", "checkbox") and checked):
                sent.setdefault(name, []).append(one.get("value") or "")
        if one.tag == f"{XHTML}textarea":
            sent.setdefault(name, []).append("".join(one.itertext()).strip())
        if one.tag == f"{XHTML}select":
            chosen = [each.get("value") for each in one if each.get("selected") is not None]
            sent.setdefault(name, []).extend(chosen or [""])

    @property
    def names(self):
        """The names of all controls of the page's own forms."""
        kinds = {f"{XHTML}{kind}" for kind in ("input", "textarea", "select")}
        forms = [form for form in self.root.iter(f"{XHTML}form") if self._is_of_page(form)]
        controls = [one for form in forms for one in form.iter() if one.tag in kinds]
        return {one.get("name") for one in controls}

    @property
    def errors(self):
        """The sentences of the error summary."""
        for one in self.root.iter(f"{XHTML}div"):
            if "summary" in (one.get("class") or "").split():
                return ["".join(each.itertext()) for each in one.iter(f"{XHTML}li")]
        return []

    def links(self, part=""):
        found = (one.get("href") for one in self.root.iter(f"{XHTML}a"))
        return [href for href in found if href and part in href]

    def send(self, *, to=None, files=(), **answers):
        """Fill in and send; where it leads, followed."""
        told = {name: list(values) for name, values in self.controls.items()}
        for name, value in answers.items():
            values = value if isinstance(value, list) else [value]
            told[name.replace("__", "-")] = [one for one in values if one is not None]
        for name, (content, called) in dict(files).items():
            told[name] = [(BytesIO(content), called)]
        data = {name: values for name, values in told.items() if values}
        kind = "multipart/form-data" if "multipart/form-data" in self.text else None
        path = to or self.response.request.full_path.rstrip("?")
        return open_page(self.client, path, "post", data=data, content_type=kind)


def open_page(client, path, method="get", **more):
    response = getattr(client, method)(path, follow_redirects=True, **more)
    return Page(client, response)
