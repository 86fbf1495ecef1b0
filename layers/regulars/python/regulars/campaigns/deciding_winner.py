"""The test's decision and what it says in words. Pure: it is made once, of the sums at that moment."""

from collections.abc import Mapping, Sequence
from typing import Any

from regulars.campaigns.comparing import Arm, best_by_mean, best_by_rate
from regulars.campaigns.plan import Test, Winner
from regulars.kernel.money import to_text

# From which probability on a difference is called one.
CLEAR = 0.95
_MEASURE = {
    Winner.OPEN: "opened",
    Winner.CLICK: "clicked",
    Winner.CONVERSION: "converted",
    Winner.REVENUE: "converted",
}
_WORDS = {Winner.OPEN: "opened it", Winner.CLICK: "clicked", Winner.CONVERSION: "ordered"}


def arm_of(name: str, counts: Mapping[str, int], by: Winner, attribution: str) -> Arm:
    """What a variant came to by the sums of its dispatches, all channels together."""
    return Arm(
        name, counts.get("sent", 0), counts.get(_MEASURE[by], 0), counts.get(f"revenue_{attribution}", 0)
    )


def decided(test: Test, arms: Sequence[Arm], currency: str, at: str) -> dict[str, Any]:
    """The decision as it is kept: winner, statement, each variant's figures and probability to be best.

    With fewer recipients than the minimum sample in any variant nothing is concluded: the first variant of the plan goes out.
    """
    enough = min((one.n for one in arms), default=0) >= test.minimum_sample
    chances = best_by_mean(arms) if test.winner is Winner.REVENUE else best_by_rate(arms)
    # max takes the first of equals: the order in the plan breaks ties.
    leader = max(range(len(arms)), key=lambda place: round(chances[place], 9)) if enough else 0
    return {
        "winner": arms[leader].name,
        "by": test.winner.value,
        "at": at,
        "enough": enough,
        "clear": enough and chances[leader] >= CLEAR,
        "statement": _statement(test, arms, chances, leader, enough, currency),
        "variants": [
            {
                "name": one.name,
                "recipients": one.n,
                "successes": one.successes,
                "revenue": one.revenue,
                "probability": round(chance, 4),
            }
            for one, chance in zip(arms, chances, strict=True)
        ],
    }


def _statement(
    test: Test, arms: Sequence[Arm], chances: Sequence[float], leader: int, enough: bool, currency: str
) -> str:
    name = arms[leader].name
    if not enough:
        least = min(one.n for one in arms)
        return (
            f"Nothing can be concluded: a variant reached {least:,} of the {test.minimum_sample:,} recipients asked for. "
            f"{name}, the first one, goes out."
        )
    told = [f"{one.name} {_figure(test, one, currency)}" for one in arms]
    sizes = {one.n for one in arms}
    each = f"{sizes.pop():,} each" if len(sizes) == 1 else ", ".join(f"{one.n:,}" for one in arms)
    chance = _percent(chances[leader])
    rivals = [one.name for place, one in enumerate(arms) if place != leader]
    if chances[leader] >= CLEAR:
        over = rivals[0] if len(rivals) == 1 else "all others"
        return f"{name} beats {over} with {chance} probability ({'; '.join(told)}; {each})."
    return f"No clear difference: {name} is best with {chance} probability ({'; '.join(told)}; {each})."


def _figure(test: Test, arm: Arm, currency: str) -> str:
    if test.winner is Winner.REVENUE:
        return f"{to_text(round(arm.mean), currency)} {currency} a recipient"
    return f"{100 * arm.rate:.1f} % {_WORDS[test.winner]}"


def _percent(chance: float) -> str:
    if chance > 0.999:
        return "more than 99.9 %"
    return f"{100 * chance:.1f} %" if chance > 0.99 else f"{100 * chance:.0f} %"
