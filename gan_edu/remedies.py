"""The remedies that one select offers: name -> what it changes in a recipe. All of them act from a restart."""

from dataclasses import dataclass, field

from gan_edu.recipe import Recipe


@dataclass(frozen=True)
class Remedy:
    """label: as the select words it; changes: recipe fields and the values that turn the remedy on."""

    label: str
    changes: dict = field(default_factory=dict)

    def acts_in(self, recipe):
        """Whether the recipe has it, in whatever strength."""
        off = Recipe()
        return bool(self.changes) and all(
            getattr(recipe, name) == value if isinstance(value, str) else getattr(recipe, name) != getattr(off, name)
            for name, value in self.changes.items())  # fmt: skip


NONE = "none"
REMEDY_CHOICES = {
    NONE: Remedy("None"),
    "r1": Remedy("R1 penalty", {"penalty": "r1"}),
    "spectral_norm": Remedy("Spectral norm", {"spectral_norm": True}),
    "instance_noise": Remedy("Instance noise", {"instance_noise": 1.0}),
    "smoothing": Remedy("One-sided label smoothing", {"smoothing": 0.1}),
    "packing": Remedy("Packing (2 samples)", {"pack": 2}),
    "unrolling": Remedy("Unrolling (5 steps)", {"unroll": 5}),
    "averaging": Remedy("Averaged weights", {"average": 0.999}),
}


def remedies_in(recipe):
    """The names of the remedies that act in a recipe, in the order of REMEDY_CHOICES. Taught in notebooks/09."""
    return [name for name, remedy in REMEDY_CHOICES.items() if remedy.acts_in(recipe)]


def choice_of(recipe):
    """What the select shows for a recipe: its one remedy, 'none', or 'r1+packing' where there are several."""
    return "+".join(remedies_in(recipe)) or NONE


def changes_to(recipe, name):
    """Field -> value that leave the recipe with this remedy and no other. ValueError for an unknown name."""
    if name not in REMEDY_CHOICES:
        raise ValueError(f"there is no remedy {name!r}; choose one of {', '.join(REMEDY_CHOICES)}")
    off = Recipe()
    changes = {field: getattr(off, field) for old in remedies_in(recipe) for field in REMEDY_CHOICES[old].changes}
    return {**changes, **REMEDY_CHOICES[name].changes}


def with_remedy(recipe, name):
    """The recipe with this remedy and no other; settings that are no remedy stay. Taught in notebooks/05.

    Raises ValueError for an unknown name, or where the remedy does not go with the recipe's other settings.
    """
    return recipe.replace(**changes_to(recipe, name))
