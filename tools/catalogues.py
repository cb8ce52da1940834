"""Collects the words of the portal, keeps a catalogue for each language, and compiles them all.

`python -m tools.catalogues extract|update|compile|check`. The files hold no dates and no line
numbers, so that a change shows what was changed.
"""

import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po

from portal.i18n.catalogues import (
    TEMPLATE,
    TRANSLATED,
    UnreadableCatalogue,
    faults,
    file_of,
    folders,
    read,
)

ROOT = Path(__file__).parents[1]
KEYWORDS = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}
HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: Sanjha\\n"
"Language: {code}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""


def collected(root: Path) -> Catalog:
    """Every word of the portal's sources, by the first file that has it."""
    with (root / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)  # type: ignore[no-untyped-call]
    found = extract_from_dir(root, methods, options, keywords=KEYWORDS)
    catalogue = Catalog()
    for file, line, words, _, context in found:
        catalogue.add(words, locations=[(file, line)], context=context)
    return _in_order(catalogue)


def template(root: Path) -> bytes:
    return _written(collected(root), "en")


def extract(root: Path = ROOT) -> list[str]:
    file = root / "translations" / TEMPLATE
    file.parent.mkdir(exist_ok=True)
    _put(file, template(root))
    return []


def update(root: Path = ROOT) -> list[str]:
    """Add new words to each catalogue of the portal, and take those out that are gone."""
    wanted = read(root / "translations" / TEMPLATE)
    for code in TRANSLATED:
        file = file_of(root / "translations", code)
        file.parent.mkdir(parents=True, exist_ok=True)
        _put(file, _written(_merged(wanted, read(file) if file.exists() else Catalog()), code))
    return []


def compile_all(root: Path = ROOT) -> list[str]:
    """Make each .mo that is older than its .po."""
    for folder in folders(root):
        for code in TRANSLATED:
            source = file_of(folder, code)
            made = source.with_suffix(".mo")
            if source.exists() and not _is_newer(made, source):
                compiled = BytesIO()
                write_mo(compiled, read(source))
                made.write_bytes(compiled.getvalue())
    return []


def check(root: Path = ROOT) -> list[str]:
    """What is wrong, in sentences."""
    file = root / "translations" / TEMPLATE
    old = not file.exists() or file.read_bytes() != template(root)
    stale = ["The words of the pages have changed. Run: make messages"] if old else []
    return [*stale, *faults(root)]


def _in_order(catalogue: Catalog) -> Catalog:
    ordered = Catalog()
    for message in sorted(_messages(catalogue), key=_place):
        files = sorted({file for file, _ in message.locations})
        ordered.add(message.id, locations=[(file, 0) for file in files], context=message.context)
    return ordered


def _merged(wanted: Catalog, known: Catalog) -> Catalog:
    merged = Catalog()
    for message in _messages(wanted):
        before = known.get(message.id, message.context)
        merged.add(
            message.id,
            before.string if before and not before.fuzzy else None,
            locations=message.locations,
            user_comments=before.user_comments if before else (),
            context=message.context,
        )
    return merged


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _place(message: Message) -> tuple[str, str]:
    words = message.id if isinstance(message.id, str) else message.id[0]
    return min(file for file, _ in message.locations), words


def _written(catalogue: Catalog, code: str) -> bytes:
    written = BytesIO()
    write_po(written, catalogue, width=0, omit_header=True, include_lineno=False)
    return HEADER.format(code=code).encode() + written.getvalue().rstrip(b"\n") + b"\n"


def _put(file: Path, content: bytes) -> None:
    """Leave the file alone when nothing is new, or make would compile it again."""
    if not file.exists() or file.read_bytes() != content:
        file.write_bytes(content)


def _is_newer(made: Path, source: Path) -> bool:
    return made.exists() and made.stat().st_mtime >= source.stat().st_mtime


ACTS: dict[str, Callable[[], list[str]]] = {
    "extract": extract,
    "update": update,
    "compile": compile_all,
    "check": check,
}


def main() -> None:
    act = ACTS.get(" ".join(sys.argv[1:]))
    if act is None:
        sys.stderr.write(f"Say what to do: python -m tools.catalogues {'|'.join(ACTS)}\n")
        sys.exit(2)
    try:
        wrong = act()
    except UnreadableCatalogue as error:
        wrong = [str(error)]
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
