"""One spelling for five scripts: what people type and what services are called, made comparable.

`fold` writes any script in Latin letters. `skeleton` keeps the consonants of that, in the way the
scripts of Punjab share them: Urdu writes no short vowels, and people spell by ear.
"""

import re
from functools import lru_cache
from unicodedata import normalize

from anyascii import anyascii

MOST_LETTERS, MOST_WORDS = 200, 8
# Said in every question and found in every text.
EMPTY_WORDS = frozenset(
    (
        *("a", "an", "and", "the", "of", "for", "to", "in", "on", "my", "me", "i", "is", "how"),
        *("do", "can", "get", "need", "want", "apply", "where", "what"),
        *("da", "di", "de", "dian", "ka", "ki", "ke", "ko", "lai", "nu", "ne", "hai", "hain"),
        *("mainu", "mera", "meri", "mujhe", "chahida", "chahie", "kive", "kaise"),
    )
)
# Heard before anyascii reads: the flapped r as r, nasal signs as n, the z of Arabic as z. Signs
# that only lengthen or point a letter go.
FLAPPED = re.compile("[डढ]\N{DEVANAGARI SIGN NUKTA}|ੜ|ڑ")
NASALS = dict.fromkeys("ੰਂँंں", "n")
ARABIC = dict.fromkeys("ذضظ", "z") | dict.fromkeys("ثص", "s") | {"ط": "t", "ح": "h"}
SILENT = dict.fromkeys(
    "ع\N{ARABIC HAMZA ABOVE}\N{ARABIC SHADDA}ੱ\N{DEVANAGARI SIGN NUKTA}\N{GURMUKHI SIGN NUKTA}", ""
)
HEARD = str.maketrans(NASALS | ARABIC | SILENT)
# Aspirates fall together with their plain sounds, before vowels are dropped.
ASPIRATES = (("ksh", "k"), ("chh", "c"), ("ch", "c"), ("sh", "s"), ("ph", "f"), ("gh", "g"))
PLAIN = (*ASPIRATES, ("kh", "k"), ("jh", "j"), ("th", "t"), ("dh", "d"), ("bh", "b"), ("lh", "l"))
SOFT_C = re.compile(r"c(?=[eiy])")
ONE_FOR_ANOTHER = str.maketrans({"z": "j", "q": "k", "c": "k", "x": "k", "w": "v"})
# Urdu writes o and u with the letter of w: only at the beginning of a word is it heard as one.
VOWELS = re.compile(r"[aeiouyh]|(?<=.)v")
DOUBLED = re.compile(r"(.)\1+")
NOT_LETTERS = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Lower-case Latin words, one space between them. Never fails, whatever the text."""
    heard = FLAPPED.sub("r", normalize("NFC", text)).translate(HEARD)
    latin = anyascii(heard).lower()
    return NOT_LETTERS.sub(" ", latin.replace("'", "")).strip()


def skeleton(word: str) -> str:
    """The consonants of a folded word; empty when it has none."""
    for sound, letter in PLAIN:
        word = word.replace(sound, letter)
    bare = VOWELS.sub("", SOFT_C.sub("s", word).translate(ONE_FOR_ANOTHER))
    return DOUBLED.sub(r"\1", bare)


def telling_words(text: str) -> list[str]:
    """The folded words of a text, each once, without those that say nothing."""
    return [word for word in dict.fromkeys(fold(text).split()) if word not in EMPTY_WORDS]


def asked_words(text: str) -> list[str]:
    """As many words of a question as are looked up."""
    return telling_words(text[:MOST_LETTERS])[:MOST_WORDS]
