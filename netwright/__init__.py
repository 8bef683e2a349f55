"""Neural-network architectures as text: parsed, shape-checked, drawn, compiled to PyTorch."""
