"""Files as people and attackers send them, made here byte by byte."""

import io
import struct
import zipfile
import zlib

from PIL import Image, ImageCms, PngImagePlugin

PLACE = b"CANARYPLACE"


def pdf(body=b"", tail=b"\n"):
    return (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + body + b"\n"
        b"trailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF" + tail
    )


def picture(kind="jpeg", size=(40, 20), **saving):
    image = Image.radial_gradient("L").resize(size).convert("RGB")
    out = io.BytesIO()
    image.save(out, kind.upper(), **saving)
    return out.getvalue()


def told_photo(kind="jpeg"):
    """A photo that tells place, owner, maker and comment in every way that its kind knows."""
    exif = Image.Exif()
    exif[0x010F] = PLACE.decode()
    exif[0x8298] = PLACE.decode()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[29] = PLACE.decode()
    more = {"exif": exif, "xmp": b"<x:xmpmeta>" + PLACE + b"</x:xmpmeta>", "icc_profile": profile()}
    if kind == "jpeg":
        more["comment"] = PLACE
    if kind == "png":
        more.pop("xmp")
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Author", PLACE.decode())
        notes.add_itxt("XML:com.adobe.xmp", PLACE.decode())
        notes.add_text("Comment", PLACE.decode(), zip=True)
        more["pnginfo"] = notes
    return picture(kind, **more) + (PLACE if kind != "webp" else b"")


def profile():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def png_of(width, height, *, data=b""):
    """A PNG that claims a size, with little in it."""

    def part(name, content):
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = data or zlib.compress(b"\0" * 100_000, 9)
    begin = b"\x89PNG\r\n\x1a\n"
    return begin + part(b"IHDR", head) + part(b"IDAT", packed) + part(b"IEND", b"")


def archive(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()
