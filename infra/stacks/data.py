"""The stack of everything that must survive: the table, the uploads, the accounts and the secret."""

from typing import Any

from aws_cdk import CfnOutput, Duration, RemovalPolicy, SecretValue, Stack
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from infra.config import Stage
from infra.exceptions import accept


class DataStack(Stack):
    """Resources with data in them; kept when the stack is destroyed, unless the stage says otherwise."""

    def __init__(self, scope: Construct, construct_id: str, stage: Stage, **kwargs: Any) -> None:
        super().__init__(scope, construct_id, termination_protection=stage.protected, **kwargs)
        self._stage_config = stage
        self._removal = RemovalPolicy.RETAIN if stage.keep_data else RemovalPolicy.DESTROY
        self.table = self._table()
        self.uploads = self._uploads()
        self.user_pool = self._user_pool()
        self.user_pool_client = self._user_pool_client()
        self.token_secret = self._token_secret()
        self._outputs()

    def _table(self) -> dynamodb.Table:
        table = dynamodb.Table(
            self,
            "Table",
            partition_key=_key("pk"),
            sort_key=_key("sk"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            encryption=dynamodb.TableEncryption.AWS_MANAGED,
            stream=dynamodb.StreamViewType.NEW_IMAGE,
            time_to_live_attribute="expires_at",
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True, recovery_period_in_days=35
            ),
            deletion_protection=self._stage_config.protected,
            removal_policy=self._removal,
        )
        for index, prefix in (("by_list", "g1"), ("by_sort", "g2")):
            table.add_global_secondary_index(
                index_name=index,
                partition_key=_key(f"{prefix}pk"),
                sort_key=_key(f"{prefix}sk"),
                projection_type=dynamodb.ProjectionType.ALL,
            )
        return table

    def _uploads(self) -> s3.Bucket:
        bucket = s3.Bucket(
            self,
            "Uploads",
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            removal_policy=self._removal,
            cors=[
                s3.CorsRule(
                    allowed_methods=[s3.HttpMethods.POST, s3.HttpMethods.PUT, s3.HttpMethods.GET],
                    allowed_origins=[self._stage_config.public_url or "*"],
                    allowed_headers=["*"],
                    exposed_headers=["ETag"],
                    max_age=3600,
                )
            ],
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="forget-uploads-and-exports",
                    expiration=Duration.days(30),
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                )
            ],
        )
        accept(
            bucket,
            "AwsSolutions-S1",
            "holds files for 30 days that only presigned links reach; the job that made or read each one is recorded",
        )
        return bucket

    def _user_pool(self) -> cognito.UserPool:
        pool = cognito.UserPool(
            self,
            "Staff",
            self_sign_up_enabled=False,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            custom_attributes={"tenant": cognito.StringAttribute(mutable=False, min_len=1, max_len=64)},
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
                temp_password_validity=Duration.days(7),
            ),
            deletion_protection=self._stage_config.protected,
            removal_policy=self._removal,
        )
        accept(
            pool,
            "AwsSolutions-COG2",
            "the console's sign-in asks for a password only; a second factor comes with the identity provider "
            "a shop federates",
        )
        accept(
            pool, "AwsSolutions-COG3", "threat protection is billed per user; a stage may switch the plan on"
        )
        accept(
            pool,
            "AwsSolutions-COG8",
            "the Plus plan is billed per user; a shop that wants it changes one line",
        )
        return pool

    def _user_pool_client(self) -> cognito.UserPoolClient:
        return self.user_pool.add_client(
            "Console",
            auth_flows=cognito.AuthFlow(user_password=True),
            disable_o_auth=True,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=Duration.hours(1),
            id_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(30),
            write_attributes=cognito.ClientAttributes().with_standard_attributes(email=True, fullname=True),
        )

    def _token_secret(self) -> secrets.Secret:
        local = self._stage_config.local
        if local is not None:
            return secrets.Secret(
                self,
                "TokenSecret",
                removal_policy=self._removal,
                secret_string_value=SecretValue.unsafe_plain_text(local.token_secret),
            )
        secret = secrets.Secret(
            self,
            "TokenSecret",
            description="Signs customer tokens and unguessable links of Regulars",
            removal_policy=self._removal,
            generate_secret_string=secrets.SecretStringGenerator(
                password_length=64, exclude_punctuation=True
            ),
        )
        accept(
            secret,
            "AwsSolutions-SMG4",
            "rotating it would break links in mails already sent; docs/operations.md says how to do it by hand",
        )
        return secret

    def _outputs(self) -> None:
        CfnOutput(self, "TableName", value=self.table.table_name)
        CfnOutput(self, "BucketName", value=self.uploads.bucket_name)
        CfnOutput(self, "UserPoolId", value=self.user_pool.user_pool_id)
        CfnOutput(self, "UserPoolClientId", value=self.user_pool_client.user_pool_client_id)


def _key(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
