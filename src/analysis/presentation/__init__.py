"""Words and pictures that pages, documents and the explorer share."""
