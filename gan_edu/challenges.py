"""Challenges: a learner's settings are trained from step 0 on eight unseen seeds (digits: one), and judged.

The seeds follow by hash from the learner's name, the challenge and the settings. So the same settings always get the
same verdict (trying again is no lottery), and changed settings get seeds that were never shown before.
"""

import getpass
import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache

import torch

from gan_edu.course import progress
from gan_edu.course.challengebank import FILE, Challenge, load_challenges
from gan_edu.course.fields import CourseFileError
from gan_edu.diagnosis import ADVICE, diagnose
from gan_edu.ensemble import Group
from gan_edu.presets import PRESETS
from gan_edu.recipe import Recipe
from gan_edu.run import Run
from gan_edu.spoken import judge_of, name_of, value_of

SEEDS, ENOUGH = 8, 7  # one seed may go astray: a base preset itself is healthy in 19 of 20 only
LOWEST_SEED, HIGHEST_SEED = 10**8, 10**9  # the course's own seeds are all smaller
POLL = 0.2  # seconds between two reports of the progress
SLIDERS = ("lr_g", "lr_d", "d_strength")  # in sight beside the picture; what else may change is among the methods
_UNFIT = (ValueError, TypeError, AttributeError, OverflowError)  # what settings of a wrong type may raise


@dataclass(frozen=True)
class Outcome:
    """What became of one seed: its symptom, the evidence in words, and whether it is what the challenge wants."""

    recipe: Recipe  # repeats the run: `Run(outcome.recipe)`
    symptom: str
    why: str
    good: bool

    @property
    def seed(self):
        """The seed of this run."""
        return self.recipe.seed


@dataclass(frozen=True)
class Result:
    """A check's answer. `refused` says why the settings were not tried; then there are no outcomes."""

    challenge: Challenge
    recipe: Recipe
    outcomes: tuple = ()
    refused: str = ""
    cancelled: bool = False

    @property
    def good(self):
        """Number of seeds that show what the challenge wants."""
        return sum(outcome.good for outcome in self.outcomes)

    @property
    def passed(self):
        """Whether as many do as `needed` says."""
        return self.good >= needed(self.challenge)

    @property
    def verdict(self):
        """Such as '7 of 8: passed'."""
        if self.refused:
            return f"Not checked: {self.refused}"
        if self.cancelled:
            return "Cancelled. Nothing was counted."
        if trained(self.challenge) == 1:
            return "Passed on the unseen seed." if self.passed else "Not yet on the unseen seed."
        return f"{self.good} of {SEEDS}: " + ("passed" if self.passed else f"not yet, {ENOUGH} are needed")


@cache
def find(name, path=FILE):
    """The Challenge of that id, checked against the presets; KeyError lists the known ones.

    Raises CourseFileError naming file, challenge and field. Taught in notebooks/02 (its challenges).
    """
    known = load_challenges(path)
    if name not in known:
        raise KeyError(f"there is no challenge {name!r}; there are {', '.join(known)}")
    challenge = known[name]
    where = f"{FILE.name if path is FILE else os.path.basename(path)}, challenge {name!r}, field"
    if challenge.start not in PRESETS:
        allowed = ", ".join(PRESETS)
        raise CourseFileError(f"{where} 'start': {challenge.start!r} is not allowed; allowed are {allowed}")
    if challenge.failure not in ADVICE or challenge.failure in ("healthy", "undecided"):
        raise CourseFileError(f"{where} 'failure': {challenge.failure!r} is no failure that the diagnosis names")
    try:
        at_start(challenge)
    except _UNFIT as error:
        raise CourseFileError(f"{where} 'settings': {error}") from error
    try:
        refused = refusal(solved(challenge), challenge)
    except _UNFIT as error:
        raise CourseFileError(f"{where} 'solution': {error}") from error
    if refused:
        raise CourseFileError(f"{where} 'solution': {refused}")
    return challenge


def trained(challenge):
    """Number of unseen seeds that a check trains: SEEDS, or one for digits. Taught in notebooks/11 (its challenges)."""
    return 1 if PRESETS[challenge.start].is_image else SEEDS


def needed(challenge):
    """How many of them must show what the challenge wants. Taught in notebooks/11 (its challenges)."""
    return min(ENOUGH, trained(challenge))


def at_start(challenge):
    """The Recipe that the challenge begins with. Taught in notebooks/02 (its challenges)."""
    return PRESETS[challenge.start].replace(**challenge.settings)


def solved(challenge):
    """The Recipe of the challenge's own solution. Taught in notebooks/02 (its challenges)."""
    return at_start(challenge).replace(**challenge.solution)


# --- the rules ------------------------------------------------------------------------------------------------


def changes(recipe, challenge):
    """Field -> (value at the start, value now) of the settings that differ; the seed does not count.

    Taught in notebooks/02 (its challenges).
    """
    start, now = at_start(challenge).as_dict(), recipe.as_dict()
    return {name: (start[name], now[name]) for name in start if name != "seed" and start[name] != now[name]}


def updates(recipe):
    """(generator's, discriminator's) number of updates in a whole run. Taught in notebooks/02 (its challenges)."""
    return recipe.steps, int(recipe.steps * recipe.d_strength)


def used(recipe, challenge):
    """The budget in words: '3,000 generator + 3,000 discriminator updates of 12,000'. Taught in notebooks/02."""
    generator, discriminator = updates(recipe)
    return f"{generator:,} generator + {discriminator:,} {judge_of(recipe)} updates of {challenge.budget:,}"


