"""Segments: one rule language, live membership exact to the minute, bulk evaluation (SEG-1 to SEG-9)."""

from typing import TYPE_CHECKING

from regulars.kernel.lazy import lazy_names

if TYPE_CHECKING:
    from regulars.segments.analysing import Analytics, Overlap, Profile, analytics
    from regulars.segments.catalogue import catalogue_of
    from regulars.segments.changing import change_segment, delete_segment, dependants, refresh_segment
    from regulars.segments.describing import NewSegment, SegmentChange
    from regulars.segments.documents import document_of, read_history
    from regulars.segments.evaluating import evaluate_events, evaluate_timer
    from regulars.segments.explaining import Belonging, Explained, customer_segments, explain, was_member
    from regulars.segments.following import follow_tenant
    from regulars.segments.listing import Member, members
    from regulars.segments.lists import MembersChanged, add_members, change_members, remove_members
    from regulars.segments.matching import MEMBER_SHARDS, Matching, check_matching, member_ids
    from regulars.segments.model import Kind, Segment, Status
    from regulars.segments.prebuilt import ensure_prebuilt
    from regulars.segments.previewing import Preview, PreviewCustomer, preview
    from regulars.segments.references import segment_conditions
    from regulars.segments.rules import (
        Compiled,
        Explanation,
        Reads,
        Rule,
        Vocabulary,
        compile_rule,
        load_rule,
        parse_rule,
    )
    from regulars.segments.sampling import Pick, Picked, pick
    from regulars.segments.service import create_segment, get_segment, list_segments, page_of_segments
    from regulars.segments.sums import FlowDay, Staleness, flow, sizes, staleness, today
    from regulars.segments.thresholds import compute_nightly, compute_thresholds
    from regulars.segments.uses_store import Use, drop_use, keep_uses, note_use
    from regulars.segments.vocabulary import vocabulary_of

__all__ = [
    "MEMBER_SHARDS",
    "Analytics",
    "Belonging",
    "Compiled",
    "Explained",
    "Explanation",
    "FlowDay",
    "Kind",
    "Matching",
    "Member",
    "MembersChanged",
    "NewSegment",
    "Overlap",
    "Pick",
    "Picked",
    "Preview",
    "PreviewCustomer",
    "Profile",
    "Reads",
    "Rule",
    "Segment",
    "SegmentChange",
    "Staleness",
    "Status",
    "Use",
    "Vocabulary",
    "add_members",
    "analytics",
    "catalogue_of",
    "change_members",
    "change_segment",
    "check_matching",
    "compile_rule",
    "compute_nightly",
    "compute_thresholds",
    "create_segment",
    "customer_segments",
    "delete_segment",
    "dependants",
    "document_of",
    "drop_use",
    "ensure_prebuilt",
    "evaluate_events",
    "evaluate_timer",
    "explain",
    "flow",
    "follow_tenant",
    "get_segment",
    "keep_uses",
    "list_segments",
    "load_rule",
    "member_ids",
    "members",
    "note_use",
    "page_of_segments",
    "parse_rule",
    "pick",
    "preview",
    "read_history",
    "refresh_segment",
    "remove_members",
    "segment_conditions",
    "sizes",
    "staleness",
    "today",
    "vocabulary_of",
    "was_member",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_names(
        __name__,
        {
            "analysing": "Analytics Overlap Profile analytics",
            "catalogue": "catalogue_of",
            "changing": "change_segment delete_segment dependants refresh_segment",
            "describing": "NewSegment SegmentChange",
            "documents": "document_of read_history",
            "evaluating": "evaluate_events evaluate_timer",
            "explaining": "Belonging Explained customer_segments explain was_member",
            "following": "follow_tenant",
            "listing": "Member members",
            "lists": "MembersChanged add_members change_members remove_members",
            "matching": "MEMBER_SHARDS Matching check_matching member_ids",
            "model": "Kind Segment Status",
            "prebuilt": "ensure_prebuilt",
            "previewing": "Preview PreviewCustomer preview",
            "references": "segment_conditions",
            "rules": "Compiled Explanation Reads Rule Vocabulary compile_rule load_rule parse_rule",
            "sampling": "Pick Picked pick",
            "service": "create_segment get_segment list_segments page_of_segments",
            "sums": "FlowDay Staleness flow sizes staleness today",
            "thresholds": "compute_nightly compute_thresholds",
            "uses_store": "Use drop_use keep_uses note_use",
            "vocabulary": "vocabulary_of",
        },
    )
