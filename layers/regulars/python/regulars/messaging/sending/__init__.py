"""From a message to what a customer gets: decide, claim, render, hand over, record: exactly once in effect (docs/adr/0014)."""
