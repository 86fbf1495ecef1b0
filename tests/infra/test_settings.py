"""What infra declares for a function and what the function reads are the same, in both directions."""

import pytest

from infra.functions import FUNCTIONS, FunctionSpec, Need
from regulars.kernel import settings
from tests.infra.reading import settings_read_by

# The stage settings are everybody's.
OF_ALL = {"StageSettings"}


@pytest.mark.parametrize("spec", FUNCTIONS, ids=lambda spec: spec.name)
def test_a_function_declares_exactly_the_settings_it_reads(spec: FunctionSpec) -> None:
    read = {
        name.upper()
        for settings_class in settings_read_by(spec.name) - OF_ALL
        for name in getattr(settings, settings_class).model_fields
    }
    declared = {name for need in spec.needs for name in need.settings}
    assert read == declared


def test_every_need_is_somebodys() -> None:
    assert {need for spec in FUNCTIONS for need in spec.needs} == set(Need)
