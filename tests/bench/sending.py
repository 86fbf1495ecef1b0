"""What a recipient of a message to many costs in CPU, against doing it the plain way: `put_item` to claim, render, `send_email`,
`update_item`, one recipient after the other. Both sides speak to a server that answers in the real formats."""

import os
import time
from collections.abc import Callable
from contextlib import contextmanager, redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

from regulars.kernel.tenancy import Tenant
from tests.bench.report import Figure
from tests.bench.wire import answering

NOW = datetime(2026, 3, 10, 9, 30, tzinfo=UTC)
BATCH = 48
BATCHES = 25
ROUNDS = 3
# With it the mail has 30 KB, as MJML makes of a letter with a dozen sections.
_FILLER = "".join(
    f'<tr><td style="padding:8px 16px;font-family:Helvetica,Arial,sans-serif;color:#222">Line {n} of the letter, '
    "which says what there is to say of the season and of what has come in.</td></tr>"
    for n in range(150)
)
HTML = f"""<!doctype html><html><body style="margin:0"><table width="600" align="center"><tr><td>
<h1>Hello {{{{ customer.first_name }}}}</h1><p>You are with us since {{{{ customer.created_at }}}} and live in
{{{{ customer.city or "town" }}}}.</p>{{% if customer.orders > 2 %}}
<p>Thank you for {{{{ customer.orders }}}} orders.</p>{{% endif %}}
<p><a href="https://shop.example/new">See what is new</a></p></td></tr>{_FILLER}<tr><td>
<a href="https://shop.example/sale">Sale</a></td></tr></table></body></html>"""
TEXT = "Hello {{ customer.first_name }},\n\nyou live in {{ customer.city }}.\n\nhttps://shop.example/new\n"
SUBJECT = "News for {{ customer.first_name }}"


def measure() -> list[Figure]:
    """Figures per recipient; the bars are the part of the baseline that is left at the most."""
    bench = _Bench()
    # Metrics are lines on the standard output.
    with answering(bench.items) as url, _speaking_to(url), redirect_stdout(StringIO()):
        plain, pipeline = _Plain(bench), _Pipeline(bench)
        plain.whole(BATCH)
        pipeline.whole(1)
        ours, theirs, sent, mailed = [], [], [], []
        for _ in range(ROUNDS):
            theirs.append(_cpu(lambda: plain.whole(BATCH * 2)) / (BATCH * 2))
            mailed.append(_cpu(lambda: plain.mail(BATCH * 2)) / (BATCH * 2))
            ours.append(_cpu(lambda: pipeline.whole(BATCHES)) / (BATCH * BATCHES))
            sent.append(_cpu(lambda: pipeline.mail(BATCHES)) / (BATCH * BATCHES))
    whole, mail = min(ours) / min(theirs), min(sent) / min(mailed)
    return [
        Figure("a recipient, one by one", min(theirs) * 1e6, "µs CPU"),
        Figure("a recipient of the pipeline", min(ours) * 1e6, "µs CPU", whole, 1 / 5),
        Figure("render and send, one by one", min(mailed) * 1e6, "µs CPU"),
        Figure("render and send of the pipeline", min(sent) * 1e6, "µs CPU", mail, 1 / 15),
    ]


