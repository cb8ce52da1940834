"""One spelling for five scripts."""

import pytest

from portal.catalogue.folding import asked_words, fold, skeleton

SAME = [
    ("amdan", "amdani", "ਆਮਦਨ", "آمدن", "आमदनी", "آمدنی"),
    ("certificate", "sartifiket", "ਸਰਟੀਫਿਕੇਟ", "سرٹیفکیٹ", "सर्टिफिकेट"),
    ("zameen", "jamin", "ਜ਼ਮੀਨ", "زمین", "ज़मीन"),
    ("bijli", "bijlee", "ਬਿਜਲੀ", "بجلی", "बिजली"),
    ("passport", "ਪਾਸਪੋਰਟ", "پاسپورٹ", "पासपोर्ट"),
    ("school", "ਸਕੂਲ", "سکول", "اسکول", "स्कूल"),
    ("sarak", "ਸੜਕ", "سڑک", "सड़क", "सड़क"),
    ("jaati", "ਜਾਤੀ", "ذات", "जाति"),
    ("tankhah", "ਤਨਖਾਹ", "تنخواہ", "तनख़्वाह"),
]


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[0])
@pytest.mark.promise("B5")
def test_a_word_sounds_the_same_in_every_script(spellings):
    assert len({skeleton(fold(word)) for word in spellings}) == 1


@pytest.mark.parametrize("text", ["", "\x00", "'; --", "%_\\", "😀", "\ud800", "½ﷺ", "ا" * 5000])
def test_no_text_is_too_odd(text):
    assert all(letter.isascii() for letter in fold(text))
    assert len(asked_words(text)) <= 8


def test_words_that_say_nothing_are_left_out():
    assert asked_words("how do I get the income certificate") == ["income", "certificate"]
    assert asked_words("how do I") == []


def test_a_question_is_read_to_its_two_hundredth_letter():
    assert asked_words("x" * 199 + " income") == ["x" * 199]


def test_each_word_is_asked_once():
    assert asked_words("land, LAND; zameen") == ["land", "zameen"]
