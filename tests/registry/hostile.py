"""What people could send to hang, crash or take over the portal; each with what is said of it.

A case is a name, the kind of upload, its bytes, where the fault stands (a part of its place, or
empty), and a part of the sentence.
"""

import json
import stat
from typing import NamedTuple

from tests.registry.publishing_factories import CODES, a_service
from tests.registry.uploading import as_json, catalogue, told
from tests.registry.zips import Entry, zip_of

GOOD = as_json().encode()
WORDS = dict.fromkeys(CODES, "A")
PO = "translations/pa/LC_MESSAGES/messages.po"
FORM = "services.income-certificate.form"


class Case(NamedTuple):
    name: str
    kind: str
    content: bytes
    place: str
    sentence: str

    def __str__(self):
        return f"{self.kind}: {self.name}"


def _yaml(name, text, place, sentence):
    raw = text if isinstance(text, bytes) else text.encode()
    return Case(name, "yaml", raw, place, sentence)


def _json(name, text, place, sentence):
    raw = text if isinstance(text, bytes) else text.encode()
    return Case(name, "json", raw, place, sentence)


def _zip(name, content, place, sentence):
    return Case(name, "bundle", content, place, sentence)


def _said(name, value, place, sentence):
    """A manifest that is well but for one thing."""
    return _json(name, json.dumps(value, ensure_ascii=False, indent=1), place, sentence)


def _nested(value, *way, **more):
    """The manifest with members added at one place."""
    whole = told()
    here = whole
    for key in way:
        here = here[key]
    here.update(more)
    return whole


# --- Text that grows, points or runs ------------------------------------------------------------

