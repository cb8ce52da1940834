"""What is not what it says, what could run, and what is too much: each refused with a sentence."""

import gzip
import io
import subprocess
import sys
import time

import pytest

from portal.files import domain, kinds, service, shelves, strangers, workshop
from portal.files.domain import FileRefused, FileTooLarge, NoRoomLeft, WrongEnding
from portal.files.models import File
from portal.i18n import speaking
from portal.kernel.db import db
from tests.files.samples import archive, pdf, picture, png_of

SCRIPT = b"<script>alert(1)</script>"
PHP = b"<?php system($_GET['c']); ?>"
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;"
WORD = {"[Content_Types]_xml": b"<Types/>", "word__document_xml": b"<w/>"}
MACRO = {**WORD, "word__vbaProject.bin": b"macro"}
REFUSED = {
    "a page": (b"<!DOCTYPE html><html><body>hi", strangers.WEB_PAGE),
    "a page after spaces": (b"\n\n   <HTML ><p>", strangers.WEB_PAGE),
    "a page with a byte order mark": (b"\xef\xbb\xbf<html>", strangers.WEB_PAGE),
    "a page in UTF-16": (b"\xff\xfe" + "<html><script>".encode("utf-16-le"), strangers.WEB_PAGE),
    "a page after a comment": (b"<!-- x --><script>", strangers.WEB_PAGE),
    "a script alone": (SCRIPT, strangers.WEB_PAGE),
    "xml": (b"<?xml version='1.0'?><a/>", strangers.WEB_PAGE),
    "a page after words": (b"hello <body onload=x>", strangers.WEB_PAGE),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", strangers.SVG),
    "svg with a head": (b"<?xml version='1.0'?>\n<!-- --><svg >", strangers.SVG),
    "mht": (b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n", strangers.MAIL),
    "a mail": (b"Return-Path: <a@b>\r\nSubject: x\r\n\r\nhi", strangers.MAIL),
    "php": (PHP, strangers.SCRIPT),
    "a shell script": (b"#!/bin/sh\nrm -rf /\n", strangers.SCRIPT),
    "javascript": (b"var a = function () { return 1 }", strangers.SCRIPT),
    "python": (b"import os\nos.system('x')\n", strangers.SCRIPT),
    "a windows program": (b"MZ\x90\0" + bytes(100), strangers.PROGRAM),
    "a linux program": (b"\x7fELF\x02\x01" + bytes(100), strangers.PROGRAM),
    "a mac program": (b"\xcf\xfa\xed\xfe" + bytes(100), strangers.PROGRAM),
    "java": (b"\xca\xfe\xba\xbe\0\0\0\x37", strangers.PROGRAM),
    "webassembly": (b"\0asm\1\0\0\0", strangers.PROGRAM),
    "flash": (b"CWS\x0a" + bytes(20), strangers.PROGRAM),
    "a shortcut": (b"L\0\0\0\x01\x14\x02\0" + bytes(40), strangers.PROGRAM),
    "postscript": (b"%!PS-Adobe-3.0\n", strangers.PROGRAM),
    "an archive": (archive(a=b"1"), strangers.ARCHIVE),
    "a program packed behind a picture of text": (
        b"hello" * 900 + archive(a=b"1"),
        strangers.ARCHIVE,
    ),
    "an empty archive": (b"PK\x05\x06" + bytes(18), strangers.ARCHIVE),
    "gzip": (gzip.compress(b"0" * 100_000), strangers.ARCHIVE),
    "rar": (b"Rar!\x1a\x07\x01\0" + bytes(20), strangers.ARCHIVE),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4", strangers.ARCHIVE),
    "tar": (bytes(257) + b"ustar\x0000" + bytes(300), strangers.ARCHIVE),
    "a document": (archive(**WORD), strangers.OFFICE),
    "a document with macros": (archive(**MACRO), strangers.MACROS),
    "an old document": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), strangers.OFFICE),
    "rich text": (b"{\\rtf1\\ansi hello}", strangers.OFFICE),
    "gif": (GIF, strangers.GIF),
    "gif and javascript": (b"GIF89a/*" + bytes(8) + b"*/=1;alert(1)", strangers.GIF),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0", strangers.HEIC),
    "a video": (b"\0\0\0\x18ftypisom\0\0\0\0", strangers.VIDEO),
    "sound": (b"ID3\x03\0\0\0", strangers.SOUND),
    "bmp": (picture("bmp"), strangers.PICTURE),
    "tiff": (picture("tiff"), strangers.PICTURE),
    "text": ("ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ".encode() * 500, strangers.TEXT),
    "noise": (bytes(range(128, 256)) * 4, strangers.UNKNOWN),
    "nothing": (b"", kinds.EMPTY),
    "pdf and a page before": (b"%PDF-1.7\n<html><script>x</script>" + pdf(), kinds.HIDES_PAGE),
    "pdf and a page behind": (pdf(tail=b"\n" + SCRIPT), kinds.HIDES_PAGE),
    "pdf and php behind": (pdf(tail=b"\n" + PHP), kinds.HIDES_PAGE),
    "pdf and an archive": (pdf(tail=b"\n" + archive(a=b"1")), kinds.DISGUISED),
    "pdf in an archive that ends as pdf": (pdf(body=archive(a=b"1")), kinds.DISGUISED),
    "pdf after other bytes": (b"\0\0\0\0" + pdf(), strangers.UNKNOWN),
    "pdf that is cut": (pdf()[:-20], kinds.DAMAGED),
    "pdf by its first line only": (b"%PDF-1.7\n" + bytes(100), kinds.DAMAGED),
    "pdf with javascript": (pdf(b"<< /S /JavaScript /JS (app.alert(1)) >>"), kinds.ACTIVE),
    "pdf that starts a program": (pdf(b"<< /S /Launch /F (cmd.exe) >>"), kinds.ACTIVE),
    "png and php": (png_of(4, 4, data=PHP), kinds.HIDES_PAGE),
    "png and a page behind": (picture("png") + SCRIPT, kinds.HIDES_PAGE),
    "jpeg and php in its comment": (picture("jpeg", comment=PHP), kinds.HIDES_PAGE),
    "jpeg and an archive": (picture("jpeg") + archive(a=b"1"), kinds.DISGUISED),
    "jpeg that is cut": (picture("jpeg", size=(400, 400))[:700], kinds.DAMAGED),
    "jpeg by its first bytes only": (b"\xff\xd8\xff\xe0" + bytes(300), kinds.DAMAGED),
    "png without points": (png_of(4, 4, data=b"junk"), kinds.DAMAGED),
    "webp where it is not taken": (picture("webp"), kinds.OTHERWISE_TAKEN["webp"]),
}


