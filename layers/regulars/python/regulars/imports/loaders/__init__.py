"""One loader a kind of import; see `runner.Loader`."""
