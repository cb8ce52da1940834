"""What an operator may set about accounts."""

from pydantic import Field

from portal.kernel.settings import Section


class AccountsSettings(Section):
    password_memory: int | None = Field(
        default=None,
        ge=8,
        le=1024 * 1024,
        description="KiB that one check of a password fills; 46 MiB unless set, less in tests",
    )
    text_factor: bool = Field(
        default=True,
        description="whether people may choose codes by text message as a second factor",
    )
    recovery_wait: int = Field(
        default=24,
        ge=1,
        le=24 * 14,
        description="hours that pass before somebody without any factor may set one up;"
        " at least 24 in production",
    )
