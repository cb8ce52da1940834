"""Built assets: the address of each by its plain name, from the manifest of the build."""

import json
from functools import lru_cache
from pathlib import Path
from time import monotonic

DIST = Path(__file__).parent / "static" / "dist"
MANIFEST = DIST / "manifest.json"


class AssetsNotBuilt(Exception):
    """The assets were not built; the text says how to build them."""


def asset(name: str) -> str:
    """The address of an asset, such as `look.css` or `sprite.svg`. Raises AssetsNotBuilt."""
    try:
        return f"/assets/{_names(MANIFEST, int(monotonic()))[name]}"
    except FileNotFoundError:
        raise AssetsNotBuilt("The assets are not built yet. Run: make assets") from None
    except KeyError:
        raise AssetsNotBuilt(f"{name} is not among the built assets. Run: make assets") from None


def is_asset(name: str) -> bool:
    """Whether the build made a file of this name; nothing else of the folder is served."""
    return MANIFEST.exists() and name in _names(MANIFEST, int(monotonic())).values()


# A page names forty assets. A new build is seen within a second, without a restart.
@lru_cache(maxsize=1)
def _names(manifest: Path, _second: int) -> dict[str, str]:
    told: dict[str, str] = json.loads(manifest.read_text())
    return told
