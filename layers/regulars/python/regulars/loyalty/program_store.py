"""Loyalty programs in the table: one item each."""

from typing import Any, Self

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from regulars.kernel.clock import iso
from regulars.kernel.errors import ConflictError
from regulars.kernel.pagination import Page, decode_cursor, page_of
from regulars.kernel.table import Item, JsonAttribute, TimeAttribute
from regulars.kernel.tenancy import Tenant
from regulars.kernel.transaction import Transaction
from regulars.loyalty.programs import NewProgram, Program, ProgramStatus

_HEAD = "PROGRAM"


class ProgramMovedError(ConflictError):
    """Somebody else wrote the program at the same moment: read it again and repeat."""


class ProgramItem(Item):
    """`terms` is what people say of it, its name too."""

    kind = UnicodeAttribute(default="loyalty program")
    id = UnicodeAttribute()
    status = UnicodeAttribute()
    terms = JsonAttribute()
    created_at = TimeAttribute()
    created_by = UnicodeAttribute(null=True)
    updated_at = TimeAttribute()
    version = NumberAttribute(default=1)

    @classmethod
    def of(cls, tenant: Tenant, program: Program) -> Self:
        said = NewProgram.model_construct(**{name: getattr(program, name) for name in _SAID})
        return cls(
            *_place(tenant, program.id),
            id=program.id,
            status=program.status.value,
            # Whole, so that a default that changes one day changes no program that is there.
            terms=said.model_dump(mode="json", exclude_none=True),
            created_at=program.created_at,
            created_by=program.created_by or None,
            updated_at=program.updated_at,
            version=program.version,
            g1pk=tenant.partition("L", "loyalty_program"),
            g1sk=f"{iso(program.created_at)}#{program.id}",
        )

    def program(self) -> Program:
        said = NewProgram.model_validate(self.terms)
        given: dict[str, Any] = {name: getattr(said, name) for name in _SAID}
        return Program(
            id=self.id,
            status=ProgramStatus(self.status),
            created_at=self.created_at,
            created_by=self.created_by or "",
            updated_at=self.updated_at,
            version=int(self.version),
            **given,
        )


_SAID = tuple(NewProgram.model_fields)


def _place(tenant: Tenant, program_id: str) -> tuple[str, str]:
    return tenant.partition("LP", program_id), _HEAD


def read_program(tenant: Tenant, program_id: str) -> Program | None:
    """A program as it is now. 1 request unit per 4 KB."""
    item = ProgramItem.read(*_place(tenant, program_id), consistent=True)
    return item.program() if item else None


def create_program_item(tx: Transaction, program: Program) -> None:
    """Add to `tx` a program that is not there yet."""
    tx.create(ProgramItem.of(tx.tenant, program))


def save_program(tx: Transaction, after: Program, before: Program) -> None:
    """Add to `tx` the program that was read as `before`; the commit raises ProgramMovedError when it moved."""
    unmoved = ProgramItem.version == before.version
    tx.save(ProgramItem.of(tx.tenant, after), unmoved, ProgramMovedError())


def delete_program_item(tx: Transaction, before: Program) -> None:
    """Add to `tx` the removal of a program that was read."""
    item = ProgramItem(*_place(tx.tenant, before.id))
    tx.delete(item, ProgramItem.version == before.version, ProgramMovedError())


def page_programs(
    tenant: Tenant, *, status: ProgramStatus | None, limit: int, cursor: str | None
) -> Page[Program]:
    """Newest first; the filter is applied to what is read."""
    found = ProgramItem.page(
        tenant.partition("L", "loyalty_program"),
        index="by_list",
        newest_first=True,
        limit=limit,
        after=decode_cursor(tenant, cursor),
        only=None if status is None else ProgramItem.status == status.value,
    )
    return page_of(found, ProgramItem.program)
