"""`make destroy STAGE=dev`: takes a stage down; with KEEP_DATA=no its data too, after the name was typed."""

import os
import subprocess
import sys

import boto3

from infra.config import ROOT, aws_stage

CDK = ROOT / "node_modules" / ".bin" / "cdk"


def main() -> None:
    """Destroys the stage named as first argument. Raises SystemExit without confirmation."""
    stage = aws_stage(sys.argv[1])
    if stage.keep_data:
        # Their routes go with the functions: nothing else stands on the stack of functions.
        _cdk("destroy", f"RegularsApp-{stage.name}", f"RegularsRoutes-{stage.name}", stage=stage.name)
        print(f"the data of {stage.name} is kept: its stack RegularsData-{stage.name} stands untouched")
        return
    if (
        os.environ.get("CONFIRM") != stage.name
        and input(f"type {stage.name} to delete ALL its data: ") != stage.name
    ):
        raise SystemExit("nothing was deleted")
    # The policies in the account say what happens on deletion, so they are changed first.
    _cdk("deploy", f"RegularsData-{stage.name}", stage=stage.name)
    _empty(_output(f"RegularsData-{stage.name}", "BucketName"))
    _cdk("destroy", "--all", "--force", stage=stage.name)


def _cdk(action: str, *arguments: str, stage: str) -> None:
    subprocess.run([str(CDK), action, *arguments, "-c", f"stage={stage}"], cwd=ROOT, check=True)


def _output(stack: str, name: str) -> str:
    (described,) = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return next(str(output["OutputValue"]) for output in described["Outputs"] if output["OutputKey"] == name)


def _empty(bucket: str) -> None:
    boto3.resource("s3").Bucket(bucket).objects.all().delete()


if __name__ == "__main__":
    main()
