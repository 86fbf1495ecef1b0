"""Bulk evaluation: it comes to what live evaluation comes to, and writes only what differs."""

from datetime import datetime, timedelta

import pytest

from regulars.customers import FactsItem, facts_key
from regulars.kernel.jobs import State as JobState
from regulars.kernel.jobs import get_job, list_jobs
from regulars.kernel.tenancy import Tenant
from regulars.segments import judging
from regulars.segments.bulk import IN_FLIGHT, PARTS, shards_of, start_evaluation
from regulars.segments.evaluating import Cause, evaluate
from regulars.segments.members_store import SizeItem, sums_partition
from regulars.segments.model import Status
from regulars.segments.store import read_all
from regulars.segments.sweep_store import read_page
from tests.integration.interrupting import interrupted_before
from tests.integration.segments.crowds import ROOTS, all_facts, check_books, check_stories, crowd, states
from tests.integration.segments.making import let_time_pass, make_segments, moves, present, timers
from tests.integration.segments.working import finish, turn

ALL = frozenset(f"seg_{name}" for name in ROOTS)
DAY = timedelta(days=1)


@pytest.fixture
def shop(shop: Tenant, bucket: str) -> Tenant:
    return shop


def segments_of(tenant: Tenant) -> list[tuple[Status, datetime | None]]:
    stored = read_all(tenant)
    assert stored is not None
    return [(one.status, one.evaluated_at) for one in stored.segments]


def test_the_parts_share_all_shards_and_none_twice() -> None:
    assert sorted(shard for part in range(PARTS) for shard in shards_of(part)) == list(range(64))


def test_it_comes_to_what_each_customer_judged_alone_comes_to(shop: Tenant, now: datetime) -> None:
    ids = crowd(shop, 150, now)
    make_segments(shop, now, **ROOTS)

    job = start_evaluation(shop, None, now=now, name="all")
    assert {status for status, _ in segments_of(shop)} == {Status.EVALUATING}
    done = finish(shop, job, now)

    check_books(shop, now)
    check_stories(shop, [*ROOTS], ids)
    assert (done.state, done.counts["read"], done.percent) == (JobState.SUCCEEDED, 150, 100)
    assert done.counts["entered"] == sum(len(present(shop, name)) for name in ROOTS)
    assert segments_of(shop) == [(Status.READY, now)] * len(ROOTS)


def test_live_evaluation_finds_nothing_to_add_and_time_goes_on_from_there(
    shop: Tenant, now: datetime
) -> None:
    ids = crowd(shop, 60, now, seed=2)
    make_segments(shop, now, **ROOTS)
    finish(shop, start_evaluation(shop, None, now=now, name="all"), now)
    before = {one: item.members for one, item in states(shop).items()}

    evaluate(shop, {one: Cause(ALL) for one in ids}, now)

    after = states(shop)
    assert {one: item.members for one, item in after.items() if item.members} == {
        one: members for one, members in before.items() if members
    }
    for one, item in after.items():
        wanted = min(item.next.values(), default=None)
        assert wanted is None or (item.timer is not None and item.timer <= wanted), one
    for days in (7, 29, 61):
        let_time_pass(shop, now + days * DAY)
        check_books(shop, now + days * DAY)
    check_stories(shop, [*ROOTS], ids)


def test_a_second_run_writes_nothing(shop: Tenant, now: datetime) -> None:
    crowd(shop, 40, now)
    make_segments(shop, now, **ROOTS)
    finish(shop, start_evaluation(shop, None, now=now, name="all"), now)
    revisions = {one: item.revision for one, item in states(shop).items()}

    done = finish(shop, start_evaluation(shop, None, now=now, name="again", refresh=True), now)

    assert {one: item.revision for one, item in states(shop).items()} == revisions
    assert {
        name: done.counts.get(name, 0) for name in ("read", "unchanged", "entered", "left", "retried")
    } == {
        "read": 40,
        "unchanged": 40,
        "entered": 0,
        "left": 0,
        "retried": 0,
    }


def test_after_an_edit_every_judged_state_moves_on_until_nothing_older_can_be_in_flight(
    shop: Tenant, now: datetime
) -> None:
    crowd(shop, 20, now)
    make_segments(shop, now, french=ROOTS["french"])
    finish(shop, start_evaluation(shop, None, now=now, name="first"), now)
    assert len(states(shop)) == 20
    job = start_evaluation(shop, None, now=now, name="edit")
    finish(shop, job, now + IN_FLIGHT)
    assert {item.revision for item in states(shop).values()} == {1}
    finish(shop, start_evaluation(shop, None, now=now, name="edit"), now)
    assert {item.revision for item in states(shop).values()} == {2}


