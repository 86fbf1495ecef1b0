"""The demo tenants of the local run, made through the HTTP API as a customer would."""
