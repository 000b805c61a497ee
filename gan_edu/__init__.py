"""How GANs train and why they fail: the helper package behind the course's notebooks."""

from importlib import import_module

_HOMES = {
    "Recipe": "recipe",
    "PRESETS": "presets",
    "BASES": "presets",
    "REMEDIES": "presets",
    "Run": "run",
    "TARGETS": "mixtures",
    "failure_map": "maps",
    "explore_map": "widgets.failure_map",
    "probe": "second_opinion",
    "playground": "widgets.playground",
    "twin": "widgets.twin",
    "explorer": "widgets.explorer",
    "Slider": "widgets.explorer",
    "Choice": "widgets.explorer",
    "panels": "paper",
    "quiz": "widgets.quiz",
    "retrieval": "widgets.quiz",
    "predict": "widgets.prediction",
    "detective": "widgets.detective",
    "challenge": "widgets.challenge",
    "progress_bar": "widgets.progress",
    "course_map": "widgets.progress",
}
__all__ = sorted(_HOMES)


def __getattr__(name):
    """Import each public name at its first use, so that `import gan_edu` stays fast."""
    if name in _HOMES:
        home = f"gan_edu.{_HOMES[name]}"
        try:
            return getattr(import_module(home), name)
        except AttributeError as error:  # as it is, `from gan_edu import ...` would hide it: "cannot import name"
            raise ImportError(f"{home} cannot be imported: {error}", name=home) from error
    raise AttributeError(f"gan_edu has no {name!r}; it offers {', '.join(__all__)}")


def __dir__():
    return __all__
