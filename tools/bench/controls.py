"""What a browser sends back of a page's form: read from the page, encoded as it would be."""

import secrets
from html.parser import HTMLParser
from urllib.parse import urlencode

UNSENT = {"submit", "button", "file", "image", "reset"}
TICKED = {"radio", "checkbox"}
Pairs = list[tuple[str, str]]


class Controls(HTMLParser):
    """The controls of the first form inside the main part, with what stands in them."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs: Pairs = []
        self.files: list[str] = []
        self._in_main = self._in_form = False
        self._select: str | None = None
        self._chosen = ""
        self._area: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "main":
            self._in_main = True
        elif tag == "form":
            self._in_form = self._in_main
        elif self._in_form:
            self._control(tag, told)

    def _control(self, tag: str, told: dict[str, str]) -> None:
        name = told.get("name", "")
        if tag == "input" and name:
            self._input(name, told)
        elif tag == "select":
            self._select, self._chosen = name, ""
        elif tag == "option" and "selected" in told:
            self._chosen = told.get("value", "")
        elif tag == "textarea":
            self._area, self._text = name, ""

    def _input(self, name: str, told: dict[str, str]) -> None:
        kind = told.get("type", "text")
        if kind == "file":
            self.files.append(name)
        elif kind not in UNSENT and (kind not in TICKED or "checked" in told):
            self.pairs.append((name, told.get("value", "")))

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._in_form:
            self._in_form = self._in_main = False
        elif tag == "select" and self._select:
            self.pairs.append((self._select, self._chosen))
            self._select = None
        elif tag == "textarea" and self._area:
            self.pairs.append((self._area, self._text.strip()))
            self._area = None


def controls(page: str) -> Controls:
    found = Controls()
    found.feed(page)
    return found


def urlencoded(pairs: Pairs) -> bytes:
    return urlencode(pairs).encode()


def multipart(found: Controls) -> tuple[str, bytes]:
    """The content type and the body; no file is chosen in the controls for files."""
    border = f"----bench{secrets.token_hex(8)}"
    parts = [f'name="{name}"\r\n\r\n{value}' for name, value in found.pairs]
    parts += [
        f'name="{name}"; filename=""\r\nContent-Type: application/octet-stream\r\n\r\n'
        for name in found.files
    ]
    said = "".join(f"--{border}\r\nContent-Disposition: form-data; {part}\r\n" for part in parts)
    return f"multipart/form-data; boundary={border}", f"{said}--{border}--\r\n".encode()
