"""`--hypothesis-profile=thorough` asks the laws of the rule language of 20,000 scenes; otherwise few, the same each time."""

from hypothesis import HealthCheck, settings

QUICK = settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("quick", QUICK)
settings.register_profile("thorough", QUICK, max_examples=20_000, derandomize=False, print_blob=True)
