"""Whatever is written: a result or a proper error, soon, and within bounds of memory."""
