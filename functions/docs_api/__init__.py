"""The API's own description, and the answer to whatever matches no route."""
