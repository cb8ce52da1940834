"""Which identity providers an operator trusts."""

from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from pydantic import Field, ValidationError, field_validator

from portal.federation.domain import IdentityProvider
from portal.kernel.settings import Section


class FederationSettings(Section):
    identity_providers: tuple[IdentityProvider, ...] = Field(
        default=(),
        description="a JSON or YAML file, or JSON text, with a list of identity providers",
    )

    @field_validator("identity_providers", mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        listed = _parsed(value) if isinstance(value, str) else value
        if not isinstance(listed, list | tuple):
            raise ValueError("it must hold a list of identity providers")  # noqa: TRY004 - pydantic's
        found = tuple(_provider(one, place) for place, one in enumerate(listed, start=1))
        for what in ("slug", "issuer"):
            if len({getattr(one, what) for one in found}) < len(found):
                raise ValueError(f"two identity providers have one {what}")
        return found


def _parsed(text: str) -> Any:
    try:
        written = text if text.lstrip().startswith("[") else Path(text).read_text()
        return yaml.safe_load(written)
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ValueError("it names no readable file of JSON or YAML") from error


def _provider(given: Any, place: int) -> IdentityProvider:
    """Say which provider and which part of it is wrong; never a value, which may be a secret."""
    try:
        return IdentityProvider.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        part = ".".join(str(one) for one in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise ValueError(f"identity provider {place}, {part or 'as a whole'}: {said}") from None
