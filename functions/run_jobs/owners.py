"""Which capability carries on jobs, by their type."""

from regulars.imports.worker import OWNERS as IMPORTS
from regulars.kernel.turns import Owner

OWNERS: dict[str, Owner] = {**IMPORTS}
