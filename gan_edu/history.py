"""What a run remembers: one row of numbers a step, snapshots, and checkpoints to go back to, within a memory budget."""

from array import array

COLUMNS = ("step", "d_loss", "g_loss", "d_grad_norm", "g_grad_norm", "d_real", "d_fake", "auc")
MAX_ROWS = 400_000  # then every other row is dropped: 400,000 rows of 8 numbers are 26 MB
MAX_SNAPSHOTS = 20_000  # about 1 kB each


class History:
    """Columns of per-step numbers, and snapshots (dicts with a 'step'); `target` is the Mixture, or None for images.

    history["d_loss"] is a list of numbers. When the budget is full, every other row goes and the spacing doubles.
    Taught in notebooks/03.
    """

    def __init__(self, target=None):
        self.target = target
        self.columns = {name: array("d") for name in COLUMNS}
        self.snapshots = []
        self.spacing, self.snapshot_spacing = 1, 1  # only steps that these divide are kept

    def __len__(self):
        return len(self.columns["step"])

    def __getitem__(self, name):
        if name not in self.columns:
            raise KeyError(f"history has no column {name!r}; it has {', '.join(COLUMNS)}")
        return self.columns[name].tolist()

    def append(self, record):
        """Keep a record, unless thinning leaves its step out."""
        if record.step % self.spacing:
            return
        for name, column in self.columns.items():
            column.append(getattr(record, name))
        if len(self) >= MAX_ROWS:
            self._thin()

    def _thin(self):
        self.spacing *= 2
        steps = self.columns["step"].tolist()
        for name, column in self.columns.items():
            kept = (value for value, step in zip(column, steps, strict=True) if step % self.spacing == 0)
            self.columns[name] = array("d", kept)

    def fill(self, rows):
        """Take all rows at once: an array (steps, columns)."""
        self.columns = {name: array("d", rows[:, i].tolist()) for i, name in enumerate(COLUMNS)}

    def add_snapshot(self, snapshot):
        """Keep a snapshot; when there are too many, every other one goes and the spacing of later ones doubles."""
        if snapshot["step"] % self.snapshot_spacing:
            return
        self.snapshots.append(snapshot)
        if len(self.snapshots) >= MAX_SNAPSHOTS:
            self.snapshot_spacing = 2 * (self.snapshots[1]["step"] - self.snapshots[0]["step"])
            self.snapshots = [s for s in self.snapshots if s["step"] % self.snapshot_spacing == 0]

    def snapshot_column(self, name):
        """One entry of every snapshot, as a list."""
        return [snapshot[name] for snapshot in self.snapshots]

    def cut(self, step):
        """Forget everything after `step`."""
        keep = sum(1 for s in self.columns["step"] if s <= step)
        for column in self.columns.values():
            del column[keep:]
        self.snapshots = [s for s in self.snapshots if s["step"] <= step]

    def copy(self):
        """The same rows and snapshots; what is added to one is not in the other."""
        other = History(self.target)
        other.columns = {name: column[:] for name, column in self.columns.items()}
        other.snapshots = list(self.snapshots)
        other.spacing, other.snapshot_spacing = self.spacing, self.snapshot_spacing
        return other

    def frame(self):
        """The rows as a pandas DataFrame, one a step."""
        import pandas

        return pandas.DataFrame({name: column.tolist() for name, column in self.columns.items()})


class Checkpoints:
    """States of a run by step, spaced evenly; when `budget` bytes are full, every other one goes."""

    def __init__(self, every, budget):
        self.every, self.budget, self.states = every, budget, {}

    def offer(self, step, make_state, size):
        """Keep make_state() if `step` lies on the spacing; size = bytes of one state."""
        if step % self.every:
            return
        self.states[step] = make_state()
        while len(self.states) * size > self.budget and len(self.states) > 2:
            self.every *= 2
            self.states = {s: state for s, state in self.states.items() if s % self.every == 0}

    def before(self, step):
        """The latest (step, state) not after `step`; there is always one at 0."""
        best = max(s for s in self.states if s <= step)
        return best, self.states[best]

    def copy(self):
        """The same states, none of them copied; what is added to one is not in the other."""
        other = Checkpoints(self.every, self.budget)
        other.states = dict(self.states)
        return other

    def cut(self, step):
        """Forget the states after `step`."""
        self.states = {s: state for s, state in self.states.items() if s <= step}
