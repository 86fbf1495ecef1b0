"""Customers: profiles, facts, search, timeline, interactions and notes."""
