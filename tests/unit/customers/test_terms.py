"""What a customer is found by."""

from hypothesis import given
from hypothesis import strategies as st

from regulars.customers.model import Profile
from regulars.customers.terms import (
    BACKWARDS,
    MAX_TERM,
    MAX_TERMS,
    asked_digits,
    asked_words,
    fold,
    matches,
    terms_of,
    words,
)

LETTERS = st.text(st.characters(categories=["L", "N", "Zs", "Pd"]), max_size=60)


def test_a_profile_is_found_by_name_address_and_number() -> None:
    profile = Profile.model_validate(
        {
            "first_name": "Zoë",
            "last_name": "O’Brien-Łuk",
            "email": "z.obrien+shop@x.com",
            "phone": "+447911123456",
        }
    )
    assert terms_of(profile) == [
        "zoe",
        "obrien",
        "luk",
        "447911123456",
        "7911123456",
        BACKWARDS + "654321119744",
        "z.obrien+shop@x.com",
        "shop",
    ]


def test_case_and_accents_do_not_matter() -> None:
    assert fold("ÀÉÎÕÜ ŠMÍDOVÁ Straße Ødegård") == "aeiou smidova strasse odegard"
    assert words("Jean-Luc  d’Arc") == ["jean", "luc", "darc"]


def test_questions_are_read_as_people_mean_them() -> None:
    assert asked_words("O'Brien zoe") == ["obrien", "zoe"]
    assert asked_words("Ann@X.com lee") == ["ann@x.com", "lee"]
    assert asked_digits("+44 (0)7911") == "447911"
    assert asked_digits("07911") == "7911"
    assert asked_digits("0048 601") == "48601"
    assert [asked_digits(no) for no in ("12", "a123", "", "flat 12")] == [""] * 4


def test_a_full_profile_stays_within_the_bound() -> None:
    profile = Profile.model_validate(
        {
            "name": " ".join(f"word{number}" for number in range(15)),
            "emails": [f"a{number}.b{number}.c{number}.d{number}@x.com" for number in range(5)],
            "phone": "+447911123456",
        }
    )
    assert len(terms_of(profile)) <= MAX_TERMS


@given(LETTERS)
def test_folding_is_final_and_terms_are_fit_for_keys(name: str) -> None:
    assert fold(fold(name)) == fold(name)
    for word in words(name):
        assert 1 <= len(word) <= MAX_TERM
        assert " " not in word
        assert "#" not in word


@given(LETTERS, st.integers(1, 10))
def test_every_word_of_a_name_is_found_by_any_of_its_beginnings(name: str, length: int) -> None:
    terms = words(name)[:8]
    for word in words(name.upper())[:8]:
        assert matches(terms, [word[:length]])
