"""Challenges without a page: the bank, the rules, the unseen seeds, the check itself, and that each can be solved.

By default one challenge is trained as a learner's check does it, and the other solutions on points on half of the seeds
in float32; GAN_EDU_CHALLENGES=all trains every one in full, its start too (about a minute of CPU each).
"""

import getpass
import os
import threading
from dataclasses import replace
from functools import cache

import pytest
import torch

from gan_edu import BASES, PRESETS, Recipe, Run, challenges
from gan_edu.challenges import ENOUGH, SEEDS, Outcome, Result, check, find, refusal, seeds, solved, train, updates
from gan_edu.course import progress
from gan_edu.course.challengebank import KINDS, load_challenges
from gan_edu.course.counts import counts
from gan_edu.course.fields import CourseFileError
from gan_edu.course.lessons import lesson
from gan_edu.ensemble import train_chunk
from gan_edu.widgets.choices import RATES, STRENGTHS, WEIGHTS

BANK = load_challenges()
TRAINED = list(BANK) if os.environ.get("GAN_EDU_CHALLENGES") == "all" else ["02.mend_weak"]
TINY = Recipe(
    objective="wasserstein", optimiser="sgd", lr_g=1e-4, lr_d=1e-4, g_width=32, d_width=32, batch=8, steps=150,
)  # fmt: skip
FILE = """
challenges:
  - id: "02.blow_up"
    kind: provoke
    failure: divergence
    start: tiny
    title: Blow it up
    knobs: [lr_g, lr_d]
    budget: 300
    task: Make **NaN** of it.
    hints: [Large steps., Larger ones.]
    solution: {lr_g: 1, lr_d: 1}
    why: Each step makes the next one larger.
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A progress folder of the test's own."""
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(tmp_path / "progress"))
    return tmp_path


@pytest.fixture
def tiny(folder, monkeypatch):
    """A challenge that is checked in a moment."""
    monkeypatch.setitem(PRESETS, "tiny", TINY)
    path = folder / "own.yaml"
    path.write_text(FILE, encoding="utf-8")
    return find("02.blow_up", path)


# --- the bank -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(BANK))
def test_each_challenge_fits_the_presets_its_rules_and_its_lesson(name):
    wanted = find(name)
    assert not refusal(solved(wanted), wanted)
    assert refusal(challenges.at_start(wanted), wanted)
    assert wanted.failure in lesson(wanted.lesson).failures
    assert len(wanted.hints) >= 2


@pytest.mark.parametrize("name", list(BANK))
def test_the_sliders_can_stand_where_each_solution_wants_them(name):
    offered = {"lr_g": RATES, "lr_d": RATES, "d_strength": STRENGTHS, "penalty_weight": WEIGHTS}
    asked = {field: value for field, value in find(name).solution.items() if field in offered}
    assert not {field: value for field, value in asked.items() if value not in offered[field]}
    assert set(find(name).solution) - set(asked) <= {"objective", "pack"}, "chosen in a select"


def test_failures_come_in_pairs():
    failures = {(c.lesson, c.failure) for c in BANK.values()}
    assert {(c.lesson, c.failure, c.kind) for c in BANK.values()} == {(*f, kind) for f in failures for kind in KINDS}


def test_a_mend_challenge_allows_less_than_going_back_to_healthy():
    """Otherwise the playground's healthy preset would be the answer."""
    for wanted in BANK.values():
        if wanted.kind == "mend":
            assert refusal(PRESETS["ring_healthy"], wanted), wanted.id