LAUGHS = "\n".join(
    ["a: &a [x,x,x,x,x,x,x,x,x]"]
    + [
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
)
ANCHORS = "Anchors"
TAGS = "ag"  # “The tag …” and “Tags …”
YAML = [
    _yaml("a billion laughs", LAUGHS, "a", ANCHORS),
    _yaml("an anchor on the root", "&a\nslug: x", "", ANCHORS),
    _yaml("an anchor on a text", "slug: &a x", "slug", ANCHORS),
    _yaml("an anchor on a name", "&a slug: x", "", ANCHORS),
    _yaml("an alias alone", "slug: *a", "slug", ANCHORS),
    _yaml("an alias to itself", "a: &a\n  b: *a", "a", ANCHORS),
    _yaml("a merge", "a: &a {b: 1}\nc:\n  <<: *a", "a", ANCHORS),
    _yaml("an alias as a name", "? *a\n: 1", "", ANCHORS),
    *(
        _yaml(f"the tag {tag}", f"slug: {tag} x", "slug", TAGS)
        for tag in (
            "!!python/object/apply:os.system",
            "!!python/name:os.system",
            "!!python/module:os",
            "!!python/object/new:subprocess.Popen",
            "!!binary",
            "!!timestamp",
            "!!str",
            "!!int",
            "!!float",
            "!include",
            "!<tag:yaml.org,2002:python/none>",
            "!",
            "!ruby/object:Gem::Installer",
            "!!java.net.URL",
        )
    ),
    _yaml("a set", "a: !!set {b, c}", "a", TAGS),
    _yaml("a tag on a list", "services: !!omap []", "services", TAGS),
    _yaml("a tag that is declared", "%TAG ! tag:x,2000:\n---\nslug: !y x", "slug", TAGS),
    _yaml("the same name twice", "slug: a\nslug: b", "", "stands in line 1 too"),
    _yaml("the same name in quotes", "slug: a\n'slug': b", "", "stands in line 1 too"),
    _yaml("the same name deep down", "a:\n  b:\n    c: 1\n    c: 2", "a.b", "in line 3 too"),
    _yaml("the same name in braces", "a: {b: 1, b: 2}", "a", "stands in line 1 too"),
    _yaml("a second document", "slug: a\n---\nslug: b", "", "A second document"),
    _yaml("a second document after dots", "slug: a\n...\n---\nslug: b", "", "second document"),
    _yaml("a list as a name", "? [a, b]\n: c", "", "A name is one word"),
    _yaml("a table as a name", "{a: b}: c", "", ""),
    _yaml("a tab", "a:\n\tb: 1", "", "Indent with spaces"),
    _yaml("a quote that is not closed", 'slug: "a', "", "never closed"),
    _yaml("a bracket that is not closed", "slug: [a", "", "bracket"),
    _yaml("an escape that is none", 'slug: "\\q"', "", "Use single quotes"),
    _yaml("a character that cannot be seen", "slug: a\x07b", "", "cannot be seen"),
    _yaml("a NUL", "slug: a\x00b", "", "cannot be seen"),
    _yaml("the end of a terminal", "slug: a\x1b[2J", "", "cannot be seen"),
    _yaml("a list", "- a", "", "begins with names"),
    _yaml("a text", "hello", "", "begins with names"),
    _yaml("a number", "42", "", "begins with names"),
    _yaml("nothing", "", "", "empty"),
    _yaml("only a remark", "# nothing", "", "empty"),
    _yaml("only spaces", "  \n \n", "", "empty"),
    _yaml("Latin 1", "slug: caf\xe9".encode("latin-1"), "", "not UTF-8"),
    _yaml("UTF-16", "slug: a".encode("utf-16"), "", "not UTF-8"),
    _yaml("half a character", b"slug: \xe0\xa4", "", "not UTF-8"),
    _yaml("a long way of writing /", b"slug: \xc0\xaf", "", "not UTF-8"),
    _yaml("half a pair", b"slug: \xed\xa0\x80", "", "not UTF-8"),
    _yaml("too many bytes", b"#" * 262_145, "", "over 262144 bytes"),
    _yaml("too many values", "a: [" + "x," * 12_000 + "]", "a", "more than 12000 values"),
    _yaml("too many names", "a: {" + ",".join(f"n{n}: 1" for n in range(6001)) + "}", "a", "12000"),
    _yaml("too deep in brackets", "a: " + "[" * 5000, "a.1.1", "more than 20 levels deep"),
    _yaml("too deep in braces", "a: " + "{a: " * 5000, "a.a.a", "more than 20 levels deep"),
    _yaml(
        "too deep by indentation",
        "\n".join(f"{' ' * n}a:" for n in range(400)),
        "a.a.a",
        "more than 20 levels deep",
    ),
    _yaml("too deep by hyphens", "- " * 5000 + "a", "1.1.1", "more than 20 levels deep"),
    _yaml("a very long name", f"{'n' * 1000}: 1", "n", ""),
    _yaml("thousands of questions marks", "? " * 5000, "", ""),
    _yaml("another version of YAML", "%YAML 3.0\n---\nslug: a", "", ""),
]
JSON = [
    _json("the same name twice", '{"slug": "a",\n"slug": "b"}', "", "stands in line 1 too"),
    _json("the same name, escaped", '{"slug": 1, "\\u0073lug": 2}', "", "stands in line 1 too"),
    _json("a comma too many", '{"slug": "a",}', "", "not JSON"),
    _json("a remark", '{"slug": "a"} // b', "", "not JSON"),
    _json("single quotes", "{'slug': 'a'}", "", "not JSON"),
    _json("no number", '{"a": NaN}', "", "NaN is no number"),
    _json("without end", '{"a": -Infinity}', "", "is no number"),
    _json("too deep", '{"a":' + "[" * 100_000 + "]" * 100_000 + "}", "", "levels deep"),
    _json("too deep in braces", '{"a":' * 30 + "1" + "}" * 30, "a.a", "levels deep"),
    _json("far too deep in braces", '{"a":' * 3000 + "1" + "}" * 3000, "", "levels deep"),
    _json("half a pair", '{"slug": "\\ud800"}', "", ""),
    _json("a list", "[1, 2]", "", "begins with names"),
    _json("a text", '"a"', "", "begins with names"),
    _json("null", "null", "", "begins with names"),
    _json("two values", "{} {}", "", "not JSON"),
    _json("a NUL inside", '{"slug": "a\\u0000b"}', "", ""),
    _json("too many bytes", b'{"a": "' + b"x" * 262_144 + b'"}', "", "over 262144"),
    _json("too many values", '{"a": [' + "1," * 12_000 + "1]}", "a", "more than 12000 values"),
    _json("bytes that are no text", b'{"slug": "\xff"}', "", "not UTF-8"),
]

# --- What the contract does not know ------------------------------------------------------------

UNKNOWN = "is not known here"
REMOTE = {"$ref": "https://evil.example/schema.json"}
SHAPES = [
    _said("a reference at the top", told(**REMOTE), "$ref", ""),
    _said("a reference in a service", _nested(0, "services", 0, **REMOTE), "$ref", ""),
    _said("a reference in a form", _nested(0, "services", 0, "form", **REMOTE), "$ref", ""),
    _said(
        "a reference in a step", _nested(0, "services", 0, "form", "steps", 0, **REMOTE), "$ref", ""
    ),
    _said(
        "a reference in a question",
        _nested(0, "services", 0, "form", "steps", 0, "fields", 0, **REMOTE),
        "$ref",
        "",
    ),
    _said("a reference for a service", told() | {"services": [REMOTE]}, "services", ""),
    _said("a reference for words", told(name=REMOTE), "name", ""),
    _said("a reference to a file", told(name={"$ref": "file:///etc/passwd"}), "name", ""),
    *(
        _said(f"the unknown name {name}", told(**{name: {}}), name, "")
        for name in (
            "hook",
            "__class__",
            "__proto__",
            "constructor",
            "$schema",
            "$dynamicRef",
            "allOf",
            "include",
            "import",
            "model_config",
            "exec",
        )
    ),
    _said(
        "bills that nobody answers for",
        told(billing={"title": WORDS, "account": WORDS}),
        "billing",
        "Nothing answers for bills.",
    ),
    *(
        _said(f"a hook at {path!r}", told(hooks={"bills": path}), "hooks.bills", "Write a path")
        for path in (
            "https://169.254.169.254/latest",
            "//evil.example/bills",
            "/../../admin",
            "/bills?account=1",
            "/bills#x",
            "/bills\r\nhost: evil.example",
            "/" + "a" * 200,
        )
    ),
    _said("code in words", told(name={"en": "a", "py": "os.system('x')"}), "name", "py"),
    _said("words that are no words", told(name="Tehsil"), "name", ""),
    _said("words without English", told(name={"hi": "तहसील"}), "name", "English"),
    _said("words that are a list", told(name=["a"]), "name", ""),
    _said("words of numbers", told(name={"en": 1}), "name", ""),
    _said("words of nothing", told(name={"en": "  "}), "name", "English"),
    _said("very long words", told(name={"en": "x" * 9000}), "name", "is the most"),
    *(
        _said(f"the contract {wrong!r}", told() | {"contract": wrong}, "contract", "contract 1")
        for wrong in (0, 2, True, "1", None, [1], {"a": 1}, 10**40)
    ),
    *(
        _said(f"the version {wrong!r}", told(version=wrong), "version", "whole number")
        for wrong in (0, -1, True, "3", None, 1.5, 10**12, [1], "1; DROP TABLE")
    ),
    *(
        _said(f"the slug {wrong!r}", told(slug=wrong), "slug", "")
        for wrong in (
            "../revenue",
            "a/b",
            "Tehsil",
            "tehsil ",
            "-a",
            "a--b",
            "1a",
            "",
            "ਤਹਿਸੀਲ",
            "tеhsil",
            "a" * 61,
            "a\nb",
            "a\u202eb",
            "a%2fb",
            None,
            7,
            ["a"],
            {"a": 1},
        )
    ),
    _said("a kind that is none", told(kind="emperor"), "kind", ""),
    _said("no services but a text", told() | {"services": "all"}, "services", ""),
    _said("a service that is a number", told() | {"services": [1]}, "services", ""),
    _said("a service that is null", told() | {"services": [None]}, "services", ""),
    _said(
        "a zone that is a path", told(calendar={"zone": "../../etc/passwd"}), "zone", "time zone"
    ),
    _said("no day is worked", told(calendar={"weekend": [1, 2, 3, 4, 5, 6, 7]}), "weekend", ""),
    _said("a weekend of a million", told(calendar={"weekend": [10**6]}), "weekend", ""),
    _said(
        "a day that is none",
        told(calendar={"holidays": [{"date": "2026-02-30", "name": {"en": "a"}}]}),
        "date",
        "",
    ),
    _said("settings with a way in", told(fulfilment={"settings": "A;B"}), "settings", ""),
    _said("another way out", told(fulfilment={"kind": "shell"}), "fulfilment", ""),
    _said("a language that is none", told(languages=["xx"]), "languages", "xx"),
    _said("its own service inherited", told(inherits=[{"service": "tehsil/a"}]), "inherits", "own"),
    _said("a way in a way", told(inherits=[{"service": "../a/b"}]), "inherits", "whose service"),
]

# --- Forms, rules and patterns ------------------------------------------------------------------


def form_of(*fields, **step):
    """The manifest with one step of these questions."""
    whole = told()
    steps = [{"slug": "you", "title": WORDS, "fields": list(fields), **step}]
    whole["services"][0]["form"] = {"steps": steps}
    return whole


def text_of(name="a", **more):
    return {"kind": "text", "name": name, "label": WORDS, **more}


def _pattern(pattern):
    return form_of(text_of(pattern=pattern, pattern_message=WORDS))


def _rule(rule):
    return form_of(text_of("a"), text_of("b", when=rule))


def _fee(rule):
    whole = told()
    whole["services"][0] |= {"fee": rule, "fee_words": WORDS}
    return whole


def many(count, **more):
    """So many questions, on pages of a hundred."""
    whole = told()
    whole["services"][0]["form"]["steps"] = [
        {
            "slug": f"s{start}",
            "title": WORDS,
            "fields": [text_of(f"q{n}") | _each(more, n) for n in range(start, start + 100)][
                : count - start
            ],
        }
        for start in range(0, count, 100)
    ]
    return whole


def _each(more, number):
    return {name: make(number) for name, make in more.items()}


PATTERNS = [
    _said(f"the pattern {pattern[:20]}", _pattern(pattern), "pattern", "RE2")
    for pattern in (
        r"(a)\1",
        "(?=a)b",
        "(?<=a)b",
        "(?!a)b",
        "(?>a)b",
        "a++",
        "(?P<x>a)(?P=x)",
        "(?R)",
        "(",
        "[a",
        "a{1001}",
        "(a{1000}){1000}",
        "*a",
        r"\Z(?#x)",
        r"\pQ",
        "(?C1)",
        r"\p{Nope}",
        "(((((a{100}){100}){100})))",
    )
] + [
    _said("a pattern too long", _pattern("a" * 201), "pattern", "200 is the most"),
    _said("a pattern that is a number", _pattern(5), "pattern", ""),
    _said("a pattern that is a list", _pattern(["a"]), "pattern", ""),
    _said(
        "patterns that are long together",
        many(
            7,
            pattern=lambda n: f"{n}" + "[a-z]{0,99}" * 17,
            pattern_message=lambda _: WORDS,
        ),
        "pattern",
        "characters of patterns",
    ),
]
RULES = [
    _said(f"the rule {rule[:24]}", _rule(rule), "when", "")
    for rule in (
        "__import__('os').system('id')",
        "a.__class__.__mro__",
        "open('/etc/passwd')",
        "a = 'b'",
        "a; b",
        "{'a': 1}",
        "lambda: 1",
        "a == 'x' and true",
        "[x for x in a]",
        "'a' * 1000000",
        "null",
        "1",
        "a",
        "",
        " ",
        "(" * 300,
        "!" * 500 + "true",
        "true" + " ? true" * 10,
        "b == 'x'",
        "unknown == 'x'",
        "today.exec()",
        "matches(a, '(a)\\\\1')",
        "size(a) == 99999999999999999999999999999999999999999999999999" + "9" * 100,
        "\x00",
        "a == 'x' || " * 20,
        "a == '\u202e'; --",
        '"unclosed',
        "ａ == 'x'",
    )
] + [
    _said("a rule too long", _rule("true && " * 300 + "true"), "when", "2000"),
    _said("a rule of a million sums", _rule("1" + "+1" * 300 + " == 1"), "when", "deep"),
    _said("a rule that is a list", _rule(["true"]), "when", ""),
    _said("a rule that is true", _rule(rule=True), "when", ""),
    _said(
        "rules that are long together",
        many(40, when=lambda n: f"today == date('2026-01-01') && {n} == {n}" + " && true" * 15),
        "when",
        "characters of rules",
    ),
    _said("a fee that is no money", _fee("5"), "fee", "currency"),
    _said("a fee that is text", _fee("'5'"), "fee", ""),
    _said("a fee of a currency that is none", _fee("money('5', 'XXXX')"), "fee", ""),
    _said("a fee that divides for ever", _fee("money('1.00', 'INR') / " * 80 + "3"), "fee", ""),
]
FORMS = [
    _said("more questions than may be", many(501), "services", "500 is the most"),
    _said(
        "more questions on a page", form_of(*(text_of(f"q{n}") for n in range(301))), FORM, "300"
    ),
    _said("a million rows", form_of({**text_of("g"), "kind": "group", "at_most": 10**6}), "g", ""),
    _said(
        "a group in a group",
        form_of(
            {
                "kind": "group",
                "name": "g",
                "label": WORDS,
                "fields": [{"kind": "group", "name": "h", "label": WORDS, "fields": []}],
            }
        ),
        "",
        "group",
    ),
    _said("a kind that is none", form_of({**text_of(), "kind": "script"}), "", "script"),
    _said("a kind that is a way", form_of({**text_of(), "kind": "../text"}), "", ""),
    _said("no kind", form_of({"name": "a", "label": WORDS}), "", ""),
    _said("a question called like ours", form_of(text_of("csrf_token")), "csrf_token", "name"),
    _said("a question called like a fact", form_of(text_of("today")), "today", "fact"),
    _said("a question of the language", form_of(text_of("in")), "in", "rules"),
    _said("a question with dots", form_of(text_of("a.b")), "", "rules"),
    _said("the same question twice", form_of(text_of("a"), text_of("a")), "a", "2 questions"),
    _said("a pre-fill that is none", form_of(text_of(prefill="profile.password")), "prefill", ""),
    _said("a form of nothing", told() | {"services": [{"slug": "a"}]}, "services", ""),
    _said("a promise without end", told(), "", "")._replace(
        content=as_json(a_service(promise=10**9)).encode(), place="promise", sentence="year"
    ),
    _said("the same service twice", told() | {"services": told()["services"] * 2}, "services", "2"),
    _said(
        "more services than may be",
        told()
        | {"services": [s | {"slug": f"s{n}"} for n in range(24) for s in told()["services"]]}
        | {"inherits": [{"service": f"town/s{n}"} for n in range(90)]},
        "services",
        "100 is the most",
    ),
]

# --- Bundles ------------------------------------------------------------------------------------

MAIN = Entry("provider.json", GOOD)


def _with(*entries, **lies):
    return zip_of(MAIN, *entries, **lies)


def _mode(kind):
    return _with(Entry("README.md", b"/etc/passwd", method=0, mode=kind | 0o777))


OUT, TOP, PLACE = "leads out", "top of a disk", "no place in a bundle"
NAMES = [
    _zip(f"the name {name!r}", _with(Entry(name)), "", sentence)
    for name, sentence in (
        ("../provider.yaml", OUT),
        ("../../../../etc/cron.d/x", OUT),
        ("translations/../../x", OUT),
        ("a/..", OUT),
        ("..", OUT),
        ("./provider.json", OUT),
        ("translations//pa", OUT),
        ("translations/./pa", OUT),
        ("/etc/passwd", TOP),
        ("//server/share", TOP),
        ("~/.ssh/authorized_keys", TOP),
        ("C:/Windows/x", TOP),
        ("c:x", TOP),
        ("..\\x", "“/”"),
        ("translations\\pa\\x.po", "“/”"),
        ("\\\\server\\share", "“/”"),
        ("a\nb", "cannot be seen"),
        ("a\x1bb", "cannot be seen"),
        ("icon\u202egnp.png", "cannot be seen"),
        ("READ\u200bME.md", "cannot be seen"),
        ("", "empty"),
        ("inner.zip", "An archive"),
        ("inner.ZIP", "An archive"),
        ("x.tar.gz", "An archive"),
        ("PROVIDER.JSON", "same as"),
        ("Provider.json", "same as"),
        ("ｐrovider.json", "same as"),
        ("provider.jſon", "same as"),
        ("provider.json/", "like a folder"),
        ("provider.json", "same as"),
        ("provider.py", PLACE),
        ("__init__.py", PLACE),
        ("__MACOSX/._provider.json", PLACE),
        (".DS_Store", PLACE),
        (".git/config", PLACE),
        ("CON", PLACE),
        ("aux.txt", PLACE),
        ("icon.svg", PLACE),
        ("index.html", PLACE),
        ("translations/xx/LC_MESSAGES/messages.po", PLACE),
        ("translations/pa/LC_MESSAGES/messages.mo", PLACE),
        ("folder/provider.yaml", PLACE),
        ("provider.json.", PLACE),
        ("provider.json ", PLACE),
        ("provider.json::$DATA", PLACE),
    )
]
NOT_SO = "is not what the zip says"
HEAD = "own head says another thing"
LINK = "a link, a device or a pipe"
ZIP64 = b"\x01\x00\x10\x00" + bytes(16)
LOCATOR = b"PK\x06\x07" + bytes(16)
CODED = "encrypted"
SMALL = Entry("README.md", b"hello" * 10)
ZIPS = [
    _zip("a link", _mode(stat.S_IFLNK), "README.md", LINK),
    _zip("a device of characters", _mode(stat.S_IFCHR), "README.md", LINK),
    _zip("a device of blocks", _mode(stat.S_IFBLK), "README.md", LINK),
    _zip("a pipe", _mode(stat.S_IFIFO), "README.md", LINK),
    _zip("a socket", _mode(stat.S_IFSOCK), "README.md", LINK),
    _zip("a folder by another name", _mode(stat.S_IFDIR), "README.md", LINK),
    _zip(
        "a folder that holds something",
        _with(Entry("translations/", b"hidden", mode=stat.S_IFDIR)),
        "translations/",
        "like a folder",
    ),
    _zip("encrypted", _with(Entry("README.md", flags=0x801)), "README.md", CODED),
    _zip("strongly encrypted", _with(Entry("README.md", flags=0x841)), "README.md", CODED),
    _zip("a hidden list", _with(Entry("README.md", flags=0x2800)), "README.md", CODED),
    *(
        _zip(f"packed by {method}", _with(Entry("README.md", method=method)), "README.md", "packed")
        for method in (1, 6, 9, 12, 14, 93, 95, 97, 99)
    ),
    _zip("too many files", _with(*(Entry(f"f{n}") for n in range(20))), "", "20 is the most"),
    _zip("ten thousand files", _with(*(Entry(f"f{n}") for n in range(9999))), "", "is the most"),
    _zip("a bomb", _with(Entry("README.md", bytes(200_000))), "README.md", "100 times"),
    _zip("a bomb for a manifest", zip_of(Entry("provider.yaml", b"#" * 250_000)), "", "100 times"),
    _zip(
        "more than a manifest has", _with(Entry("README.md", bytes(262_145))), "README.md", "most"
    ),
    _zip("more than a picture has", _with(Entry("icon.png", bytes(200_001))), "icon.png", "most"),
    _zip("a long signature", _with(Entry("signature", bytes(201))), "signature", "most"),
    _zip(
        "more than all may have",
        _with(*(Entry(f"f{n}", bytes(260_000)) for n in range(9))),
        "",
        "2000000 is the most",
    ),
    _zip(
        "too many bytes", _with(Entry("README.md", bytes(1_000_001), method=0)), "", "is the most"
    ),
    _zip(
        "smaller than it is",
        _with(Entry("README.md", b"x" * 90, here={"size": 9}, listed={"size": 9})),
        "README.md",
        NOT_SO,
    ),
    _zip(
        "larger than it is",
        _with(Entry("README.md", b"x" * 90, here={"size": 99}, listed={"size": 99})),
        "README.md",
        NOT_SO,
    ),
    _zip(
        "another sum",
        _with(Entry("README.md", here={"crc": 7}, listed={"crc": 7})),
        "README.md",
        NOT_SO,
    ),
    _zip(
        "another name before it", _with(Entry("README.md", here={"name": b"icon.png1"})), "", HEAD
    ),
    _zip("another size before it", _with(Entry("README.md", here={"size": 9})), "", HEAD),
    _zip("another sum before it", _with(Entry("README.md", here={"crc": 9})), "", HEAD),
    _zip("another kind before it", _with(Entry("README.md", here={"method": 0})), "", HEAD),
    _zip("other marks before it", _with(Entry("README.md", here={"flags": 0x801})), "", HEAD),
    _zip(
        "no deflate",
        _with(Entry("README.md", b"\xff" * 9, method=0, here={"method": 8}, listed={"method": 8})),
        "README.md",
        "damaged",
    ),
    _zip("a size of four gigabytes", _with(Entry("README.md", listed={"size": 2**32 - 1})), "", ""),
    _zip(
        "large archive in the list", _with(Entry("README.md", extra=ZIP64)), "README.md", "second"
    ),
    _zip(
        "another name beside the name",
        _with(Entry("README.md", extra=b"up\x0a\x00\x01\x00\x00\x00\x00../xx")),
        "README.md",
        "second name",
    ),
    _zip("large archive at the end", _with(SMALL, behind=LOCATOR), "", ""),
    _zip("all ones", _with(all=0xFFFF, here=0xFFFF), "", "zip64"),
    _zip("more files than there are", _with(all=9, here=9), "", ""),
    _zip("fewer files than there are", _with(SMALL, all=1, here=1), "", ""),
    _zip("no files", zip_of(), "", "begins with its first file"),
    _zip("several disks", _with(disk=1), "", "list of files"),
    _zip("another disk", _with(first=2), "", "list of files"),
    _zip("a list elsewhere", _with(at=4), "", "list of files"),
    _zip("a list of another size", _with(size=46), "", "list of files"),
    _zip("a list beyond the end", _with(at=2**31), "", "list of files"),
    _zip("something before it", _with(before=b"#!/bin/sh\n"), "", "first file"),
    _zip("a picture before it", _with(before=b"\x89PNG\r\n\x1a\n"), "", "first file"),
    _zip("something behind it", _with() + b"more", "", "does not end"),
    _zip("a comment", _with(comment=b"PK\x05\x06"), "", "comment"),
    _zip("a second end", _with() + _with()[-22:], "", "list of files"),
    _zip("two zips", _with() + _with(), "", ""),
    _zip("half of it", _with()[: len(_with()) // 2], "", "does not end"),
    _zip("only the end", _with()[-22:], "", "first file"),
    _zip("no zip", b"PK\x03\x04" + b"x" * 40, "", "does not end"),
    _zip("a few bytes", b"PK", "", "first file"),
    _zip(
        "something between files", _with(Entry("README.md", before=b"hidden")), "README.md", "hides"
    ),
    _zip("something behind a file", _with(between=b"hidden"), "", "hides"),
    _zip("two in one place", _with(Entry("README.md", listed={"offset": 0})), "", "hides"),
    _zip("a place far away", _with(Entry("README.md", listed={"offset": 2**31})), "", "hides"),
    _zip("a NUL in a name", _with(Entry(b"README.md\x00.png")), "", "cannot be seen"),
    _zip("a name that is no text", _with(Entry(b"README\xff.md")), "", ""),
    _zip("no manifest", zip_of(SMALL), "", "provider.yaml or provider.json"),
    _zip("two manifests", _with(Entry("provider.yaml", b"a: b")), "", "one of them"),
    _zip("a zip for an icon", _with(Entry("icon.png", _with())), "icon.png", "by another name"),
    _zip("gzip for words", _with(Entry("README.md", b"\x1f\x8b\x08")), "README.md", "another name"),
    _zip("an icon that is a page", _with(Entry("icon.png", b"<svg onload=x>")), "icon.png", "PNG"),
    _zip("an icon of another kind", _with(Entry("icon.png", b"GIF89a")), "icon.png", "PNG"),
    _zip("words that are no catalogue", _with(Entry(PO, b"<html>")), "", "catalogue"),
    _zip("words that are not closed", _with(Entry(PO, b'msgid "a')), "", "catalogue"),
    _zip("words that are no text", _with(Entry(PO, b'msgid "\xff"\nmsgstr ""')), "", "UTF-8"),
    _zip(
        "too many words",
        _with(Entry(PO, catalogue(**{f"a{n}": "b" for n in range(2001)}).encode())),
        "",
        "2000 is the most",
    ),
    _zip("laughs in a bundle", zip_of(Entry("provider.yaml", LAUGHS.encode())), "a", ANCHORS),
]

CASES = [*YAML, *JSON, *SHAPES, *PATTERNS, *RULES, *FORMS, *NAMES, *ZIPS]
