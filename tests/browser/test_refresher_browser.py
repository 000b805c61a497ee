"""Links into the refresher lead to the very heading: from a question, a lesson's text, its own list."""

import pytest
from playwright.sync_api import expect

SECTIONS = ["Logit and sigmoid", "Expectation", "KL and JS", "Adam", "Slope bound (Lipschitz)"]
IN_VIEW = """name => [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) :is(h2, h3)')].some(h => {
  const box = h.getBoundingClientRect();
  return h.textContent.startsWith(name) && box.height > 0 && box.top > 60 && box.top < window.innerHeight - 40; })"""


def in_view(lab, heading):
    """Whether the heading comes into view; waits for it."""
    return lab.page.wait_for_function(IN_VIEW, arg=heading, timeout=60_000).json_value()


def open_cells(lab, *cells):
    lab.open_notebook(lab.make_notebook(list(cells)))
    lab.run_all()


def test_each_readiness_question_leads_to_its_part(lab):
    names = ", ".join(f"'{name}'" for name in ("logit", "expectation", "divergence", "adam", "slope_bound"))
    open_cells(lab, f"from gan_edu import quiz\nquiz('00', {names})")
    for number, section in reversed(list(enumerate(SECTIONS))):
        link = lab.page.locator(".gan-see").nth(number).get_by_role("link", name="Refresher")
        assert lab.page.locator(".gan-see").nth(number).inner_text().startswith(f"New to you? See ‘{section}’")
        link.click()
        assert in_view(lab, section)
        lab.page.get_by_role("tab", name="made_here.ipynb").click()
    assert len(lab.context.pages) == 1


@pytest.mark.parametrize(
    ("target", "heading"),
    [("nash-equilibrium", "Nash equilibrium"), ("slope-bound-lipschitz", "Slope bound (Lipschitz)")],
)
def test_a_lessons_link_leads_to_where_shift_enter_works(lab, target, heading):
    open_cells(lab, ("markdown", f"See [this](A_refresher.ipynb#cell-id={target})."), "1")
    lab.page.get_by_role("link", name="this").click()
    assert in_view(lab, heading)
    if target == "slope-bound-lipschitz":  # a part with code: it runs from here, with no cell run before
        lab.wait_ready()
        lab.page.locator("h2:visible", has_text=heading).click()
        lab.page.keyboard.press("Shift+Enter")
        lab.page.keyboard.press("Shift+Enter")
        expect(lab.page.locator(".gan-explorer:visible")).to_have_count(1, timeout=60_000)


def test_the_refreshers_own_list_leads_to_its_parts(lab):
    lab.open_notebook("A_refresher.ipynb")
    for section in ("Slope bound (Lipschitz)", "Glossary"):
        lab.page.evaluate("() => jupyterapp.shell.currentWidget.content.scrollToItem(0, 'start')")
        lab.page.locator(".jp-Cell").first.get_by_role("link", name=section).click()
        assert in_view(lab, section)


def test_every_explorer_follows_its_first_control(lab):
    lab.open_notebook("A_refresher.ipynb")
    lab.run_all()
    cells = lab.page.evaluate("""() => [...jupyterapp.shell.currentWidget.content.model.cells].flatMap((c, i) =>
      c.type === 'code' && c.sharedModel.source.includes('explorer(sketches') ? [i] : [])""")
    assert len(cells) == 6
    for number, cell in enumerate(cells):
        lab.page.evaluate("i => jupyterapp.shell.currentWidget.content.scrollToItem(i, 'start')", cell)
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
