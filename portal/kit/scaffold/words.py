"""The words of a new provider in all languages: those of the starters, and what was answered.

What was answered is known in English alone. It stands in every language until it is translated,
so that the provider can be tried meanwhile.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path

import yaml  # type: ignore[import-untyped]
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from portal.registry.words import LANGUAGES

STARTERS = Path(__file__).parent / "starters"
OTHERS = tuple(code for code in LANGUAGES if code != "en")
STILL_ENGLISH = "Still in English: say it in this language."
# A text of a manifest as it stands in the starter: alone, or after the name of a member.
MARKED = re.compile(r"(?P<before>\s*(?:- )?(?:\w+: )?)_\((?P<text>.*)\)")


@cache
def known() -> Mapping[str, Mapping[str, str]]:
    """English text -> language -> text."""
    read: dict[str, dict[str, str]] = yaml.safe_load((STARTERS / "words.yaml").read_text("utf-8"))
    return read


def in_every_language(text: str) -> dict[str, str]:
    said = known().get(text, {})
    return {code: said.get(code, text) for code in LANGUAGES}


def spoken(manifest: str) -> str:
    """A manifest whose marked texts are said in every language."""
    return "".join(f"{line}\n" for each in manifest.splitlines() for line in _said(each))


def _said(line: str) -> Iterator[str]:
    found = MARKED.fullmatch(line)
    if not found:
        yield line
        return
    before, text = found["before"], found["text"]
    if before.endswith(": "):
        yield before.rstrip()
        first = next_ = " " * (len(before) - len(before.lstrip(" -")) + 2)
    else:
        first, next_ = before, " " * len(before)
    note = "" if text in known() else f"  # {STILL_ENGLISH}"
    for code, said in in_every_language(text).items():
        yield f"{first}{code}: {_plain(said)}{note if code != 'en' else ''}"
        first = next_


def _plain(text: str) -> str:
    """As YAML writes it: in quotes only where it would be read as something else."""
    unclear = ": " in text or " #" in text or text[:1] in "!&*-?|>%@`'\"{}[],#:" or text[-1:] == ":"
    if unclear or yaml.safe_load(text) != text:
        return json.dumps(text, ensure_ascii=False)
    return text


def catalogue(code: str, project: str, texts: Iterable[str]) -> bytes:
    """The words of a package in one language, as a .po file."""
    made = Catalog(charset="utf-8", fuzzy=False)
    for text in texts:
        said = known().get(text, {}).get(code)
        comments = () if said else (STILL_ENGLISH,)
        made.add(text, said or text, user_comments=comments)
    written = BytesIO()
    write_po(written, made, omit_header=True, width=0)
    return _header(code, project) + written.getvalue()


def _header(code: str, project: str) -> bytes:
    lines = (
        f"# {project}",
        'msgid ""',
        'msgstr ""',
        f'"Language: {code}\\n"',
        '"MIME-Version: 1.0\\n"',
        '"Content-Type: text/plain; charset=utf-8\\n"',
        '"Content-Transfer-Encoding: 8bit\\n"',
        '"Plural-Forms: nplurals=2; plural=(n > 1);\\n"',
    )
    return ("\n".join(lines) + "\n\n").encode()
