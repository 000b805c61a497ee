"""Each widget answers the page at once, so that the page can tell when nobody is there any more (alive.js)."""

from pathlib import Path

SCRIPT = Path(__file__).with_name("alive.js").read_text(encoding="utf-8")


class Alive:
    """Mixin before a widget's own base: answers a message's number before the message is acted on."""

    older = False  # True once the cell that made this widget has run again

    def _handle_custom_msg(self, content, buffers):
        if isinstance(content, dict) and "asks" in content:
            content = dict(content)
            self.send({"heard": content.pop("asks"), "older": self.older})
            if not content:
                return
        if not self.older:
            super()._handle_custom_msg(content, buffers)
