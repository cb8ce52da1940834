"""Which settings of the room are taken, and which stop the start."""

import pytest

from portal.app import create_app
from portal.kernel.settings import KernelSettings, Settings, SettingsError, load
from portal.post.settings import PostSettings


def read(**environ):
    return load({f"PORTAL_{name.upper()}": text for name, text in environ.items()}, [PostSettings])


def test_without_settings_messages_go_to_the_console():
    assert read(env="test").of(PostSettings).mail == "console"


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://mail.example.org:port",
        "smtp://mail.example.org:0",
        "smtp://mail.example.org?tls=yes",
        "smtp://mail.example.org?starttls=no",
    ],
)
def test_an_address_that_names_no_mail_server_stops_the_start(url):
    with pytest.raises(SettingsError, match="PORTAL_SMTP_URL"):
        read(env="test", mail="smtp", smtp_url=url)


def test_smtp_needs_a_server():
    with pytest.raises(SettingsError, match="PORTAL_SMTP_URL must name"):
        read(env="test", mail="smtp")


def test_the_sender_is_one_address():
    with pytest.raises(SettingsError, match="PORTAL_MAIL_FROM"):
        read(env="test", mail_from="Portal <a@example.org>")


def test_production_never_prints_messages(settings):
    kernel = settings.kernel.model_copy(update={"env": "production"})
    others = [settings.of(one) for one in settings.sections() if one is not KernelSettings]
    with pytest.raises(SettingsError, match="PORTAL_MAIL must be smtp in production"):
        create_app(Settings([*others, kernel]))
