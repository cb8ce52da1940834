"""Which language is spoken: by tag, by browser, by direction."""

import pytest

from portal.i18n import (
    LANGUAGES,
    TAGS,
    direction,
    language,
    language_of_tag,
    language_wanted,
    speaking,
    tag,
)


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("en-IN", "en"),
        ("pa", "pa"),
        ("pa-IN", "pa"),
        ("pa-Guru-IN", "pa"),
        ("pa-Arab", "pa_Arab"),
        ("pa_Arab_PK", "pa_Arab"),
        ("pa-PK", "pa_Arab"),
        ("pnb", "pa_Arab"),
        ("ur-IN", "ur"),
        ("HI", "hi"),
        ("fr", None),
        ("", None),
    ],
)
def test_a_tag_leads_to_the_script_that_was_meant(told, code):
    assert language_of_tag(told) == code


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("fr-FR,fr;q=0.9,hi;q=0.5,en;q=0.4", "hi"),
        ("ur;q=0.2, pa-PK;q=0.9", "pa_Arab"),
        ("pa;q=0", "en"),
        ("*", "en"),
        (";;;q=x,,", "en"),
        ("a" * 10_000, "en"),
    ],
)
def test_a_browser_gets_the_best_that_we_speak(header, code):
    assert language_wanted(header) == code


def test_two_languages_run_from_right_to_left():
    assert [code for code in LANGUAGES if direction(code) == "rtl"] == ["pa_Arab", "ur"]


def test_tags_and_codes_go_both_ways():
    assert {tag(code): code for code in LANGUAGES} == TAGS


def test_a_language_is_spoken_for_as_long_as_it_is_asked_for():
    with speaking("ur"):
        assert language() == "ur"
    assert language() == "en"
