from console import customer_form
from console.forms import Form
from regulars.customers import Address, Profile

PROFILE = Profile(
    first_name="Ada",
    last_name="King",
    email="ada@example.com",
    emails=["ada@example.com", "old@example.com"],
    addresses=[
        Address(type="billing", city="Leeds", country="GB", default=True),
        Address(type="work", city="York"),
    ],
    external_ids=["7"],
)


def test_saving_a_form_untouched_changes_nothing() -> None:
    form = customer_form.form_of(PROFILE)
    patch = customer_form.patch_of(form, PROFILE)
    assert "name" not in patch
    assert patch["email"] == "ada@example.com"
    assert patch["external_ids"] == ["7"]
    assert [address["city"] for address in patch["addresses"]] == ["Leeds", "York"]
    assert patch["addresses"][0]["type"] == "billing"


def test_an_emptied_field_goes() -> None:
    values = dict(customer_form.form_of(PROFILE).values) | {"phone": "", "city": "", "country": ""}
    patch = customer_form.patch_of(Form(values), PROFILE)
    assert patch["phone"] is None
    assert [address["city"] for address in patch["addresses"]] == ["York"]


def test_a_new_customer_says_only_what_was_typed() -> None:
    form = customer_form.typed({"first_name": " Ada ", "email": "ada@example.com"})
    assert customer_form.new_profile(form) == {
        "first_name": "Ada",
        "name": "Ada",
        "email": "ada@example.com",
        "status": "active",
    }