@pytest.mark.parametrize(("content", "said"), REFUSED.values(), ids=REFUSED)
def test_a_file_that_is_no_plain_document_is_refused_by_name(keep, content, said):
    with pytest.raises(FileRefused) as refused:
        keep(content, "certificate")
    assert refused.value.what == said
    assert str(refused.value) == f"{said} Send a PDF, JPEG or PNG file."
    assert refused.value.status == 422
    assert db.session.query(File).count() == 0
    assert list(shelves.everything()) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.jpg", pdf()),
        ("photo.png", picture("jpeg")),
        ("photo.jpeg", picture("png")),
        ("paper.pdf", picture("png")),
        ("paper.pdf.doc", pdf()),
        ("paper.docx", pdf()),
        ("archive.zip", pdf()),
        ("photo.gif", picture("jpeg")),
        ("photo.jpg\0.gif", picture("jpeg")),
        ("photo.jpg\u202e.doc", picture("jpeg")),
    ],
)
def test_a_name_that_contradicts_the_content_is_refused(keep, name, content):
    with pytest.raises(WrongEnding, match="Change the end to"):
        keep(content, name)


@pytest.mark.parametrize(
    "name",
    [
        "shell.php.jpg",
        "page.html.jpg",
        "run.exe",
        "run.EXE",
        "a.svg",
        "a.jpg.js",
        "invoice\u202egpj.exe",
        "a.jpg\0.php",
        "a.sh .jpg",
        "..\\..\\a.bat",
    ],
)
def test_a_name_under_which_it_could_run_is_refused(keep, name):
    with pytest.raises(FileRefused, match="ends like that of a program"):
        keep(picture("jpeg"), name)


