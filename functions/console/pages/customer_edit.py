"""Adding a customer, and changing one's profile."""

import json

from pydantic import ValidationError

from console import customer_form
from console.customer_texts import STATUSES
from console.forms import Form
from console.people import PATH, name_of
from console.routing import Pages
from console.shell import Crumb, show
from console.web import Reply, Request, flash_cookie, redirect
from regulars.customers import CustomerPatch, Profile, create, delete, get, patch
from regulars.kernel.errors import InvalidError, RegularsError
from regulars.kernel.http.serve import faults_of
from regulars.kernel.permissions import Permission

PAGES = Pages()
_ONE = f"{PATH}/{{customer_id}}"


@PAGES.get(f"{PATH}/new", permission=Permission.CUSTOMERS_WRITE)
def blank(request: Request) -> Reply:
    return _page(request, customer_form.EMPTY)


@PAGES.post(f"{PATH}/new", permission=Permission.CUSTOMERS_WRITE)
def add(request: Request) -> Reply:
    form = customer_form.typed(request.form)
    try:
        profile = Profile.model_validate_json(json.dumps(customer_form.new_profile(form)))
        made = create(request.tenant, profile, now=request.call.now)
    except ValidationError as error:
        return _page(request, form.refused(_invalid(error), customer_form.FIELDS), 422)
    except RegularsError as error:
        return _page(request, form.refused(error, customer_form.FIELDS), error.status)
    message = f"{name_of(made.facts)} added"
    return redirect(f"{PATH}/{made.id}", cookies=(flash_cookie(message),))


@PAGES.get(f"{_ONE}/edit", permission=Permission.CUSTOMERS_WRITE)
def edit(request: Request) -> Reply:
    found = get(request.tenant, request.params["customer_id"])
    return _page(request, customer_form.form_of(found.profile), name=name_of(found.facts))


@PAGES.post(f"{_ONE}/edit", permission=Permission.CUSTOMERS_WRITE)
def save(request: Request) -> Reply:
    form = customer_form.typed(request.form)
    found = get(request.tenant, request.params["customer_id"])
    try:
        wanted = CustomerPatch.model_validate_json(json.dumps(customer_form.patch_of(form, found.profile)))
        patch(request.tenant, found.id, wanted.changes(), now=request.call.now)
    except ValidationError as error:
        return _page(request, form.refused(_invalid(error), customer_form.FIELDS), 422, name_of(found.facts))
    except RegularsError as error:
        refused = form.refused(error, customer_form.FIELDS)
        return _page(request, refused, error.status, name_of(found.facts))
    return redirect(f"{PATH}/{found.id}", cookies=(flash_cookie("Profile saved"),))


@PAGES.post(f"{_ONE}/delete", permission=Permission.CUSTOMERS_DELETE)
def remove(request: Request) -> Reply:
    delete(request.tenant, request.params["customer_id"], now=request.call.now)
    return redirect(PATH, cookies=(flash_cookie("Customer deleted"),))


def _invalid(error: ValidationError) -> InvalidError:
    return InvalidError("some fields cannot be accepted", faults_of(error))


def _page(request: Request, form: Form, status: int = 200, name: str = "") -> Reply:
    customer_id = request.params.get("customer_id", "")
    here = f"{PATH}/{customer_id}" if customer_id else PATH
    known = (Crumb(name, here), Crumb("Edit")) if customer_id else (Crumb("New customer"),)
    return show(
        request,
        "pages/customer_form.html",
        title=f"Edit {name}" if customer_id else "New customer",
        crumbs=(Crumb("Customers", PATH), *known),
        status=status,
        form=form,
        action=f"{here}/edit" if customer_id else f"{here}/new",
        back=here,
        delete=f"{here}/delete" if customer_id and request.may(Permission.CUSTOMERS_DELETE) else "",
        submit="Save changes" if customer_id else "Add customer",
        statuses=STATUSES,
        genders=customer_form.GENDERS,
    )
