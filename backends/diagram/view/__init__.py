"""The views: each module here with ``picture(graph, options)`` is one, and is found by its name.

Imports charts and layouts. Files with a leading underscore are no views; the views use them.
"""
