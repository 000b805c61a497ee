"""Quizzes, predictions and progress as a learner meets them: in JupyterLab, by keyboard, in both themes."""

import json

import pytest
from playwright.sync_api import expect
from readable import faint

HEAD = "from gan_edu import course_map, predict, progress_bar, quiz, retrieval\n"
EVIL = '<img src=x onerror="window.hacked = 1"><script>window.hacked = 2</script>'
EVIL_QUIZ = f"""
import pathlib
folder = pathlib.Path('evil'); folder.mkdir(exist_ok=True)
evil = {EVIL!r}
quote = lambda text: "'" + text + "'"
(folder / 'misconceptions.yaml').write_text(f"misconceptions:\\n  - id: m\\n    belief: {{quote('belief ' + evil)}}\\n")
(folder / '02.yaml').write_text(f'''
lesson: "02"
questions:
  - id: evil
    kind: single
    text: {{quote('asked ' + evil + ' **' + evil + '**')}}
    code: {{quote(evil)}}
    explanation: {{quote('explained ' + evil)}}
    options:
      - key: a
        text: {{quote('option ' + evil)}}
        misconception: m
        feedback: {{quote('feedback ' + evil)}}
      - {{{{key: b, text: plain, right: true}}}}
  - id: guess
    kind: predict
    text: {{quote('guess ' + evil)}}
    why: {{quote('why ' + evil)}}
    options:
      - {{{{key: a, text: one}}}}
      - {{{{key: b, text: two}}}}
''')
"""


