"""How fast netwright is, as ratios to PyTorch: `python -m benchmarks`."""
