"""Who is pasted into a list, and what is said of it."""

import pytest

from console.segment_refs import MOST, refs_in, told
from regulars.kernel.errors import InvalidError
from regulars.segments import MembersChanged

OURS = "cus_01KAZZZZZZZZZZZZZZZZZZZZZZ"


def test_addresses_and_ids_are_told_apart_whatever_stands_between_them() -> None:
    refs = refs_in(f"ann@example.com, bea@example.com\n{OURS};\t17850 \n\nann@example.com")
    assert [ref.email or ref.id or ref.external_id for ref in refs] == [
        "ann@example.com",
        "bea@example.com",
        OURS,
        "17850",
    ]
    assert refs[2].id == OURS
    assert refs[3].external_id == "17850"


def test_too_many_at_a_time_are_refused() -> None:
    assert len(refs_in("\n".join(map(str, range(MOST))))) == MOST
    with pytest.raises(InvalidError, match="at most 1,000"):
        refs_in("\n".join(map(str, range(MOST + 1))))


def test_what_became_of_them_is_said_in_one_line() -> None:
    assert told(MembersChanged(12, 0, 3, [])) == "12 added; 3 were as they are"
    unknown = [f"a{n}@example.com" for n in range(7)]
    assert told(MembersChanged(0, 1, 0, unknown)).endswith("a4@example.com and 2 more")
    assert told(MembersChanged(0, 0, 0, [])) == "Nobody was named"
