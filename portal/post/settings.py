"""How messages leave."""

import json
import re
from typing import Literal
from urllib.parse import parse_qs, parse_qsl, urlsplit

from pydantic import Field, field_validator, model_validator

from portal.kernel import signatures
from portal.kernel.settings import Section
from portal.post.domain import AddressUnfit, check_address

# RFC 9110, 5.6.2; and what the call itself sets.
HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
OURS = {"host", "content-length", "transfer-encoding", "connection"}


class PostSettings(Section):
    """`smtp_url`: smtp://user:password@host:25, with ?starttls=yes, or smtps:// for TLS at once."""

    mail: Literal["console", "smtp"] = Field(
        default="console", description="console prints messages, smtp sends them"
    )
    smtp_url: str | None = Field(
        default=None,
        description="the mail server, such as smtp://user:password@host:587?starttls=yes",
    )
    mail_from: str = Field(
        default="no-reply@localhost.localdomain", description="the address that messages come from"
    )
    sms: Literal["auto", "console", "http", "none"] = Field(
        default="auto",
        description="http sends text messages, console prints them, none: there are none; auto is"
        " none in production, else console",
    )
    sms_url: str | None = Field(
        default=None, description="where one POST sends one text message: https of a company"
    )
    sms_body: str = Field(
        default='{"to": "{to}", "text": "{text}"}',
        description="what is posted: JSON, or a form such as to={to}&text={text}; also {from}"
        " and {id}",
    )
    sms_headers: str | None = Field(
        default=None,
        description='a JSON object of headers that open it, such as {"Authorization": "Bearer x"}',
        repr=False,
    )
    sms_from: str | None = Field(default=None, description="the sender that {from} stands for")

    sms_answer_id: str | None = Field(
        default=None,
        description="where the company's id of a message stands in its JSON answer, such as"
        " messages.0.id; without it the company is to send back {id}",
    )
    sms_report_secret: str | None = Field(
        default=None,
        description="whsec_…: opens /hooks/texts, where the company reports what was delivered",
        repr=False,
    )
    sms_report_id: str = Field(
        default="id", description="what holds a message's id in a report, such as data.id"
    )
    sms_report_state: str = Field(
        default="status", description="what says in a report whether the message was delivered"
    )

    @property
    def secret_headers(self) -> dict[str, str]:
        return dict(json.loads(self.sms_headers)) if self.sms_headers else {}

    @field_validator("sms_url")
    @classmethod
    def _is_an_url(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://none")
        if parts.scheme not in {"https", "http"} or not parts.hostname:
            raise ValueError("it must look like https://sms.example.com/send")
        return value

    @field_validator("sms_body")
    @classmethod
    def _has_both_places(cls, value: str) -> str:
        if value.lstrip().startswith("{"):
            json.loads(value)
        elif not parse_qsl(value, strict_parsing=True, keep_blank_values=True):
            raise ValueError("it must be a JSON object or a form")
        if "{to}" not in value or "{text}" not in value:
            raise ValueError("it must hold {to} and {text}")
        return value

    @field_validator("sms_report_secret")
    @classmethod
    def _is_a_secret(cls, value: str | None) -> str | None:
        if value is not None and not signatures.is_shared(value):
            raise ValueError("it must be whsec_ and at least 24 bytes in base64")
        return value

    @field_validator("sms_headers")
    @classmethod
    def _are_headers(cls, value: str | None) -> str | None:
        told = json.loads(value) if value else {}
        if not isinstance(told, dict) or not all(map(_is_header, told, told.values())):
            raise ValueError('it must be a JSON object such as {"Authorization": "Bearer …"}')
        return value

    @model_validator(mode="after")
    def _http_has_an_url(self) -> "PostSettings":
        if self.sms == "http" and self.sms_url is None:
            raise ValueError("PORTAL_SMS_URL must name an address when PORTAL_SMS is http")
        return self

    @field_validator("mail_from")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        try:
            return check_address(value)
        except AddressUnfit as error:
            raise ValueError("it must be one e-mail address") from error

    @field_validator("smtp_url")
    @classmethod
    def _names_a_server(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        options = parse_qs(parts.query, keep_blank_values=True)
        # `port` raises ValueError itself for what is no port.
        whole = parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.port != 0
        if not whole or set(options) - {"starttls"} or options.get("starttls", ["yes"]) != ["yes"]:
            raise ValueError("it must look like smtp://user:password@host:587?starttls=yes")
        return value

    @model_validator(mode="after")
    def _smtp_has_a_server(self) -> "PostSettings":
        if self.mail == "smtp" and self.smtp_url is None:
            raise ValueError("PORTAL_SMTP_URL must name the mail server when PORTAL_MAIL is smtp")
        return self


def _is_header(name: object, value: object) -> bool:
    texts = isinstance(name, str) and isinstance(value, str)
    if not texts or not HEADER.fullmatch(str(name)) or str(name).lower() in OURS:
        return False
    return str(value).isprintable() and str(value).isascii()
