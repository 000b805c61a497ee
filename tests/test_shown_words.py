"""What learners read in tables, sums and text alternatives, in every lesson and every shown string of the package."""

import ast
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import gan_edu
from gan_edu import course_map

PACKAGE = Path(gan_edu.__file__).parent
LESSONS = sorted((PACKAGE.parent / "notebooks").glob("*.ipynb"))
PRODUCT = re.compile(r"[\d}] ?· ?\d*\.\d|[+=−-] ?\d[\d.]* ?· ?[\d{]")  # '2 · 0.3', '+ 2 · {js}', not '3 · 8 of 8 modes'
EMPTY_HEAD = re.compile(r"^(?=.*\| *\|)\|.*\|\n\|[ :|-]+\|$", re.MULTILINE)


def cells(kind):
    """(lesson, source) of every cell of a kind."""
    for path in LESSONS:
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == kind:
                yield path.name, "".join(cell["source"])


def strings(source):
    """Every text constant of a module but docstrings; an f-string as it stands."""
    tree = ast.parse(source)
    docs = {id(node.body[0].value) for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and node.body
            and isinstance(node.body[0], ast.Expr)}  # fmt: skip
    for node in ast.walk(tree):
        text = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        if text and id(node) not in docs:
            yield ast.unparse(node)


def test_a_dot_separates_and_never_multiplies():
    assert PRODUCT.search("−ln 4 + 2 · 0.2")
    assert PRODUCT.search("{share:.2f} · 0.1")
    assert PRODUCT.search("−ln 4 + 2 · {js:.3f}")
    assert not PRODUCT.search("step 3 · 8 of 8 modes")
    found = [(path.name, text) for path in PACKAGE.rglob("*.py") for text in strings(path.read_text(encoding="utf-8"))
             if PRODUCT.search(text)]  # fmt: skip
    prose = ((name, re.sub(r"\$[^$]*\$", "", text)) for name, text in cells("markdown"))
    found += [(name, match.group()) for name, text in prose if (match := PRODUCT.search(text))]
    assert not found


def test_every_column_of_a_table_has_a_name():
    assert EMPTY_HEAD.search("| | what |\n|---|---|")
    assert not EMPTY_HEAD.search("| a | what |\n|---|---|\n| | b |")
    assert not [name for name, text in cells("markdown") if EMPTY_HEAD.search(text)]
    heads = Heads()
    heads.feed(course_map()._repr_mimebundle_()["text/html"])
    assert len(heads.words) > 5
    assert all(heads.words), heads.words


class Heads(HTMLParser):
    """Collects the words of every header cell."""

    def __init__(self):
        super().__init__()
        self.words, self.inside = [], False

    def handle_starttag(self, tag, attrs):
        if tag == "th":
            self.words.append("")
        self.inside = tag == "th" or (self.inside and tag != "td")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag != "th"

    def handle_data(self, data):
        if self.inside:
            self.words[-1] += data.strip()


def test_losses_in_words_are_printed_in_lines_that_fit():
    printed = [(name, line) for name, text in cells("code") for line in text.split("\n")
               if "in_words(" in line and "import" not in line and "def " not in line]  # fmt: skip
    assert len(printed) >= 6
    assert not [(name, line) for name, line in printed if not ("folded(" in line or line.lstrip().startswith('f"'))]
