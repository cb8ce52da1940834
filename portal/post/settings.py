"""How messages leave."""

from typing import Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, field_validator, model_validator

from portal.kernel.settings import Section
from portal.post.domain import AddressUnfit, check_address


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
