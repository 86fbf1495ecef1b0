"""The rule language: what a rule may say, and what is made of it."""
