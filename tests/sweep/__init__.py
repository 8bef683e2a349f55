"""Every setting of every layer with every kind of value, on every kind of input: what a check takes
runs, and is what the check says."""
