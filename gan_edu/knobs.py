"""Knobs: the settings that may change while a run goes on. Each change is kept as an event of the run."""

from gan_edu.objectives import OBJECTIVES
from gan_edu.penalties import PENALTIES
from gan_edu.recipe import check_knob, shown

NUMBER_KNOBS = ("lr_g", "lr_d", "d_strength", "penalty_weight")
NAME_KNOBS = {"objective": OBJECTIVES, "penalty": PENALTIES}
LAST_STEP = 10**9  # that an event can wait for
HAND_STEPS = ("discriminator", "generator")  # events too: one update of that player alone


class Knobs:
    """The settings that may change while a run goes on; each change is kept as an event of the run."""

    def __init__(self, run, values):
        object.__setattr__(self, "_run", run)
        object.__setattr__(self, "_values", values)

    def __getattr__(self, name):
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(f"there is no knob {name!r}; the knobs are {', '.join(self._values)}") from None

    def __setattr__(self, name, value):
        value = checked_event(name, value)
        if value != getattr(self, name):
            self._run.recipe.replace(**{**self._values, name: value})  # refuses what does not go with the rest
            self._run._record_event(name, value)

    def as_dict(self):
        """Knob -> value now."""
        return dict(self._values)


def checked_event(name, value):
    """The value of an event, checked; ValueError or AttributeError where the name or the value will not do."""
    if name in HAND_STEPS:
        return None
    if name in NUMBER_KNOBS:
        return check_knob(name, value)
    if name not in NAME_KNOBS:
        raise AttributeError(f"there is no knob {shown(name)}; the knobs are {', '.join((*NUMBER_KNOBS, *NAME_KNOBS))}")
    if value not in NAME_KNOBS[name]:
        raise ValueError(f"{name}={shown(value)} is not known; choose one of {', '.join(NAME_KNOBS[name])}")
    return value


def events_of_token(rows):
    """A token's rows [step, name, value] as events in order; ValueError naming the row that will not do, and why."""
    if not isinstance(rows, list):
        raise ValueError("this token's list of changes is no list")
    return sorted((_event(row) for row in rows), key=lambda event: event[0])


def _event(row):
    try:
        step, name, value = row
        if type(step) is not int or not 0 <= step <= LAST_STEP:
            raise ValueError(f"step={shown(step)} will not do: it must be a whole number from 0 to {LAST_STEP:.0e}")
        return step, name, checked_event(name, value)
    except (TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"this token's change {shown(row)} cannot be read: {error}") from None


def check_together(recipe, events):
    """ValueError where a knob's change does not go with the recipe and the changes before it."""
    values, strongest = {name: getattr(recipe, name) for name in ("objective", "penalty", "d_strength")}, {}
    for _, name, value in events:
        if name in values:
            values[name] = value
            rules = values["objective"], values["penalty"]
            strongest[rules] = max(values["d_strength"], strongest.get(rules, 0))
    for (objective, penalty), d_strength in strongest.items():
        recipe.replace(objective=objective, penalty=penalty, d_strength=d_strength)