def test_a_shop_without_customers_is_ready_at_once(shop: Tenant, now: datetime) -> None:
    make_segments(shop, now, **ROOTS)
    done = finish(shop, start_evaluation(shop, None, now=now, name="all"), now)
    assert (done.state, done.counts["read"]) == (JobState.SUCCEEDED, 0)
    assert segments_of(shop) == [(Status.READY, now)] * len(ROOTS)


def test_customers_with_moments_due_are_led_through_them_one_by_one(shop: Tenant, now: datetime) -> None:
    ids = crowd(shop, 30, now)
    make_segments(shop, now, buyers=ROOTS["buyers"], lapsed=ROOTS["lapsed"])
    finish(shop, start_evaluation(shop, None, now=now, name="all"), now)
    late = now + 100 * DAY
    assert timers(shop, late)

    done = finish(shop, start_evaluation(shop, None, now=late, name="late"), late)

    check_books(shop, late)
    ends = [at for one in ids for way, at in moves(shop, one, "buyers") if way == "out"]
    assert ends
    assert all(now < at <= now + 31 * DAY for at in ends)
    assert done.counts["retried"] > 0


def test_a_page_that_columns_cannot_judge_is_judged_one_by_one(
    shop: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object) -> None:
        raise ArithmeticError

    monkeypatch.setattr(judging, "matches_columns", broken)
    crowd(shop, 20, now)
    make_segments(shop, now, **ROOTS)
    finish(shop, start_evaluation(shop, None, now=now, name="all"), now)
    check_books(shop, now)


def test_a_failed_run_shows_in_the_segments_and_resuming_makes_them_ready(
    shop: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    from regulars.imports.steering import resume_job
    from regulars.segments import sweeping

    crowd(shop, 20, now)
    make_segments(shop, now, **ROOTS)
    job = start_evaluation(shop, None, now=now, name="all")

    def refuse(*given: object) -> None:
        raise TimeoutError

    with monkeypatch.context() as broken:
        broken.setattr(sweeping, "read_page", refuse)
        failed = finish(shop, job, now)
    assert failed.state is JobState.FAILED
    assert failed.message is not None
    assert {status for status, _ in segments_of(shop)} == {Status.FAILED}

    resume_job(shop, job.id)
    assert finish(shop, get_job(shop, job.id), now).state is JobState.SUCCEEDED
    check_books(shop, now)
    assert {status for status, _ in segments_of(shop)} == {Status.READY}


def test_the_list_of_jobs_shows_it(shop: Tenant, now: datetime) -> None:
    crowd(shop, 10, now)
    make_segments(shop, now, **ROOTS)
    done = finish(shop, start_evaluation(shop, None, now=now, name="Prebuilt"), now)
    assert list_jobs(shop).items == [done]


def test_customers_of_a_page_share_transactions(shop: Tenant, now: datetime) -> None:
    crowd(shop, 80, now, shards=[3])
    make_segments(shop, now, french=ROOTS["french"])
    job = start_evaluation(shop, None, now=now, name="all", refresh=True)
    with interrupted_before(0, lambda: None) as made:
        turn(shop, job.id, 3, now)
    entered = len(present(shop, "french"))
    assert entered > 20
    assert made.count("TransactWriteItems") <= entered / 10


def test_pages_of_states_and_facts_cover_the_same_customers(shop: Tenant, now: datetime) -> None:
    # given customers with and without a state, and states whose customers are gone
    ids = sorted(crowd(shop, 40, now, shards=[3]))
    make_segments(shop, now, french=ROOTS["french"])
    finish(shop, start_evaluation(shop, None, now=now, name="first", refresh=True), now)
    some = [FactsItem(*facts_key(shop, one)) for one in ids[::5]]
    for item in some:
        item.delete()
    crowd(shop, 15, now, shards=[3])
    # when they are read in small pages
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = read_page(shop, 3, after, 4)
        seen += [facts.customer_id for facts, _ in page.customers]
        assert all(state.revision == (one.customer_id in states(shop)) for one, state in page.customers)
        after = page.last
    assert seen == sorted({one.customer_id for one in all_facts(shop)})


def test_the_sums_of_a_part_are_its_own(shop: Tenant, now: datetime) -> None:
    crowd(shop, 60, now, shards=shards_of(5))
    make_segments(shop, now, french=ROOTS["french"])
    finish(shop, start_evaluation(shop, None, now=now, name="all"), now)
    items = SizeItem.each(sums_partition(shop, "seg_french"), SizeItem.sk.startswith("SIZE#"))
    assert [item.sk for item in items] == ["SIZE#5"]
