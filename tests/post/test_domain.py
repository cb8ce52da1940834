"""What may be sent, and when it is tried again."""

import pytest

from portal.post import domain
from portal.post.domain import AddressUnfit, SubjectUnfit


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "@example.org",
        "ann@",
        "ann@example.org\r\nBcc: all@example.org",
        "ann@example.org\n",
        "ann@example.org, bob@example.org",
        "ann@example.org;bob@example.org",
        "Ann <ann@example.org>",
        "ann @example.org",
        "ann@example.org bob",
        "ann@exam\x00ple.org",
        "ann@example.org\u2028Bcc: x@example.org",
        '"a b"@example.org',
    ],
)
def test_what_is_not_one_address_is_refused(address):
    with pytest.raises(AddressUnfit):
        domain.check_address(address)


@pytest.mark.parametrize("address", ["ann@example.org", "a.b+c@mail.example.org", "o'n@example.in"])
def test_one_address_passes(address):
    assert domain.check_address(address) == address


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "  ",
        "a\r\nBcc: x@example.org",
        "a\nb",
        "a\rb",
        "a\x0bb",
        "a\u2028b",
        "a\x85b",
        "x" * 251,
    ],
)
def test_a_subject_that_is_not_one_line_is_refused(subject):
    with pytest.raises(SubjectUnfit):
        domain.check_subject(subject)


def test_a_message_is_tried_five_times():
    waits = [domain.wait_after(failures) for failures in range(1, 6)]
    assert waits == [60, 300, 1800, 7200, None]
