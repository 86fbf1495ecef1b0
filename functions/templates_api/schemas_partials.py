"""What the operations on partials take and answer with."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field, field_validator

from regulars.kernel.http.models import Input, View, page_model
from regulars.messaging import PartialText, PartialTexts


class CheckPartial(Input):
    """Texts that need not be saved; `key` is that of the partial whose they are, if it is known."""

    key: str = Field("", max_length=60)
    contents: PartialTexts


class PartialRowView(View):
    """A partial without its texts."""

    key: str = Field(description='What templates include it by: `{% include "<key>" %}`')
    name: str
    description: str
    languages: list[str]
    kinds: list[Literal["html", "mjml", "text"]] = Field(
        description="For what it is written: mails in HTML, mails in MJML, every other text"
    )
    includes: list[str] = Field(description="The partials that it includes itself")
    revision: str = Field(description="Another whenever its texts are")
    created_at: datetime
    created_by: str
    updated_at: datetime
    version: int


class PartialUseView(View):
    """A template or another partial that uses it, itself or through others."""

    kind: Literal["template", "partial"]
    id: str = Field(description="A template's id, a partial's key")
    name: str
    draft: bool = Field(description="What is being written includes it; it cannot be deleted meanwhile")
    published: int = Field(description="The version that is sent and has it in it; 0: none")
    older: bool = Field(description="That version has an older text of it: publish the template again")
    changed: bool = Field(description="The template's draft is another than what is sent")
    archived: bool


class PartialView(PartialRowView):
    contents: dict[str, dict[str, str]] = Field(description="By language: html, mjml, text")
    used_by: list[PartialUseView]

    @field_validator("contents", mode="before")
    @classmethod
    def _as_sent(cls, value: Any) -> Any:
        return {
            language: one.model_dump(exclude_defaults=True) if isinstance(one, PartialText) else one
            for language, one in dict(value).items()
        }


PartialPage = page_model(PartialRowView)
