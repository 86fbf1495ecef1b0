"""What every capability stands on: tenancy, table, transactions, events, timers, HTTP, logs."""
