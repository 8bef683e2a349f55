"""Weights from files: what a checkpoint holds, how its names become those of a net, and back.

A checkpoint comes from a stranger, so it is data: nothing in it is executed, and everything that it
claims is checked before it is used.
"""
