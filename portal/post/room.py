"""The post room."""

from flask import Flask

from portal.kernel.room import Room
from portal.kernel.settings import Settings, SettingsError
from portal.post import service
from portal.post.settings import PostSettings


def refuse_console(app: Flask) -> None:
    """Messages hold sign-in codes; in production they never go into a log. Raises SettingsError."""
    settings: Settings = app.config["SETTINGS"]
    if settings.kernel.env == "production" and settings.of(PostSettings).mail == "console":
        raise SettingsError("PORTAL_MAIL must be smtp in production. Set PORTAL_SMTP_URL as well.")


room = Room(name="post", opens=(refuse_console,), jobs=(service.send,), settings=(PostSettings,))
