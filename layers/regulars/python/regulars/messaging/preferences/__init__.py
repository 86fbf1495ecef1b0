"""What customers wish for and agreed to: preferences, consent and its ledger, links, keywords, double opt-in (MSG-3, MSG-4)."""
