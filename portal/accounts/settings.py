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
