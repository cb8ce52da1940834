"""Stripe's keys and address. Keys that move real money and keys for trials never mix."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask import Flask
from pydantic import Field, field_validator

from portal.kernel.settings import Section, Settings, SettingsError

PUBLIC_API = "https://api.stripe.com"
PAGE = "https://checkout.stripe.com"
LIVE, TRIAL = ("sk_live_", "rk_live_"), ("sk_test_", "rk_test_")


class StripeSettings(Section):
    stripe_secret_key: str | None = Field(
        default=None, description="Stripe's secret or restricted key: live in production alone"
    )
    stripe_webhook_secret: str | None = Field(
        default=None, description="the signing secret of the endpoint at Stripe, whsec_…"
    )
    stripe_api_base: str = Field(
        default=PUBLIC_API,
        alias="STRIPE_API_BASE",
        description="where Stripe's interface is, or that of a server that speaks like it",
    )

    @field_validator("stripe_secret_key")
    @classmethod
    def _is_a_key(cls, value: str) -> str:
        if not value.startswith((*LIVE, *TRIAL)) or not value.isascii():
            raise ValueError("it must begin with sk_live_, rk_live_, sk_test_ or rk_test_")
        return value

    @field_validator("stripe_webhook_secret")
    @classmethod
    def _is_a_secret(cls, value: str) -> str:
        if not value.startswith("whsec_") or not value.isascii():
            raise ValueError("it must begin with whsec_")
        return value

    @field_validator("stripe_api_base")
    @classmethod
    def _is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
            raise ValueError("it must be an address without a path, such as https://api.stripe.com")
        return value.rstrip("/")

    @property
    def is_elsewhere(self) -> bool:
        """Whether another server than Stripe's own plays Stripe."""
        return self.stripe_api_base != PUBLIC_API


def faults(settings: Settings) -> Sequence[str]:
    """Why Stripe cannot be used here, in sentences."""
    here = settings.of(StripeSettings)
    if here.stripe_secret_key and here.stripe_webhook_secret:
        return ()
    return ("Set PORTAL_STRIPE_SECRET_KEY and PORTAL_STRIPE_WEBHOOK_SECRET.",)


def hosts(settings: Settings) -> Sequence[str]:
    """A server that plays Stripe has its pages where its interface is."""
    here = settings.of(StripeSettings)
    return (here.stripe_api_base,) if here.is_elsewhere else (PAGE,)


def refuse_a_mix(app: Flask) -> None:
    """Raises SettingsError."""
    settings: Settings = app.config["SETTINGS"]
    if sentence := _mix(settings.of(StripeSettings), settings.kernel.env == "production"):
        raise SettingsError(sentence)


def _mix(here: StripeSettings, in_production: bool) -> str | None:  # noqa: FBT001 - one of two
    key = here.stripe_secret_key or ""
    if in_production and key.startswith(TRIAL):
        return (
            "PORTAL_STRIPE_SECRET_KEY is a key for trials: in production nobody would have paid."
            " Set the live key, or leave it out."
        )
    if not in_production and key.startswith(LIVE):
        return (
            "PORTAL_STRIPE_SECRET_KEY is a live key, and this is not production: trials would take"
            " real money. Set the key for trials."
        )
    if in_production and not here.stripe_api_base.startswith("https://"):
        return "STRIPE_API_BASE must begin with https:// in production."
    if bool(key) != bool(here.stripe_webhook_secret):
        return (
            "PORTAL_STRIPE_SECRET_KEY and PORTAL_STRIPE_WEBHOOK_SECRET are set together: one of"
            " them is missing."
        )
    return None