def test_an_unknown_challenge_lists_the_known_ones():
    with pytest.raises(KeyError, match="there is no challenge 'moon'; there are 02.provoke_collapse"):
        find("moon")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("kind: provoke", "kind: poke", "challenge '02.blow_up', field 'kind': 'poke' is not allowed; allowed are"),
        ("kind: provoke", "", "challenge '02.blow_up', field 'kind': is missing"),
        ("02.blow_up", "blow_up", "challenge 'number 1', field 'id': 'blow_up' is not allowed"),
        ("02.blow_up", "99.blow_up", "challenge 'number 1', field 'id'"),
        ("[lr_g, lr_d]", "[lr_g, batch]", "challenge '02.blow_up', field 'knobs': 'batch' is not allowed"),
        ("[lr_g, lr_d]", "lr_g", "challenge '02.blow_up', field 'knobs': expected a list"),
        ("budget: 300", "budget: much", "challenge '02.blow_up', field 'budget': expected a number"),
        ("budget: 300", "budget: 290", "challenge '02.blow_up', field 'solution': over budget"),
        ("budget: 300", "budget: 300\n    bugdet: 1", "challenge '02.blow_up', field 'bugdet': is not known here"),
        ("[Large steps., Larger ones.]", "[Large steps.]", "challenge '02.blow_up', field 'hints': expected a list of"),
        ("[Large steps., Larger ones.]", "[Large., '']", "challenge '02.blow_up', field 'hints.[1]': expected text"),
        ("{lr_g: 1, lr_d: 1}", "{lr_g: 1e-4}", "challenge '02.blow_up', field 'solution.lr_g': expected a number"),
        ("{lr_g: 1, lr_d: 1}", "{batch: 3}", "challenge '02.blow_up', field 'solution.batch': is not known here"),
        ("{lr_g: 1, lr_d: 1}", "{lr_g: 2}", "challenge '02.blow_up', field 'solution': lr_g=2.0 will not do"),
        ("{lr_g: 1, lr_d: 1}", "{lr_g: 0.0001}", "challenge '02.blow_up', field 'solution': nothing differs"),
        ("knobs: [", "most: 1\n    knobs: [", "challenge '02.blow_up', field 'solution': changes 2 settings"),
        ("failure: divergence", "failure: boredom", "challenge '02.blow_up', field 'failure': 'boredom' is no failure"),
        ("start: tiny", "start: moon", "challenge '02.blow_up', field 'start': 'moon' is not allowed; allowed are"),
        ("knobs: [", "settings: [1]\n    knobs: [", "challenge '02.blow_up', field 'settings': expected settings"),
        ("knobs: [", "settings: {lr: 1}\n    knobs: [", "challenge '02.blow_up', field 'settings': Recipe has no"),
        ("knobs: [", "settings: {pack: 3}\n    knobs: [", "challenge '02.blow_up', field 'settings': pack=3"),
        ("**NaN**", "$\\\\frac{$", "challenge '02.blow_up', field 'task': the maths"),
        ("challenges:", "challenges: [", "own.yaml: is not valid YAML"),
        ("challenges:", "tests:", "own.yaml, field 'challenges': is missing"),
    ],
)
def test_a_malformed_file_names_file_challenge_and_field(folder, monkeypatch, old, new, words):
    monkeypatch.setitem(PRESETS, "tiny", TINY)
    assert old in FILE
    path = folder / "own.yaml"
    path.write_text(FILE.replace(old, new), encoding="utf-8")
    with pytest.raises(CourseFileError) as caught:
        find("02.blow_up", path)
    assert str(caught.value).startswith("own.yaml")
    assert words in str(caught.value)


def test_a_name_that_stands_twice_is_refused(folder):
    path = folder / "own.yaml"
    path.write_text(FILE + FILE.partition("challenges:\n")[2], encoding="utf-8")
    with pytest.raises(CourseFileError, match="own.yaml, challenge '02.blow_up', field 'id': stands twice"):
        load_challenges(path)


# --- the rules ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("challenge", "changes", "words"),
    [
        ("02.provoke_collapse", {}, "nothing differs from the start yet"),
        ("02.provoke_collapse", {"seed": 5}, "nothing differs from the start yet"),
        ("02.provoke_collapse", {"lr_g": 1e-4, "objective": "hinge"}, "objective must stay at non-saturating"),
        ("02.provoke_collapse", {"d_strength": 2}, "discriminator strength must stay at 1 in this challenge, and"),
        ("02.provoke_collapse", {"lr_g": 1e-4, "steps": 9000}, "steps must stay at 3000"),
        ("02.provoke_collapse", {"penalty": "r1"}, "penalty"),
        ("02.mend_collapse", {"lr_g": 1e-3, "d_strength": 1}, "discriminator strength must stay at 3"),
        ("02.mend_weak", {"d_strength": 1}, "over budget, 3,000 generator + 3,000 discriminator updates of 5,000"),
        ("02.mend_weak", {"lr_g": 1e-4, "lr_d": 5e-3, "d_strength": 0.5}, "you changed 3 settings"),
    ],
)
def test_settings_that_break_a_rule_are_refused_with_the_reason(challenge, changes, words):
    wanted = find(challenge)
    result = check(PRESETS[wanted.start].replace(**changes), challenge, "ada")
    assert words in result.refused
    assert not result.outcomes
    assert not result.passed
    assert result.verdict.startswith("Not checked: ")


@pytest.mark.parametrize("strength", [1 / 8, 1 / 3, 1, 1.5, 4])
def test_the_budget_counts_what_a_run_really_uses(strength):
    run = Run(TINY.replace(d_strength=strength))
    for _ in run:
        continue
    assert updates(run.recipe) == (run.players.g_optimiser.updates, run.players.d_optimiser.updates)


# --- the seeds ------------------------------------------------------------------------------------------------