def records(lab, kind=None):
    """What the kernels have written to disk so far."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(lab.server.progress.glob("*.jsonl"))]
    lines = [line for text in texts for line in text.splitlines()]
    made = [json.loads(line) for line in lines]
    return [record for record in made if kind in (None, record["kind"])]


def show(lab, *cells):
    lab.open_notebook(lab.make_notebook([HEAD + cells[0], *cells[1:]]))
    lab.run_all()
    lab.page.locator(".gan-course").first.wait_for()


def question(lab, words):
    return lab.page.get_by_role("group", name=words)


def status(lab, words):
    return question(lab, words).get_by_role("status")


def wait_text(locator, words):
    locator.filter(has_text=words).wait_for()


def cell_count(lab):
    return lab.page.evaluate("() => jupyterapp.shell.currentWidget.content.model.cells.length")


def test_single_by_keyboard_wrong_then_right_then_run_again(lab):
    show(lab, "quiz('02', 'what_is_a_mode')")
    keyboard, card = lab.page.keyboard, question(lab, "What is a mode")
    card.get_by_role("radio").first.focus()
    keyboard.press("ArrowDown")  # JupyterLab would move to another cell
    assert card.get_by_role("radio").nth(1).is_checked()
    keyboard.press("ArrowUp")
    keyboard.press("Tab")
    keyboard.press("Enter")
    wait_text(status(lab, "What is a mode"), "Not yet")
    first = status(lab, "What is a mode").inner_text()
    assert "eight clusters before any network" in first
    assert "local peak" not in first, "the first feedback must not give the answer away"
    lab.screenshot("quiz_first_try")
    keyboard.press("Shift+Tab")
    keyboard.press("ArrowDown")
    keyboard.press("Tab")
    keyboard.press("Space")
    wait_text(status(lab, "What is a mode"), "Right.")
    assert [(r["value"], r["right"]) for r in records(lab, "answer")] == [("setting", False), ("peak", True)]
    assert cell_count(lab) == 1

    lab.run_cell(0)
    wait_text(status(lab, "What is a mode"), "Right.")
    wait_text(status(lab, "What is a mode"), "Your first answer, which counts: A way of working")
    assert card.get_by_role("radio").nth(1).is_checked()
    lab.screenshot("quiz_run_again")
    card.get_by_role("button", name="Try again").click()
    card.get_by_text("Practice: your first answer stays").wait_for()
    card.get_by_role("radio").nth(2).check()
    card.get_by_role("button", name="Check answer").click()
    wait_text(status(lab, "What is a mode"), "Not yet")
    assert [r["value"] for r in records(lab, "practice")] == ["most_common"]
    assert len(records(lab, "answer")) == 2


def answer_a_number(lab, keyboard):
    """Refused twice, then wrong with a comma, then right with a comma and a real minus sign."""
    question(lab, "Pixels from 0 to 255").get_by_role("textbox", name="Your number").focus()
    for refused in ("ln 4", "-0.6 nats"):  # no number yet: the text stays to be mended, and is no try
        keyboard.press("Control+A")
        keyboard.type(refused)
        keyboard.press("Enter")
        wait_text(status(lab, "Pixels from 0 to 255"), "Write a number in digits and nothing else")
        assert question(lab, "Pixels from 0 to 255").get_by_role("textbox").input_value() == refused
    assert not records(lab)
    keyboard.press("Control+A")
    keyboard.type("0,2")
    keyboard.press("Enter")
    wait_text(status(lab, "Pixels from 0 to 255"), "That is the range 0 to 1")
    keyboard.press("Control+A")
    keyboard.type("\u22120,6")
    keyboard.press("Enter")
    wait_text(status(lab, "Pixels from 0 to 255"), "Right.")
    assert [r["value"] for r in records(lab, "answer")] == [0.2, -0.6]
    lab.screenshot("quiz_number")


def test_number_several_and_ordering_by_keyboard(lab):
    show(lab, "quiz('11', 'tanh_range')", "quiz('02', 'reading_the_picture', 'loop_order')")
    keyboard = lab.page.keyboard
    answer_a_number(lab, keyboard)
    boxes = question(lab, "read off the playground").get_by_role("checkbox")
    for index in (1, 2):
        boxes.nth(index).focus()
        keyboard.press("Space")
    keyboard.press("Tab")
    keyboard.press("Tab")
    keyboard.press("Enter")
    wait_text(status(lab, "read off the playground"), "Right.")

    order = question(lab, "one step of lesson 02's training loop")
    wanted = ["Draw real points", "The discriminator scores", "The discriminator's optimiser", "Fresh fakes"]
    for place, name in enumerate(wanted):
        order.get_by_role("button", name=f"Move up: {name}").focus()
        rows = order.locator(".gan-order-text").all_inner_texts()
        for _ in range([row.startswith(name) for row in rows].index(True) - place):
            keyboard.press("Enter")  # the focus stays on the button while its row moves
    order.get_by_role("button", name="Check answer").focus()
    keyboard.press("Enter")
    wait_text(status(lab, "one step of lesson 02's training loop"), "Right.")
    assert [r["right"] for r in records(lab, "answer")] == [False, True, True, True]
    assert cell_count(lab) == 2
    lab.screenshot("quiz_kinds")


def test_progress_survives_a_killed_kernel_and_the_bar_is_live(lab):
    show(lab, "progress_bar('02')", "quiz('02', 'half')")
    bar = lab.page.get_by_role("progressbar", name="Questions understood")
    assert bar.get_attribute("aria-valuenow") == "0"
    question(lab, "With a weak discriminator").get_by_role("radio", name="Nothing yet").check()
    question(lab, "With a weak discriminator").get_by_role("button", name="Check answer").click()
    wait_text(status(lab, "With a weak discriminator"), "Right.")
    lab.page.wait_for_function("() => document.querySelector('.gan-track').ariaValueNow === '1'")
    lab.kill_kernel()
    lab.run_all()
    wait_text(status(lab, "With a weak discriminator"), "Right.")
    assert question(lab, "With a weak discriminator").get_by_role("radio", name="Nothing yet").is_checked()
    assert bar.get_attribute("aria-valuenow") == "1"
    assert bar.get_attribute("aria-valuetext").startswith("1 of ")


def test_markup_in_a_quiz_file_is_shown_as_text_and_does_not_run(lab):
    show(lab, EVIL_QUIZ + "quiz('02', 'evil', folder='evil')", "p = predict('02', 'guess', folder='evil')\np")
    page = lab.page
    question(lab, "asked").get_by_role("radio").first.check()
    question(lab, "asked").get_by_role("button", name="Check answer").click()
    wait_text(status(lab, "asked"), "feedback <img")
    wait_text(status(lab, "asked"), "belief <img")
    question(lab, "asked").get_by_role("button", name="Check answer").click()
    wait_text(status(lab, "asked"), "explained <img")
    question(lab, "guess").get_by_role("button", name="Skip").click()
    lab.run_cell(1)
    page.wait_for_timeout(500)
    shown = page.locator(".gan-course").first.inner_text()
    assert shown.count("<img src=x onerror=") >= 4
    assert page.locator(".gan-course img, .gan-course script").count() == 0
    assert page.evaluate("() => window.hacked") is None
    lab.screenshot("quiz_injection")


def test_prediction_unlocks_and_stands_beside_the_measurement(lab):
    show(lab, "p = predict('02', 'collapse')\np", "p.measured = '1 of 8 modes'")
    card = question(lab, "learns more slowly")
    assert not records(lab), "Run All must neither wait for a prediction nor record one"
    card.get_by_role("button", name="Lock in prediction").click()
    wait_text(status(lab, "learns more slowly"), "Choose one first")
    card.get_by_role("radio", name="all eight clusters").check()
    card.get_by_role("button", name="Lock in prediction").click()
    wait_text(status(lab, "learns more slowly"), "You predicted")
    wait_text(status(lab, "learns more slowly"), "1 of 8 modes")
    wait_text(status(lab, "learns more slowly"), "Why?")
    assert [r["choice"] for r in records(lab, "prediction")] == ["all"]
    boxes = [column.bounding_box() for column in card.locator(".gan-column").all()]
    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    lab.screenshot("prediction_measured")
    lab.restart_kernel()
    lab.run_all()
    wait_text(status(lab, "learns more slowly"), "Generated points on all eight clusters")
    assert len(records(lab)) == 1


def test_retrieval_can_be_skipped_and_shown_again(lab):
    show(lab, "retrieval('02')", "retrieval('00')")
    card = lab.page.get_by_role("group").first
    card.get_by_role("button", name="Skip").click()
    wait_text(card.get_by_role("status"), "Skipped.")
    assert not card.get_by_role("button", name="Check answer").is_visible()
    lab.run_cell(0)
    wait_text(card.get_by_role("status"), "Skipped.")
    card.get_by_role("button", name="Show the question").click()
    card.get_by_role("button", name="Check answer").wait_for()


def test_links_open_notebooks_in_the_same_window(lab):
    lab.make_notebook([("markdown", "# The refresher")], name="A_refresher.ipynb")
    show(lab, "course_map()", "quiz('00', 'logit')")
    lab.page.locator(".gan-map").get_by_role("link", name="Refresher").click()
    lab.page.get_by_role("heading", name="The refresher").wait_for()
    lab.page.get_by_role("tab", name="made_here.ipynb").click()
    lab.page.get_by_role("heading", name="The refresher").wait_for(state="hidden")
    question(lab, "scores a picture with the logit").get_by_role("link", name="Refresher").click()
    lab.page.get_by_role("heading", name="The refresher").wait_for()
    assert len(lab.context.pages) == 1


ANSWERED = """q = quiz('00', 'logit', 'what_happened', 'who_sees_data')
q.answer('logit', 0); q.answer('what_happened', 'collapsed')
q.answer('who_sees_data', 'looks'); q.answer('who_sees_data', 'distance')
p = predict('02', 'collapse'); p.answer('all'); p.measured = '1 of 8 modes'
progress_bar('00')"""
WORDS = (
    ".gan-course :is(p, legend, .gan-eyebrow, .gan-option > span, button, code, h4, .gan-meter span), "
    ".gan-map :is(td, th, small)"
)
TOO_WIDE = """() => [...document.querySelectorAll('.gan-course, .gan-card, .gan-map-box')]
  .filter(e => e.scrollWidth > e.clientWidth + 1).length"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_are_readable_also_at_600_and_390_pixels(lab, theme):
    page = lab.page
    show(lab, ANSWERED, "quiz('00', 'logit', 'what_happened', 'who_sees_data')", "p", "course_map()")
    lab.command("apputils:change-theme", theme=f"JupyterLab {theme.title()}")
    page.wait_for_function(f"() => document.body.dataset.jpThemeLight === '{str(theme == 'light').lower()}'")
    page.set_viewport_size({"width": 1280, "height": 2600})
    page.locator(".gan-columns").wait_for()
    page.wait_for_timeout(800)
    lab.screenshot(f"quiz_{theme}")
    assert not faint(page.locator(WORDS), 61)
    lab.command("application:toggle-left-area")
    for width in (600, 390):
        page.set_viewport_size({"width": width, "height": 4200})
        page.wait_for_timeout(500)
        lab.screenshot(f"quiz_{theme}_{width}")
        assert page.evaluate(TOO_WIDE) == 0, width


def test_answers_stand_after_a_reload_and_a_dead_kernel_is_named(lab):
    show(lab, "quiz('02', 'half', 'why_collapse')")
    question(lab, "With a weak discriminator").get_by_role("radio", name="Nothing yet").check()
    question(lab, "With a weak discriminator").get_by_role("button", name="Check answer").click()
    wait_text(status(lab, "With a weak discriminator"), "Right.")
    lab.save()
    lab.reload()
    wait_text(status(lab, "With a weak discriminator"), "Right.")
    question(lab, "Six clusters").get_by_role("radio").first.check()
    question(lab, "Six clusters").get_by_role("button", name="Check answer").click()
    wait_text(status(lab, "Six clusters"), "Not yet")
    lab.restart_kernel()
    question(lab, "Six clusters").get_by_role("button", name="Check answer").click()
    expect(lab.page.locator(".gan-gone")).to_have_text("The kernel was restarted: run this cell again.")
    wait_text(status(lab, "Six clusters"), "Not yet")
    assert len(records(lab, "answer")) == 2, "what was not kept is not shown as kept"
