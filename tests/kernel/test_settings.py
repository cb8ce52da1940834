"""Settings: an unknown or wrong one stops the start with a sentence that names it."""

import json

import pytest

from portal.app import read_settings
from portal.kernel.settings import SettingsError


def settings(**environ):
    return read_settings({"PORTAL_ENV": "test", **environ})


def test_names_become_values():
    assert settings(PORTAL_TRUSTED_PROXIES="2").kernel.trusted_proxies == 2


def test_an_unknown_setting_is_named():
    with pytest.raises(SettingsError, match="PORTAL_BASEURL is no setting"):
        settings(PORTAL_BASEURL="https://example.in")


def test_a_wrong_value_is_named():
    with pytest.raises(SettingsError, match="PORTAL_TRUSTED_PROXIES is not right"):
        settings(PORTAL_TRUSTED_PROXIES="many")


def test_production_refuses_plain_http():
    with pytest.raises(SettingsError, match="PORTAL_BASE_URL must begin with https://"):
        settings(PORTAL_ENV="production")


def test_production_needs_its_keyring_named():
    with pytest.raises(SettingsError, match="PORTAL_KEYS_FILE"):
        settings(PORTAL_ENV="production", PORTAL_BASE_URL="https://sanjha.example.in")


def test_a_file_gives_settings_and_the_environment_wins(tmp_path):
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"PORTAL_REFERENCE_PREFIX": "HR", "PORTAL_LOG_LEVEL": "error"}))
    read = settings(PORTAL_SETTINGS=str(file), PORTAL_LOG_LEVEL="info").kernel
    assert (read.reference_prefix, read.log_level) == ("HR", "info")


def test_an_unreadable_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match="PORTAL_SETTINGS names"):
        settings(PORTAL_SETTINGS=str(tmp_path / "none.json"))