def refusal(recipe, challenge):
    """Why these settings are not tried, in one sentence; '' where they are. Taught in notebooks/02."""
    differing, judge = changes(recipe, challenge), judge_of(recipe)
    for name, (start, now) in differing.items():
        if name not in challenge.knobs:
            return (f"the {name_of(name, judge)} must stay at {value_of(name, start)} in this challenge, "
                    f"and yours is {value_of(name, now)}. Put it back.")  # fmt: skip
    if not differing:
        return "nothing differs from the start yet. Move a slider first."
    if len(differing) > challenge.most:
        moved = " and ".join(name_of(name, judge) for name in differing)
        return f"you changed {len(differing)} settings ({moved}); at most {challenge.most} may differ from the start."
    if sum(updates(recipe)) > challenge.budget:
        return f"over budget, {used(recipe, challenge)}. Lower the {name_of('d_strength', judge)}."
    return ""


# --- the check ------------------------------------------------------------------------------------------------


def learner():
    """The learner's name: the newest `progress.record("learner", name=...)`, else the one used to log in.

    It only picks the seeds. It is written nowhere by a check, and it never leaves the machine.
    Taught in notebooks/02 (its challenges).
    """
    named = [made["name"] for made in progress.load().of("learner") if isinstance(made.get("name"), str)]
    if named:
        return named[-1]
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user may have no name
        return "learner"


def seeds(recipe, challenge, name):
    """The different seeds for these settings, this challenge and this name; the recipe's own does not matter.

    Taught in notebooks/02 (its challenges).
    """
    found, number = [], 0
    text = f"{name}\n{challenge.id}\n{recipe.replace(seed=0).token}\n"
    while len(found) < trained(challenge):
        digest = hashlib.sha256(f"{text}{number}".encode()).digest()
        seed = LOWEST_SEED + int.from_bytes(digest[:8], "big") % (HIGHEST_SEED - LOWEST_SEED)
        found += [seed] if seed not in found else []
        number += 1
    return found


def check(recipe, challenge, name=None, tell=None, stop=None):
    """Train these settings from step 0 on unseen seeds and judge each by its diagnosis; returns a Result.

    challenge: a Challenge or its id. name: whose seeds (default: `learner()`). tell(share) is called from here with
    the share done, 0 to 1; stop, a threading.Event, ends the training, and the Result is `cancelled`.
    Taught in notebooks/02 (its challenges).
    """
    challenge = find(challenge) if isinstance(challenge, str) else challenge
    refused = refusal(recipe, challenge)
    if refused:
        return Result(challenge, recipe, refused=refused)
    members = [recipe.replace(seed=seed) for seed in seeds(recipe, challenge, learner() if name is None else name)]
    histories = train(members, tell, stop)
    if histories is None:
        return Result(challenge, recipe, cancelled=True)
    return Result(challenge, recipe, tuple(map(judge, members, histories, [challenge] * len(members))))


def keep(result):
    """Write a result that came to its end into the learner's progress. Taught in notebooks/02 (its challenges)."""
    if not result.outcomes:
        return
    wanted, token = result.challenge, result.recipe.token
    known = {"lesson": wanted.lesson, "challenge": wanted.id, "token": token}
    progress.record("challenge", good=result.good, of=len(result.outcomes), passed=result.passed, **known)
    if result.passed:
        progress.record("provoked" if wanted.kind == "provoke" else "mended", failure=wanted.failure, **known)


def judge(recipe, history, challenge):
    """The Outcome of one finished run. Taught in notebooks/02 (its challenges)."""
    diagnosis = diagnose(history)
    return Outcome(recipe, diagnosis.symptom, in_words(diagnosis), diagnosis.symptom == challenge.wanted)


def in_words(diagnosis):
    """A diagnosis' evidence as text: 'modes held, at the best look: 1 (at most 4; half of them) · …'.

    Taught in notebooks/02.
    """
    return " · ".join(map(str, diagnosis.evidence))


def train(members, tell=None, stop=None):
    """The members' histories, trained side by side on all cores; None where `stop` was set before the end.

    members: recipes that differ in their seeds only. Taught in notebooks/02 (its challenges).
    """
    workers = max(1, min(len(members), os.cpu_count() or 1))
    stop, broken = stop or threading.Event(), threading.Event()
    parts = [members[i::workers] for i in range(workers)]
    done = [0] * workers
    with ThreadPoolExecutor(workers, thread_name_prefix="challenge") as pool:
        futures = [pool.submit(_train_part, part, i, done, (stop, broken)) for i, part in enumerate(parts)]
        try:
            waiting = set(futures)
            while waiting:
                waiting = wait(waiting, timeout=POLL).not_done
                if tell is not None:
                    trained_steps = sum(d * len(part) for d, part in zip(done, parts, strict=True))
                    tell(trained_steps / sum(member.steps for member in members))
            trained = [future.result() for future in futures]
        finally:
            broken.set()  # an error or an interruption here ends the other parts too
    return None if stop.is_set() else [trained[i % workers][i // workers] for i in range(len(members))]


def _train_part(part, place, done, ends):
    torch.set_num_threads(1)  # parts run side by side; threads inside one would wait for each other
    if part[0].is_image:
        return [_train_alone(recipe, place, done, ends) for recipe in part]
    group = Group(part)
    while group.step < part[0].steps and not any(end.is_set() for end in ends):
        group.train_step()
        done[place] = group.step
    return group.finished()[0]


def _train_alone(recipe, place, done, ends):
    """The history of one run on digits, which no Group can train."""
    run = Run(recipe)
    for record in run:
        done[place] = record.step
        if any(end.is_set() for end in ends):
            break
    return run.history
