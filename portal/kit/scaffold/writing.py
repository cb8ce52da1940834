"""What a new provider's folder holds, from a few answers; and writing it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from portal.kernel import clock
from portal.kernel.errors import BadInput, Conflict
from portal.kit.scaffold import words
from portal.kit.scaffold.words import OTHERS, STARTERS
from portal.registry import conformance, discovery
from portal.registry.contract import ProviderKind, Words
from portal.registry.finding import LONGEST_SLUG, SLUG
from portal.registry.words import words_in

CATALOGUE = discovery.CATALOGUE
LONGEST_TITLE = 120
FILES = {
    "package": (
        ("`__init__.py`", "who you are, what you offer, what you ask"),
        ("`translations/`", "its words in the other languages"),
    ),
    "manifest": (
        ("`provider.yaml`", "who you are, what you offer, what you ask, in five languages"),
    ),
}


class NoSlug(BadInput):
    message = (
        "%(name)s cannot stand in an address. Use up to %(most)s small letters, digits and single"
        " hyphens, such as water-board."
    )


class NoTitle(BadInput):
    message = "Say in 1 to %(most)s characters, on one line, what it is called."


class Taken(Conflict):
    message = "There is something in %(folder)s already. Choose another name, or move it away."


class NotWell(Conflict):
    message = "The new provider has a fault: %(told)s"


@dataclass(frozen=True)
class Wanted:
    """What was answered. `title` and `service` are English."""

    slug: str
    title: str
    service: str
    package: bool = False
    kind: ProviderKind = "state_department"
    area: str = "IN-PB"
    category: str = "certificates"

    @property
    def folder(self) -> str:
        return self.slug.replace("-", "_")

    @property
    def service_slug(self) -> str:
        plain = re.sub(r"[^a-z0-9]+", "-", self.service.lower()).strip("-")
        plain = plain[:LONGEST_SLUG].strip("-")
        return plain if SLUG.match(plain) else "first-service"

    @property
    def untranslated(self) -> tuple[str, ...]:
        answered = dict.fromkeys((self.title, self.service))
        return tuple(text for text in answered if text not in words.known())


def check(wanted: Wanted) -> None:
    """Raises NoSlug, NoTitle."""
    if len(wanted.slug) > LONGEST_SLUG or not SLUG.match(wanted.slug):
        raise NoSlug(name=wanted.slug, most=LONGEST_SLUG)
    for text in (wanted.title, wanted.service):
        if not text.strip() or len(text) > LONGEST_TITLE or not text.isprintable():
            raise NoTitle(most=LONGEST_TITLE)


def write(wanted: Wanted, into: Path) -> Path:
    """The new folder. Raises NoSlug, NoTitle, Taken, NotWell."""
    check(wanted)
    folder = into / wanted.folder
    if folder.exists() and any(folder.iterdir()):
        raise Taken(folder=folder)
    for name, content in files(wanted, folder).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    if wanted.package:
        _translate(wanted, folder)
    found = conformance.findings(discovery.at(folder).provider)
    if found:
        raise NotWell(told=" ".join(f"{one.place}: {one.sentence}" for one in found))
    return folder


def files(wanted: Wanted, folder: Path) -> Mapping[str, bytes]:
    """All but the catalogues of a package, by name."""
    test = f"test_{wanted.folder}.py"
    told = _told(wanted, folder)
    declared = "__init__.py" if wanted.package else "provider.yaml"
    text = _filled("package.py" if wanted.package else "provider.yaml", told)
    return {
        declared: (text if wanted.package else words.spoken(text)).encode(),
        "README.md": _filled("README.md", told | _readme(wanted, test)).encode(),
        test: _filled("test.py", told).encode(),
    }


def _filled(starter: str, told: Mapping[str, str]) -> str:
    return Template((STARTERS / f"{starter}.txt").read_text("utf-8")).substitute(told)


def _told(wanted: Wanted, folder: Path) -> dict[str, str]:
    return {
        "slug": wanted.slug,
        "title": wanted.title,
        # Inside a docstring, where neither may stand.
        "title_doc": wanted.title.translate({ord("\\"): "/", ord('"'): "'"}),
        "title_text": json.dumps(wanted.title, ensure_ascii=False),
        "service": wanted.service,
        "service_text": json.dumps(wanted.service, ensure_ascii=False),
        "service_slug": wanted.service_slug,
        "constant": wanted.service_slug.replace("-", "_").upper(),
        "kind": wanted.kind,
        "area": wanted.area,
        "category": wanted.category,
        "place": str(folder),
        "year": str(clock.today().year + 1),
    }


def _readme(wanted: Wanted, test: str) -> dict[str, str]:
    rows = (*FILES["package" if wanted.package else "manifest"], (f"`{test}`", "what you promise"))
    return {
        "files": "\n".join(f"| {name} | {what} |" for name, what in rows),
        "translated": "`translations/`" if wanted.package else "`provider.yaml`",
        "untranslated": "\n".join(f"   * {text}" for text in wanted.untranslated),
    }


def _translate(wanted: Wanted, folder: Path) -> None:
    """Write the catalogues of a package: the texts are those that its declaration says."""
    said = [one for _, one in words_in(discovery.at(folder).provider)]
    for code in OTHERS:
        file = folder / CATALOGUE.format(code=code)
        file.parent.mkdir(parents=True)
        file.write_bytes(words.catalogue(code, wanted.title, _english(said)))


def _english(said: list[Words]) -> list[str]:
    return list(dict.fromkeys(one.texts["en"] for one in said))
