"""The patterns every function is an instance of: API, queue worker, stream worker, schedule."""
