"""Which playgrounds live in this kernel: one trains at a time, and a cell that runs again stops its old one."""

import asyncio
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


def register(playground):
    """Take note of a new playground; those that an earlier run of the same cell made are stopped."""
    playground.cell = current_cell()
    for other in list(_LIVING):
        if other.cell and playground.cell and other.cell[0] == playground.cell[0] and other.cell != playground.cell:
            other.pause(announce=False)
            _LIVING.discard(other)
    _LIVING.add(playground)


def pause_others(playground):
    """Pause every other playground of this kernel."""
    for other in list(_LIVING):
        if other is not playground and other.playing:
            other.pause()
