"""What is picked in the editor, the rule it stands for, and the words for it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.recurrence import DAYS, EVERY, NTH, Repeat, read_rule, typed, usual

SATURDAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("repeat", "rule", "words"),
    [
        (usual(SATURDAY), "FREQ=WEEKLY;BYDAY=SA", "Every week on Saturday"),
        (
            Repeat("WEEKLY", 2, ("MO", "TH"), until=date(2026, 12, 24)),
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20261224T235959Z",
            "Every 2 weeks on Monday and Thursday, until 24 December 2026",
        ),
        (Repeat("DAILY", count=10), "FREQ=DAILY;COUNT=10", "Every day, 10 times"),
        (
            Repeat("WEEKLY", days=("MO", "TU", "WE", "TH", "FR")),
            "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
            "Every working day",
        ),
        (
            Repeat("MONTHLY", nth=-1, nth_day="FR"),
            "FREQ=MONTHLY;BYDAY=-1FR",
            "Every month on the last Friday",
        ),
        (Repeat("MONTHLY", month_day=-1), "FREQ=MONTHLY;BYMONTHDAY=-1", "Every month on the last day"),
        (
            Repeat("MONTHLY", 3, month_day=15),
            "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15",
            "Every 3 months on day 15",
        ),
        (Repeat("YEARLY"), "FREQ=YEARLY", "Every year"),
    ],
)
def test_a_repeat_is_a_rule_and_words(repeat: Repeat, rule: str, words: str) -> None:
    assert (repeat.rule, repeat.words) == (rule, words)
    assert read_rule(rule) == repeat


REPEATS = st.builds(
    typed,
    st.fixed_dictionaries(
        {
            "every": st.sampled_from([key for key, _ in EVERY]),
            "interval": st.integers(1, 99).map(str),
            "monthly": st.sampled_from(["day", "last", "nth"]),
            "nth": st.sampled_from([str(number) for number, _ in NTH]),
            "nth_day": st.sampled_from([key for key, _ in DAYS]),
            "ends": st.sampled_from(["never", "count", "until"]),
            "count": st.integers(1, 500).map(str),
            "until": st.dates(date(2026, 1, 1), date(2050, 1, 1)).map(date.isoformat),
        }
    ),
    st.lists(st.sampled_from([key for key, _ in DAYS]), unique=True),
    st.dates(date(2026, 1, 1), date(2030, 1, 1)),
)


@given(REPEATS)
def test_whatever_is_picked_comes_back_from_its_rule(repeat: Repeat) -> None:
    assert read_rule(repeat.rule) == repeat


@given(REPEATS, st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_the_form_of_a_repeat_says_the_same_again(repeat: Repeat, first: date) -> None:
    again = typed(
        repeat.form,
        repeat.days,
        first.replace(day=max(repeat.month_day, 1))
        if repeat.month_day < 29
        else date(2026, 1, repeat.month_day),
    )
    assert again == repeat


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ=HOURLY",
        "FREQ=WEEKLY;BYSETPOS=1",
        "FREQ=MONTHLY;BYDAY=9MO",
        "FREQ=DAILY;BYDAY=MO",
        "FREQ=DAILY;COUNT=x",
    ],
)
def test_a_rule_that_says_more_than_the_editor_knows_is_left_to_be_text(text: str) -> None:
    assert read_rule(text) is None
