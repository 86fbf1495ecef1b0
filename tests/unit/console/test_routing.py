import pytest

from console.routing import Pages
from console.web import Reply, Request
from regulars.kernel.errors import BrokenError
from regulars.kernel.permissions import Permission


def show(request: Request) -> Reply:
    return Reply()


@pytest.fixture
def pages() -> Pages:
    made = Pages()
    for method, path in (
        ("GET", "/console"),
        ("GET", "/console/customers/{id}"),
        ("GET", "/console/customers/new"),
    ):
        made.page(method, path, permission=Permission.CUSTOMERS_READ)(show)
    return made


def test_a_written_out_address_wins_over_a_parameter(pages: Pages) -> None:
    found = pages.find("GET", "/console/customers/new")
    assert found is not None
    assert found[0].path == "/console/customers/new"


def test_a_parameter_is_one_segment(pages: Pages) -> None:
    found = pages.find("GET", "/console/customers/cus_1")
    assert found is not None
    assert found[1] == {"id": "cus_1"}
    assert pages.find("GET", "/console/customers/cus_1/x") is None


def test_a_trailing_slash_is_the_same_page(pages: Pages) -> None:
    assert pages.find("GET", "/console/") is not None


def test_another_method_finds_nothing(pages: Pages) -> None:
    assert pages.find("POST", "/console") is None


def test_the_same_page_twice_is_refused(pages: Pages) -> None:
    with pytest.raises(BrokenError):
        pages.get("/console", permission=Permission.PUBLIC)(show)
