"""A function that a lesson writes out is the package's own: same code, but for docstrings, type hints and imports."""

import ast
from pathlib import Path

import nbformat
import pytest

import gan_edu

PACKAGE = Path(gan_edu.__file__).parent
FOLDER = PACKAGE.parent / "notebooks"
BOOKS = {path.name: nbformat.read(path, as_version=4) for path in sorted(FOLDER.glob("*.ipynb"))}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Bare(ast.NodeTransformer):
    """Takes away what a lesson may leave out: docstrings, type hints, annotations without a value."""

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.returns = None
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        return without_docstring(node)

    def visit_ClassDef(self, node):
        self.generic_visit(node)
        return without_docstring(node)

    def visit_AnnAssign(self, node):
        self.generic_visit(node)
        return ast.Assign([node.target], node.value, lineno=node.lineno) if node.value else None


def without_docstring(node):
    if ast.get_docstring(node) is not None:
        node.body = node.body[1:] or [ast.Pass()]
    return node


def functions(source):
    """Name -> the bare syntax tree, as text, of each function and class at the top level of a source."""
    tree = Bare().visit(ast.parse(source))
    return {node.name: ast.dump(node) for node in tree.body if isinstance(node, FUNCTIONS)}


def in_package():
    """Name -> list of (module, bare tree, docstring) over the whole package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        docs = {node.name: ast.get_docstring(node) for node in ast.parse(source).body if isinstance(node, FUNCTIONS)}
        for name, tree in functions(source).items():
            found.setdefault(name, []).append((path.stem, tree, docs[name] or ""))
    return found


TAUGHT = [
    (book, cell.id, name, tree)
    for book, content in BOOKS.items()
    for cell in content.cells
    if "taught" in cell.metadata.get("tags", [])
    for name, tree in functions(cell.source).items()
]


@pytest.mark.parametrize(("book", "cell", "name", "tree"), TAUGHT, ids=[f"{t[0][:2]}-{t[2]}" for t in TAUGHT])
def test_taught_code_is_the_packages_own(book, cell, name, tree):
    homes = in_package().get(name, [])
    assert len(homes) == 1, f"{cell} teaches {name}, which stands in {[home for home, *_ in homes]}"
    home, kept, docstring = homes[0]
    assert tree == kept, f"{cell} of {book} and gan_edu.{home}.{name} have drifted apart"
    assert f"Taught in notebooks/{book.partition('_')[0]}" in docstring


@pytest.mark.parametrize("book", list(BOOKS))
def test_a_taught_cell_teaches(book):
    """The tag is on code cells that define something."""
    for cell in BOOKS[book].cells:
        if "taught" in cell.metadata.get("tags", []):
            assert cell.cell_type == "code"
            assert functions(cell.source), cell.id


def test_the_loop_is_taught_in_02():
    wanted = {"discriminator_update", "generator_update", "minimax_discriminator", "non_saturating_generator"}
    assert wanted <= {name for book, _, name, _ in TAUGHT if book.startswith("02")}


FULL = 'def f(x: int, *, y: float = 1) -> int:\n    """What it does."""\n    z: int = x\n    return z + y\n'


@pytest.mark.parametrize("lesson", ["def f(x, *, y=1):\n    z = x\n    return z + y\n", f"# a comment\n\n{FULL}"])
def test_what_may_differ(lesson):
    assert functions(lesson) == functions(FULL)


@pytest.mark.parametrize(
    "lesson",
    [
        "def f(x, *, y=1):\n    z = x\n    return z - y\n",
        "def f(x, *, y=2):\n    z = x\n    return z + y\n",
        "def f(x, y=1):\n    z = x\n    return z + y\n",
        "def f(x, *, y=1):\n    return x + y\n",
    ],
)
def test_what_may_not_differ(lesson):
    assert functions(lesson) != functions(FULL)
