"""Which company of this kind the operator declares, in a file or as text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml  # type: ignore[import-untyped]
from flask import Flask
from pydantic import Field, ValidationError, field_validator

from payments.gateway import Capabilities
from payments.gateways.redirect.declared import Company
from portal.kernel.settings import Section, Settings, SettingsError


class RedirectSettings(Section):
    redirect_gateway: Company | None = Field(
        default=None,
        description="a JSON or YAML file, or JSON text, that declares a company with a page",
    )

    @field_validator("redirect_gateway", mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        """Say which part is wrong; never a value, which may be the key."""
        try:
            return Company.model_validate(_parsed(value) if isinstance(value, str) else value)
        except ValidationError as error:
            first = error.errors()[0]
            part = ".".join(str(one) for one in first["loc"])
            said = first["msg"].removeprefix("Value error, ")
            raise ValueError(f"{part or 'as a whole'}: {said}") from None


def _parsed(text: str) -> Any:
    try:
        return yaml.safe_load(text if text.lstrip().startswith("{") else Path(text).read_text())
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise ValueError("it names no readable file of JSON or YAML") from error


def declared(settings: Settings) -> Company | None:
    return settings.of(RedirectSettings).redirect_gateway


def faults(settings: Settings) -> Sequence[str]:
    """Why there is no such company here, in sentences."""
    return () if declared(settings) else ("PORTAL_REDIRECT_GATEWAY declares no company.",)


def capabilities(settings: Settings) -> Capabilities:
    company = declared(settings)
    if company is None:
        return Capabilities()
    return Capabilities(
        frozenset(company.currencies),
        partial_refund=True,
        test=company.test,
        methods=company.methods,
        captures=company.capture is not None,
    )


def hosts(settings: Settings) -> Sequence[str]:
    company = declared(settings)
    if company is None:
        return ()
    parts = urlsplit(company.start.url)
    return (f"{parts.scheme}://{parts.netloc}",)


def refuse_a_mix(app: Flask) -> None:
    """Raises SettingsError."""
    settings: Settings = app.config["SETTINGS"]
    company, in_production = declared(settings), settings.kernel.env == "production"
    if company is None:
        return
    if company.test and in_production:
        raise SettingsError(
            "PORTAL_REDIRECT_GATEWAY says test: in production nobody would have paid. Declare the"
            " live company, or leave it out."
        )
    if not company.test and not in_production:
        raise SettingsError(
            "PORTAL_REDIRECT_GATEWAY takes real money, and this is not production. Declare the"
            " company's trial with test: true."
        )
    plain = [one.url for one in company.messages().values() if not one.url.startswith("https://")]
    if in_production and plain:
        raise SettingsError(
            f"PORTAL_REDIRECT_GATEWAY names {plain[0]}, which does not begin with https://."
        )
