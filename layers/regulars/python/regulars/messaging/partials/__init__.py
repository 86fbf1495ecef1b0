"""Partials: named snippets of a tenant that templates include (MSG-2)."""
