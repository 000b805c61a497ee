"""Widgets: thin shells around the package; all that they show can be had without them."""
