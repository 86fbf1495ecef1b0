from console.forms import Form
from regulars.kernel.errors import ConflictError, Fault, InvalidError


def test_a_fault_shows_at_its_field_and_the_rest_on_top() -> None:
    # given
    form = Form({"email": "x", "name": ""})
    error = InvalidError("no", [Fault("/emails/0", "is not an address"), Fault("/secret", "is unknown")])
    # when
    refused = form.refused(error, {"emails": "email"})
    # then
    assert refused.error("email") == "Is not an address"
    assert refused.error("name") == ""
    assert refused.problem == "Secret: is unknown"


def test_an_error_about_no_field_is_the_problem_on_top() -> None:
    assert Form({"name": "x"}).refused(ConflictError("the email is taken")).problem == "The email is taken"


def test_what_was_typed_stays() -> None:
    assert Form({"name": "Ann"}).refused(InvalidError.of("/name", "is short")).value("name") == "Ann"
