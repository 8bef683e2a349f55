"""Two versions of a network, compared: which layers were added, removed, changed.

``merge`` makes one graph of both, which the diagrams draw; ``changes`` lists what differs, as a
table or a document.
"""
