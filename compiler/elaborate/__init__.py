"""From syntax to graph: evaluates numbers, applies networks to tensors, infers every shape."""
