"""Who carries messages out. Each channel is a Protocol with its implementations beside it."""
