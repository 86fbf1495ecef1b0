"""Regulars on one machine: the embedded AWS engine, the deployed template, and a front door for browsers."""
