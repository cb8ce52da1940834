"""What browsers get is small, complete, drawn in five scripts and the same in both directions."""

import io
import json
import re
import shutil
import subprocess
import sys
from importlib import util
from pathlib import Path
from types import MappingProxyType

import brotli
import pytest
from fontTools.ttLib import TTFont

from portal.app import rooms
from portal.registry import vocabulary
from portal.registry.vocabulary import Entry
from portal.web import assets

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(ROOT.glob("portal/**/templates/**/*.html"))
SAMPLES = {
    "latin": "Sanjha: 1,50,000.50 – Zoë’s “form” (A4) & more… × ÷ ½ é ñ",
    "rupee": "₹",
    "gurmukhi": "ਪੰਜਾਬੀ ਵਿੱਚ ਜਨਮ ਸਰਟੀਫਿਕੇਟ ਦੀ ਅਰਜ਼ੀ ਸ਼ਖ਼ਸ ਗ਼ਜ਼ਲ ਫ਼ੀਸ ੴ ੧੨੩।॥",
    "devanagari": "हिन्दी में जन्म प्रमाण पत्र का आवेदन ज़मीन पढ़ाई क्‍ष १२३।॥",
    "nastaliq": "اردو میں پیدائش کی درخواست، آپ کا نام؟ ٹھیک ہے۔ گاؤں ہوں لیے ڈاکٹر ڑ ژ ݨ ࣇ ۱۲۳٪",
    "names-gurmukhi": "ਪੰਜਾਬੀ",
    "names-devanagari": "हिन्दी",
    "names-nastaliq": "اردو پنجابی",
}
# Physical sides and sizes; `width` and `height` are asked about in media queries only.
PHYSICAL = re.compile(
    r"[{;](?:(?:margin|padding|border)-(?:left|right|top|bottom)[a-z-]*"
    r"|left|right|top|bottom|(?:min-|max-)?(?:width|height)|(?:float|clear|text-align):(?:left|right))"
    r"[:;}]"
)


@pytest.fixture(scope="module")
def manifest():
    return json.loads((assets.DIST / "manifest.json").read_text())


@pytest.fixture(scope="module")
def style(manifest):
    return (assets.DIST / manifest["look.css"]).read_text()


@pytest.fixture(scope="module")
def builder():
    spec = util.spec_from_file_location("build_assets", ROOT / "build_assets.py")
    module = util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def letters_of(name):
    return set(TTFont(io.BytesIO((assets.DIST / name).read_bytes())).getBestCmap())


def test_a_second_build_changes_nothing_and_does_not_touch_fonts():
    before = {one: one.stat().st_mtime_ns for one in assets.DIST.rglob("*") if one.is_file()}
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "build_assets.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    after = {one: one.stat().st_mtime_ns for one in assets.DIST.rglob("*") if one.is_file()}
    assert after == before
    assert "fontTools" not in told.stderr


