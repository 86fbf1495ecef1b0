"""Every fact about a customer that rules can test; custom attributes are `attribute_fields`.

`read` takes the customer's `Facts`. What a new customer brings (`customer.created`) changes every field and is named nowhere.
"""

from regulars.segments.fields_of_loyalty import LOYALTY_FIELDS
from regulars.segments.fields_of_messages import MESSAGE_FIELDS
from regulars.segments.fields_of_orders import ORDER_FIELDS
from regulars.segments.fields_of_profile import PROFILE_FIELDS
from regulars.segments.fields_to_come import FIELDS_TO_COME
from regulars.segments.rules.values import Field

FIELDS: tuple[Field, ...] = (
    *PROFILE_FIELDS,
    *ORDER_FIELDS,
    *MESSAGE_FIELDS,
    *LOYALTY_FIELDS,
    *FIELDS_TO_COME,
)
FIELD_OF: dict[str, Field] = {field.name: field for field in FIELDS}
