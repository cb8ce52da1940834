"""A file that is taken comes back whole, to nobody else, and tells nothing that it need not."""

import io
import os
import shutil
import unicodedata
from datetime import timedelta

import pytest
import time_machine
from PIL import Image
from structlog.testing import capture_logs

from portal.files import names, service, shelves, streams
from portal.files.domain import FileErased, NoSuchFile, StoreFull
from portal.files.models import File
from portal.kernel import clock, keys
from portal.kernel.crypto import CannotOpen
from portal.kernel.db import db
from portal.kernel.ids import uuid7
from tests.files.samples import PLACE, pdf, told_photo

BIG = pdf(os.urandom(200_000).replace(b"<", b"."))


def path_of(kept):
    return next(file.path for file in shelves.everything() if file.id == kept.id)


@pytest.mark.parametrize(
    "size", [0, 1, streams.CHUNK - 1, streams.CHUNK, streams.CHUNK + 1, 300_000]
)
def test_what_is_kept_comes_back_byte_for_byte(keep, read, size):
    content = pdf(b"x" * size)
    kept = keep(content, "letter.pdf")
    db.session.commit()
    assert read(kept.id) == content
    assert kept.bytes == len(content)
    assert kept == service.find(kept.id)
    assert (kept.name, kept.type) == ("letter.pdf", "application/pdf")


@pytest.mark.promise("M19")
def test_nothing_of_it_stands_in_the_clear(keep, app):
    kept = keep(pdf(PLACE * 50), f"{PLACE.decode()}.pdf")
    db.session.commit()
    on_disk = path_of(kept).read_bytes()
    assert PLACE not in on_disk
    assert b"%PDF" not in on_disk
    row = db.session.get(File, kept.id)
    assert PLACE not in row.name_sealed
    assert kept.sha256.encode() not in row.sha256_sealed


def test_only_we_may_read_the_shelves(keep):
    path = path_of(keep(pdf()))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.name.isalnum()


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda data: data[:-1], id="cut by a byte"),
        pytest.param(lambda data: data[: 36 + streams.CHUNK + 16], id="cut after a chunk"),
        pytest.param(lambda data: data[:36], id="only the head"),
        pytest.param(lambda data: data[:20], id="half the head"),
        pytest.param(lambda data: data[:0], id="empty"),
        pytest.param(lambda data: data + b"\0", id="one byte more"),
        pytest.param(lambda data: data + data[36:], id="doubled"),
        pytest.param(lambda data: data[:36] + _swapped(data[36:]), id="chunks swapped"),
        pytest.param(lambda data: data[:36] + data[36 + streams.CHUNK + 16 :], id="first is gone"),
        pytest.param(lambda data: data[:5] + bytes([data[5] ^ 1]) + data[6:], id="another salt"),
        pytest.param(lambda data: b"PF2" + data[3:], id="another format"),
    ],
)
def test_a_file_that_was_cut_or_changed_does_not_open(keep, read, spoil):
    kept = keep(BIG)
    path = path_of(kept)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(CannotOpen):
        read(kept.id)


@pytest.mark.parametrize("at", [0, 36, 37, 40_000, 65_600, 131_300, -1])
def test_no_byte_can_be_flipped(keep, read, at):
    kept = keep(BIG)
    data = bytearray(path_of(kept).read_bytes())
    data[at] ^= 0x80
    path_of(kept).write_bytes(data)
    with pytest.raises(CannotOpen):
        read(kept.id)


def test_a_file_does_not_open_in_the_place_of_another(keep, read):
    one, other = keep(pdf(b"1")), keep(pdf(b"2"))
    shutil.copy(path_of(one), path_of(other))
    with pytest.raises(CannotOpen):
        read(other.id)


def test_when_the_person_is_erased_the_file_is_unreadable(keep, mine):
    kept = keep(pdf())
    db.session.commit()
    keys.erase(mine["subject_id"])
    db.session.commit()
    with pytest.raises(FileErased):
        service.find(kept.id)
    with pytest.raises(FileErased):
        service.open_file(kept.id)


def test_an_unknown_file_is_not_found(app):
    with pytest.raises(NoSuchFile):
        service.find(uuid7())


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_photos_keep_no_place_owner_comment_or_profile(keep, read, kind):
    photo = told_photo(kind)
    assert PLACE in photo
    kept = keep(photo, accepts=("jpeg", "png", "webp"))
    clean = read(kept.id)
    assert PLACE not in clean
    for mark in (
        b"Exif",
        b"xmp",
        b"ICC_PROFILE",
        b"iCCP",
        b"ICCP",
        b"tEXt",
        b"zTXt",
        b"iTXt",
        b"eXIf",
    ):
        assert mark not in clean
    with Image.open(io.BytesIO(clean)) as image:
        image.load()
        assert not image.getexif()
        assert not {"icc_profile", "xmp", "exif", "comment"} & image.info.keys()
        assert image.size == (20, 40)  # it lay on its side, and was set upright
        assert image.format == kind.upper()


COLOURINGS = {
    "jpeg": ("L", "RGB", "CMYK"),
    "png": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
}


