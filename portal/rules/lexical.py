r"""What is settled on the characters of a rule, before the grammar reads it.

The kept grammar's pattern for texts needs exponential time on a text without an end that holds
many escapes ('\n\n\n… for 24 of them takes seconds), so texts are closed before it sees them.
"""

import re
from decimal import Decimal

from portal.rules import faults
from portal.rules.faults import Source
from portal.rules.values import number, text

MOST_CHARACTERS = 2000
MOST_DIGITS = 100
LONGEST_NAME = 64

# CEL's own words, so that every name here is a name to any other reader of CEL.
_WORD = re.compile(
    r"(?!(?:as|break|const|continue|else|false|for|function|if|import|in|let|loop|namespace|null"
    r"|package|return|true|var|void|while)\Z)[A-Za-z_][A-Za-z0-9_]*\Z"
)

_PIECE = re.compile(
    r"""(?P<comment>//[^\n]*)
    |\"{3}(?:[^\\]|\\(?s:.))*?\"{3}
    |'{3}(?:[^\\]|\\(?s:.))*?'{3}
    |\"(?!\"\")(?:[^\"\\\n]|\\[^\n])*\"
    |'(?!'')(?:[^'\\\n]|\\[^\n])*'
    |(?P<open>[\"'])""",
    re.VERBOSE,
)

_ESCAPE = re.compile(
    r"\\(?:x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})"
    r"|(?P<octal>[0-3][0-7]{2})|(?s:(?P<plain>.))|\Z)"
)
_PLAIN = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_PLAIN |= {same: same for same in "\"'\\`?"}


def is_name(word: str) -> bool:
    """Whether a fact, a member or a question may be called so."""
    return len(word) <= LONGEST_NAME and bool(_WORD.match(word))


def prepare(source: Source) -> str:
    """The same characters at the same places, comments blanked and every text closed."""
    if len(source.text) > MOST_CHARACTERS:
        raise faults.TooLong(source.place(MOST_CHARACTERS), most=MOST_CHARACTERS)

    def blank(piece: re.Match[str]) -> str:
        if piece["open"]:
            raise faults.OpenText(source.place(piece.start()))
        return " " * len(piece[0]) if piece["comment"] else piece[0]

    return _PIECE.sub(blank, source.text)


def text_value(token: str, place: str) -> str:
    """The text that a token stands for; in a raw one (r before it) a backslash is itself."""
    raw = token[0] in "rR"
    token = token[raw:]
    quote = 3 if len(token) >= 6 and token[:3] in {'"""', "'''"} else 1
    inner = token[quote:-quote]
    if not raw:
        inner = _ESCAPE.sub(lambda escape: _meaning(escape, place), inner)
    value = text(inner)
    if value is None:
        raise faults.StrangeText(place, escape="\\u")
    return value


def number_value(token: str, place: str) -> Decimal:
    exact = number(token)
    if exact is None:
        raise faults.StrangeNumber(place, most=MOST_DIGITS)
    return exact


def _meaning(escape: re.Match[str], place: str) -> str:
    plain = escape["plain"]
    code = escape["x"] or escape["u"] or escape["U"]
    if plain in _PLAIN:
        return _PLAIN[plain]
    if plain is not None or not (code or escape["octal"]):
        raise faults.StrangeText(place, escape=escape[0])
    point = int(code, 16) if code else int(escape["octal"], 8)
    if point > 0x10FFFF:
        raise faults.StrangeText(place, escape=escape[0])
    return chr(point)
