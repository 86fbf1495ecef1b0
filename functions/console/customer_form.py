"""The form of a customer's profile: what it shows, and the merge patch that it means."""

from typing import Any

from console.forms import Form
from regulars.customers import Profile

PLAIN = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "status",
    "date_of_birth",
    "gender",
    "language",
    "time_zone",
)
ADDRESS = ("line1", "line2", "postal_code", "city", "region", "country")
# Where faults of the profile show in the form.
FIELDS = {"emails": "email", "addresses": "line1", "external_ids": "external_id", "name": "first_name"}
GENDERS = (
    ("female", "Female"),
    ("male", "Male"),
    ("non_binary", "Non-binary"),
    ("other", "Other"),
    ("undisclosed", "Rather not say"),
)
EMPTY = Form(dict.fromkeys((*PLAIN, *ADDRESS, "external_id"), "") | {"status": "active"})


def form_of(profile: Profile) -> Form:
    """The form filled with a profile."""
    values = {name: str(getattr(profile, name) or "") for name in PLAIN}
    if not values["first_name"] and not values["last_name"] and profile.name:
        values["first_name"], _, values["last_name"] = profile.name.partition(" ")
    address = profile.address
    values |= {name: str(getattr(address, name) or "") if address else "" for name in ADDRESS}
    values["external_id"] = ", ".join(profile.ids)
    return Form(values)


def typed(given: dict[str, str]) -> Form:
    """What was sent, as the form shows it again."""
    return Form({name: given.get(name, "").strip() for name in EMPTY.values})


def patch_of(form: Form, before: Profile | None) -> dict[str, Any]:
    """The merge patch that the form means: an emptied field goes, other addresses and emails stay."""
    patch: dict[str, Any] = {name: form.value(name) or None for name in PLAIN if name != "status"}
    patch["status"] = form.value("status") or "active"
    patch["name"] = (
        " ".join(part for part in (form.value("first_name"), form.value("last_name")) if part) or None
    )
    if before and _same_name(form, form_of(before)):
        patch = {
            name: value for name, value in patch.items() if name not in {"name", "first_name", "last_name"}
        }
    patch["external_ids"] = [one.strip() for one in form.value("external_id").split(",") if one.strip()]
    patch["addresses"] = _addresses(form, before)
    return patch


def _same_name(form: Form, shown: Form) -> bool:
    """Whether the name was left as it was shown: then it stays as it is kept, in however many parts."""
    return all(form.value(part) == shown.value(part) for part in ("first_name", "last_name"))


def _addresses(form: Form, before: Profile | None) -> list[dict[str, Any]]:
    shown = before.address if before else None
    kept = [
        one.model_dump(exclude_none=True) for one in (before.addresses if before else []) if one is not shown
    ]
    changed = shown.model_dump(exclude_none=True) if shown else {"default": True}
    changed = {name: value for name, value in changed.items() if name not in ADDRESS}
    filled = {name: form.value(name) for name in ADDRESS if form.value(name)}
    return [changed | filled, *kept] if filled else kept


def new_profile(form: Form) -> dict[str, Any]:
    """The body of a new customer: only what was filled in."""
    return {name: value for name, value in patch_of(form, None).items() if value}
