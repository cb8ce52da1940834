"""Whether the sandbox is offered: by itself wherever no real people pay."""

from collections.abc import Sequence
from typing import Literal

from flask import Flask
from pydantic import Field

from portal.kernel.settings import Section, Settings, SettingsError


class SandboxSettings(Section):
    sandbox_gateway: Literal["auto", "on", "off"] = Field(
        default="auto",
        description="the gateway for trying out payments; auto is on but in production",
    )


def faults(settings: Settings) -> Sequence[str]:
    """Why the sandbox cannot be used here, in sentences."""
    if settings.kernel.env == "production":
        return ("The sandbox takes no real money, so it is not there in production.",)
    if settings.of(SandboxSettings).sandbox_gateway == "off":
        return ("PORTAL_SANDBOX_GATEWAY is off.",)
    return ()


def refuse_in_production(app: Flask) -> None:
    """Raises SettingsError."""
    settings: Settings = app.config["SETTINGS"]
    wanted = settings.of(SandboxSettings).sandbox_gateway
    if settings.kernel.env == "production" and wanted == "on":
        raise SettingsError(
            "PORTAL_SANDBOX_GATEWAY must not be on in production: it takes no real money, and"
            " whoever presses its button has paid. Leave it out."
        )
