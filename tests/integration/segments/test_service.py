"""Use cases of segments: who may be called what, what a rule may refer to, what a change starts and what a deletion takes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from regulars import segments
from regulars.customers import CustomerRef
from regulars.kernel.errors import ConflictError, InvalidError, NotFoundError, StaleError
from regulars.kernel.jobs import list_jobs
from regulars.kernel.table import Item
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.segments import Kind, NewSegment, Segment, SegmentChange, Status
from regulars.segments.clearing_store import places_of
from regulars.segments.service import MAX_SEGMENTS
from tests.integration.pipeline.shop import buy, new_customer
from tests.integration.segments.making import BIG, make_segments, moves, present
from tests.integration.segments.working import run_jobs


def ruled(root: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "root": root}


def within(segment: Segment) -> dict[str, Any]:
    return {"type": "segment", "segment": segment.id}


def spent(at_least: int) -> dict[str, Any]:
    return {"type": "field", "field": "total_spent", "is": {"operator": "at_least", "value": at_least}}


def make(shop: Tenant, now: datetime, name: str, root: dict[str, Any] = BIG, **more: Any) -> Segment:
    return segments.create_segment(shop, NewSegment(name=name, rule=ruled(root), **more), now=now)


def edit(shop: Tenant, now: datetime, segment: Segment, root: dict[str, Any], **more: Any) -> Segment:
    return segments.change_segment(shop, segment.id, SegmentChange(rule=ruled(root), **more), now=now)


@pytest.fixture(autouse=True)
def _files(bucket: str) -> None:
    """Jobs that compute thresholds keep them in files on the way."""


@pytest.fixture
def quiet(shop: Tenant, now: datetime) -> Tenant:
    """A shop with an empty catalogue."""
    make_segments(shop, now)
    return shop


def test_a_tenant_begins_with_the_prebuilt_segments_evaluated_in_one_run(shop: Tenant, now: datetime) -> None:
    customer = new_customer(shop, now)
    # when the list is asked for the first time, by several at once
    with ThreadPoolExecutor(4) as pool:
        lists = list(pool.map(lambda _: segments.list_segments(shop, now), range(4)))
    # then all see the same, and there is one job
    assert {tuple(one.id for one in found) for found in lists} == {tuple(one.id for one in lists[0])}
    assert [job.type for job in list_jobs(shop).items] == ["segments"]
    assert {one.key for one in lists[0]} == {
        *("high_value", "frequent_visitors", "frequent_buyers", "at_risk", "churning", "inactive", "vip"),
        *("new", "birthday", "price_drop", "unhappy", "losing_tier"),
    }
    assert {one.status for one in lists[0]} == {Status.EVALUATING}
    # and when the job is through they have their members, of whom nobody is told
    run_jobs(shop, now)
    found = {one.key: one for one in segments.list_segments(shop, now)}
    assert {one.status for one in found.values()} == {Status.READY}
    assert [one.segment.key for one in segments.customer_segments(shop, customer)] == ["new"]
    assert segments.sizes(shop, [found["new"].id]) == {found["new"].id: 1}
    assert moves(shop, customer, found["new"].id.removeprefix("seg_")) == []


def test_a_new_segment_is_evaluated_and_tells_only_if_asked(quiet: Tenant, now: datetime) -> None:
    customer = new_customer(quiet, now)
    buy(quiet, customer, "1", now, 5000)
    made, told = make(quiet, now, "Big"), make(quiet, now, "Big, told", notify=True)
    assert (made.status, made.version, made.definition) == (Status.EVALUATING, 1, 1)
    assert made.job is not None
    run_jobs(quiet, now)
    for one in (made, told):
        ready = segments.get_segment(quiet, one.id)
        assert (ready.status, ready.evaluated_at) == (Status.READY, now)
        assert present(quiet, one.id.removeprefix("seg_")) == {customer}
    assert moves(quiet, customer, made.id.removeprefix("seg_")) == []
    assert moves(quiet, customer, told.id.removeprefix("seg_")) == [("in", now)]


@pytest.mark.parametrize(("notify", "told"), [(False, 0), (True, 1)])
def test_editing_a_definition_fires_only_if_asked(
    quiet: Tenant, now: datetime, notify: bool, told: int
) -> None:
    # given somebody in a segment and somebody out of it
    inside, outside = new_customer(quiet, now, "a@example.test"), new_customer(quiet, now, "b@example.test")
    buy(quiet, inside, "1", now, 5000)
    buy(quiet, outside, "2", now, 100)
    made = make(quiet, now, "Spenders")
    run_jobs(quiet, now)
    # when an edit turns them round
    later = now + timedelta(minutes=10)
    small = {"type": "field", "field": "total_spent", "is": {"operator": "at_most", "value": 1000}}
    changed = edit(quiet, later, made, small, notify=notify)
    assert (changed.definition, changed.status, changed.quiet) == (2, Status.EVALUATING, not notify)
    assert (changed.previous == made.rule) == (not notify)
    run_jobs(quiet, later)
    # then both have moved, and events tell of it only if that was asked for
    name = made.id.removeprefix("seg_")
    assert present(quiet, name) == {outside}
    assert len(moves(quiet, outside, name)) == len(moves(quiet, inside, name)) == told


def test_an_edit_of_an_edit_keeps_the_rule_by_which_people_are_in(quiet: Tenant, now: datetime) -> None:
    made = make(quiet, now, "Spenders")
    run_jobs(quiet, now)
    edit(quiet, now, made, spent(1))
    twice = edit(quiet, now, made, spent(2))
    assert (twice.previous, twice.definition) == (made.rule, 3)
    run_jobs(quiet, now)
    ready = segments.get_segment(quiet, made.id)
    assert (ready.status, ready.previous, ready.quiet) == (Status.READY, None, False)


def test_a_new_name_starts_nothing(quiet: Tenant, now: datetime) -> None:
    made = make(quiet, now, "Spenders")
    run_jobs(quiet, now)
    jobs = len(list_jobs(quiet).items)
    change = SegmentChange(name="Big spenders", description="They spend.", rule=ruled(BIG))
    renamed = segments.change_segment(quiet, made.id, change, now=now)
    assert (renamed.name, renamed.description, renamed.status) == (
        "Big spenders",
        "They spend.",
        Status.READY,
    )
    assert renamed.definition == 1
    assert len(list_jobs(quiet).items) == jobs
    # and the same again writes nothing
    again = segments.change_segment(quiet, made.id, change, now=now + timedelta(hours=1))
    assert (again.version, again.updated_at) == (renamed.version, renamed.updated_at)


def test_names_are_unique_whatever_their_capitals(quiet: Tenant, other_tenant: Tenant, now: datetime) -> None:
    made = make(quiet, now, "Straße")
    with pytest.raises(ConflictError) as refused:
        make(quiet, now, "STRASSE")
    assert [fault.pointer for fault in refused.value.faults] == ["/name"]
    other = make(quiet, now, "Other")
    with pytest.raises(ConflictError):
        segments.change_segment(quiet, other.id, SegmentChange(name="strasse"), now=now)
    # but a segment may change the capitals of its own
    assert segments.change_segment(quiet, made.id, SegmentChange(name="STRASSE"), now=now).name == "STRASSE"


def test_of_two_who_take_a_name_at_once_one_gets_it(quiet: Tenant, now: datetime) -> None:
    def attempt(_: int) -> str:
        try:
            return make(quiet, now, "Wanted").id
        except ConflictError:
            return ""

    with ThreadPoolExecutor(4) as pool:
        made = [one for one in pool.map(attempt, range(4)) if one]
    assert len(made) == 1
    assert [one.id for one in segments.list_segments(quiet, now) if one.name == "Wanted"] == made


def test_cycles_are_refused_with_their_path(quiet: Tenant, now: datetime) -> None:
    a = make(quiet, now, "A")
    b = make(quiet, now, "B", within(a))
    c = make(quiet, now, "C", {"type": "not", "of": within(b)})
    # to itself, to one that refers to it, and through another
    for reference, path in ((a, "A → A"), (b, "A → B → A"), (c, "A → C → B → A")):
        with pytest.raises(InvalidError) as refused:
            edit(quiet, now, a, {"type": "all", "of": [BIG, {"type": "not", "of": within(reference)}]})
        [fault] = refused.value.faults
        assert fault.pointer == "/rule/root/of/1/of/segment"
        assert path in fault.detail
    # and of two edits that would close a circle together one is refused
    roots = {a.id: within(c), c.id: BIG}
    assert edit(quiet, now, c, roots[c.id]).definition == 2
    assert edit(quiet, now, a, within(c)).definition == 2


def test_two_edits_that_close_a_circle_together_do_not_both_pass(quiet: Tenant, now: datetime) -> None:
    a, b = make(quiet, now, "A"), make(quiet, now, "B")

    def attempt(pair: tuple[Segment, Segment]) -> bool:
        try:
            edit(quiet, now, pair[0], within(pair[1]))
        except InvalidError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(attempt, [(a, b), (b, a)])) == [False, True]


def test_the_order_is_right_whatever_refers_to_what(quiet: Tenant, now: datetime) -> None:
    # given a chain that was made from its end
    customer = new_customer(quiet, now)
    last, middle, first = make(quiet, now, "3"), make(quiet, now, "2"), make(quiet, now, "1")
    edit(quiet, now, last, within(middle))
    edit(quiet, now, middle, within(first))
    run_jobs(quiet, now)
    buy(quiet, customer, "1", now, 5000)
    # when everybody is judged
    segments.refresh_segment(quiet, first.id, now)
    run_jobs(quiet, now)
    # then one after the other has the customer
    found = [one.segment.name for one in segments.customer_segments(quiet, customer) if not one.segment.key]
    assert found == ["1", "2", "3"]


def test_unknown_segments_and_fields_are_pointed_at(quiet: Tenant, now: datetime) -> None:
    nobody = {"type": "segment", "segment": "seg_nobody"}
    for root, pointer in (
        ({"type": "any", "of": [BIG, nobody]}, "/rule/root/of/1/segment"),
        ({"type": "field", "field": "shoe", "is": {"operator": "exists"}}, "/rule/root/field"),
    ):
        with pytest.raises(InvalidError) as refused:
            make(quiet, now, "Odd", root)
        assert [fault.pointer for fault in refused.value.faults] == [pointer]


def test_deletion_is_refused_with_the_list_of_users(quiet: Tenant, now: datetime) -> None:
    used = make(quiet, now, "Used")
    reader = make(quiet, now, "Reader", within(used))
    tx = Transaction(quiet)
    segments.note_use(tx, used.id, "campaign", "cam_1", "Spring")
    tx.commit()
    assert [(one.kind, one.name) for one in segments.dependants(quiet, used.id)] == [
        ("segment", "Reader"),
        ("campaign", "Spring"),
    ]
    with pytest.raises(ConflictError) as refused:
        segments.delete_segment(quiet, used.id, now=now)
    assert refused.value.detail == "it is used by the segment “Reader”, the campaign “Spring”"
    assert [one.pointer for one in refused.value.faults] == [f"/segments/{reader.id}", "/campaigns/cam_1"]
    # when nobody uses it any more it can go
    segments.delete_segment(quiet, reader.id, now=now)
    tx = Transaction(quiet)
    segments.drop_use(tx, used.id, "campaign", "cam_1")
    tx.commit()
    segments.delete_segment(quiet, used.id, now=now)
    with pytest.raises(NotFoundError):
        segments.get_segment(quiet, used.id)


def test_a_use_noted_while_it_is_deleted_is_not_overlooked(quiet: Tenant, now: datetime) -> None:
    for number in range(4):
        made = make(quiet, now, f"Contested {number}")

        def note(segment_id: str = made.id) -> str:
            tx = Transaction(quiet)
            segments.note_use(tx, segment_id, "campaign", "cam_1", "Spring")
            try:
                tx.commit()
            except NotFoundError:
                return ""
            return "noted"

        def delete(segment_id: str = made.id) -> str:
            try:
                segments.delete_segment(quiet, segment_id, now=now)
            except ConflictError:
                return ""
            return "deleted"

        with ThreadPoolExecutor(2) as pool:
            done = [one.result() for one in (pool.submit(note), pool.submit(delete))]
        assert sorted(done) in (["", "deleted"], ["", "noted"])


def test_a_deleted_segment_leaves_nothing(quiet: Tenant, now: datetime) -> None:
    # given a segment with a member, a past one and sums
    customer, gone = new_customer(quiet, now, "a@example.test"), new_customer(quiet, now, "b@example.test")
    listed = NewSegment(
        name="List", kind=Kind.STATIC, members=[CustomerRef(id=customer), CustomerRef(id=gone)]
    )
    made = segments.create_segment(quiet, listed, now=now)
    segments.remove_members(quiet, made.id, [CustomerRef(id=gone)], now=now)
    assert segments.sizes(quiet, [made.id]) == {made.id: 1}
    # when it is deleted, and the job has run
    segments.delete_segment(quiet, made.id, now=now)
    assert segments.customer_segments(quiet, customer) == []
    [job] = run_jobs(quiet, now)
    # then its partitions are empty
    assert job.state.value == "succeeded"
    assert [pk for pk in places_of(quiet, made.id) if list(Item.each(pk))] == []


def test_a_change_of_an_old_version_is_refused(quiet: Tenant, now: datetime) -> None:
    made = make(quiet, now, "Spenders")
    change = SegmentChange(name="Big spenders")
    with pytest.raises(StaleError):
        segments.change_segment(quiet, made.id, change, now=now, version=made.version + 1)
    with pytest.raises(StaleError):
        segments.delete_segment(quiet, made.id, now=now, version=made.version + 1)
    changed = segments.change_segment(quiet, made.id, change, now=now, version=made.version)
    assert changed.version == made.version + 1


def test_a_segment_stays_of_its_kind(quiet: Tenant, now: datetime) -> None:
    listed = segments.create_segment(quiet, NewSegment(name="List", kind=Kind.STATIC), now=now)
    assert (listed.status, listed.rule) == (Status.READY, None)
    with pytest.raises(InvalidError) as refused:
        edit(quiet, now, listed, BIG)
    assert [fault.pointer for fault in refused.value.faults] == ["/rule"]
    with pytest.raises(ConflictError):
        segments.refresh_segment(quiet, listed.id, now)
    ruled_one = make(quiet, now, "Ruled")
    with pytest.raises(ConflictError):
        segments.add_members(quiet, ruled_one.id, [], now=now)


def test_prebuilt_segments_can_be_edited_and_deleted_for_good(shop: Tenant, now: datetime) -> None:
    found = {one.key: one for one in segments.list_segments(shop, now)}
    assert edit(shop, now, found["new"], spent(1)).key == "new"
    with pytest.raises(ConflictError):
        segments.delete_segment(shop, found["high_value"].id, now=now)
    for key in ("vip", "high_value"):
        segments.delete_segment(shop, found[key].id, now=now)
    assert {one.key for one in segments.list_segments(shop, now)} == found.keys() - {"vip", "high_value"}


def test_there_are_so_many_at_the_most(quiet: Tenant, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_SEGMENTS == 500
    monkeypatch.setattr("regulars.segments.service.MAX_SEGMENTS", 1)
    make(quiet, now, "The last")
    with pytest.raises(ConflictError):
        make(quiet, now, "One more")


def test_a_quiet_edit_is_quiet_for_those_that_refer_to_it_too(quiet: Tenant, now: datetime) -> None:
    customer = new_customer(quiet, now)
    buy(quiet, customer, "1", now, 5000)
    made = make(quiet, now, "Spenders", spent(10**9))
    reader = make(quiet, now, "Reader", within(made))
    run_jobs(quiet, now)

    edit(quiet, now, made, BIG)
    run_jobs(quiet, now)

    name = reader.id.removeprefix("seg_")
    assert present(quiet, name) == {customer}
    assert moves(quiet, customer, name) == []


def test_the_end_of_an_evaluation_is_no_edit(quiet: Tenant, now: datetime) -> None:
    made = make(quiet, now, "Spenders", BIG)
    run_jobs(quiet, now)

    ready = segments.get_segment(quiet, made.id)
    assert (ready.status, ready.version) == (Status.READY, made.version)
