"""What became of messages: signals of providers and people, links, machines, conversions (MSG-7)."""
