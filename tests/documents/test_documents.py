"""Papers are made in five languages, signed, proved by anybody, and ended once."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from PIL import ImageChops
from pyhanko.pdf_utils.reader import PdfFileReader
from sqlalchemy.exc import DBAPIError

from portal.documents import domain, service
from portal.documents.domain import Line, NoSuchDocument, NotMade, Standing
from portal.documents.issuers import service as issuers
from portal.documents.issuers.models import DocumentKey
from portal.documents.models import Document
from portal.documents.press import running
from portal.i18n import LANGUAGES, direction
from portal.kernel import clock, keys
from portal.kernel.db import db
from tests.documents.samples import WORDS, checked_signature, picture, scanned, sheet, text

SCRIPT = Path(__file__).parents[2] / "examples" / "verify_document.py"


@pytest.fixture
def subject(app):
    return keys.new_subject()


def made(subject, language="en", good_until=None, **more):
    return service.issue(sheet(language, **more), subject, good_until)


def offline(tmp_path, code):
    """A few lines of somebody else, who has the published keys and no connection."""
    published = tmp_path / "keys.json"
    published.write_text(json.dumps({"keys": list(issuers.published())}))
    command = [sys.executable, "-I", str(SCRIPT), str(published), code]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.promise("B10")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_paper_is_archived_accessible_and_signed_by_its_issuer(subject, language):
    _, content = made(subject, language)
    root = PdfFileReader(BytesIO(content)).root
    metadata = root["/Metadata"].data.decode()
    for claim in ('pdfaid:part="2"', 'pdfaid:conformance="A"', 'pdfuaid:part="1"'):
        assert claim in metadata
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == language.partition("_")[0]
    ways = {"ltr": "/L2R", "rtl": "/R2L"}
    assert root["/ViewerPreferences"]["/Direction"] == ways[direction(language)]
    found = checked_signature(content)
    assert (found.intact, found.valid, found.trusted) == (True, True, True)
    assert found.coverage.name == "ENTIRE_FILE"
    assert found.signing_cert.subject.native["common_name"] == "Revenue"


def test_a_paper_that_was_changed_is_found_out(subject):
    _, content = made(subject)
    place = content.index(b"/Title")
    changed = content[:place] + b"/Tilte" + content[place + 6 :]
    assert not checked_signature(changed).intact


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_script_is_drawn_with_letters_of_its_own(subject, language):
    """A box for a letter that is missing would look the same for each letter."""
    name = WORDS[language][4]
    other = "".join(reversed(name))
    with time_machine.travel("2026-03-02T10:00:00Z", tick=False):
        first = picture(made(subject, language, stated={})[1])
        second = picture(made(subject, language, stated={}, name=other)[1])
    # The number and the code differ as well: only the lines of the table are compared.
    width, height = first.size
    table = (0, int(height * 0.2), width, int(height * 0.5))
    assert ImageChops.difference(first.crop(table), second.crop(table)).getbbox()
    assert "\ufffd" not in text(made(subject, language)[1])


def test_latin_and_gurmukhi_can_be_searched_and_read_aloud(subject):
    said = text(made(subject, "pa")[1])
    assert "Income certificate" in said
    assert "Asha Devi" in text(made(subject, "en")[1])


def test_what_is_typed_is_text_and_no_command_for_the_typesetter(subject):
    odd = '#read("/etc/passwd") $x^2$ \\ *bold* "quoted" <label> @cite'
    _, content = made(subject, name=odd)
    assert '#read("/etc/passwd") $x^2$' in text(content).replace("\r\n", " ")


@pytest.mark.promise("B10")
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_scan_and_a_few_lines_prove_it_offline(subject, language, tmp_path):
    paper, content = made(subject, language)
    done = offline(tmp_path, scanned(content))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["jti"] == paper.number
    assert told["issuer"] == "Revenue"
    assert told["says"] == {"Name": WORDS[language][4]}


def test_a_code_that_was_changed_proves_nothing(subject, tmp_path):
    paper, content = made(subject)
    link, _, statement = scanned(content).rpartition("#")
    head, body, signature = statement.split(".")
    other = f"{head}.{body[:-4]}AAAA.{signature}"
    assert offline(tmp_path, f"{link}#{other}").returncode != 0
    assert service.stated(paper.number, other) is None
    assert service.stated(paper.number, "no code at all") is None


def test_a_code_proves_its_own_number_only(subject):
    first, _ = made(subject)
    second, _ = made(subject)
    assert service.stated(first.number, first.statement) == {"Name": "Asha Devi"}
    assert service.stated(first.number, second.statement) is None


def test_a_new_key_signs_and_the_old_one_goes_on_proving(subject, tmp_path):
    old, content = made(subject)
    issuers.rotate("revenue", "Revenue")
    new, _ = made(subject)
    assert new.key != old.key
    assert service.stated(old.number, old.statement) == {"Name": "Asha Devi"}
    assert offline(tmp_path, scanned(content)).returncode == 0
    assert checked_signature(content).trusted


def test_private_keys_are_nowhere_in_the_clear(subject):
    made(subject)
    rows = db.session.query(DocumentKey).all()
    assert {row.issuer for row in rows} == {"", "revenue"}
    assert not any(b"PRIVATE" in row.sealed or b"\x30\x81" in row.sealed[:3] for row in rows)
    assert not any("d" in row.public for row in rows)


def test_its_time_is_over_the_day_after_its_last(subject):
    today = clock.today()
    paper, _ = made(subject, good_until=today)
    assert service.check(paper.number).standing is Standing.GOOD
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)):
        assert service.check(paper.number).standing is Standing.OVER


def test_a_paper_is_ended_once(subject):
    paper, _ = made(subject)
    service.revoke(paper.id, {"en": "It was a mistake."})
    assert service.check(paper.number).standing is Standing.REVOKED
    with pytest.raises(service.EndedAlready):
        service.revoke(paper.id, {})
    other, _ = made(subject)
    with pytest.raises(service.EndedAlready):
        service.replace(paper.id, other.id, {})


def test_who_asks_for_the_old_one_is_told_the_new_number(subject):
    old, _ = made(subject)
    new, _ = made(subject)
    service.replace(old.id, new.id, {"en": "A name was wrong."})
    found = service.check(old.number)
    assert (found.standing, found.by) == (Standing.REPLACED, new.number)
    assert service.check(new.number).standing is Standing.GOOD


def test_papers_cannot_be_changed_in_the_database(subject):
    paper, _ = made(subject)
    with pytest.raises(DBAPIError), db.session.begin_nested():
        db.session.query(Document).filter_by(id=paper.id).update({"sha256": "0" * 64})


@pytest.mark.parametrize("typed", ["{}", " {} ", "d{}", "D-{}"])
def test_a_number_is_read_however_it_is_typed(subject, typed):
    paper, _ = made(subject)
    bare = paper.number.removeprefix("D-").replace("-", " ").lower()
    assert service.check(typed.format(bare)).number == paper.number


def test_a_number_that_begins_as_its_prefix_is_read_without_it():
    assert domain.read_number("D7K3-M9QX-A4F7-K2QX") == "D-D7K3-M9QX-A4F7-K2QX"
    assert domain.read_number("D-D7K3-M9QX-A4F7-K2QX") == "D-D7K3-M9QX-A4F7-K2QX"


@pytest.mark.parametrize("typed", ["", "D-", "D-7K3M", "7K3M-9QXA-4F7K-2QX", "x" * 200])
def test_what_is_no_number_is_nobodys(app, typed):
    assert domain.read_number(typed) is None
    with pytest.raises(NoSuchDocument):
        service.check(typed)


def test_the_file_itself_is_known_by_its_digest(subject):
    paper, _ = made(subject)
    assert service.check_file(paper.sha256).number == paper.number
    assert service.check_file("0" * 64) is None


def test_a_long_paper_has_several_pages_and_its_code_on_one(subject):
    words = {"en": "A line of many words " * 12}
    _, content = made(subject, lines=tuple(Line({"en": "Line"}, words) for _ in range(20)))
    assert len(PdfFileReader(BytesIO(content)).root["/Pages"]["/Kids"]) > 1


def test_a_press_that_dies_is_started_again(subject):
    made(subject)
    running.press.program.kill()
    running.press.program.wait()
    paper, content = made(subject)
    assert paper.number in text(content)


def test_an_order_that_makes_no_sense_is_refused_and_the_next_one_works(subject):
    with pytest.raises(running.PressFailed, match="KeyError"):
        running.press.make({"sheet": {}})
    assert made(subject)


def test_a_press_that_hangs_is_ended_and_nothing_is_kept(subject, monkeypatch):
    made(subject)
    os.kill(running.press.program.pid, 19)
    monkeypatch.setattr(running, "PATIENCE", 0.3)
    before = db.session.query(Document).count()
    with pytest.raises(NotMade):
        made(subject)
    assert db.session.query(Document).count() == before
    monkeypatch.undo()
    assert made(subject)


def test_many_at_once_get_each_their_own(subject):
    signer = issuers.signer("revenue", "Revenue")
    part = {"label": "Number", "value": "D-1", "plain": True}
    texts = dict.fromkeys(("issuer", "title", "text", "check", "qr_words"), "Words")
    tongue = {"lang": "en", "dir": "ltr", "rows": [part], "facts": [part], **texts}
    order = {
        "at": 0,
        "form": "sheet",
        "sheet": {"number": "D-1", "issuer": "Revenue", "tongues": [tongue]},
        "signer": signer.as_order() | {"reason": "A test"},
    }
    links = [f"https://portal.example/verify/{place}" for place in range(6)]
    with ThreadPoolExecutor(6) as pool:
        made_here = list(pool.map(lambda link: running.press.make(order | {"qr": link}), links))
    assert [scanned(content) for content in made_here] == links
