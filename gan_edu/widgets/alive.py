"""Each widget answers the page at once, so that the page can tell when nobody is there any more (alive.js)."""

from pathlib import Path

SCRIPT = Path(__file__).with_name("alive.js").read_text(encoding="utf-8")


class Alive:
    """Mixin before a widget's own base: answers a message's number before the message is acted on."""

    older = False  # True once the cell that made this widget has run again: see `retire`
    holds = ()  # attributes with what takes memory: runs, cases, pictures
    from_page = ()  # names of the traits that the page may set; it sends messages for everything else
    playing = busy = False  # whether something trains in it: at all, or also in the background

    def retire(self):
        """The cell has run again: stop, let go of the runs, and answer the page only by saying so."""
        self.pause(announce=False)
        self.older = True
        for name in self.holds:
            self.__dict__.pop(name, None)

    def interrupt(self):
        """Kernel > Interrupt: stop what trains in the background."""
        self.pause()

    def __getattr__(self, name):
        if name in type(self).holds and self.older:
            raise RuntimeError("the cell that made this widget was run again, and its run is gone: use the new one")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def set_state(self, sync_data):
        """Take what the page may set, and refuse the rest: a wrong value would stay until the cell runs again."""
        if not self.older:
            super().set_state({name: value for name, value in sync_data.items() if name in self.from_page})

    def _handle_custom_msg(self, content, buffers):
        if isinstance(content, dict) and "asks" in content:
            content = dict(content)
            self.send({"heard": content.pop("asks"), "older": self.older})
            if not content:
                return
        if not self.older:
            super()._handle_custom_msg(content, buffers)
