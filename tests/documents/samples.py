"""Papers to be made in tests, and what readers that are not ours see in them."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pypdfium2
import zxingcpp
from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from portal.documents.domain import Line, Sheet
from portal.documents.issuers import service as issuers

# By language: issuer, title, text, a label, and a name that is written in the script.
WORDS = {
    "en": ("Revenue", "Income certificate", "It is certified.", "Name", "Asha Devi"),
    "pa": ("ਮਾਲ ਵਿਭਾਗ", "ਆਮਦਨ ਸਰਟੀਫਿਕੇਟ", "ਤਸਦੀਕ ਕੀਤਾ ਜਾਂਦਾ ਹੈ।", "ਨਾਮ", "ਆਸ਼ਾ ਦੇਵੀ"),
    "pa_Arab": ("مال دا محکمہ", "آمدن دا سرٹیفکیٹ", "تصدیق کیتی جاندی اے۔", "ناں", "رݨجیت ࣇال"),
    "hi": ("राजस्व विभाग", "आय प्रमाण पत्र", "प्रमाणित किया जाता है।", "नाम", "आशा देवी"),
    "ur": ("محکمہ مال", "آمدنی کا سرٹیفکیٹ", "تصدیق کی جاتی ہے۔", "نام", "آشا دیوی"),
}


def sheet(language="en", *, issuer="revenue", stated=None, name=None, lines=()):
    own, english = WORDS[language], WORDS["en"]

    def both(place):
        return {"en": english[place], language: own[place]}

    said = name or own[4]
    return Sheet(
        issuer=issuer,
        issuer_name=both(0),
        slug="income-certificate",
        title=both(1),
        text=both(2),
        lines=(Line(both(3), {"en": said, language: said}), *lines),
        language=language,
        stated={"Name": said} if stated is None else stated,
    )


def pictures(content, scale=2):
    """The pages, as grey pictures."""
    pages = pypdfium2.PdfDocument(content)
    return [page.render(scale=scale).to_pil().convert("L") for page in pages]


def picture(content, scale=2):
    """The first page."""
    return pictures(content, scale)[0]


def text(content):
    return pypdfium2.PdfDocument(content)[0].get_textpage().get_text_bounded()


def scanned(content):
    """What a phone reads from the QR code on the page."""
    found = [code for page in pictures(content, 3) for code in zxingcpp.read_barcodes(page)]
    (code,) = found
    return code.text


def checked_signature(content):
    """What pyHanko says of it, trusting the portal's root alone."""
    root = x509.Certificate.load(issuers.root_certificate())
    (signature,) = PdfFileReader(BytesIO(content)).embedded_signatures
    # In a thread of its own: it runs a loop, and a browser of the same process has one.
    with ThreadPoolExecutor(1) as pool:
        trust = ValidationContext(trust_roots=[root])
        return pool.submit(validate_pdf_signature, signature, trust).result()
