"""All that a lesson has to touch: sliders moved, questions answered wrongly, then rightly, hints asked for."""

import re

from board import WAIT
from playwright.sync_api import expect

from gan_edu.course.questions import solution
from gan_edu.course.quizbank import load_bank

NOT_REWIND = re.compile("^(?!Rewind)")
QUIZ = re.compile(r'\bquiz\("(\w+)"((?:, "\w+")+)')


def move_sliders(output):
    """Each slider of a cell's output by keyboard: a step up, a step down, to its end; no widget shows an error.

    'Rewind' is left out: before a run has begun there is nowhere to go.
    """
    sliders = output.locator("input[type=range]:visible:enabled").and_(output.get_by_role("slider", name=NOT_REWIND))
    for number in range(sliders.count()):
        slider = sliders.nth(number)
        slider.focus()
        for key in ("ArrowRight", "ArrowLeft", "End"):
            slider.press(key)
        expect(slider).to_have_js_property("value", slider.get_attribute("max"))
    expect(output.locator("[role=alert]:visible")).to_have_count(0)
    return sliders.count()


def answer_questions(output, source):
    """Answer every question that a cell's code asks by `quiz(...)`, each wrongly and then rightly."""
    asked = QUIZ.search(source)
    names = re.findall(r'"(\w+)"', asked[2]) if asked else []
    for number, name in enumerate(names):
        question = load_bank().questions[f"{asked[1]}/{name}"]
        card = output.locator(".gan-quiz fieldset").nth(number)
        feedback = card.locator(".gan-feedback")
        give(card, question, a_wrong_one(question))
        expect(feedback.locator(".gan-why")).not_to_be_empty(timeout=WAIT)
        expect(feedback).not_to_have_class(re.compile("gan-right"))
        give(card, question, solution(question))
        expect(feedback).to_have_class(re.compile("gan-right"), timeout=WAIT)
    return len(names)


def ask_for_hints(output):
    """Ask a challenge for its hints until there are no more, and see each; returns their number."""
    card, shown = output.locator(".gan-challenge"), 0
    while (more := card.get_by_role("button", name=re.compile("^Next hint"))).is_visible():
        more.click()
        shown += 1
        expect(card).to_contain_text(f"Hint {shown}.", timeout=WAIT)
    return shown


def a_wrong_one(question):
    """An answer that is not right: a wrong option, an expected error, or the order as it is shown (None)."""
    if question.kind == "ordering":
        return None
    if question.kind == "number":
        return question.errors[0].value
    wrong = next(option.key for option in question.options if not option.right)
    return wrong if question.kind == "single" else [wrong]


def give(card, question, value):
    """Fill an answer in and press 'Check answer'."""
    if question.kind == "number":
        card.get_by_role("textbox", name="Your number").fill(str(value))
    elif question.kind == "ordering":
        _put_in_order(card, value or [])
    else:
        keys = value if isinstance(value, list) else [value]
        for option in question.options:
            if option.key in keys or question.kind == "several":
                card.locator(f'input[value="{option.key}"]').set_checked(option.key in keys)
    card.get_by_role("button", name="Check answer").click()


def _put_in_order(card, keys):
    rows = card.locator("li[data-key]")
    for place, key in enumerate(keys):
        while rows.evaluate_all("rows => rows.map(row => row.dataset.key)").index(key) > place:
            card.locator(f'li[data-key="{key}"] button').first.click()
