"""What the rule language means, line by line of the specification's "Semantics"."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from regulars.segments.rules.values import Occurrence
from tests.unit.segments.judging import at, customer, day, field, happened, holds, last, next_change, ordered

NEW_YORK = ZoneInfo("America/New_York")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def order_at(moment: int) -> dict[str, list[Occurrence]]:
    return happened("order.placed", moment)


class TestLastDaysCountBackByWallClock:
    def test_an_event_leaves_at_the_same_time_of_day_so_many_days_later(self) -> None:
        bought = customer(order_at(at("2026-06-01T15:30")))
        rule = ordered(window=last(30))
        assert holds(rule, bought, at("2026-07-01T15:30") - 1)
        assert not holds(rule, bought, at("2026-07-01T15:30"))
        assert next_change(rule, bought, at("2026-06-10T00:00")) == at("2026-07-01T15:30")

    @pytest.mark.parametrize(
        ("bought_at", "gone_at", "hours"),
        [
            pytest.param("2026-03-28T12:00+01:00", "2026-03-29T12:00+02:00", 23, id="clocks go forward"),
            pytest.param("2026-10-24T12:00+02:00", "2026-10-25T12:00+01:00", 25, id="clocks go back"),
        ],
    )
    def test_a_day_of_a_clock_change_has_23_or_25_hours(
        self, bought_at: str, gone_at: str, hours: int
    ) -> None:
        bought = customer(order_at(at(bought_at)))
        rule = ordered(window=last(1))
        assert at(gone_at) - at(bought_at) == hours * 3_600_000
        assert holds(rule, bought, at(gone_at) - 1)
        assert not holds(rule, bought, at(gone_at))
        assert next_change(rule, bought, at(bought_at)) == at(gone_at)

    def test_a_time_that_the_clocks_jump_over_is_the_moment_of_the_jump(self) -> None:
        jump = at("2026-03-29T03:00+02:00")
        before, after = customer(order_at(jump - 1)), customer(order_at(jump))
        rule, now = ordered(window=last(1)), at("2026-03-30T02:30+02:00")
        assert not holds(rule, before, now)
        assert not holds(rule, after, now)
        assert holds(rule, after, at("2026-03-30T02:00+02:00") - 1)
        assert next_change(rule, after, jump) == at("2026-03-30T02:00+02:00")

    def test_a_time_that_comes_twice_is_the_first_of_the_two(self) -> None:
        first, second = at("2026-10-25T02:30+02:00"), at("2026-10-25T02:30+01:00")
        rule, now = ordered(window=last(1)), at("2026-10-26T02:30+01:00")
        assert not holds(rule, customer(order_at(first)), now)
        assert holds(rule, customer(order_at(second)), now)
        assert not holds(rule, customer(order_at(second)), at("2026-10-26T03:00+01:00"))

    def test_during_the_second_pass_of_an_hour_the_clock_stands_at_its_end(self) -> None:
        bought = customer(order_at(at("2026-10-24T02:45+02:00")))
        rule = ordered(window=last(1))
        assert holds(rule, bought, at("2026-10-25T02:30+02:00"))
        assert not holds(rule, bought, at("2026-10-25T02:50+02:00"))
        assert not holds(rule, bought, at("2026-10-25T02:00+01:00"))

    def test_the_end_of_a_repeated_hour_is_reached_as_its_second_pass_begins(self) -> None:
        bought = customer(order_at(at("2026-10-24T03:00+02:00")))
        second_pass = at("2026-10-25T02:00+01:00")
        assert next_change(ordered(window=last(1)), bought, second_pass - 3_600_000) == second_pass
        assert holds(ordered(window=last(1)), bought, second_pass - 1)
        assert not holds(ordered(window=last(1)), bought, second_pass)

    def test_what_happened_in_a_second_pass_leaves_when_the_clock_shows_its_end(self) -> None:
        bought = customer(order_at(at("2026-10-25T02:00+01:00") + 1))
        left = at("2026-10-26T03:00+01:00")
        assert next_change(ordered(window=last(1)), bought, left - 7_200_000) == left
        assert holds(ordered(window=last(1)), bought, left - 1)
        assert not holds(ordered(window=last(1)), bought, left)

    @pytest.mark.parametrize("operator", ["within_last", "more_than_ago", "within_next", "more_than_ahead"])
    def test_a_date_that_stands_for_never_changes_nothing_by_time_that_can_be_told(
        self, operator: str
    ) -> None:
        rule, now = field("seen", operator, amount=30, unit="days"), at("2026-05-05T12:00")
        for never in ("9999-12-31T00:00Z", "0001-01-02T00:00Z"):
            seen = customer(seen=at(never))
            then = next_change(rule, seen, now)
            assert then is None or then < at("9999-12-31T00:00Z")
            assert holds(rule, seen, now) == (
                operator == ("more_than_ahead" if never > "2" else "more_than_ago")
            )

    def test_a_clock_change_of_half_an_hour_is_half_an_hour(self) -> None:
        bought = customer(order_at(at("2026-04-04T12:00+11:00")))
        rule = ordered(window=last(1))
        assert holds(rule, bought, at("2026-04-05T12:00+10:30") - 1, LORD_HOWE)
        assert not holds(rule, bought, at("2026-04-05T12:00+10:30"), LORD_HOWE)

    def test_hours_are_hours_whatever_the_clocks_do(self) -> None:
        bought = customer(order_at(at("2026-10-24T12:00+02:00")))
        rule = ordered(window=last(24, "hours"))
        assert holds(rule, bought, at("2026-10-25T11:00+01:00") - 1)
        assert not holds(rule, bought, at("2026-10-25T11:00+01:00"))

    def test_a_date_of_a_profile_counts_the_same(self) -> None:
        seen = customer(seen=at("2026-06-01T15:30"))
        assert holds(field("seen", "within_last", amount=30, unit="days"), seen, at("2026-07-01T15:29"))
        assert not holds(field("seen", "within_last", amount=30, unit="days"), seen, at("2026-07-01T15:30"))
        assert holds(field("seen", "more_than_ago", amount=30, unit="days"), seen, at("2026-07-01T15:30"))
        assert not holds(field("seen", "more_than_ago", amount=30, unit="days"), seen, at("2026-07-01T15:29"))

    def test_what_lies_ahead_counts_forward_the_same(self) -> None:
        renews = customer(renews=at("2026-10-26T12:00+01:00"))
        within = field("renews", "within_next", amount=2, unit="days")
        assert not holds(within, renews, at("2026-10-24T12:00+02:00") - 1)
        assert holds(within, renews, at("2026-10-24T12:00+02:00"))
        assert not holds(within, renews, at("2026-10-26T12:00+01:00"))
        assert holds(
            field("renews", "more_than_ahead", amount=2, unit="days"), renews, at("2026-10-24T11:59+02:00")
        )


class TestPeriodsAreThoseOfTheShopsCalendar:
    @pytest.mark.parametrize(
        ("period", "first", "end"),
        [
            ("today", "2026-11-18", "2026-11-19"),
            ("yesterday", "2026-11-17", "2026-11-18"),
            ("this_week", "2026-11-16", "2026-11-23"),
            ("last_week", "2026-11-09", "2026-11-16"),
            ("this_month", "2026-11-01", "2026-12-01"),
            ("last_month", "2026-10-01", "2026-11-01"),
            ("this_quarter", "2026-10-01", "2027-01-01"),
            ("last_quarter", "2026-07-01", "2026-10-01"),
            ("this_year", "2026-01-01", "2027-01-01"),
            ("last_year", "2025-01-01", "2026-01-01"),
        ],
    )
    @pytest.mark.parametrize("zone", [NEW_YORK, LORD_HOWE], ids=str)
    def test_a_period_is_from_midnight_there_to_midnight_there(
        self, zone: ZoneInfo, period: str, first: str, end: str
    ) -> None:
        now, rule = at("2026-11-18T13:00", zone), field("seen", "in_period", period=period)
        begin, after = at(first, zone), at(end, zone)
        for moment, inside in ((begin - 1, False), (begin, True), (after - 1, True), (after, False)):
            assert holds(rule, customer(seen=moment), now, zone) is inside
            counted = inside and moment <= now
            window = {"type": "period", "period": period}
            assert holds(ordered(window=window), customer(order_at(moment)), now, zone) is counted

    def test_the_same_moment_is_today_here_and_yesterday_there(self) -> None:
        seen, now = customer(seen=at("2026-05-05T01:00Z")), at("2026-05-05T12:00Z")
        assert holds(field("seen", "in_period", period="today"), seen, now)
        assert holds(field("seen", "in_period", period="yesterday"), seen, now, NEW_YORK)

    def test_the_day_ends_at_midnight_by_time_alone(self) -> None:
        bought = customer(order_at(at("2026-05-05T10:00")))
        rule = ordered(window={"type": "period", "period": "today"})
        assert next_change(rule, bought, at("2026-05-05T12:00")) == at("2026-05-06T00:00")


class TestADateWithoutTimeIsMidnightThere:
    def test_of_operands(self) -> None:
        midnight = at("2026-05-05T00:00")
        for moment, before in ((midnight - 1, True), (midnight, False)):
            assert (
                holds(field("seen", "before", value="2026-05-05"), customer(seen=moment), midnight) is before
            )
            assert (
                holds(field("seen", "after", value="2026-05-05"), customer(seen=moment), midnight)
                is not before
            )

    def test_between_takes_the_first_day_and_leaves_the_last(self) -> None:
        rule = ordered(window={"type": "between", "from": "2026-05-05", "to": "2026-05-07"})
        now = at("2026-06-01T00:00")
        assert not holds(rule, customer(order_at(at("2026-05-05T00:00") - 1)), now)
        assert holds(rule, customer(order_at(at("2026-05-05T00:00"))), now)
        assert holds(rule, customer(order_at(at("2026-05-07T00:00") - 1)), now)
        assert not holds(rule, customer(order_at(at("2026-05-07T00:00"))), now)

    def test_where_midnight_is_jumped_over_the_day_begins_with_the_jump(self) -> None:
        santiago = ZoneInfo("America/Santiago")
        begin = at("2026-09-06T01:00-03:00")
        rule = field("seen", "on", value="2026-09-06")
        assert not holds(rule, customer(seen=begin - 1), begin, santiago)
        assert holds(rule, customer(seen=begin), begin, santiago)

    def test_of_values(self) -> None:
        rule = field("born", "within_last", amount=2, unit="days")
        born = customer(born=day("2026-05-05"))
        assert not holds(rule, born, at("2026-05-05T00:00") - 1)
        assert holds(rule, born, at("2026-05-05T00:00"))
        assert holds(rule, born, at("2026-05-07T00:00") - 1)
        assert not holds(rule, born, at("2026-05-07T00:00"))


class TestEventsCountByTheirOwnTime:
    def test_one_event_must_satisfy_all_filters(self) -> None:
        where = [
            {"property": "channel", "is": {"operator": "equals", "value": "web"}},
            {"property": "total", "is": {"operator": "at_least", "value": 5000}},
        ]
        now = at("2026-05-05T12:00")
        halves = [
            Occurrence(now - 1, "evt_2", {"channel": "web", "total": 100}),
            Occurrence(now - 2, "evt_1", {"channel": "phone", "total": 9000}),
        ]
        assert not holds(ordered(where=where), customer({"order.placed": halves}), now)
        both = Occurrence(now - 3, "evt_0", {"channel": "web", "total": 5000})
        assert holds(ordered(where=where), customer({"order.placed": [*halves, both]}), now)

    def test_a_backdated_event_counts_by_its_own_time(self) -> None:
        late = customer(order_at(at("2026-04-01T12:00")))
        now = at("2026-05-05T12:00")
        assert not holds(ordered(window=last(30)), late, now)
        assert holds(ordered(window=last(40)), late, now)
        assert holds(ordered(window={"type": "period", "period": "last_month"}), late, now)

    def test_an_event_ahead_is_not_there_until_its_time(self) -> None:
        meeting = at("2026-05-06T09:00")
        planned, rule, now = customer(order_at(meeting)), ordered(), at("2026-05-05T12:00")
        assert not holds(rule, planned, now)
        assert next_change(rule, planned, now) == meeting
        assert holds(rule, planned, meeting)

    def test_of_two_events_at_the_same_moment_both_count(self) -> None:
        moment = at("2026-05-05T12:00")
        assert holds(ordered("equals", 2), customer(happened("order.placed", moment, moment)), moment)

    def test_a_kind_counts_once_however_often_it_is_asked_for(self) -> None:
        twice = ordered("equals", 1) | {"events": ["order.placed", "order.refunded"]}
        assert holds(twice, customer(order_at(at("2026-05-05T12:00"))), at("2026-05-05T12:00"))


class TestNoSuchEvent:
    @pytest.mark.parametrize(
        ("operator", "value", "included"),
        [
            ("equals", 0, True),
            ("at_most", 3, True),
            ("less_than", 1, True),
            ("at_least", 0, True),
            ("at_least", 1, False),
        ],
    )
    def test_exactly_none_and_at_most_so_many_include_people_with_none(
        self, operator: str, value: int, included: bool
    ) -> None:
        now = at("2026-05-05T12:00")
        for history in ({}, {"order.placed": []}, order_at(at("2026-01-01T12:00"))):
            assert holds(ordered(operator, value, window=last(30)), customer(history), now) is included

    def test_the_sum_of_none_is_nothing(self) -> None:
        spent = {"measure": {"what": "sum", "property": "total"}}
        assert holds(ordered("equals", 0, **spent), customer(), at("2026-05-05T12:00"))
        assert holds(ordered("less_than", 1, **spent), customer(), at("2026-05-05T12:00"))

    @pytest.mark.parametrize("operator", ["at_most", "less_than", "not_equals", "at_least"])
    def test_the_average_of_none_is_missing(self, operator: str) -> None:
        mean = {"measure": {"what": "average", "property": "total"}}
        assert not holds(ordered(operator, 0, **mean), customer(), at("2026-05-05T12:00"))

    @pytest.mark.parametrize("what", ["first", "last"])
    def test_the_first_and_the_last_of_none_are_missing(self, what: str) -> None:
        never = {"type": "event", "events": ["order.placed"], "measure": {"what": what}}
        now = at("2026-05-05T12:00")
        long_ago = {"operator": "more_than_ago", "amount": 1, "unit": "days"}
        assert not holds(never | {"is": long_ago}, customer(), now)
        assert holds(never | {"is": {"operator": "not_exists"}}, customer(), now)

    def test_what_cannot_be_added_up_does_not_count(self) -> None:
        now = at("2026-05-05T12:00")
        totals = (1000, None, float("nan"), "1000", True, 3000)
        history = [
            Occurrence(now - index, f"evt_{9 - index}", {"total": total})
            for index, total in enumerate(totals)
        ]
        bought = customer({"order.placed": [*history, Occurrence(now - 9, "evt_0", {})]})
        assert holds(ordered("equals", 4000, measure={"what": "sum", "property": "total"}), bought, now)
        assert holds(ordered("equals", 2000, measure={"what": "average", "property": "total"}), bought, now)
        assert holds(ordered("equals", 7), bought, now)

    def test_days_are_counted_by_the_shops_calendar(self) -> None:
        visits = happened(
            "order.placed", at("2026-05-04T23:59"), at("2026-05-05T00:00"), at("2026-05-05T12:00")
        )
        now = at("2026-05-05T12:00")
        assert holds(ordered("equals", 2, measure={"what": "days"}), customer(visits), now)
        assert holds(ordered("equals", 3), replace(customer(visits)), now)
