"""Whatever bytes come: read, or refused in words; and bounded by counts in all that is done."""

import json
import zlib

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.registry import bundles, manifest_limits, manifest_text
from portal.registry.manifest_limits import MOST_RULE_TEXT
from portal.registry.manifest_text import DEEPEST, MOST_BYTES, MOST_NODES
from portal.registry.manifests import ManifestDoesNotRead
from portal.registry.uploads.domain import look
from tests.registry.hostile import CASES, GOOD, PO, RULES
from tests.registry.uploading import catalogue, told, zipped
from tests.registry.zips import Entry, zip_of

BUNDLE = zipped({"provider.json": GOOD, PO: catalogue(a="b"), "README.md": "a"})
OFTEN = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None
)
PLACES = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def judged(content, kind):
    """Raises whatever is no refusal in words."""
    try:
        return look(content, kind)
    except ManifestDoesNotRead as error:
        refused = error
    assert refused.found
    assert all(fault.sentence for fault in refused.found)
    assert all(one["pointer"][:1] in ("", "/") for one in refused.pointers)
    return None


def spoilt(raw, places):
    data = bytearray(raw)
    for at, byte in places:
        data[at % len(data)] = byte
    return bytes(data)


@OFTEN
@given(st.text(alphabet="abc:-?[]{}&*!|>'\"%@#,\n \t\\<u0", max_size=80))
def test_any_text_is_read_or_refused_in_words(text):
    judged(text.encode(), "yaml")
    judged(text.encode(), "json")


@OFTEN
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_in_words(data):
    for kind in ("yaml", "json", "bundle"):
        judged(data, kind)
    judged(b"PK\x03\x04" + data, "bundle")
    judged(zipped({"provider.json": GOOD, PO: data}), "bundle")


@OFTEN
@given(PLACES)
def test_a_manifest_with_wrong_bytes_is_read_or_refused_in_words(places):
    judged(spoilt(GOOD, places), "json")
    judged(spoilt(GOOD, places), "yaml")


@OFTEN
@given(PLACES)
def test_a_bundle_with_wrong_bytes_is_read_or_refused_in_words(places):
    found = judged(spoilt(BUNDLE, places), "bundle")
    assert found is None or set(found.bundle.files) <= set(bundles.LARGEST)


def places_in(value, way=()):
    yield way
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for key, part in parts if isinstance(value, dict | list) else ():
        yield from places_in(part, (*way, key)) if isinstance(part, dict | list) else [(*way, key)]


@OFTEN
@given(st.data(), VALUES)
def test_any_value_at_any_place_is_read_or_refused_in_words(data, value):
    whole = told()
    *way, last = data.draw(st.sampled_from([one for one in places_in(whole) if one]))
    here = whole
    for key in way:
        here = here[key]
    here[last] = value
    text = json.dumps(whole, ensure_ascii=False).encode(errors="surrogatepass")
    judged(text, "json")


@OFTEN
@given(st.text(max_size=40), st.binary(max_size=20), st.integers(0, 2**16 - 1))
def test_any_name_and_mode_in_a_bundle_is_read_or_refused_in_words(name, content, mode):
    raw = name.encode(errors="surrogatepass")
    entry = Entry(raw, content, mode=mode)
    found = judged(zip_of(Entry("provider.json", GOOD), entry), "bundle")
    assert found is None or set(found.bundle.files) <= set(bundles.LARGEST)


@pytest.mark.parametrize("open_", ["[", "{a: "])
def test_no_more_is_parsed_than_may_stand_deep(monkeypatch, open_):
    seen = counting(monkeypatch)
    judged(f"a: {open_ * 60_000}".encode()[:MOST_BYTES], "yaml")
    assert len(seen) <= 2 * DEEPEST + 10


def test_no_more_is_parsed_than_so_many_values(monkeypatch):
    seen = counting(monkeypatch)
    judged(b"a: [" + b"x," * 100_000 + b"]", "yaml")
    assert len(seen) <= MOST_NODES + 10


def counting(monkeypatch):
    """Every event of the parser that was taken."""
    seen, parse = [], yaml.parse

    def counted(text, **how):
        for event in parse(text, **how):
            seen.append(event)
            yield event

    monkeypatch.setattr(manifest_text.yaml, "parse", counted)
    return seen


@pytest.mark.parametrize("case", RULES, ids=str)
def test_no_more_of_rules_is_read_than_may_be(monkeypatch, case):
    read, parse = [], manifest_limits.parse_rule

    def counted(text):
        read.append(text)
        parse(text)

    monkeypatch.setattr(manifest_limits, "parse_rule", counted)
    judged(case.content, case.kind)
    assert sum(map(len, read)) <= MOST_RULE_TEXT


@pytest.mark.parametrize("case", [one for one in CASES if one.kind == "bundle"], ids=str)
def test_no_more_is_unpacked_than_may_be(monkeypatch, case):
    unpacked = []

    class Counting:
        def __init__(self, *bits):
            self._inner = zlib_decompressobj(*bits)

        def decompress(self, data, most):
            assert most <= MOST_BYTES + 1
            unpacked.append(len(found := self._inner.decompress(data, most)))
            return found

        def __getattr__(self, name):
            return getattr(self._inner, name)

    zlib_decompressobj = zlib.decompressobj
    monkeypatch.setattr(bundles.zlib, "decompressobj", Counting)
    judged(case.content, case.kind)
    assert sum(unpacked) <= bundles.MOST_UNPACKED
    assert len(unpacked) <= bundles.MOST_ENTRIES
