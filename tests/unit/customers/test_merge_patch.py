"""RFC 7396, and what it means for a profile."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.customers.merge_patch import CustomerPatch, merge, patched, united
from regulars.customers.model import Profile, changed_fields, with_tags
from regulars.kernel.errors import InvalidError

SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)
OBJECTS = st.dictionaries(st.text(max_size=3), JSON, max_size=4)


def profile(**given: Any) -> Profile:
    return Profile.model_validate(given)


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        # The examples of RFC 7396, appendix A.
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_the_standard(target: Any, patch: Any, result: Any) -> None:
    assert merge(target, patch) == result


@given(JSON, JSON)
def test_a_patch_applied_twice_is_applied_once(target: Any, patch: Any) -> None:
    assert merge(merge(target, patch), patch) == merge(target, patch)


@given(OBJECTS)
def test_an_empty_patch_changes_nothing(target: dict[str, Any]) -> None:
    assert merge(target, {}) == target


@given(OBJECTS, OBJECTS)
def test_what_is_not_named_stays(target: dict[str, Any], patch: dict[str, Any]) -> None:
    result = merge(target, patch)
    assert {name: result.get(name) for name in target.keys() - patch.keys()} == {
        name: target[name] for name in target.keys() - patch.keys()
    }
    assert not [name for name, value in patch.items() if value is None and name in result]


@pytest.mark.parametrize(
    ("patch", "emails"),
    [
        ({"email": "c@x.com"}, ["c@x.com", "b@x.com"]),
        ({"email": "B@x.com"}, ["b@x.com", "a@x.com"]),
        ({"email": None}, ["b@x.com"]),
        ({"emails": ["c@x.com"]}, ["c@x.com"]),
        ({"emails": None}, []),
        ({"email": "d@x.com", "emails": ["c@x.com"]}, ["d@x.com", "c@x.com"]),
        ({"name": "Ann"}, ["a@x.com", "b@x.com"]),
    ],
)
def test_email_names_the_primary_address(patch: dict[str, Any], emails: list[str]) -> None:
    after = patched(profile(emails=["a@x.com", "b@x.com"]), CustomerPatch.model_validate(patch).changes())
    assert after.emails == emails
    assert after.email == (emails[0] if emails else None)


def test_external_ids_can_be_changed_by_system() -> None:
    before = profile(external_ids=["plain", "shop:1", "crm:2"])
    after = patched(before, {"external_ids": {"shop": "9", "crm": None, "erp": "4"}})
    assert after.ids == ["plain", "shop:9", "erp:4"]
    assert patched(before, {"external_ids": ["x"]}).ids == ["x"]


def test_a_bad_patch_names_the_place() -> None:
    with pytest.raises(InvalidError) as caught:
        patched(profile(), {"addresses": [{"country": "XX"}]})
    assert [fault.pointer for fault in caught.value.faults] == ["/addresses/0/country"]


def test_uniting_adds_addresses_ids_and_tags_and_replaces_the_rest() -> None:
    before = profile(
        name="Old", emails=["a@x.com"], external_ids=["1"], tags=["x"], social={"a": "1"}, gender="other"
    )
    after = united(
        before, profile(name="New", email="b@x.com", external_ids=["2"], tags=["y"], social={"b": "2"})
    )
    assert (after.name, after.gender, after.social) == ("New", "other", {"a": "1", "b": "2"})
    assert (after.emails, after.ids, after.tags) == (["b@x.com", "a@x.com"], ["1", "2"], ["x", "y"])
    assert united(before, profile(external_ids=["1"])).stored() == before.stored()


def test_a_stored_profile_comes_back_as_it_was() -> None:
    full = profile(
        name="Ann",
        email="a@x.com",
        date_of_birth="1990-02-28",
        tags=["b", "a"],
        addresses=[{"country": "gb", "default": True}],
    )
    assert Profile.of_stored(full.stored()) == full
    assert Profile.of_stored(profile().stored()) == profile()
    assert changed_fields(full, Profile.of_stored(full.stored())) == []


def test_tags_are_added_removed_and_bounded() -> None:
    assert with_tags(profile(tags=["a", "b"]), ["c"], ["a", "z"]).tags == ["b", "c"]
    with pytest.raises(InvalidError):
        with_tags(profile(), [str(number) for number in range(51)], [])


def test_one_default_address_of_each_type() -> None:
    with pytest.raises(ValueError, match="default"):
        profile(addresses=[{"type": "home", "default": True}, {"type": "home", "default": True}])
    two = profile(addresses=[{"country": "FR"}, {"country": "GB", "default": True, "type": "work"}])
    assert two.address is not None
    assert two.address.country == "GB"
