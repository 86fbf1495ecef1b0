"""What the last try of a campaign's templates on its audience came to, as the checklist says it. Pure."""

from console.campaign_review import Line
from console.formats import number
from regulars.campaigns.linting import LintResult
from regulars.kernel.jobs import State


def lint_lines(lint: LintResult | None) -> list[Line]:
    """The line of the checklist; none before the first try."""
    if lint is None:
        return []
    tone, icon, text = _told(lint)
    template_id, job_id = lint.jobs[0].template_id, lint.jobs[0].job_id
    return [Line(tone, icon, text, f"/console/templates/{template_id}/lint/{job_id}", "Look")]


def _told(lint: LintResult) -> tuple[str, str, str]:
    if lint.running:
        return "info", "list-checks", f"It is being tried: {_customers(lint.checked)} so far."
    if lint.state is not State.SUCCEEDED:
        return "warn", "triangle-alert", "The last try on the audience came to no end. Try it again."
    if not lint.fresh:
        text = "It was tried, but audience or template have changed since. Try it again."
        return "info", "list-checks", text
    if warning := lint_warning(lint):
        return "warn", "triangle-alert", warning
    return "good", "circle-check", f"Tried on {_customers(lint.checked)}: nothing is missing."


def lint_warning(lint: LintResult | None) -> str:
    """What is wrong with messages as they would go out now, empty when that is nothing or not known."""
    if lint is None or lint.state is not State.SUCCEEDED or not lint.fresh or not lint.problems:
        return ""
    found = (
        (lint.error, "cannot be filled in"),
        (lint.empty_name, "would show an empty name"),
        (lint.missing, "would miss something else"),
    )
    told = ", ".join(f"{what}: {number(count)}" for count, what in found if count)
    return f"Tried on {_customers(lint.checked)}: messages that {told}."


def _customers(count: int) -> str:
    return f"{number(count)} customer{'' if count == 1 else 's'}"
