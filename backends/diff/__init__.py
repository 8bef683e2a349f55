"""Two versions of a network, compared: which layers were added, removed, changed.

``merge`` makes one graph of both, which the diagrams draw; ``changes`` lists the differences, as a
table or a document.
"""
