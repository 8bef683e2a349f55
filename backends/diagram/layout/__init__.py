"""The layout: writes a picture in Graphviz's language and reads the positions of its parts.

Imports pictures and drawings, no chart and no view.
"""
