"""How laws are tested: no deadline, for the oracle is slow, and by default the same scenes each time."""

from hypothesis import HealthCheck, settings

SAME = settings.get_current_profile_name() != "thorough"
LAW = settings(
    deadline=None,
    derandomize=SAME,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
