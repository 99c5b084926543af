"""What is refused and what passes, by the advice of the National Cyber Security Centre."""

import pytest
from django.core.exceptions import ValidationError

from core.models import User
from core.passwords import PasswordValidator, denied_words, is_denied

USER = User(name="Meera Sandhu", email="m.sandhu@orchardgate.example")


@pytest.mark.parametrize(
    "password",
    [
        "Password1234", "P@ssw0rd2026!", "password1234!!", "passwordpassword", "Summer2026!!!", "5umm3r-t3rm-26",
        "Autumn Term 2026", "VirtualSchool1", "WestmarchCouncil1", "manchesterunited", "Arsenal-Arsenal-1",
        "Arsenal123456", "qwertyuiop123", "123456789012", "abcdefghijkl", "aaaaaaaaaaaa", "ababababababab",
        "Meera.Sandhu.2026", "orchardgate2026", "1qaz2wsx3edc", "september2026!", "Welcome to school 1",
        "!!!!2026!!!!99", "letmeinletmein", "sunshine & flowers",
    ],
)  # fmt: skip
def test_easy_to_guess(password: str) -> None:
    with pytest.raises(ValidationError, match="three random words") as refusal:
        PasswordValidator().validate(password, USER)
    assert refusal.value.code == "easy_to_guess"


@pytest.mark.parametrize(
    "password",
    [
        "lamp hedge kettle", "lamphedgekettle", "purple gravel onset", "kettle-summer-gravel", "correct horse battery",
        "xK3vq9TzLw0b", "drei laternen am see", "snowy owl at noon", "long enough to keep",
    ],
)  # fmt: skip
def test_passes(password: str) -> None:
    PasswordValidator().validate(password, USER)
    PasswordValidator().validate(password, None)


@pytest.mark.parametrize("password", ["", "lamp hedge", "x" * 11])
def test_too_short(password: str) -> None:
    with pytest.raises(ValidationError, match=r"at least 12 characters\. Use three random words"):
        PasswordValidator().validate(password, USER)


def test_the_council_and_the_account_count_as_words() -> None:
    assert not is_denied("Tannerdale 2026!")
    assert is_denied("Tannerdale 2026!", {"tannerdale"})


def test_the_list_is_kept_in_order() -> None:
    words = denied_words()
    assert len(words) > 250
    assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