def test_seeds_follow_from_name_challenge_and_settings_alone():
    wanted, other = find("02.provoke_collapse"), find("02.mend_collapse")
    recipe = solved(wanted)
    first = seeds(recipe, wanted, "ada")
    assert len(set(first)) == SEEDS
    assert first == seeds(recipe.replace(seed=77), wanted, "ada"), "trying again is no lottery"
    assert min(first) >= 10**8, "no lesson shows such seeds"
    changed = recipe.replace(lr_g=2e-4)
    others = [seeds(recipe, wanted, "bob"), seeds(recipe, other, "ada"), seeds(changed, wanted, "ada")]
    assert all(not set(first) & set(more) for more in others), "never shown before"
    assert first == [694318602, 278304997, 756505387, *first[3:]], "the same on every machine"


def test_the_name_is_the_recorded_one_else_the_logins_and_no_record_of_a_check_holds_it(tiny, monkeypatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "login-name")
    assert challenges.learner() == "login-name"
    challenges.keep(check(TINY.replace(lr_g=1), tiny))
    assert not any("login-name" in str(made) for made in progress.load().records)
    progress.record("learner", name="Ada")
    assert challenges.learner() == "Ada"

    def nobody():
        raise KeyError("no name for this user")

    progress.reset()
    monkeypatch.setattr(getpass, "getuser", nobody)
    assert challenges.learner() == "learner"


# --- the check ------------------------------------------------------------------------------------------------


def test_each_seed_is_the_run_that_its_recipe_repeats(tiny):
    members = [TINY.replace(seed=seed) for seed in range(SEEDS)]
    for recipe, history in zip(members, train(members), strict=True):
        run = Run(recipe)
        for _ in run:
            continue
        assert history["g_loss"] == pytest.approx(run.history["g_loss"], abs=1e-9)
        assert history["d_loss"] == pytest.approx(run.history["d_loss"], abs=1e-9)


def test_the_result_names_what_became_of_each_seed_and_why(tiny):
    told = []
    result = check(solved(tiny), tiny, "ada", tell=told.append)
    assert [outcome.seed for outcome in result.outcomes] == seeds(solved(tiny), tiny, "ada")
    assert {outcome.symptom for outcome in result.outcomes} == {"divergence"}
    assert all("; " in outcome.why for outcome in result.outcomes)
    assert result.verdict == "8 of 8: passed"
    assert told == sorted(told)
    assert told[-1] == 1
    calm = check(TINY.replace(lr_g=2e-4), tiny, "ada")
    assert calm.verdict == "0 of 8: not yet, 7 are needed"
    assert not any(outcome.good for outcome in calm.outcomes)


@pytest.mark.parametrize(("good", "passed"), [(0, False), (ENOUGH - 1, False), (ENOUGH, True), (SEEDS, True)])
def test_seven_of_eight_pass(good, passed):
    outcomes = tuple(Outcome(TINY, "divergence", "", i < good) for i in range(SEEDS))
    result = Result(BANK["02.provoke_collapse"], TINY, outcomes)
    assert (ENOUGH, SEEDS) == (7, 8)
    assert result.passed is passed
    assert result.verdict.startswith(f"{good} of 8: ")


def test_quick_tests_are_judged_as_learners_are(tiny, monkeypatch):
    plain = check(solved(tiny), tiny, "ada")
    monkeypatch.setenv("GAN_EDU_FAST", "1")
    quick = check(solved(tiny), tiny, "ada")
    assert [o.recipe for o in quick.outcomes] == [o.recipe for o in plain.outcomes]
    assert quick.outcomes[0].recipe.steps == TINY.steps
    assert quick.verdict == plain.verdict


def test_a_check_can_be_stopped_and_then_counts_for_nothing(tiny):
    stop = threading.Event()
    endless = [TINY.replace(seed=seed, steps=10**5) for seed in range(SEEDS)]
    assert train(endless, lambda share: stop.set(), stop) is None
    result = check(solved(tiny), tiny, "ada", stop=stop)
    assert result.cancelled
    assert not result.passed
    assert result.verdict == "Cancelled. Nothing was counted."
    challenges.keep(result)
    assert not progress.load().records


@pytest.mark.parametrize("error", [ArithmeticError, KeyboardInterrupt])
def test_an_error_or_interruption_ends_all_threads(tiny, error):
    def tell(share):
        raise error("made to fail")

    before = threading.active_count()
    with pytest.raises(error):
        train([TINY.replace(seed=i, steps=10**5) for i in range(SEEDS)], tell)
    assert threading.active_count() == before


def test_an_error_inside_a_run_is_raised(tiny, monkeypatch):
    def broken(group):
        raise ArithmeticError("made to fail")

    monkeypatch.setattr(challenges.Group, "train_step", broken)
    with pytest.raises(ArithmeticError, match="made to fail"):
        check(solved(tiny), tiny, "ada")


