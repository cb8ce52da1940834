"""Settings: read once, checked whole, frozen. Rooms declare sections; this module loads them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar, cast

from flask import current_app
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

Environment = Literal["production", "development", "test"]
# Read by the start itself, before or beside the sections.
OUTSIDE_SECTIONS = {"PORTAL_SETTINGS"}


class SettingsError(Exception):
    """A setting is unknown or wrong; the text names it and says what it should be."""


class Section(BaseModel):
    """Fields become PORTAL_<FIELD>; a field with an alias is read under that name alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    prefix: ClassVar[str] = "PORTAL_"

    @classmethod
    def names(cls) -> dict[str, str]:
        """Environment name -> field name."""
        return {
            field.alias or f"{cls.prefix}{name.upper()}": name
            for name, field in cls.model_fields.items()
        }


class KernelSettings(Section):
    env: Environment = "production"
    base_url: str = Field(
        default="http://localhost:8000", description="how people reach the portal"
    )
    var: Path = Field(default=Path("var"), description="folder for data, files and keys")
    database_url: str | None = Field(default=None, alias="DATABASE_URL")
    database_admin_url: str | None = Field(default=None, alias="DATABASE_ADMIN_URL")
    port: int = Field(default=8000, alias="PORT", ge=1, le=65535)
    pg_bin: Path | None = Field(default=None, description="folder of PostgreSQL's programs")
    keys_file: Path | None = Field(default=None, description="keyring; made in var/ in development")
    allow_private_webhooks: bool = Field(
        default=False, description="let deliveries reach loopback and private addresses"
    )
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    web_processes: int = Field(default=2, ge=1, le=64, description="processes that serve pages")
    workers: int = Field(default=1, ge=1, le=64, description="processes that send messages")
    statement_timeout: int = Field(
        default=2500, ge=100, description="milliseconds a statement may take"
    )
    reference_prefix: str = Field(default="PB", pattern="^[A-Z]{2,4}$")
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("base_url")
    @classmethod
    def _no_slash_at_the_end(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("it must begin with https:// (or http:// in development)")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _production_is_strict(self) -> "KernelSettings":
        if self.env == "production" and not self.base_url.startswith("https://"):
            raise ValueError("PORTAL_BASE_URL must begin with https:// in production")
        if self.env == "production" and self.keys_file is None:
            raise ValueError("PORTAL_KEYS_FILE must name the keyring in production")
        return self

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def keyring(self) -> Path:
        return self.keys_file or self.var / "keys.json"


S = TypeVar("S", bound=Section)


class Settings:
    """All sections, each read by its class: `settings.of(PostSettings).smtp_url`."""

    def __init__(self, sections: Iterable[Section]) -> None:
        self._sections = {type(section): section for section in sections}

    def of(self, section: type[S]) -> S:
        return cast("S", self._sections[section])

    def sections(self) -> tuple[type[Section], ...]:
        return tuple(self._sections)

    @property
    def kernel(self) -> KernelSettings:
        return self.of(KernelSettings)


def load(environ: Mapping[str, str], sections: Iterable[type[Section]]) -> Settings:
    """Read every section from the environment, over the file that PORTAL_SETTINGS names.

    Raises SettingsError with a sentence for the first setting that is unknown or wrong.
    """
    values = _file(environ.get("PORTAL_SETTINGS")) | dict(environ)
    classes: tuple[type[Section], ...] = tuple(dict.fromkeys((KernelSettings, *sections)))
    known = {name for section in classes for name in section.names()} | OUTSIDE_SECTIONS
    for name in values:
        if name.startswith("PORTAL_") and name not in known:
            raise SettingsError(f"{name} is no setting of the portal. Check its spelling.")
    return Settings(_read(section, values) for section in classes)


def current() -> Settings:
    return cast("Settings", current_app.config["SETTINGS"])


def _file(path: str | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        return {str(name): str(value) for name, value in json.loads(Path(path).read_text()).items()}
    except (OSError, ValueError, AttributeError) as error:
        raise SettingsError(
            f"PORTAL_SETTINGS names {path}, which is no readable JSON object: {error}."
        ) from error


def _read(section: type[Section], values: Mapping[str, str]) -> Section:
    given: dict[str, Any] = {}
    for name, field in section.names().items():
        if values.get(name):
            given[section.model_fields[field].alias or field] = values[name]
    try:
        return section.model_validate(given)
    except ValidationError as error:
        raise SettingsError(_sentence(section, error)) from error


def _sentence(section: type[Section], error: ValidationError) -> str:
    first = error.errors()[0]
    said = first["msg"].removeprefix("Value error, ")
    if not first["loc"]:
        return f"{said}."
    place = str(first["loc"][0])
    names = {field: name for name, field in section.names().items()}
    return f"{names.get(place, place)} is not right: {said}."
