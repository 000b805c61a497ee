"""Which widgets train in this kernel: one at a time, and a cell that runs again takes the place of its old ones."""

import asyncio
import signal
import threading
import weakref

_LIVING = weakref.WeakSet()


def running_loop():
    """The kernel's event loop, or None outside of one."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def current_cell():
    """(cell id, execution count) of the notebook cell now running, or None where there is no notebook."""
    try:
        from IPython import get_ipython

        shell = get_ipython()
        header = shell.get_parent()
        return header["metadata"]["cellId"], shell.execution_count
    except (ImportError, AttributeError, KeyError, TypeError):
        return None


def register(widget, cell=None):
    """Take note of a new widget; those that an earlier run of the same cell made stop and let go of their runs."""
    widget.cell = cell or current_cell()
    for other in list(_LIVING):
        if other.cell and widget.cell and other.cell[0] == widget.cell[0] and other.cell != widget.cell:
            _LIVING.discard(other)
            other.retire()
    _LIVING.add(widget)


def pause_others(playground):
    """Pause every other playground of this kernel."""
    for other in list(_LIVING):
        if other is not playground and other.playing:
            other.pause()


# --- Kernel > Interrupt -------------------------------------------------------------------------------------------


def listen(widget, loop):
    """Heed interrupts from now on, where an event loop runs; the widget keeps the task, as the loop does not."""
    if loop is not None and loop.is_running():
        widget._listening = loop.create_task(heed_interrupts(widget))


async def heed_interrupts(widget):
    """While something trains in `widget`, Kernel > Interrupt stops it: an idle ipykernel ignores the signal."""
    loop = asyncio.get_running_loop()
    while widget.busy:
        idle = threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT)
        if idle == signal.SIG_IGN:  # a cell that runs has a handler of its own, and it comes first
            signal.signal(signal.SIGINT, lambda *_: loop.call_soon_threadsafe(interrupt_all))
        await asyncio.sleep(0.1)


def interrupt_all():
    """Stop whatever trains in the background."""
    for widget in list(_LIVING):
        if widget.busy:
            widget.interrupt()
