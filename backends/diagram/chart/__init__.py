"""A graph as a reader sees it: what folds, what repeats, what goes around, and the captions.

Imports the graph, and what stands beside this folder.
"""
