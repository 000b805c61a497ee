"""Figures as PNG text, for outputs that must be readable where no widget lives."""

import base64
import io


def as_png(figure, dpi=80):
    """A matplotlib Figure as base64 text of a PNG."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi)
    return base64.b64encode(buffer.getvalue()).decode()
