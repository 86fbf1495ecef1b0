"""Settings for every test; the resources behind the names exist only where a fixture makes them."""

import os

os.environ.update(
    {
        "STAGE": "test",
        "TABLE_NAME": "regulars-test",
        "BUCKET_NAME": "regulars-test",
        "EVENT_BUS_NAME": "regulars-test",
        "TOKEN_SECRET_ARN": "regulars-test",
        "JOBS_QUEUE_URL": "http://127.0.0.1/000000000000/jobs",
        "TIMERS_QUEUE_URL": "http://127.0.0.1/000000000000/timers",
        "USER_POOL_ID": "test_pool",
        "USER_POOL_CLIENT_ID": "test-client",
        "USER_POOL_ISSUER": "https://issuer.test",
        "JWKS_URL": "https://issuer.test/jwks.json",
        "SES_CONFIGURATION_SET": "regulars-test",
        "SMS_PROVIDER": "end_user_messaging",
        "SMS_CONFIGURATION_SET": "regulars-test",
        "PUSH_PROVIDER": "pinpoint",
        "PUSH_APPLICATION": "regulars-test",
        "WEBHOOKS_TO_LOOPBACK": "yes",
        "SENDS_QUEUE_URL": "http://127.0.0.1/000000000000/sends",
        "PROVIDER_EVENTS_QUEUE_URL": "http://127.0.0.1/000000000000/provider-events",
        "SNS_TOPICS": "arn:aws:sns:eu-west-1:123456789012:mail",
        "SOCKET_URL": "http://127.0.0.1/socket",
        "PUBLIC_URL": "https://regulars.test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
)
