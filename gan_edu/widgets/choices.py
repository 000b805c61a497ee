"""What the playground's controls offer, and how they map to a recipe and to a run's knobs."""

from gan_edu.objectives import OBJECTIVES
from gan_edu.optimisers import RULES
from gan_edu.penalties import PENALTIES
from gan_edu.presets import PRESETS
from gan_edu.remedies import REMEDY_CHOICES, changes_to, choice_of
from gan_edu.widgets import messages

VIEWS = ("watch", "balance", "all")
SPEEDS = ("Explain", "1", "30", "200", "Full")
LIVE = ("lr_g", "lr_d", "d_strength", "objective", "penalty", "penalty_weight")  # act while training
AT_RESTART = ("optimiser", "g_width", "d_width")
RATES = [m * 10.0**e for e in range(-5, -1) for m in (1, 2, 3, 4, 5, 6, 8)] + [0.1]
RATES = [float(f"{rate:.0e}") for rate in RATES]
STRENGTHS = [2.0**e for e in range(-4, 5)]
WEIGHTS = [float(f"{m}e{e}") for e in range(-3, 2) for m in (1, 2, 3, 5)] + [100.0]
WIDTHS = [4, 8, 16, 32, 64, 128, 256]
TESTS = {  # control -> whether a value that the page sends will do
    **dict.fromkeys(("lr_g", "lr_d", "d_strength", "penalty_weight"), messages.number),
    **dict.fromkeys(("g_width", "d_width"), lambda width: messages.whole(width) and 1 <= width <= 4096),
    **dict.fromkeys(("arrows", "manifold", "levels"), messages.flag),
    **{name: messages.one_of(known) for name, known in {
        "objective": OBJECTIVES, "penalty": PENALTIES, "optimiser": RULES, "remedy": REMEDY_CHOICES, "view": VIEWS,
        "speed": SPEEDS}.items()},
}  # fmt: skip


def fixed():
    """The choices that the page offers; they never change."""
    return {"rates": RATES, "strengths": STRENGTHS, "weights": WEIGHTS, "widths": WIDTHS, "presets": list(PRESETS),
            "views": list(VIEWS), "speeds": list(SPEEDS), "objectives": list(OBJECTIVES),
            "penalties": list(PENALTIES), "optimisers": list(RULES),
            "remedies": {name: remedy.label for name, remedy in REMEDY_CHOICES.items()}}


def of_knobs(run):
    """The live controls as the run's knobs stand."""
    return {name: getattr(run.knobs, name) for name in LIVE}


def turn_knob(run, name, value):
    """Set one live control's knob; a new penalty comes with its own default weight."""
    if name == "penalty":
        run.knobs.penalty_weight = PENALTIES[value].default_weight
    setattr(run.knobs, name, value)


def of_run(run):
    """All controls that mirror a run."""
    at_restart = {name: getattr(run.recipe, name) for name in AT_RESTART}
    return {**of_knobs(run), **at_restart, "remedy": choice_of(run.recipe)}


def recipe_with(recipe, controls):
    """The recipe with the controls as they stand: first another remedy, if one was chosen, then all that was moved.

    Raises ValueError where the settings do not go together.
    """
    moved = {name: controls[name] for name in (*LIVE, *AT_RESTART) if controls[name] != getattr(recipe, name)}
    chosen = controls["remedy"]
    return recipe.replace(**{**(changes_to(recipe, chosen) if chosen != choice_of(recipe) else {}), **moved})


def wanted(controls):
    """The parts of the picture that the view and the tick boxes ask for."""
    parts = {"watch": set(), "balance": {"curves"}, "all": {"curves", "losses"}}[controls["view"]]
    return parts | {name for name in ("arrows", "manifold") if controls.get(name) and controls["view"] == "all"}
