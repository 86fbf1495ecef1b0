"""Two stacks per stage: what must survive a mistake (data) and what can be rebuilt at will (app)."""
