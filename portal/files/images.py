"""Cleaning a picture in a process of its own, which reaches nothing and is bounded in all it does.

Run as a program: the picture comes in on standard input, the clean one goes out on standard
output, the exit status says how it went. Only pixels pass: no place, owner, comment, profile.
Imports nothing of the portal, so that it starts fast; `portal.files.pictures` starts it.
"""

import os
import resource
import sys
from collections.abc import Callable
from io import BytesIO
from typing import Any, BinaryIO

from PIL import (
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,  # noqa: F401 - read by getexif, when no file can be opened any more
    WebPImagePlugin,
)

MOST_PIXELS = 50_000_000
MEMORY = 512 * 1024 * 1024
SECONDS = 20
LARGEST_OUTCOME = 64 * 1024 * 1024
UNREADABLE, TOO_MANY_PIXELS = 3, 4
PLUGINS: dict[str, Callable[[BinaryIO], Image.Image]] = {
    "jpeg": JpegImagePlugin.JpegImageFile,
    "png": PngImagePlugin.PngImageFile,
    "webp": WebPImagePlugin.WebPImageFile,
}
MODES = {"jpeg": ("L", "RGB"), "png": ("1", "L", "LA", "P", "RGB", "RGBA"), "webp": ("RGB", "RGBA")}
SAVING: dict[str, dict[str, Any]] = {
    "jpeg": {"format": "JPEG", "quality": 85},
    "png": {"format": "PNG", "compress_level": 6},
    "webp": {"format": "WEBP", "quality": 85, "method": 2},
}


class TooManyPixels(Exception):
    """Said before anything was decoded."""


def bound() -> None:
    """Give up all that a decoder that was taken over could use: memory, time, files, sockets."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_OUTCOME, LARGEST_OUTCOME))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Standard input, output and error are open; with this nothing else can be: no file, no socket.
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def clean(source: BinaryIO, target: BinaryIO, kind: str) -> None:
    """Raises TooManyPixels, and whatever Pillow raises for a picture that is none."""
    Image.MAX_IMAGE_PIXELS = None  # ours is checked below, before decoding
    image = PLUGINS[kind](source)
    if image.width * image.height > MOST_PIXELS:
        raise TooManyPixels
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    image = _in_common_colours(image)
    if image.mode not in MODES[kind]:
        image = image.convert(_mode(image, kind))
    image.info = {name: told for name, told in image.info.items() if name == "transparency"}
    image.save(target, **SAVING[kind])


def _mode(image: Image.Image, kind: str) -> str:
    if kind == "jpeg":
        return "RGB"
    return "RGBA" if image.has_transparency_data else "RGB"


def _in_common_colours(image: Image.Image) -> Image.Image:
    """Bring the colours into sRGB before the profile that explains them is dropped."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    try:
        told = ImageCms.ImageCmsProfile(BytesIO(profile))
        common = ImageCms.createProfile("sRGB")
        mode = "RGB" if image.mode == "CMYK" else image.mode
        changed = ImageCms.profileToProfile(image, told, common, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return changed or image


def main() -> int:
    # What Pillow would import later must be there before no file can be opened any more.
    Image.preinit()
    bound()
    try:
        clean(sys.stdin.buffer, sys.stdout.buffer, sys.argv[1])
        sys.stdout.buffer.flush()
    except TooManyPixels:
        return TOO_MANY_PIXELS
    except Exception:  # noqa: BLE001 - whatever a hostile picture makes a decoder raise
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
