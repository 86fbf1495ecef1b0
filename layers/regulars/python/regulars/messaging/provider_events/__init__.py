"""What providers tell of messages they carried, and what people answer to them."""
