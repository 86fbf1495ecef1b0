"""Which capability carries on jobs, by their type."""

from regulars.campaigns.exporting import OWNERS as AUDIENCES
from regulars.campaigns.worker import OWNERS as CAMPAIGNS
from regulars.imports.worker import OWNERS as IMPORTS
from regulars.kernel.turns import Owner
from regulars.messaging.templates.linting import OWNERS as LINTS
from regulars.segments.clearing import CLEAR, CLEARING
from regulars.segments.sweeping import OWNERS as SEGMENTS

OWNERS: dict[str, Owner] = {**IMPORTS, **SEGMENTS, **CAMPAIGNS, **AUDIENCES, **LINTS, CLEAR: CLEARING}
