"""Which counters the operator declares, in a file or as text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from flask import Flask
from pydantic import Field, ValidationError, field_validator

from payments.gateway import Capabilities, Hosted, Method
from payments.gateways.counter.declared import Counters
from portal.kernel.settings import Section, Settings, SettingsError


class CounterSettings(Section):
    counters: Counters | None = Field(
        default=None,
        description="a JSON or YAML file, or JSON text, that declares where people pay by hand",
    )

    @field_validator("counters", mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        try:
            return Counters.model_validate(_parsed(value) if isinstance(value, str) else value)
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


def declared(settings: Settings) -> Counters | None:
    return settings.of(CounterSettings).counters


def faults(settings: Settings) -> Sequence[str]:
    """Why nobody can pay at a counter here, in sentences."""
    return () if declared(settings) else ("PORTAL_COUNTERS declares no counter.",)


def capabilities(settings: Settings) -> Capabilities:
    there = declared(settings)
    if there is None:
        return Capabilities(methods=(Method.CASH,), partial_refund=True, by_list=True)
    return Capabilities(
        frozenset(there.currencies),
        partial_refund=True,
        test=there.test,
        methods=(Method.CASH,),
        hosted=Hosted.PRINTED,
        payees=there.payees,
        lasts=there.lasts,
        by_list=True,
    )


def refuse_a_mix(app: Flask) -> None:
    """Raises SettingsError."""
    settings: Settings = app.config["SETTINGS"]
    there, in_production = declared(settings), settings.kernel.env == "production"
    if there is not None and there.test is in_production:
        said = (
            "says test: in production a challan that is stamped must be paid"
            if in_production
            else "takes real money, and this is not production"
        )
        raise SettingsError(f"PORTAL_COUNTERS {said}. Set test to {str(not there.test).lower()}.")
