"""How fast netwright is, as ratios to PyTorch and to its peers: `python -m benchmarks`."""
