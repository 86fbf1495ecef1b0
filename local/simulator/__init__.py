"""Providers of messages on this machine: they take what SES, End User Messaging and Pinpoint take, answer as these do, and tell
what became of each message in the same words. Nothing leaves the machine."""
