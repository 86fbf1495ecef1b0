"""The CDK application: `cdk synth -c stage=dev` and friends run this file."""

from collections.abc import Sequence

from aws_cdk import App, Environment, Tags, Validations
from cdk_nag import AwsSolutionsChecks

from infra.config import Stage, stage_from_environment
from infra.layers import LayerFolders, build_layers
from infra.openapi import Route, read_routes
from infra.stacks.app import AppStack
from infra.stacks.data import DataStack
from infra.stacks.routes import RoutesStack


def build_app(
    app: App, stage: Stage, routes: Sequence[Route], layers: LayerFolders | None
) -> tuple[DataStack, AppStack, RoutesStack]:
    """Puts the stacks of a stage into the app."""
    environment = Environment(account=stage.account, region=stage.region)
    data = DataStack(app, f"RegularsData-{stage.name}", stage, env=environment)
    main = AppStack(app, f"RegularsApp-{stage.name}", stage, data, layers, env=environment)
    served = RoutesStack(app, f"RegularsRoutes-{stage.name}", stage, main.api, routes, env=environment)
    served.add_dependency(main)
    Tags.of(app).add("application", "regulars")
    Tags.of(app).add("stage", stage.name)
    return data, main, served


def main() -> None:
    """Builds the stage of the context value `stage` (dev unless given) and checks it with cdk-nag."""
    app = App()
    stage = stage_from_environment(app.node.try_get_context("stage") or "dev")
    layers = None if stage.is_local else build_layers()
    build_app(app, stage, read_routes(), layers)
    if not stage.is_local:
        Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    app.synth()


if __name__ == "__main__":
    main()
