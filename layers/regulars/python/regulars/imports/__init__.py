"""Imports and exports: files in, files out, as jobs that survive any crash and can be undone (CUS-7)."""
