"""The refresher can be linked to: each part and each term is a cell of its own, named after its heading."""

import re
from pathlib import Path

import nbformat
import pytest

from gan_edu.course.quizbank import load_bank

FOLDER = Path(__file__).parents[1] / "notebooks"
BOOKS = {path.name: nbformat.read(path, as_version=4) for path in sorted(FOLDER.glob("*.ipynb"))}
REFRESHER = BOOKS["A_refresher.ipynb"]
IDS = {cell.id for cell in REFRESHER.cells}
LINKS = [
    (name, target)
    for name, book in BOOKS.items()
    for cell in book.cells
    if cell.cell_type == "markdown"
    for target in re.findall(r"\]\(A_refresher\.ipynb#([^)\s]+\)?)\)", cell.source)
]


def slug(heading):
    """The id of the cell that this heading opens."""
    return re.sub("[^a-z0-9]+", "-", heading.lower()).strip("-")


def headings():
    return [(cell.id, line.lstrip("# ")) for cell in REFRESHER.cells if cell.cell_type == "markdown"
            for line in cell.source.split("\n") if re.match("##+ ", line)]  # fmt: skip


def test_each_part_and_term_is_a_cell_named_after_its_heading():
    found = headings()
    assert len(found) > 45
    for name, heading in found:
        assert name == slug(heading), f"'{heading}' needs a cell of its own, id {slug(heading)}: links go there"
    opening = {cell.id: cell.source.split("\n")[0].lstrip("# ") for cell in REFRESHER.cells}
    assert all(opening[name] == heading for name, heading in found), "the heading opens the cell"


def test_the_glossary_is_in_order():
    place = [cell.id for cell in REFRESHER.cells].index("glossary")
    terms = [heading.lower() for name, heading in headings()]
    terms = terms[terms.index("glossary") + 1 : -1]
    assert terms == sorted(terms)
    assert REFRESHER.cells[place + 1].source.startswith("### ")


@pytest.mark.parametrize(("book", "target"), LINKS)
def test_a_link_leads_to_a_part_or_term(book, target):
    assert slug(target.removeprefix("cell-id=").removeprefix("heading=")) in IDS, f"{book} links to {target}"


def test_the_refreshers_own_links_lead_somewhere():
    text = "\n".join(cell.source for cell in REFRESHER.cells if cell.cell_type == "markdown")
    own = re.findall(r"\]\(#([^)]+)\)", text)
    assert len(own) > 8
    assert all(target.removeprefix("cell-id=") in IDS and target.startswith("cell-id=") for target in own), own


def parts():
    """The id of each part that has code -> its code cells, in order."""
    found, part = {}, None
    for cell in REFRESHER.cells:
        if cell.cell_type == "code":
            found.setdefault(part, []).append(cell.source)
        elif cell.source.startswith("#"):
            part = cell.id
    return found


@pytest.mark.parametrize("part", parts())
def test_each_part_runs_by_itself(part):
    """A link leads to its heading, and Shift + Enter works from there: in a new kernel, with no cell run before."""
    names = {}
    for source in parts()[part]:
        exec(compile(source, part, "exec"), names)


def test_all_six_parts_are_there_and_say_that_they_run_alone():
    assert list(parts()) == ["logit-and-sigmoid", "expectation", "kl-and-js", "adam", "slope-bound-lipschitz",
                             "spiral-and-eigenvalue"]  # fmt: skip
    assert "**Each part runs on its own**: click its heading and press Shift + Enter" in REFRESHER.cells[0].source


def test_a_question_that_points_to_the_refresher_names_a_part_of_it():
    pointing = [question for question in load_bank().questions.values() if question.see and question.see[0] == "A"]
    assert len(pointing) >= 6
    for question in pointing:
        assert slug(question.see[1]) in IDS, question.uid
