"""Where everything stands: a picture in Graphviz's language, and what its layout says.

Imports pictures and drawings, no chart and no view.
"""
