"""How a picture is written: a format is a module here with ``write(picture) -> bytes``, found by
its suffix.

Imports layouts and pictures, no chart and no view. Files with a leading underscore serve the
formats and are none.
"""
