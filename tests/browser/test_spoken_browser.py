"""The page's sliders speak a value as the Python side does: one wording, held by the same cases."""

from sketchpad import pad

from gan_edu.spoken import value_of
from gan_edu.widgets.choices import RATES, STRENGTHS, WEIGHTS


def test_the_page_and_python_speak_alike(browser):
    page = pad(browser, scripts=("dom.js", "spoken.js"))
    tried = {"lr_g": RATES, "lr_d": [3.5e-3, 1.25e-4], "penalty_weight": WEIGHTS}
    tried["d_strength"] = [*STRENGTHS, 3, 1.5, 0.3]
    cases = [(name, value) for name, values in tried.items() for value in values]
    said = page.evaluate("cases => cases.map(([name, value]) => spokenValue(name, value))", cases)
    assert said == [value_of(name, value) for name, value in cases]
    aloud = page.evaluate("values => values.map((value) => strengthWords(value, false))", [0.125, 1, 3])
    assert aloud == ["1 update every 8 generator updates", "1 update for each generator update",
                     "3 updates for each generator update"]  # fmt: skip
    page.close()