def test_a_refusal_is_said_in_the_language_of_who_reads_it():
    refused = FileRefused(strangers.WEB_PAGE, ("pdf",))
    with speaking("pa"):
        assert refused.message % refused.params  # whatever the catalogue holds, it can be said
    assert str(refused) == "This is a web page. Send a PDF file."


def test_one_byte_too_many_is_refused_before_more_is_read(keep, mine):
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size=-1):
            self.given += size
            return b"x" * size

    stream = Endless()
    with pytest.raises(FileTooLarge, match=r"larger than 10 MB"):
        service.keep(stream, "a.pdf", accepts=("pdf",), **mine)
    assert stream.given < 10_000_000 + 2 * shelves.STEP


def test_the_limit_itself_is_taken(keep):
    whole = pdf()
    assert keep(whole, most_bytes=len(whole)).bytes == len(whole)
    with pytest.raises(FileTooLarge) as refused:
        keep(whole, most_bytes=len(whole) - 1)
    assert refused.value.status == 413


@pytest.mark.parametrize(
    "bomb",
    [
        png_of(30_000, 30_000),
        png_of(60_000, 10_000),
        png_of(2**31 - 1, 2**31 - 1),
        picture("jpeg").replace(
            b"\xff\xc0\0\x11\x08\0\x14\0\x28", b"\xff\xc0\0\x11\x08\xff\xff\xff\xff"
        ),
    ],
    ids=["30000x30000", "60000x10000", "two thousand million squared", "jpeg"],
)
def test_a_picture_bomb_is_refused_before_it_is_opened(keep, bomb):
    began = time.perf_counter()
    with pytest.raises(FileRefused, match="too many points"):
        keep(bomb, "photo")
    assert time.perf_counter() - began < 10


def test_a_pdf_of_a_million_objects_is_refused_fast(keep):
    began = time.perf_counter()
    with pytest.raises(FileRefused, match="too many parts"):
        keep(pdf(b"1 0 obj\n" * 1_000_000))
    assert time.perf_counter() - began < 10


def test_the_process_that_reads_pictures_can_open_no_file_and_no_socket(tmp_path):
    said = _in_the_cage("open('/etc/passwd')") + _in_the_cage("import socket; socket.socket()")
    assert said.count("Too many open files") == 2


def test_the_process_that_reads_pictures_has_a_bounded_memory():
    assert "MemoryError" in _in_the_cage("bytearray(600 * 1024 * 1024)")


def test_a_picture_that_takes_too_long_is_refused(monkeypatch, keep):
    monkeypatch.setattr(workshop, "PATIENCE", 0.001)
    with pytest.raises(FileRefused, match="too long"):
        keep(picture("jpeg"))


def test_two_are_converted_at_once_and_the_third_waits(monkeypatch, keep):
    monkeypatch.setattr(workshop, "PATIENCE", 0.001)
    with workshop.place(), workshop.place(), pytest.raises(FileRefused, match="too long"):
        keep(picture("jpeg"))
    monkeypatch.undo()
    assert keep(picture("jpeg")).type == "image/jpeg"


def test_a_person_may_keep_so_much_and_no_more(monkeypatch, keep, mine):
    one = len(pdf())
    monkeypatch.setattr(domain, "QUOTA", 2 * one)
    keep(pdf())
    keep(pdf())
    with pytest.raises(NoRoomLeft):
        keep(pdf())
    assert len(list(shelves.everything())) == 2


def _in_the_cage(code):
    program = f"from portal.files import images; import socket\nimages.bound()\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode
    return done.stderr