@pytest.mark.parametrize(
    ("kind", "mode"), [(kind, mode) for kind, modes in COLOURINGS.items() for mode in modes]
)
def test_pictures_of_every_colouring_are_taken(keep, read, kind, mode):
    out = io.BytesIO()
    Image.linear_gradient("L").resize((30, 30)).convert(mode).save(out, kind.upper())
    with Image.open(io.BytesIO(read(keep(out.getvalue()).id))) as clean:
        assert clean.size == (30, 30)


def test_what_is_see_through_stays_so(keep, read):
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (10, 20, 30, 40)).save(out, "PNG")
    with Image.open(io.BytesIO(read(keep(out.getvalue()).id))) as clean:
        assert clean.getpixel((3, 3)) == (10, 20, 30, 40)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("letter.pdf", "letter.pdf"),
        ("LETTER.PDF", "LETTER.pdf"),
        ("letter", "letter.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\letter.pdf", "letter.pdf"),
        ("/", "document.pdf"),
        ("", "document.pdf"),
        (".pdf", "document.pdf"),
        ("...", "document.pdf"),
        ("a\0b.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        ("fdp.\u202etnemucod.pdf", "fdp.tnemucod.pdf"),
        ("\u2067a\u2069.pdf", "a.pdf"),
        ("ਜ਼ਮੀਨ ਦੀ ਫ਼ਰਦ.pdf", "ਜ਼ਮੀਨ ਦੀ ਫ਼ਰਦ.pdf"),
        ("زمین.pdf", "زمین.pdf"),
        ("📄 scan 😀.pdf", "📄 scan 😀.pdf"),
        ('a"b;c=%41.pdf', "a_b_c=_41.pdf"),
        ("Dr. Rao 3.2.2024", "Dr. Rao 3.2.2024.pdf"),
        ("x" * 400 + ".pdf", "x" * 96 + ".pdf"),
        ("\ud800.pdf", "document.pdf"),
        ("CON:aux|*?.pdf", "CON_aux_.pdf"),
    ],
)
def test_a_name_is_made_harmless(given, kept):
    assert names.clean(given, ("pdf",)) == unicodedata.normalize("NFC", kept)


@pytest.mark.parametrize(
    "name", ["a\r\nX: y.pdf", 'a".pdf', "ਜ਼ਮੀਨ.pdf", "😀.pdf", "a;b.pdf", "a%00.pdf"]
)
def test_the_name_cannot_leave_its_header(name):
    header = names.disposition(name)
    assert header.isascii()
    assert header.isprintable()
    assert header.startswith('attachment; filename="')
    assert header.count('"') == 2
    assert header.count(";") == 2


def test_a_crash_between_content_and_row_leaves_nothing_after_the_sweep(keep):
    kept = keep(pdf())
    db.session.rollback()
    assert [file.id for file in shelves.everything()] == [kept.id]
    service.sweep()
    assert [file.id for file in shelves.everything()] == [kept.id]  # it may be somebody's at work
    with time_machine.travel(clock.now() + timedelta(hours=1, minutes=1)):
        service.sweep()
    assert list(shelves.everything()) == []


def test_a_crash_while_writing_leaves_nothing_after_the_sweep(mine):
    def die(file):
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shelves.put(uuid7(), die)
    assert [file.id for file in shelves.everything()] == [None]
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        service.sweep()
    assert list(shelves.everything()) == []


def test_a_full_disk_refuses_and_leaves_nothing(mine):
    def fill(file):
        raise OSError(28, "No space left on device")

    with pytest.raises(StoreFull):
        shelves.put(uuid7(), fill)
    assert list(shelves.everything()) == []


def test_a_file_in_use_is_never_swept(keep, read):
    kept = keep(pdf())
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(days=400)):
        service.sweep()
        db.session.commit()
        service.sweep()
        assert read(kept.id) == pdf()


def test_a_file_that_nobody_uses_goes_after_a_day_unless_it_is_used_again(keep):
    loose, again = keep(pdf()), keep(pdf())
    service.release([loose.id, again.id])
    db.session.commit()
    service.use([again.id])
    with time_machine.travel(clock.now() + timedelta(hours=23)):
        service.sweep()
        assert service.find(loose.id)
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        service.sweep()
        db.session.commit()
        service.sweep()
        with pytest.raises(NoSuchFile):
            service.find(loose.id)
    assert [file.id for file in shelves.everything()] == [again.id]


def test_a_discarded_file_is_gone_at_once_and_off_the_disk_with_the_next_sweep(keep):
    kept = keep(pdf())
    db.session.commit()
    service.discard(kept.id)
    db.session.commit()
    with pytest.raises(NoSuchFile):
        service.open_file(kept.id)
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        service.sweep()
    assert list(shelves.everything()) == []


def test_a_row_without_its_content_is_told_to_the_operator(keep):
    kept = keep(pdf())
    db.session.commit()
    path_of(kept).unlink()
    with capture_logs() as told:
        service.sweep()
    assert [(entry["event"], entry["count"]) for entry in told] == [("files without content", 1)]
    with pytest.raises(NoSuchFile):
        service.open_file(kept.id)


def _swapped(chunks):
    size = streams.CHUNK + 16
    return chunks[size : 2 * size] + chunks[:size] + chunks[2 * size :]
