"""Writing good Python: names, expressions, statements, loops, line breaks. It knows no PyTorch."""
