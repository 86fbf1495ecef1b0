"""`--hypothesis-profile=thorough` asks the laws of the rule language of 20,000 scenes; otherwise of few, the same each time."""

from hypothesis import settings

settings.register_profile("thorough", max_examples=20_000)
