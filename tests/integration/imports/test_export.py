"""Customers go out as files."""

import csv
import io
import json
import random
import urllib.request

import pytest

from regulars import customers
from regulars.customers import Profile
from regulars.imports import exporting
from regulars.imports.steering import begin_export, file_link
from regulars.imports.targets import ImportKind
from regulars.kernel.files import S3Files
from regulars.kernel.jobs import Job, State
from regulars.kernel.tenancy import Tenant
from tests.integration.imports.test_kill_import import live_and_die
from tests.integration.imports.workbench import RETAIL, moment, retail, started, work


def export(tenant: Tenant, format: str, **filter: object) -> Job:
    return work(tenant, begin_export(tenant, format, filter, now=moment(), by="staff:test").id)


def content(tenant: Tenant, job: Job) -> str:
    return b"".join(S3Files(tenant).read(job.files["result"])).decode("utf-8-sig")


def test_csv_has_money_as_decimals_and_no_formulas(shop: Tenant) -> None:
    job = started(shop, retail("1,A1,2011-07-01 09:30,S1,3,2.50,France"), ImportKind.ORDER_LINES, RETAIL)
    work(shop, job)
    customers.create(shop, Profile(email="evil@x.test", name="=HYPERLINK(0)", tags=["b", "a"]), now=moment())
    done = export(shop, "csv")
    assert (done.state, done.counts["exported"], done.percent) == (State.SUCCEEDED, 2, 100)
    rows = {row["email"]: row for row in csv.DictReader(io.StringIO(content(shop, done)))}
    assert (rows[""]["spent"], rows[""]["orders"], rows[""]["country"]) == ("7.50", "1", "FR")
    assert (rows["evil@x.test"]["name"], rows["evil@x.test"]["tags"]) == ("'=HYPERLINK(0)", "a; b")


def test_json_lines_have_minor_units_and_what_the_filter_admits(shop: Tenant) -> None:
    for number in range(5):
        tags = ["vip"] if number % 2 else []
        customers.create(shop, Profile(email=f"c{number}@x.test", name="Ż", tags=tags), now=moment())
    rows = [json.loads(line) for line in content(shop, export(shop, "jsonl", tag="vip")).splitlines()]
    assert {row["email"] for row in rows} == {"c1@x.test", "c3@x.test"}
    assert {(row["name"], row["spent"]) for row in rows} == {("Ż", 0)}


def test_an_export_that_is_killed_has_everybody_once(shop: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "PAGE", 1)
    for number in range(30):
        customers.create(shop, Profile(email=f"c{number}@x.test"), now=moment())
    begun = begin_export(shop, "jsonl", {}, now=moment(), by="staff:test")
    job, deaths = live_and_die(shop, begun.id, random.Random(3))
    assert deaths >= 2
    assert job.counts["exported"] == 30
    emails = sorted(json.loads(line)["email"] for line in content(shop, job).splitlines())
    assert emails == sorted(f"c{number}@x.test" for number in range(30))


def test_a_result_is_fetched_by_a_link_that_names_the_file(shop: Tenant) -> None:
    customers.create(shop, Profile(email="a@x.test"), now=moment())
    job = export(shop, "csv")
    link = file_link(shop, job.id, "result", now=moment())
    with urllib.request.urlopen(link.url) as answer:
        assert f'filename="{job.id}-result.csv"' in answer.headers["content-disposition"]
        assert "a@x.test" in answer.read().decode()
