"""The package has one direction: a module imports only from modules above it in LAYERS, and every module is listed."""

import ast
from pathlib import Path

import pytest

import gan_edu

PACKAGE = Path(gan_edu.__file__).parent
# From the ground up; modules of one row do not import each other. `course.` knows neither torch nor widgets.
LAYERS = """
mixtures mnist machine budget theory paper files options
tensor_files
digits captions
networks
conditional
randomness optimisers
objectives spectral_norm
penalties
tokens work
recipe spoken
presets
remedies
metrics
metrics_2d
metrics_1d metrics_images metrics_conditional
training gradients
unrolling instance_noise conditions
assembly
history knobs periods evidence
run
saved twins
diagnosis
ensemble
labels
maps views audit trials digit_trials generators
study_report second_opinion cases walks
study
dirac critics
plots plots_dirac plots_critics
plots_gradients
plots_losses sketches plots_conditional
course.text course.questions
course.fields
course.lessons course.progress
course.schema
course.quizbank course.challengebank
course.counts
course.retrieval
challenges
experts
widgets.frames widgets.pace widgets.registry widgets.alive widgets.messages widgets.wording
widgets.choices
widgets.course
widgets.scene widgets.explain widgets.commands widgets.deeds widgets.opinion widgets.explorer widgets.live
widgets.twin
widgets.forks
widgets.prediction widgets.progress widgets.quiz widgets.detective
widgets.playground
widgets.failure_map widgets.challenge
doctor bare
bench
cli
"""
ROWS = [row.split() for row in LAYERS.split("\n") if row]
DEPTH = {module: depth for depth, row in enumerate(ROWS) for module in row}
NOT_IN_COURSE = {"torch", "numpy", "matplotlib", "ipywidgets", "anywidget", "traitlets", "IPython"}


def modules():
    """Dotted names below gan_edu, without the packages' own __init__."""
    paths = (path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")
    return sorted(".".join(path.with_suffix("").parts) for path in paths)


def imported(module, source):
    """Every module that `source`, the text of gan_edu.`module`, imports anywhere, in full: `gan_edu.run`, `torch`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ["gan_edu", *module.split(".")][: -node.level] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield from (member(origin, alias.name) for alias in node.names)


def member(origin, name):
    """What `from origin import name` imports: a module, or the module that holds the name."""
    if origin == "gan_edu" and name in gan_edu._HOMES:
        return f"gan_edu.{gan_edu._HOMES[name]}"
    return f"{origin}.{name}" if f"{origin}.{name}".removeprefix("gan_edu.") in DEPTH else origin


def faults(module, source):
    """Say which imports of `source`, as the text of gan_edu.`module`, point the wrong way."""
    for name in imported(module, source):
        if name.split(".")[0] == "gan_edu":
            below = name.removeprefix("gan_edu.")
            if DEPTH.get(below, len(ROWS)) >= DEPTH[module]:
                yield f"{module} imports {below}, which does not stand above it in LAYERS"
            elif module.startswith("course.") and not below.startswith("course."):
                yield f"{module} imports {below}: the course's bookkeeping works without torch"
        elif module.startswith("course.") and name.split(".")[0] in NOT_IN_COURSE:
            yield f"{module} imports {name}: the course's bookkeeping works without it"


def test_every_module_is_listed_once():
    listed = [module for row in ROWS for module in row]
    assert sorted(listed) == modules()


@pytest.mark.parametrize("module", modules())
def test_imports_point_one_way(module):
    assert module in DEPTH, f"{module} is not in LAYERS"
    assert not list(faults(module, (PACKAGE / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("objectives", "from gan_edu.run import Run"),
        ("objectives", "from gan_edu import run"),
        ("objectives", "from gan_edu import Run"),
        ("objectives", "import gan_edu.run as r"),
        ("objectives", "from . import run"),
        ("objectives", "def f():\n    from .run import Run"),
        ("randomness", "from gan_edu import optimisers"),  # a neighbour
        ("objectives", "from gan_edu.unheard_of import x"),
        ("course.progress", "import torch"),
        ("course.progress", "from gan_edu.mixtures import TARGETS"),
        ("course.progress", "from ..widgets import quiz"),
    ],
)
def test_wrong_imports_are_found(module, source):
    assert list(faults(module, source))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("run", "from gan_edu.history import History\nfrom gan_edu import tokens\nimport torch"),
        ("course.counts", "from gan_edu.course import progress\nfrom .progress import load\nimport json"),
    ],
)
def test_right_imports_are_not(module, source):
    assert not list(faults(module, source))
