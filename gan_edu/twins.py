"""Twin runs: two runs from one state, on the same numbered noise, that differ in what was changed and nowhere else."""

import copy

from gan_edu.knobs import NAME_KNOBS, NUMBER_KNOBS
from gan_edu.penalties import PENALTIES
from gan_edu.recipe import Recipe
from gan_edu.run import Run
from gan_edu.spoken import setting, value_of

KNOBS = (*NUMBER_KNOBS, *NAME_KNOBS)  # may differ from any step on; other fields only from step 0
SHARED = ("data", "steps")  # both sides have one picture and one end
DRAWS = ("seed", "batch", "noise")  # where one of these differs, the random inputs cannot be the same


def fork(run, **changes):
    """A new Run at the run's step with its state, history and random inputs, and with some settings changed.

    Without changes both go on alike, bit for bit. The knobs (KNOBS) may change at any step and are kept as events, so
    that the token tells of them; from step 0 any field of the Recipe but SHARED may. Changes that a pasted token would
    still make are left behind. Raises ValueError naming the field that will not do. Taught in notebooks/03.
    """
    _check(run, changes)
    if _is_fresh(run):
        settings = {**run.knobs.as_dict(), **_with_weight(changes)}
        return Run(run.recipe.replace(**settings))
    other = Run(run.recipe, run.events[: run._applied])
    other._load(run._state())
    other.history, other.checkpoints = copy.copy(run.history), copy.copy(run.checkpoints)
    other.history.columns = {name: column[:] for name, column in run.history.columns.items()}
    other.history.snapshots = list(run.history.snapshots)
    other.checkpoints.states = dict(run.checkpoints.states)  # the states themselves are never written to
    for name, value in _with_weight(changes).items():
        setattr(other.knobs, name, value)
    return other


def _is_fresh(run):
    """Whether nothing has been trained yet."""
    return run.step == 0 and run.players.d_optimiser.updates == 0


def _check(run, changes):
    for name in changes:
        if name in SHARED:
            raise ValueError(f"{name} cannot differ between twins: both show the same data for as many steps")
        if name not in KNOBS and name in Recipe().as_dict() and not _is_fresh(run):
            raise ValueError(f"{name} can differ from step 0 only, and this run is at step {run.step:,}; "
                             f"from here on {', '.join(KNOBS)} can")  # fmt: skip
    run.recipe.replace(**changes)  # names the field and the value that will not do


def _with_weight(changes):
    """A changed penalty comes with its own default weight, as in the playground."""
    if "penalty" in changes and "penalty_weight" not in changes:
        return {"penalty_weight": PENALTIES[changes["penalty"]].default_weight, **changes}
    return changes


class Twin:
    """Two runs in lockstep: `left` goes on as the given run would, `right` with the changes.

    run: a Run at any step; it is not touched. changes: as in `fork`. Taught in notebooks/03.
    """

    def __init__(self, run, **changes):
        self.changes, self._origin = changes, fork(run)
        self.begin = self._origin.step
        self.restart()

    def restart(self):
        """Both sides go back to the step at which they part."""
        self.left, self.right = fork(self._origin), fork(self._origin, **self.changes)

    @property
    def runs(self):
        """(left, right)."""
        return self.left, self.right

    @property
    def step(self):
        """Generator updates of the side that got farther; they differ only where one has failed."""
        return max(run.step for run in self.runs)

    @property
    def going(self):
        """The sides that can be trained on: one whose loss was NaN or infinite cannot."""
        return [run for run in self.runs if run.failed_at is None]

    def train_step(self):
        """One step of each side that can still be trained."""
        for run in self.going:
            run.train_step()

    @property
    def sentence(self):
        """What differs, as 'Right: discriminator learning rate 1e-2 instead of 2e-3; all else, the noise too, ...'."""
        before = {**self._origin.recipe.as_dict(), **self._origin.knobs.as_dict()}
        parts = [
            f"{setting(name, value, self._origin.players.objective.judge)} instead of {value_of(name, before[name])}"
            for name, value in self.changes.items()
            if value != before[name]
        ]
        if not parts:
            return "Nothing differs: left and right are the same run twice."
        since = f", from step {self.begin:,} on" if self.begin else ""
        draws = [name for name in DRAWS if name in self.changes]
        rest = "the random inputs differ too, as they depend on it" if draws else "all else, the noise too, is the same"
        return f"Right{since}: {' and '.join(parts)}; {rest}."