def _cpu(work: Callable[[], None]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


@contextmanager
def _speaking_to(url: str) -> Any:
    """Every client of this process, made anew, speaks to `url`."""
    from regulars.kernel import aws, links, secret
    from regulars.kernel.table import Item
    from regulars.messaging.providers import registry

    before = dict(os.environ)

    def forget() -> None:
        aws.client.cache_clear()
        Item._connection = None
        registry.provider_for.cache_clear()
        secret.token_secret.cache_clear()
        links._key.cache_clear()

    os.environ["AWS_ENDPOINT_URL"] = url
    for name in ("SESV2", "SQS", "SECRETSMANAGER"):
        os.environ.pop(f"AWS_ENDPOINT_URL_{name}", None)
    forget()
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
        forget()


class _Bench:
    """A tenant, its customers with consent, and the template."""

    def __init__(self) -> None:
        from regulars.kernel.ids import new_id
        from regulars.messaging.model import Channel
        from regulars.messaging.templates import Compiled

        self.tenant = Tenant(new_id("ten", NOW))
        self.people = [new_id("cus", NOW - timedelta(days=30)) for _ in range(BATCH)]
        self.items: dict[tuple[str, str], dict[str, Any]] = {}
        for number, one in enumerate(self.people):
            for item in _items_of(self.tenant, one, number):
                self.items[item["pk"]["S"], item["sk"]["S"]] = item
        fields = {"subject": SUBJECT, "preheader": "", "html": HTML, "text": TEXT}
        self.template = Compiled("news", "tpl_news", 1, "promotions", "News", {Channel.EMAIL: {"en": fields}})


def _items_of(tenant: Tenant, customer_id: str, number: int) -> list[dict[str, Any]]:
    from regulars.customers import FactsItem, facts_key
    from regulars.messaging.contact import Consent, ConsentState, Contact, Recent
    from regulars.messaging.contact_store import contact_wire
    from regulars.messaging.model import Channel

    facts = FactsItem(
        *facts_key(tenant, customer_id),
        name=f"Ada Lovelace{number}",
        email=f"ada{number}@bench.example",
        status="active",
        country="GB",
        city="London",
        language="en",
        created_at=NOW - timedelta(days=30),
        currency="GBP",
        orders=number % 6,
        gross=1000,
        spent=1000,
        counts={"order.placed": 3, "page.viewed": 40},
        seen={"order.placed": "2026-03-01T10:00:00.000Z"},
    )
    recent = tuple(Recent(NOW - timedelta(days=20 + n), Channel.EMAIL, "promotions") for n in range(4))
    granted = {Channel.EMAIL: Consent(ConsentState.GRANTED, NOW - timedelta(days=30), "sign_up")}
    contact = Contact(customer_id, 3, consents=granted, recent=recent)
    return [facts.serialize(), contact_wire(tenant, contact)]


class _Pipeline:
    """`send_batch` as the worker calls it."""

    def __init__(self, bench: _Bench) -> None:
        from regulars.messaging.contact import Contact
        from regulars.messaging.dispatch_model import Dispatch, Door
        from regulars.messaging.model import Channel, Message
        from regulars.messaging.sending import batches, going_on, people
        from regulars.messaging.settings_model import MessagingSettings
        from regulars.platform.model import NewTenant

        self.bench = bench
        identifier = "dsp_" + bench.tenant.id[4:]
        message = Message(
            "news",
            NOW,
            "news",
            (Channel.EMAIL,),
            "promotions",
            campaign_id="cmp_" + bench.tenant.id[4:],
            variant="a",
            dispatch_id=identifier,
        )
        self.dispatch = Dispatch(identifier, "news", message, Door.OPEN, NOW)
        new = NewTenant.model_validate(
            {
                "name": "Bench",
                "time_zone": "Europe/London",
                "currency": "GBP",
                "sender": {"name": "Bench", "email": "shop@bench.example"},
                "owner": {"name": "Owner", "email": "owner@bench.example"},
            }
        )
        profile, settings = new.settings(bench.tenant.id, NOW), MessagingSettings()
        people.settings_of = lambda tenant: profile
        people.messaging_settings = lambda tenant: settings
        going_on.compiled = lambda tenant, key, version=0: bench.template
        batches.dispatch_of = lambda tenant, dispatch_id: self.dispatch
        self.number = 0
        self.shop = people.shop_of(bench.tenant)
        self.contacts = {one: Contact(one) for one in bench.people}
        self.claimed = self._claimed()

    def whole(self, count: int) -> None:
        from regulars.messaging.sending.batches import send_batch

        for _ in range(count):
            self.number += 1
            done = send_batch(self.bench.tenant, self.dispatch.id, self.number, self.bench.people, NOW)
            if len(done) != BATCH:
                raise RuntimeError(f"{len(done)} were written to")

    def mail(self, count: int) -> None:
        """Rendering and handing over alone."""
        from regulars.messaging.sending.handing_over import hand_over
        from regulars.messaging.sending.rendering import Renderer

        for _ in range(count):
            hand_over(Renderer(self.shop, self.bench.template), self.claimed, self.contacts)

    def _claimed(self) -> list[Any]:
        from regulars.messaging.sending.batches import send_batch

        return send_batch(self.bench.tenant, self.dispatch.id, 0, self.bench.people, NOW)


class _Plain:
    """One recipient after the other, with the SDK as it is."""

    def __init__(self, bench: _Bench) -> None:
        import botocore.session
        from jinja2.sandbox import SandboxedEnvironment

        session = botocore.session.get_session()
        self.table, self.ses = session.create_client("dynamodb"), session.create_client("sesv2")
        environment = SandboxedEnvironment(autoescape=True)
        self.html, self.text = environment.from_string(HTML), environment.from_string(TEXT)
        self.subject = environment.from_string(SUBJECT)
        self.bench = bench

    def whole(self, count: int) -> None:
        for number in range(count):
            one = self.bench.people[number % BATCH]
            key = {"pk": {"S": f"T#{self.bench.tenant.id}#C#{one}"}, "sk": {"S": "D#0"}}
            self.table.put_item(
                TableName=os.environ["TABLE_NAME"],
                Item=key | _delivery(one, number),
                ConditionExpression="attribute_not_exists(pk)",
            )
            message_id = self._mail(one, number)
            self.table.update_item(
                TableName=os.environ["TABLE_NAME"],
                Key=key,
                UpdateExpression="SET #s = :s, provider_id = :p, sent_at = :t",
                ConditionExpression="#s = :sending",
                ExpressionAttributeNames={"#s": "state"},
                ExpressionAttributeValues={
                    ":s": {"S": "sent"},
                    ":p": {"S": message_id},
                    ":t": {"S": "2026-03-10T09:30:00.000Z"},
                    ":sending": {"S": "sending"},
                },
            )

    def mail(self, count: int) -> None:
        """Rendering and handing over alone."""
        for number in range(count):
            self._mail(self.bench.people[number % BATCH], number)

    def _mail(self, one: str, number: int) -> str:
        customer = {"first_name": "Ada", "city": "London", "orders": number % 6, "created_at": "2026-02-08"}
        body = {
            "Html": {"Data": self.html.render(customer=customer), "Charset": "UTF-8"},
            "Text": {"Data": self.text.render(customer=customer), "Charset": "UTF-8"},
        }
        subject = {"Data": self.subject.render(customer=customer), "Charset": "UTF-8"}
        answer = self.ses.send_email(
            FromEmailAddress="Bench <shop@bench.example>",
            Destination={"ToAddresses": [f"ada{number}@bench.example"]},
            Content={
                "Simple": {
                    "Subject": subject,
                    "Body": body,
                    "Headers": [
                        {"Name": "List-Unsubscribe", "Value": f"<https://shop.example/u/{one}>"},
                        {"Name": "List-Unsubscribe-Post", "Value": "List-Unsubscribe=One-Click"},
                    ],
                }
            },
            EmailTags=[{"Name": "delivery", "Value": one}, {"Name": "customer", "Value": one}],
            ConfigurationSetName="bench",
        )
        return str(answer["MessageId"])


def _delivery(one: str, number: int) -> dict[str, Any]:
    texts = {
        "id": f"dlv_{number}",
        "kind": "delivery",
        "customer_id": one,
        "channel": "email",
        "template": "news",
        "state": "sending",
        "category": "promotions",
        "campaign_id": "cmp_1",
        "variant": "a",
        "language": "en",
        "to": f"ada{number}@bench.example",
        "created_at": "2026-03-10T09:30:00.000Z",
        "attempted_at": "2026-03-10T09:30:00.000Z",
        "g1pk": "T#1#L#delivery#1",
        "g1sk": f"dlv_{number}",
    }
    return {name: {"S": text} for name, text in texts.items()} | {"attempts": {"N": "1"}}