def test_results_are_kept_and_counted(monkeypatch):
    wanted = BANK["02.mend_weak"]
    outcomes = [Outcome(TINY, "healthy", "", True)] * ENOUGH + [Outcome(TINY, "undecided", "", False)]
    challenges.keep(Result(wanted, TINY, tuple(outcomes[1:] + outcomes[-1:])))
    assert counts("02")[2].done == 0
    challenges.keep(Result(wanted, TINY, tuple(outcomes)))
    assert [made["good"] for made in progress.load().of("challenge", challenge="02.mend_weak")] == [6, 7]
    [made] = progress.load().of("mended")
    assert (made["lesson"], made["failure"], made["challenge"]) == ("02", "weak_discriminator", "02.mend_weak")
    assert Recipe.from_token(made["token"]) == TINY
    assert [count.done for count in counts("02")] == [0, 0, 1]
    challenges.keep(Result(replace(wanted, kind="provoke"), TINY, tuple(outcomes)))
    assert [count.done for count in counts("02")] == [0, 1, 1]


DIGITS = Recipe(data="mnist", architecture="dcgan", g_width=8, d_width=8, batch=8, noise=4, steps=3)


@pytest.fixture
def digits(folder, monkeypatch):
    """A challenge on digits that is checked in a moment."""
    monkeypatch.setitem(PRESETS, "tiny", DIGITS)
    path = folder / "digits.yaml"
    path.write_text(FILE.replace("budget: 300", "budget: 6").replace("divergence", "mode_collapse"), encoding="utf-8")
    return find("02.blow_up", path)


def test_digits_are_judged_on_one_unseen_seed(digits):
    told = []
    result = check(solved(digits), digits, "ada", tell=told.append)
    [outcome] = result.outcomes
    assert [outcome.seed] == seeds(solved(digits), digits, "ada")
    assert (challenges.trained(digits), challenges.needed(digits)) == (1, 1)
    assert told[-1] == 1
    [history] = train([solved(digits).replace(seed=outcome.seed)])
    run = Run(outcome.recipe)
    for _ in run:
        continue
    assert history["d_loss"] == run.history["d_loss"]
    assert (result.passed, result.verdict) == (False, "Not yet on the unseen seed.")
    right = replace(outcome, good=True)
    assert replace(result, outcomes=(right,)).verdict == "Passed on the unseen seed."
    challenges.keep(result)
    [made] = progress.load().of("challenge")
    assert (made["good"], made["of"]) == (0, 1)


def test_a_check_on_digits_can_be_stopped(digits):
    stop = threading.Event()
    assert train([DIGITS.replace(steps=10**5)], lambda share: stop.set(), stop) is None


# --- each can be solved ---------------------------------------------------------------------------------------


@cache
def at_the_start(name):
    """Symptoms of a challenge's start on eight seeds, or on one of digits."""
    wanted = find(name)
    members = [challenges.at_start(wanted).replace(seed=10**9 + i) for i in range(challenges.trained(wanted))]
    return [challenges.diagnose(history).symptom for history in train(members)]


@pytest.mark.parametrize("name", [name for name in BANK if name not in TRAINED and challenges.trained(find(name)) > 1])
def test_the_solution_shows_on_three_of_four_unseen_seeds(name):
    """A small version of the check; docs/audit.md has 24 seeds of each."""
    wanted = find(name)
    unseen = seeds(solved(wanted), wanted, "a learner of the tests")[: SEEDS // 2]
    members = [solved(wanted).replace(seed=seed) for seed in unseen]
    histories, _ = train_chunk(members, torch.float32)
    outcomes = list(map(challenges.judge, members, histories, [wanted] * len(members)))
    assert sum(outcome.good for outcome in outcomes) >= 3, [(outcome.seed, outcome.symptom) for outcome in outcomes]


@pytest.mark.parametrize("name", TRAINED)
def test_the_solution_passes_and_the_start_does_not(name):
    threads = torch.get_num_threads()
    wanted = find(name)
    result = check(solved(wanted), wanted, "a learner of the tests")
    assert result.passed, [(outcome.seed, outcome.symptom, outcome.why) for outcome in result.outcomes]
    met = at_the_start(name)
    assert met.count(wanted.wanted) == 0, met
    expected = wanted.failure if wanted.kind == "mend" else wanted.start if wanted.start in BASES else "healthy"
    if wanted.lesson == "09":  # remedies that have half worked
        expected = "undecided"
    if len(met) == SEEDS:  # digits are too slow to be called healthy at the start of a short challenge
        assert met.count(expected) > SEEDS / 2, met
    assert torch.get_num_threads() == threads, "the check's threads keep their setting to themselves"
