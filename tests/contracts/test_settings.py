"""Every setting says what it is, and stands in the operators' page."""

from pathlib import Path

import pytest

from portal.app import rooms
from portal.kernel.settings import KernelSettings

PAGE = Path(__file__).parents[2] / "docs" / "operating.md"
# Names that say it all.
PLAIN = {"env", "database_url", "database_admin_url", "port", "trusted_proxies",
         "reference_prefix", "log_level"}  # fmt: skip
FIELDS = [
    (environment, section.model_fields[field], field)
    for section in (KernelSettings, *(one for room in rooms() for one in room.settings))
    for environment, field in section.names().items()
]


@pytest.mark.parametrize(("environment", "field", "name"), FIELDS, ids=lambda one: str(one)[:30])
def test_a_setting_says_what_it_is(environment, field, name):
    assert field.description or name in PLAIN, environment


@pytest.mark.skipif(not PAGE.exists(), reason="docs/operating.md is not written yet")
@pytest.mark.parametrize("environment", [environment for environment, _, _ in FIELDS])
def test_a_setting_stands_in_the_operators_page(environment):
    assert f"`{environment}`" in PAGE.read_text()


def test_no_two_settings_have_one_name():
    names = [environment for environment, _, _ in FIELDS]
    assert len(names) == len(set(names))
