"""What is drawn: a view is a module here with ``picture(graph, options)``, found by looking.

Imports charts and layouts. Files with a leading underscore serve the views and are none.
"""
