"""What an order would earn, tried out: nothing is written, nobody need have bought anything."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import Field

from regulars.commerce.orders import NewLine
from regulars.customers import CustomerRef, Facts, facts_of, resolve
from regulars.kernel.errors import InvalidError
from regulars.kernel.http.models import Input, Moment
from regulars.kernel.money import MAX_MINOR
from regulars.kernel.tenancy import Tenant
from regulars.loyalty.circumstances import basket_of, fulfilled_rules
from regulars.loyalty.earning import Basket, Circumstances, PassedOver, Step, calculate
from regulars.loyalty.program_service import get_program
from regulars.loyalty.programs import Program
from regulars.loyalty.tiers import ShortName
from regulars.platform import settings_of

MAX_TRIED_LINES = 100


class TriedOrder(Input):
    """An order as it might be, in the tenant's currency. Without a customer no rule that asks for a segment applies."""

    lines: list[NewLine] = Field(min_length=1, max_length=MAX_TRIED_LINES)
    discount: int = Field(
        0, ge=0, le=MAX_MINOR, description="Of the goods, in minor units; shipping and tax earn nothing"
    )
    customer: CustomerRef | None = None
    tier: ShortName | None = Field(None, description="The program's first unless given")
    first_order: bool | None = Field(None, description="Whether the customer has no order yet unless given")
    at: Moment | None = Field(None, description="Now unless given")


@dataclass(frozen=True, slots=True)
class Trial:
    """What it comes to (see `Calculation`), in which tier and by which clock; `at` is in the tenant's zone."""

    points: int
    steps: list[Step]
    passed_over: list[PassedOver]
    tier: str
    first_order: bool
    at: datetime
    currency: str


def try_order(tenant: Tenant, program_id: str, order: TriedOrder, *, now: datetime) -> Trial:
    """What an order would earn and why, before anything that caps count. About 2 request units, 0.5 a product, and for a
    customer what segments' rules ask. Raises NotFoundError, InvalidError."""
    program = get_program(tenant, program_id)
    settings = settings_of(tenant)
    facts = _facts(tenant, order.customer)
    first = order.first_order
    if first is None:
        first = facts is not None and facts.orders == 0
    given = Circumstances(
        at=(order.at or now).astimezone(ZoneInfo(settings.time_zone)),
        tier=_tier(program, order.tier),
        first_order=first,
        fulfilled=fulfilled_rules(tenant, program, facts, order.at or now) if facts else frozenset(),
    )
    found = calculate(program, _basket(tenant, order, settings.currency), given)
    return Trial(found.points, found.steps, found.passed_over, given.tier, first, given.at, settings.currency)


def _facts(tenant: Tenant, customer: CustomerRef | None) -> Facts | None:
    if customer is None:
        return None
    customer_id = resolve(tenant, customer, verify=False)
    facts = facts_of(tenant, customer_id) if customer_id is not None else None
    if facts is None:
        raise InvalidError.of("/customer", "there is no such customer")
    return facts


def _tier(program: Program, name: str | None) -> str:
    if name is None:
        return program.tiers[0].name
    if program.tier(name) is None:
        raise InvalidError.of("/tier", "the program has no such tier")
    return name


def _basket(tenant: Tenant, order: TriedOrder, currency: str) -> Basket:
    goods = sum(line.amount for line in order.lines)
    if goods > MAX_MINOR:
        raise InvalidError.of("/lines", "the order comes to too much")
    if order.discount > goods:
        raise InvalidError.of("/discount", "should not be more than the lines come to")
    bought = [(line.product_id, line.amount) for line in order.lines]
    return basket_of(tenant, bought, currency, order.discount)
