"""Segments: one rule language, live membership exact to the minute, bulk evaluation (SEG-1 to SEG-9)."""
