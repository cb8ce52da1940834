"""Built assets: the address of each by its plain name, from the manifest of the build."""

import json
from functools import cache
from pathlib import Path

DIST = Path(__file__).parent / "static" / "dist"


class AssetsNotBuilt(Exception):
    """The assets were not built; the text says how to build them."""


def asset(name: str) -> str:
    """The address of an asset, such as `look.css` or `sprite.svg`. Raises AssetsNotBuilt."""
    try:
        return f"/assets/{_manifest()[name]}"
    except KeyError:
        raise AssetsNotBuilt(f"{name} is not among the built assets. Run: make assets") from None


@cache
def _manifest() -> dict[str, str]:
    try:
        told: dict[str, str] = json.loads((DIST / "manifest.json").read_text())
    except FileNotFoundError:
        raise AssetsNotBuilt("The assets are not built yet. Run: make assets") from None
    return told
