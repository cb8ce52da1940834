"""Manifests and bundles that are as large as may be, in every way that costs time or memory.

Run as a program it says what each of them and of the hostile ones costs this process, as JSON.
"""

import json
import resource
import sys
import time
from contextlib import suppress

from portal.registry.bundles import CATALOGUES, MOST_MESSAGES
from portal.registry.manifest_limits import (
    MOST_PATTERN_TEXT,
    MOST_RULE_SIGNS,
    MOST_RULE_TEXT,
    SIGN,
)
from portal.registry.manifest_text import MOST_BYTES, MOST_NODES
from portal.registry.manifests import ManifestDoesNotRead
from portal.registry.uploads.domain import look
from portal.rules import parse_rule
from tests.registry.hostile import CASES, GOOD, Case, form_of, many, text_of
from tests.registry.uploading import catalogue, told, zipped


def _of(name, value):
    return Case(name, "json", json.dumps(value, ensure_ascii=False).encode(), "", "")


def _rules(write):
    """As many rules, each another, as may be together."""
    rule = write("0001")
    count = min(MOST_RULE_TEXT // len(rule), MOST_RULE_SIGNS // len(SIGN.findall(rule))) or 1
    return many(count, when=lambda n: write(f"{n:04}"))


def _padded(text, sign="#"):
    return text + sign * (MOST_BYTES - len(text) - 1)


def _words(code):
    """Short of what a file may have."""
    texts = {f"a_text_{n}_of_{code}": f"b{n}" for n in range(MOST_MESSAGES - 1)}
    return catalogue(**texts)


def _unknown(count):
    return told(**{f"unknwon{n}": 1 for n in range(count)})


def _noise(count):
    """Names close to one that is known, so that each is compared."""
    whole = told()
    whole["services"][0]["form"]["steps"][0]["fields"] = [
        {**text_of(f"q{n}"), "lable": 1, "hnit": 2, "kidn": 3} for n in range(count)
    ]
    return whole


RULES = {
    "rows of or": lambda n: " || ".join([f"q0 == '{n}'"] * 125),
    "sums": lambda n: f"1{'+1' * 900} == {n}",
    "lists": lambda n: f"q0 in [{','.join([n] * 390)}]",
    "short": lambda n: f"q0 == '{n}'",
    "nots": lambda n: "!" * 90 + f"(q0 == '{n}')",
    "brackets": lambda n: "(" * 600 + f"q0 == '{n}'" + ")" * 600,
    "open brackets": lambda n: f"q0 == '{n}' && " + "(" * 1900,
    "choices": lambda n: f"q0 == '{n}' ? " + "true ? " * 90 + "true" + " : true" * 91,
}
PATTERNS = (r"\pL{0,100}" * 18, "[^a-z]{0,999}" * 15, "(?i)[a-z]{0,200}" * 12, "(a?){0,900}" * 16)
TEXTS = (
    ("a remark", "yaml", _padded("slug: a\n")),
    ("a text", "yaml", _padded("slug: ", "a")),
    ("a text in quotes", "yaml", _padded('slug: "', "\\")),
    ("a text of escapes", "yaml", 'slug: "' + "\\u0915" * (MOST_BYTES // 6 - 9) + '"'),
    ("a name", "yaml", _padded("", "a")[:-2] + ":"),
    ("question marks", "yaml", _padded("", "?")),
    ("question marks apart", "yaml", "? " * (MOST_BYTES // 2 - 1)),
    ("hyphens", "yaml", "- " * (MOST_BYTES // 2 - 1)),
    ("brackets", "yaml", _padded("a: ", "[")),
    ("braces", "yaml", "{" * (MOST_BYTES - 1)),
    ("commas", "yaml", _padded("a: [", ",")),
    ("colons", "yaml", _padded("a", ":")),
    ("lines", "yaml", _padded("a: |\n", "\n")),
    ("folded lines", "yaml", "a: >\n" + " b\n\n" * (MOST_BYTES // 4 - 3)),
    ("lines of a plain text", "yaml", "a:\n" + " b\n" * (MOST_BYTES // 3 - 3)),
    ("spaces", "yaml", _padded("a:", " ")),
    ("stars", "yaml", _padded("a: ", "*")),
    ("exclamations", "yaml", _padded("a: ", "!")),
    ("percents", "yaml", _padded("", "%")),
    ("values", "yaml", "a: [" + "1," * (MOST_NODES - 9) + "]"),
    ("names", "yaml", "\n".join(f"n{n}: 1" for n in range(MOST_NODES // 2 - 9))),
    ("backslashes in JSON", "json", '{"a": "' + "\\\\" * (MOST_BYTES // 2 - 9) + '"}'),
    ("halves in JSON", "json", '{"a": "' + "\\ud83d\\ude00" * (MOST_BYTES // 12 - 9) + '"}'),
    ("brackets in JSON", "json", '{"a": ' + "[" * 250_000 + "}"),
    ("digits in JSON", "json", '{"a": ' + "9" * 250_000 + "}"),
)

HEAVY = [
    *(Case(name, kind, text.encode(), "", "") for name, kind, text in TEXTS),
    *(_of(f"rules: {name}", _rules(write)) for name, write in RULES.items()),
    *(
        _of(
            f"patterns: {pattern[:9]}",
            many(
                MOST_PATTERN_TEXT // 200,
                pattern=lambda n, all_=pattern: f"{n}{all_}"[:200],
                pattern_message=lambda _: {"en": "a"},
            ),
        )
        for pattern in PATTERNS
    ),
    _of("unknown names", _unknown(5000)),
    _of("names that are nearly known", _noise(400)),
    _of("five hundred questions", many(500)),
    _of("a page of three hundred", form_of(*(text_of(f"q{n}") for n in range(300)))),
    _of("words that are missing", many(500, label=lambda _: {"en": "a"})),
    Case(
        "a bundle of words",
        "bundle",
        zipped(
            {"provider.json": GOOD, **{name: _words(code) for name, code in CATALOGUES.items()}}
        ),
        "",
        "",
    ),
]


def spent_on(case):
    """Seconds of the processor; it is of no matter whether it is refused."""
    began = time.process_time()
    with suppress(ManifestDoesNotRead):
        look(case.content, case.kind)
    return time.process_time() - began


def held():
    """The most memory that this process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    # The grammar of rules is loaded once in the life of a process.
    parse_rule("true")
    spent_on(Case("", "json", GOOD, "", ""))
    before = held()
    spent = {str(case): spent_on(case) for case in (*CASES, *HEAVY)}
    sys.stdout.write(json.dumps({"spent": spent, "grown": held() - before}))


if __name__ == "__main__":
    main()
