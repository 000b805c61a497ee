"""What every widget that trains has in common: one loop on the kernel's event loop, and the page's messages."""

import asyncio
import traceback

import anywidget

from gan_edu.widgets import alive, messages, registry


class Live(alive.Alive, anywidget.AnyWidget):
    """Base of the widgets that train. Subclasses give `_chunk` (train for a moment), `rest` (seconds to sleep after
    it), `push` (send a frame), `pause`, `actions` (what a message's 'do' may be, each called with the widget), and
    `shapes` (what each message may say besides).
    """

    shapes = {}  # noqa: RUF012

    def __init__(self, **traits):
        super().__init__(**traits)
        self.wants_play = self.playing = False
        self.error = self.notice = ""
        self._loop, self._task, self._unfollow = registry.running_loop(), None, lambda: None

    def _go_live(self, cell=None):
        """From now on the page is heard, and other widgets know of this one; `cell` made it, or the one now running."""
        registry.register(self, cell)
        self.on_msg(self._on_message)

    @property
    def busy(self):
        """Whether something trains in the background."""
        return self.playing

    def follow(self, prediction):
        """Show it when the learner has made the prediction that keeps Play closed."""

        def unlocked(_):
            self._on_loop(self.push)

        if prediction is not None:
            prediction.expect_play()
            prediction.observe(unlocked, "unlocked")
            self._unfollow = lambda: prediction.unobserve(unlocked, "unlocked")

    def retire(self):
        """The cell has run again: stop, and let go of the run."""
        super().retire()
        self._unfollow()

    # --- the loop ---------------------------------------------------------------------------------------------

    def _start_loop(self):
        """Train from now on in the background of the kernel's event loop."""
        self.playing = self.wants_play = True
        self.notice = self.error = ""
        self._task = self._loop.create_task(self._live())
        registry.listen(self, self._loop)

    def _take_the_floor(self):
        """One widget trains at a time: pause the others."""
        if self._loop is None:
            raise RuntimeError("no event loop runs here: use .run(steps) to train without a page")
        registry.pause_others(self)

    async def _live(self):
        try:
            while self.playing and self._task is asyncio.current_task():  # not when Play was pressed anew meanwhile
                self._chunk()
                await asyncio.sleep(self.rest())
        except KeyboardInterrupt:  # came while a message was handled as well
            registry.interrupt_all()
        except Exception as error:
            self._fail(error)

    def _fail(self, error):
        """An error inside the loop is shown in the widget; the notebook would swallow it."""
        self.playing = False
        self.error = f"{type(error).__name__}: {error}"
        self.trace = traceback.format_exc()
        self.push()

    # --- messages from the page -------------------------------------------------------------------------------

    def _on_loop(self, function, *args):
        """Hand work over to the kernel's own thread: callbacks may come on another one."""
        if self._loop is None or not self._loop.is_running():
            function(*args)
        else:
            self._loop.call_soon_threadsafe(function, *args)

    def _on_message(self, _, content, buffers):
        self._on_loop(self.command, content)

    def command(self, content):
        """Do what a button asked: {'do': name, ...}; an error is shown, and loses nothing."""
        if self.older:
            return
        try:
            name, given = messages.understood(content, {**{key: {} for key in self.actions}, **self.shapes})
            self.error = self.error if name in ("show", "set") else ""
            self.actions[name](self, **given)
        except messages.Misunderstood as problem:
            self.notice = str(problem)
            self.push()
        except Exception as error:
            self._fail(error)
