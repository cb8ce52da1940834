"""What somebody who was shown a paper can ask about it."""

from flask_wtf import FlaskForm

from portal.i18n import lazy_gettext
from portal.web.fields import DocumentField, TextField


class NumberForm(FlaskForm):  # type: ignore[misc]
    number = TextField(
        lazy_gettext("Number of the document"),
        hint=lazy_gettext("Such as D-7K3M-9QXA-4F7K-2QXM. It stands beside the QR code."),
        max_length=40,
    )


class CodeForm(FlaskForm):  # type: ignore[misc]
    code = TextField(
        lazy_gettext("Text of the QR code"),
        hint=lazy_gettext("Phones show it after a scan. It begins with https:// and is long."),
        max_length=3000,
    )


class FileForm(FlaskForm):  # type: ignore[misc]
    file = DocumentField(
        lazy_gettext("The PDF file that you were given"),
        hint=lazy_gettext("It is compared and not kept."),
        accepts=("pdf",),
        most_bytes=5_000_000,
    )
