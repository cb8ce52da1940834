"""The ways out of the house: a mail server, or the console of a developer.

Each adapter takes a Mail and returns, or raises Undelivered. None touches the database.
"""

import smtplib
import ssl
import sys
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Protocol
from urllib.parse import unquote, urlsplit

from portal.kernel.settings import current
from portal.post.domain import Mail
from portal.post.settings import PostSettings

PATIENCE = 15
PORTS = {"smtp": 25, "smtps": 465}


class Undelivered(Exception):
    """The message did not leave; `code` says why, without a word of the message.

    `final` when trying again would not help.
    """

    def __init__(self, code: str, *, final: bool = False) -> None:
        self.code, self.final = code, final
        super().__init__(code)


class Adapter(Protocol):
    def send(self, mail: Mail, at: datetime) -> None:
        """Hand the message over. Raises Undelivered."""
        ...


class Console:
    """Prints the message, for development."""

    def send(self, mail: Mail, at: datetime) -> None:
        lines = (f"--- message to {mail.to}, {at:%H:%M:%S} UTC", mail.subject, "", mail.body, "---")
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()


class Smtp:
    def __init__(self, url: str, sender: str, host: str) -> None:
        self.parts, self.sender, self.host = urlsplit(url), sender, host

    def send(self, mail: Mail, at: datetime) -> None:
        message = compose(mail, self.sender, self.host, at)
        try:
            with self._connect() as server:
                server.send_message(message, self.sender, [mail.to])
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise Undelivered("recipient_refused", final=min(codes) >= 500) from error
        except smtplib.SMTPResponseException as error:
            raise Undelivered(f"smtp_{error.smtp_code}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Undelivered(type(error).__name__) from error

    def _connect(self) -> smtplib.SMTP:
        scheme, name = self.parts.scheme, self.parts.hostname or ""
        port = self.parts.port or PORTS[scheme]
        if scheme == "smtps":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(name, port, timeout=PATIENCE, context=context)
        else:
            server = smtplib.SMTP(name, port, timeout=PATIENCE)
        try:
            if "starttls" in self.parts.query:
                server.starttls(context=ssl.create_default_context())
            if self.parts.username:
                server.login(unquote(self.parts.username), unquote(self.parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def compose(mail: Mail, sender: str, host: str, at: datetime) -> EmailMessage:
    """The message as RFC 5322 wants it; its Message-ID is the same at every try."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address("Sanjha", addr_spec=sender)
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = mail.subject
    message["Date"] = at
    message["Message-ID"] = f"<{mail.id}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    if mail.leave:
        message["List-Unsubscribe"] = f"<{mail.leave}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.body, cte="base64" if not mail.body.isascii() else None)
    # Setting the content drops the headers about it.
    message["Content-Language"] = mail.language.replace("_", "-")
    return message


def configured() -> Adapter:
    """The adapter that the settings choose."""
    settings = current().of(PostSettings)
    if settings.mail == "smtp" and settings.smtp_url:
        host = urlsplit(current().kernel.base_url).hostname or "localhost"
        return Smtp(settings.smtp_url, settings.mail_from, host)
    return Console()
