"""How long a lesson takes to read and do: one rule for all lessons, so that the minutes at their top can be trusted.

`python tests/reading_time.py` prints the minutes of each. What is optional ('Look deeper'), the references and the
glossary do not count.
"""

import re
from pathlib import Path

import nbformat

FOLDER = Path(__file__).parents[1] / "notebooks"
WORDS = 180  # a minute
LINES = 15  # of code a minute
EACH = {  # what is called in a cell -> minutes
    r"predict\(|explorer\(": 1,
    r"retrieval\(": 3,  # three questions
    r"playground\(|twin\(|explore_map\(|detective\(": 3,
    r"challenge\(|check_expert\(": 7,
}


def core(cells):
    """(markdown, code) of what is not optional, as two texts."""
    texts, optional = {"markdown": [], "code": []}, False
    for cell in cells:
        parts = re.split(r"\n\n+", cell.source) if cell.cell_type == "markdown" else [cell.source]
        for part in parts:
            if cell.cell_type == "markdown" and part.startswith(("## ", "**Look deeper", "**References")):
                optional = not part.startswith("## ") or part == "## Glossary"
            if not optional:
                texts[cell.cell_type].append(part)
    return "\n".join(texts["markdown"]), "\n".join(texts["code"])


def minutes(cells):
    """Minutes for a lesson's cells."""
    markdown, code = core(cells)
    words = len(re.findall(r"\w+", re.sub(r"\]\([^)]*\)|\$+[^$]*\$+", " formula ", markdown)))
    lines = sum(bool(line.strip()) for line in code.split("\n"))
    questions = sum(names.count('"') // 2 - 1 for names in re.findall(r"\bquiz\(([^)]*)\)", code))
    things = sum(each * len(re.findall(rf"\b(?:{calls})", code)) for calls, each in EACH.items())
    return words / WORDS + lines / LINES + questions + things


if __name__ == "__main__":
    for path in sorted(FOLDER.glob("*.ipynb")):
        print(f"{path.name:42} {minutes(nbformat.read(path, as_version=4).cells):.0f}")
