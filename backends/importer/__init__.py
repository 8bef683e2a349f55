"""From a PyTorch model to the text of a spec, and the proof that both are equal."""