def test_the_build_knows_all_its_inputs(builder, tmp_path, monkeypatch):
    before = builder.digest_of_inputs()
    source = tmp_path / "src"
    source.mkdir()
    for one in builder.SOURCE.iterdir():
        (source / one.name).write_bytes(one.read_bytes())
    monkeypatch.setattr(builder, "ROOT", tmp_path)
    for name in ("package.json", "package-lock.json"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    monkeypatch.setattr(builder, "SOURCE", source)
    monkeypatch.setattr(builder, "__file__", str(tmp_path / "build_assets.py"))
    (tmp_path / "build_assets.py").write_bytes((ROOT / "build_assets.py").read_bytes())
    same = builder.digest_of_inputs()
    (source / "look.css").write_text("a{color:red}")
    assert before != builder.digest_of_inputs() != same


def test_equal_sources_get_equal_names_wherever_they_are_built(builder, tmp_path, manifest):
    source = shutil.copytree(builder.SOURCE, tmp_path / "elsewhere")
    shutil.copytree(builder.make_fonts(), source / "fonts")
    builder.bundle(source, tmp_path / "made")
    assert builder.names_of(tmp_path / "made") == manifest


def test_a_style_that_cannot_be_read_stops_the_build_with_its_place(builder, tmp_path):
    source = shutil.copytree(builder.SOURCE, tmp_path / "src")
    shutil.copytree(builder.make_fonts(), source / "fonts")
    (source / "portal.js").write_text("let = ;")
    with pytest.raises(builder.NotBuilt, match=r"portal\.js:1"):
        builder.bundle(source, tmp_path / "made")


def test_the_lock_file_names_no_registry_and_pins_every_package():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages
    assert all(one["integrity"].startswith("sha512-") for one in packages.values())
    assert not any("resolved" in one for one in packages.values())
    wanted = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


def test_every_file_of_the_manifest_is_there(manifest):
    assert {"look.css", "portal.js", "sprite.svg", "mark.svg"} <= set(manifest)
    assert all((assets.DIST / name).is_file() for name in manifest.values())


def test_texts_are_there_compressed_as_well(manifest):
    for name in [one for one in manifest.values() if not one.endswith(".woff2")]:
        packed = (assets.DIST / f"{name}.br").read_bytes()
        assert brotli.decompress(packed) == (assets.DIST / name).read_bytes()
        assert (assets.DIST / f"{name}.gz").is_file()


def test_everything_that_the_style_points_at_exists(style):
    addresses = re.findall(r"url\(\"?([^)\"]+)\"?\)", style)
    assert addresses
    assert all((assets.DIST / address).is_file() for address in addresses)
    assert not re.search(r"https?:|@import", style)


def test_the_style_knows_no_left_and_no_right(style):
    assert PHYSICAL.findall(style) == []


def test_no_rule_for_gurmukhi_follows_one_for_shahmukhi(style):
    # :lang(pa) takes in pa-Arab, so it must come first.
    assert style.rindex(":lang(pa)") < style.index(":lang(pa-Arab)")


def icons_of_templates():
    for file in TEMPLATES:
        text = file.read_text()
        calls = " ".join(re.findall(r"icon\((.*?)\)\s*\}\}", text))
        tables = " ".join(re.findall(r"set icons = (\{[^}]*\})", text))
        names = re.findall(r"^\s*\"([\w-]+)\"|else \"([\w-]+)\"", calls)
        names += re.findall(r"icon\(\"([\w-]+)\"()", text) + re.findall(r": \"([\w-]+)\"()", tables)
        yield from ((one or other, file.name) for one, other in names)


def icons_of_tables():
    tables = [one for one in vars(vocabulary).values() if isinstance(one, MappingProxyType)]
    entries = [entry for table in tables for entry in table.values() if isinstance(entry, Entry)]
    assert entries
    yield from ((entry.icon, str(entry.title.texts["en"])) for entry in entries)


def icons_of_menus():
    yield from ((item.icon, item.label) for room in rooms() for item in room.menu)


def test_every_symbol_that_a_page_draws_is_in_the_sprite(manifest):
    drawn = (assets.DIST / manifest["sprite.svg"]).read_text()
    known = set(re.findall(r"<symbol id=\"([\w-]+)\"", drawn))
    asked = [*icons_of_templates(), *icons_of_tables(), *icons_of_menus()]
    assert [(name, where) for name, where in asked if name not in known] == []


@pytest.mark.parametrize("font", SAMPLES)
def test_a_font_has_the_letters_of_its_languages(manifest, font):
    have = letters_of(manifest[f"fonts/{font}.woff2"])
    # Spaces come from the Latin font, so that words in Nastaliq stand apart.
    missing = {one for one in SAMPLES[font] if ord(one) not in have and one != " "}
    assert missing == set()


def test_no_font_but_the_latin_one_draws_a_space(manifest):
    fonts = {name for name in manifest if name.endswith(".woff2")}
    with_space = {name for name in fonts if 0x20 in letters_of(manifest[name])}
    assert with_space == {"fonts/latin.woff2"}


@pytest.mark.parametrize("font", ["gurmukhi", "devanagari", "nastaliq"])
def test_a_font_keeps_the_rules_that_join_its_letters(manifest, font):
    rules = TTFont(io.BytesIO((assets.DIST / manifest[f"fonts/{font}.woff2"]).read_bytes()))
    features = {one.FeatureTag for one in rules["GSUB"].table.FeatureList.FeatureRecord}
    joining = {"nastaliq": {"init", "medi", "fina", "rlig"}}
    assert joining.get(font, {"half", "rphf", "blwf", "nukt"}) & features


def test_the_first_view_of_a_page_is_light(manifest):
    drawn = ("look.css", "portal.js", "sprite.svg", "mark.svg", "phulkari.svg")
    sent = sum((assets.DIST / f"{manifest[name]}.br").stat().st_size for name in drawn)
    assert sent < 20_000
    assert (assets.DIST / manifest["look.css"]).stat().st_size < 30_000


@pytest.mark.parametrize(
    ("fonts", "most"),
    [
        (("latin", "rupee", "names-gurmukhi", "names-devanagari", "names-nastaliq"), 45_000),
        (("gurmukhi",), 20_000),
        (("devanagari",), 75_000),
        (("nastaliq",), 180_000),
    ],
)
def test_fonts_stay_small(manifest, fonts, most):
    sizes = [(assets.DIST / manifest[f"fonts/{font}.woff2"]).stat().st_size for font in fonts]
    assert sum(sizes) < most


def test_an_asset_that_was_not_built_is_refused_with_what_to_do():
    with pytest.raises(assets.AssetsNotBuilt, match="make assets"):
        assets.asset("nowhere.css")
