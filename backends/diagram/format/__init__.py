"""The formats: each module here with ``write(picture) -> bytes`` is one, named after its suffix.

Imports layouts and pictures, no chart and no view. Files with a leading underscore are no formats;
the formats use them.
"""
