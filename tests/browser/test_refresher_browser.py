"""Links into the refresher lead to the very heading: from a question, a lesson's text, its own list."""

import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

SCROLL = "i => jupyterapp.shell.currentWidget.content.scrollToItem(i, 'start')"
SECTIONS = ["Logit and sigmoid", "Expectation", "KL and JS", "Adam", "Slope bound (Lipschitz)"]
IN_VIEW = """name => [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) :is(h2, h3)')].some(h => {
  const box = h.getBoundingClientRect();
  return h.textContent.startsWith(name) && box.height > 0 && box.top > 60 && box.top < window.innerHeight - 40; })"""


def leads_to(lab, back, link, heading):
    """Whether a click on the link brings the heading into view; if not, `back()` to the link, and one more click.

    JupyterLab on a busy machine now and then opens the notebook of a link and forgets the place in it.
    """
    for seconds in (15, 60):
        back()
        link.click()
        try:
            return lab.page.wait_for_function(IN_VIEW, arg=heading, timeout=1000 * seconds).json_value()
        except PlaywrightTimeout:
            continue
    return False


def open_cells(lab, *cells):
    """Run these cells in a notebook of their own; returns what brings it to the front again."""
    lab.open_notebook(lab.make_notebook(list(cells)))
    lab.run_all()
    return lab.page.get_by_role("tab", name="made_here.ipynb").click


def test_each_readiness_question_leads_to_its_part(lab):
    names = ", ".join(f"'{name}'" for name in ("logit", "expectation", "divergence", "adam", "slope_bound"))
    back = open_cells(lab, f"from gan_edu import quiz\nquiz('00', {names})")
    for number, section in reversed(list(enumerate(SECTIONS))):
        link = lab.page.locator(".gan-see").nth(number).get_by_role("link", name="Refresher")
        assert lab.page.locator(".gan-see").nth(number).inner_text().startswith(f"New to you? See ‘{section}’")
        assert leads_to(lab, back, link, section)
        back()
    assert len(lab.context.pages) == 1


@pytest.mark.parametrize(
    ("target", "heading"),
    [("nash-equilibrium", "Nash equilibrium"), ("slope-bound-lipschitz", "Slope bound (Lipschitz)")],
)
def test_a_lessons_link_leads_to_the_glossary(lab, target, heading):
    back = open_cells(lab, ("markdown", f"See [this](A_refresher.ipynb#cell-id={target})."), "1")
    assert leads_to(lab, back, lab.page.get_by_role("link", name="this"), heading)


def test_the_refreshers_own_list_leads_to_its_parts(lab):
    lab.open_notebook("A_refresher.ipynb")
    for section in ("Slope bound (Lipschitz)", "Glossary"):
        link = lab.page.locator(".jp-Cell").first.get_by_role("link", name=section)
        assert leads_to(lab, lambda: lab.page.evaluate(SCROLL, 0), link, section)


def test_every_explorer_follows_its_first_control(lab):
    lab.open_notebook("A_refresher.ipynb")
    lab.run_all()
    cells = lab.page.evaluate("""() => [...jupyterapp.shell.currentWidget.content.model.cells].flatMap((c, i) =>
      c.type === 'code' && c.sharedModel.source.includes('explorer(sketches') ? [i] : [])""")
    assert len(cells) == 6
    for number, cell in enumerate(cells):
        lab.page.evaluate(SCROLL, cell)
        root = lab.page.locator(".jp-Cell").nth(cell).locator(".gan-explorer")
        control = root.locator("input, select").first
        numbers, picture = root.get_by_role("status"), root.get_by_role("img")
        expect(numbers).not_to_have_text("", timeout=60_000)
        before, words = numbers.text_content(), picture.get_attribute("alt")
        control.focus()
        lab.page.keyboard.press("End")
        expect(numbers).not_to_have_text(before, timeout=60_000)
        assert picture.get_attribute("alt") != words
        lab.screenshot(f"refresher_{number}")
