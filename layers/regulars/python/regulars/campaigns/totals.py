"""The sums of a run's dispatches, put together by branch, variant and channel."""

from collections import Counter
from collections.abc import Mapping

from regulars.campaigns.model import Phase, Run
from regulars.kernel.tenancy import Tenant
from regulars.messaging import Channel, totals

_CHANNELS = tuple(sorted((one.value for one in Channel), key=len, reverse=True))


def totals_by_branch(tenant: Tenant, run: Run) -> dict[str, Counter[str]]:
    """Each branch's sums by its dispatch's id. 0.5–2 request units a branch."""
    return {branch.id: totals(tenant, branch.id) for branch in run.branches}


def by_variant(
    run: Run, sums: Mapping[str, Counter[str]], *, test_only: bool = True
) -> dict[str, Counter[str]]:
    """Measures by variant, all channels together; of the test alone or with the remainder and the resend."""
    found: dict[str, Counter[str]] = {}
    for branch in run.branches:
        if test_only and branch.phase is not Phase.FIRST:
            continue
        found.setdefault(branch.variant, Counter()).update(measures(sums[branch.id]))
    return found


def measures(sums: Mapping[str, int]) -> Counter[str]:
    """The measures of all channels added up; what is of no channel stays as it is."""
    whole: Counter[str] = Counter()
    for name, count in sums.items():
        whole[split(name)[1]] += count
    return whole


def by_channel(sums: Mapping[str, int]) -> dict[str, Counter[str]]:
    """The measures of each channel."""
    found: dict[str, Counter[str]] = {}
    for name, count in sums.items():
        channel, measure = split(name)
        if channel:
            found.setdefault(channel, Counter())[measure] += count
    return found


def split(name: str) -> tuple[str, str]:
    """The channel and the measure of a counter's name; the channel is empty where it has none."""
    for channel in _CHANNELS:
        if name.startswith(f"{channel}_"):
            return channel, name[len(channel) + 1 :]
    return "", name


def handled(run: Run, sums: Mapping[str, Counter[str]]) -> int:
    """For how many customers a batch has come to a result, branch by branch no more than were planned."""
    return sum(min(one.planned, sums[one.id]["handled"]) for one in run.branches)
