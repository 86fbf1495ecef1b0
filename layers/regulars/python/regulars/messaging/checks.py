"""What the checks of a decision are called to people, in the order in which they are made. Pure."""

from collections.abc import Mapping

CHECKS: Mapping[str, str] = {
    "suited": "The channel that suits the customer is tried first",
    "asked": "What it is about has not changed",
    "customer": "The customer exists",
    "status": "The customer is not suspended",
    "address": "There is an address for the channel",
    "content": "The template has content and the channel a sender",
    "suppression": "The address is not suppressed",
    "category": "The category is switched on",
    "channel": "The channel is switched on",
    "consent": "There is consent, or none is needed",
    "marketing": "Marketing is not paused",
    "expiry": "The message is still of use",
    "duplicate": "The address has not had this message",
    "frequency": "The customer wants such messages at once",
    "hours": "It is neither quiet time nor outside the send window",
    "caps": "The caps leave room",
    "pacing": "The mail domain takes it now",
}
