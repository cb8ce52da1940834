"""The post room."""

from flask import Flask

from portal.kernel.room import Room
from portal.kernel.settings import Settings, SettingsError
from portal.post import api, commands, service
from portal.post.settings import PostSettings


def refuse_console(app: Flask) -> None:
    """Messages hold sign-in codes; in production they never go into a log. Raises SettingsError."""
    settings: Settings = app.config["SETTINGS"]
    if settings.kernel.env != "production":
        return
    if settings.of(PostSettings).mail == "console":
        raise SettingsError("PORTAL_MAIL must be smtp in production. Set PORTAL_SMTP_URL as well.")
    if settings.of(PostSettings).sms == "console":
        raise SettingsError("PORTAL_SMS must be http or none in production.")


room = Room(
    name="post",
    opens=(refuse_console,),
    api=(api.pages,),
    commands=(commands.post,),
    jobs=(service.send,),
    settings=(PostSettings,),
)
