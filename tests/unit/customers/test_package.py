"""What the package promises to others is there."""

import pytest

from regulars import customers


@pytest.mark.parametrize("name", customers.__all__)
def test_every_public_name_leads_somewhere(name: str) -> None:
    assert getattr(customers, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError):
        customers.nonsense  # noqa: B018
