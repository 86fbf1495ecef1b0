"""The stages Regulars can be deployed to, and everything that differs between them."""

import os
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Local:
    """What only the laptop's stage has.

    `python_path` is where handlers import from instead of layers; `token_secret` signs the tokens that the
    local front door mints; `engine_url` is the embedded engine as the functions reach it.
    """

    python_path: tuple[Path, ...]
    token_secret: str
    engine_url: str


@dataclass(frozen=True)
class Stage:
    """One deployment target.

    `account` and `region` of None mean those of the credentials in use. `public_url` is the address users
    see; None means the one API Gateway gives. Durations are in the unit of their name.
    """

    name: str
    account: str | None = None
    region: str | None = None
    public_url: str | None = None
    alarm_email: str | None = None
    keep_data: bool = True
    protected: bool = False
    log_retention_days: int = 30
    log_level: str = "INFO"
    runtime: str = "python3.14"
    requests_per_second: int = 200
    redelivery_factor: int = 6
    consumer_concurrency: int | None = None
    sms_provider: str = "end_user_messaging"
    push_application: str = ""
    sns_topics: str = ""
    local: Local | None = None

    @property
    def is_local(self) -> bool:
        """Whether this is the embedded engine on somebody's machine."""
        return self.local is not None

    @property
    def push_provider(self) -> str:
        """Who carries push messages: a list of SNS platform applications, or the id of a Pinpoint project, says it."""
        if not self.push_application:
            return "none"
        return "sns" if "=" in self.push_application else "pinpoint"


DEV = Stage(name="dev", log_level="DEBUG")
PROD = Stage(name="prod", protected=True, log_retention_days=365, requests_per_second=1000)


def aws_stage(name: str) -> Stage:
    """The AWS stage of that name, with what the environment adds to it.

    Reads CDK_DEFAULT_ACCOUNT, CDK_DEFAULT_REGION, PUBLIC_URL, ALARM_EMAIL, KEEP_DATA, SMS_PROVIDER, PUSH_APPLICATION
    and SNS_TOPICS. Raises ValueError for a stage that is not declared here.
    """
    stages = {stage.name: stage for stage in (DEV, PROD)}
    if name not in stages:
        raise ValueError(f"unknown stage {name!r}: choose one of {', '.join(stages)} or local")
    return replace(
        stages[name],
        account=os.environ.get("CDK_DEFAULT_ACCOUNT"),
        region=os.environ.get("CDK_DEFAULT_REGION"),
        public_url=os.environ.get("PUBLIC_URL"),
        alarm_email=os.environ.get("ALARM_EMAIL"),
        keep_data=os.environ.get("KEEP_DATA", "yes") != "no",
        sms_provider=os.environ.get("SMS_PROVIDER", stages[name].sms_provider),
        push_application=os.environ.get("PUSH_APPLICATION", ""),
        sns_topics=os.environ.get("SNS_TOPICS", ""),
    )


def local_stage(public_url: str, engine_url: str, token_secret: str, python_path: tuple[Path, ...]) -> Stage:
    """The stage for the embedded engine: no layers, this machine's Python, data that may be thrown away."""
    return Stage(
        name="local",
        account="000000000000",
        region="us-east-1",
        public_url=public_url,
        keep_data=False,
        log_retention_days=1,
        runtime="python3.11",
        requests_per_second=10_000,
        redelivery_factor=1,
        consumer_concurrency=2,
        push_application="local",
        local=Local(python_path=python_path, token_secret=token_secret, engine_url=engine_url),
    )


def stage_from_environment(name: str) -> Stage:
    """The stage `cdk` was asked for; the local one takes its addresses from the supervisor's environment."""
    if name != "local":
        return aws_stage(name)
    return local_stage(
        public_url=os.environ.get("PUBLIC_URL", "http://127.0.0.1:8000"),
        engine_url=os.environ.get("AWS_ENDPOINT_URL", "http://127.0.0.1:4566"),
        token_secret=os.environ.get("LOCAL_TOKENS", "synthesized-without-a-supervisor"),
        python_path=tuple(
            Path(entry) for entry in os.environ.get("LOCAL_PYTHONPATH", "").split(":") if entry
        ),
    )


def physical_name(stage: Stage, name: str) -> str:
    """The name of a function or queue in its account: operators and `regulars redrive` find it by this rule."""
    return f"regulars-{stage.name}-{name.replace('_', '-')}"
