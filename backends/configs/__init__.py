"""Files that describe a network in the words of another tool: cfg files of Darknet, YAML files of
Ultralytics. Each becomes the text of a spec.

A file is data of a stranger. Nothing in it runs, nothing is read beside it, and what it can ask for
is bounded. It has no weights, so there is no model to compare with: only the shapes are checked.
"""
