"""The stack of the HTTP API's routes: one resource each, and together more than a stack has room for beside the rest.

Functions are named and not referred to: a reference would be an export of the other stack, which could then not take a function
away any more before this one has forgotten it.
"""

from collections.abc import Sequence
from typing import Any

from aws_cdk import Stack
from constructs import Construct

from infra.config import Stage
from infra.constructs.api import ApiRoutes, RegularsApi
from infra.functions import FUNCTIONS, Http
from infra.openapi import Route


class RoutesStack(Stack):
    """Every route of every function that is called over HTTP."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        stage: Stage,
        api: RegularsApi,
        routes: Sequence[Route],
        **kwargs: Any,
    ) -> None:
        super().__init__(scope, construct_id, **kwargs)
        made = ApiRoutes(self, stage, api)
        for spec in FUNCTIONS:
            if isinstance(spec.trigger, Http):
                served = [route.key for route in routes if route.function == spec.name]
                made.serve(spec.name, [*served, *spec.trigger.extra])
