"""What a tenant's rules may speak of: the fields and kinds of the product, and the tenant's own attributes."""

from regulars.kernel.tenancy import Tenant
from regulars.segments.attribute_fields import attribute_fields
from regulars.segments.fields import FIELD_OF
from regulars.segments.kinds import KIND_OF
from regulars.segments.rules.vocabulary import Vocabulary


def vocabulary_of(tenant: Tenant) -> Vocabulary:
    """The vocabulary as of now. 0.5 request units."""
    return Vocabulary({**FIELD_OF, **attribute_fields(tenant, fresh=True)}, KIND_OF)
