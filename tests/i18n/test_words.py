"""Sentences: translated, counted, and never in a script that was not asked for."""

from portal import i18n
from portal.i18n import speaking


def test_a_sentence_is_said_in_the_language_spoken():
    told = set()
    for code in i18n.LANGUAGES:
        with speaking(code):
            told.add(i18n.gettext("Skip to main content"))
    assert len(told) == 5


def test_nought_counts_as_one_in_punjabi():
    one, many = "Late by one day", "Late by %(n)s days"
    with speaking("pa"):
        assert i18n.ngettext(one, many, 0) == i18n.ngettext(one, many, 1)
        assert "2" in i18n.ngettext(one, many, 2)


def test_what_has_no_translation_stays_english_and_not_another_script():
    with speaking("pa_Arab"):
        assert i18n.gettext("A sentence that nobody wrote") == "A sentence that nobody wrote"


def test_words_of_a_provider_fall_back_to_english():
    with speaking("hi"):
        assert i18n.say({"en": "Land", "hi": "ज़मीन"}) == "ज़मीन"
        assert i18n.say({"en": "Land"}) == "Land"
        assert i18n.say(None) == ""
