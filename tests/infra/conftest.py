"""The templates of all stages, synthesized once a test worker, without building layers."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from infra.app import build_app
from infra.config import Stage, aws_stage, local_stage
from infra.layers import LayerFolders
from infra.openapi import read_routes

Resource = dict[str, Any]


@dataclass(frozen=True)
class Synthesized:
    """The templates of one stage as one set of resources."""

    stage: Stage
    templates: tuple[dict[str, Any], ...]

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Logical id → resource, over all stacks."""
        return {
            logical_id: resource
            for template in self.templates
            for logical_id, resource in template["Resources"].items()
            if resource["Type"] == kind
        }

    def properties(self, kind: str) -> list[dict[str, Any]]:
        """The properties of each resource of a type."""
        return [resource["Properties"] for resource in self.of_type(kind).values()]


Synthesize = Callable[[Stage], Synthesized]


@pytest.fixture(scope="session")
def synthesize(tmp_path_factory: pytest.TempPathFactory) -> Synthesize:
    """Synthesizes a stage, with cdk-nag in force for the AWS ones; raises RuntimeError on a finding."""
    folder = tmp_path_factory.mktemp("layer")
    (folder / "python").mkdir()
    (folder / "python" / "placeholder.py").write_text("")
    layers = LayerFolders(Path(folder), "0" * 32, Path(folder), "1" * 32, Path(folder), "2" * 32)
    made: dict[Stage, Synthesized] = {}

    def synthesize(stage: Stage) -> Synthesized:
        if stage not in made:
            app = App(outdir=str(tmp_path_factory.mktemp("cdk")))
            stacks = build_app(app, stage, read_routes(), None if stage.is_local else layers)
            if not stage.is_local:
                Validations.of(app).add_plugins(AwsSolutionsChecks(app))
            assembly = app.synth()
            made[stage] = Synthesized(
                stage, tuple(assembly.get_stack_by_name(stack.stack_name).template for stack in stacks)
            )
        return made[stage]

    return synthesize


@pytest.fixture(params=["dev", "prod"])
def on_aws(request: pytest.FixtureRequest, synthesize: Synthesize) -> Synthesized:
    """The templates of each stage on AWS."""
    return synthesize(aws_stage(request.param))


@pytest.fixture
def on_laptop(synthesize: Synthesize) -> Synthesized:
    """The templates of the local stage."""
    return synthesize(
        local_stage(
            "http://127.0.0.1:8000", "http://127.0.0.1:4566", "a-secret", (Path("/checkout/functions"),)
        )
    )
