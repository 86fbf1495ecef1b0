"""An email provider that does as the recipient's address says; the contract test holds it to what SES does."""

from dataclasses import dataclass, field

from regulars.messaging.providers.email import Accepted, Email, Lost, Outcome, Postponed, Rejected


@dataclass
class FakeProvider:
    """`throttled@…`, `paused@…`, `rejected@…`, `lost@…` (the mail goes out, the answer does not come back); others arrive."""

    name: str = "fake"
    sent: list[Email] = field(default_factory=list)
    tries: int = 0

    def send(self, email: Email) -> Outcome:
        self.tries += 1
        match email.to.partition("@")[0]:
            case "throttled":
                return Postponed("TooManyRequestsException", throttled=True)
            case "paused":
                return Postponed("SendingPausedException")
            case "rejected":
                return Rejected("MessageRejected")
            case "lost":
                self.sent.append(email)
                return Lost("ReadTimeoutError")
        self.sent.append(email)
        return Accepted(f"fake-{len(self.sent)}")
