"""Loyalty: programs, earning, and the points ledger of each member (LOY-1 to LOY-4).

The use cases are imported when they are first named, so that a function pays for those alone that it uses.
"""

from typing import TYPE_CHECKING

from regulars.kernel.lazy import lazy_names

if TYPE_CHECKING:
    from regulars.loyalty.awarding import award, take_back
    from regulars.loyalty.earning import Calculation, PassedOver, Source, Step
    from regulars.loyalty.earning_rules import EarningRule, PointsConfig
    from regulars.loyalty.ledger import share_to_take_back
    from regulars.loyalty.ledger_service import (
        adjust,
        claw_back,
        earn,
        fall_due,
        give_back,
        member_of,
        movement_of,
        spend,
        statement,
        transfer,
    )
    from regulars.loyalty.ledger_store import Membership
    from regulars.loyalty.ledger_verifying import Verification, verify
    from regulars.loyalty.lots import Lot, months_later
    from regulars.loyalty.movements import (
        Account,
        AlreadyReversedError,
        Cause,
        Entry,
        InsufficientPointsError,
        Kind,
        Member,
        Movement,
        NothingToMoveError,
        Receipt,
    )
    from regulars.loyalty.program_service import (
        change_program,
        create_program,
        delete_program,
        get_program,
        list_programs,
    )
    from regulars.loyalty.programs import NewProgram, Period, Program, ProgramChange, ProgramStatus
    from regulars.loyalty.standing import (
        Adjustment,
        Standing,
        adjust_points,
        customer_statement,
        standings,
    )
    from regulars.loyalty.tiers import Benefits, Tier
    from regulars.loyalty.trying_orders import Trial, TriedOrder, try_order

__all__ = [
    "Account",
    "Adjustment",
    "AlreadyReversedError",
    "Benefits",
    "Calculation",
    "Cause",
    "EarningRule",
    "Entry",
    "InsufficientPointsError",
    "Kind",
    "Lot",
    "Member",
    "Membership",
    "Movement",
    "NewProgram",
    "NothingToMoveError",
    "PassedOver",
    "Period",
    "PointsConfig",
    "Program",
    "ProgramChange",
    "ProgramStatus",
    "Receipt",
    "Source",
    "Standing",
    "Step",
    "Tier",
    "Trial",
    "TriedOrder",
    "Verification",
    "adjust",
    "adjust_points",
    "award",
    "change_program",
    "claw_back",
    "create_program",
    "customer_statement",
    "delete_program",
    "earn",
    "fall_due",
    "get_program",
    "give_back",
    "list_programs",
    "member_of",
    "months_later",
    "movement_of",
    "share_to_take_back",
    "spend",
    "standings",
    "statement",
    "take_back",
    "transfer",
    "try_order",
    "verify",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_names(
        __name__,
        {
            "awarding": "award take_back",
            "earning": "Calculation PassedOver Source Step",
            "earning_rules": "EarningRule PointsConfig",
            "ledger": "share_to_take_back",
            "ledger_service": (
                "adjust claw_back earn fall_due give_back member_of movement_of spend statement transfer"
            ),
            "ledger_store": "Membership",
            "ledger_verifying": "Verification verify",
            "lots": "Lot months_later",
            "movements": (
                "Account AlreadyReversedError Cause Entry InsufficientPointsError Kind Member Movement "
                "NothingToMoveError Receipt"
            ),
            "program_service": "change_program create_program delete_program get_program list_programs",
            "programs": "NewProgram Period Program ProgramChange ProgramStatus",
            "standing": "Adjustment Standing adjust_points customer_statement standings",
            "tiers": "Benefits Tier",
            "trying_orders": "Trial TriedOrder try_order",
        },
    )
