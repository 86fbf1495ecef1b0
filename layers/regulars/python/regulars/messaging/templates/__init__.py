"""Templates: their language, its sandbox, versions, checks, previews (MSG-2)."""

from typing import TYPE_CHECKING

from regulars.kernel.lazy import lazy_names

if TYPE_CHECKING:
    from regulars.messaging.templates.published import compiled
    from regulars.messaging.templates.rendering import (
        Compiled,
        CompiledContent,
        LinkMaker,
        PlainLinks,
        Rendered,
        TemplateError,
    )

__all__ = [
    "Compiled",
    "CompiledContent",
    "LinkMaker",
    "PlainLinks",
    "Rendered",
    "TemplateError",
    "compiled",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_names(
        __name__,
        {
            "published": "compiled",
            "rendering": "Compiled CompiledContent LinkMaker PlainLinks Rendered TemplateError",
        },
    )
