"""From which accounts of ours money is sent."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from payments.disbursement import Account
from payments.lists import domain
from portal.kernel.errors import DomainError
from portal.kernel.settings import Section


class Source(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    holder: str = Field(min_length=1, max_length=140)
    number: str
    branch: str = ""


class ListsSettings(Section):
    payout_accounts: Mapping[str, Source] = Field(
        default={},
        description="a JSON file, or JSON text: by currency, the account that money is sent from",
    )

    @field_validator("payout_accounts", mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value if value.lstrip().startswith("{") else Path(value).read_text())
        except (OSError, ValueError) as error:
            raise ValueError("it names no readable file of JSON") from error

    @field_validator("payout_accounts")
    @classmethod
    def _are_accounts(cls, value: Mapping[str, Source]) -> Mapping[str, Source]:
        for currency, one in value.items():
            try:
                domain.account(currency, one.holder, one.number, one.branch)
            except DomainError as error:
                raise ValueError(f"{currency}: {error}") from None
        return value

    def source(self, currency: str) -> Account | None:
        found = self.payout_accounts.get(currency)
        if found is None:
            return None
        return domain.account(currency, found.holder, found.number, found.branch)
