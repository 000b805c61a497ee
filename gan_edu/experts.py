"""The challenge of lesson 01: be the expert. A learner's function gets samples only, and is held against D*.

It is tried on eight generators that nobody has seen. Their seeds follow by hash from the learner's name and the code:
the same code always gets the same verdict, and changed code gets new generators.
"""

import hashlib
import inspect
from dataclasses import dataclass

import torch
from matplotlib.figure import Figure

from gan_edu import plots, theory
from gan_edu.challenges import learner
from gan_edu.course import progress
from gan_edu.mixtures import TARGETS

CASES, ENOUGH = 8, 7
NUMBERS = 2000  # real ones, and as many generated ones
CLOSE = 0.045  # mean |D - D*| that counts; a D of 1/2 scores .08 to .33, the solution .02 to .04
LINE = theory.line(-3.5, 3.5, 701)
REAL = TARGETS["two_gaussians"]
HINTS = (
    "D* is a share: of all the numbers near x, which part is real? You have 2,000 numbers of each kind to count.",
    "Cut the line from -3 to 3 into cells. In each cell count the real numbers, r, and the generated ones, f. "
    "The share is r / (r + f).",
    "With few wide cells you miss the edges; with many narrow ones you count chance. Between 25 and 100 is good. "
    "For a cell with no number in it, say 1/2: (r + 1) / (r + f + 2) does so by itself.",
)
SOLUTION = '''
def my_expert(real, fake, x):
    edges = torch.linspace(-3, 3, 51, dtype=torch.float64)
    r = torch.histogram(real, edges).hist  # (50,)
    f = torch.histogram(fake, edges).hist  # (50,)
    cell = torch.bucketize(x, edges).clamp(1, 50) - 1  # (701,): in which cell each x lies
    return ((r + 1) / (r + f + 2))[cell]
'''


@dataclass(frozen=True)
class Case:
    """One generator: log densities of real and generated numbers on LINE, and samples of both, (NUMBERS,) each."""

    log_p: torch.Tensor
    log_q: torch.Tensor
    real: torch.Tensor
    fake: torch.Tensor


@dataclass(frozen=True)
class Verdict:
    """What a check found: the gap |D - D*| for each generator, or why nothing was checked. Prints itself in words."""

    gaps: tuple = ()
    answers: tuple = ()  # D at LINE for each generator, (701,) each
    cases: tuple = ()
    refused: str = ""
    hint: str = ""

    @property
    def good(self):
        """For how many generators the gap is small enough."""
        return sum(gap <= CLOSE for gap in self.gaps)

    @property
    def passed(self):
        """Whether that is so for at least ENOUGH of CASES."""
        return self.good >= ENOUGH

    def __repr__(self):
        if self.refused:
            return f"Not checked: {self.refused}"
        rows = [f"generator {i}: gap {gap:.3f} {'good' if gap <= CLOSE else '     too far from D*'}"
                for i, gap in enumerate(self.gaps, 1)]  # fmt: skip
        verdict = "passed" if self.passed else f"not yet, {ENOUGH} are needed"
        rows.append(f"{self.good} of {CASES} within {CLOSE} of D*: {verdict}.")
        return "\n".join([*rows, self.hint] if self.hint else rows)

    def picture(self):
        """Your D over D*, for the generator where they are farthest apart. Taught in notebooks/01."""
        worst = max(range(len(self.gaps)), key=self.gaps.__getitem__)
        case, figure = self.cases[worst], Figure(figsize=(7, 2.9), layout="constrained")
        axes = figure.subplots()
        axes.plot(LINE, theory.optimal_discriminator(case.log_p, case.log_q), c="#222", label="D*")
        axes.plot(LINE, self.answers[worst], c="#B0559A", ls="--", label="your D")
        axes.fill_between(LINE, case.log_p.exp() / 3, color=plots.REAL, alpha=0.25, label="real density")
        axes.fill_between(LINE, case.log_q.exp() / 3, color=plots.FAKE, alpha=0.25, label="generated density")
        axes.set(ylim=(0, 1.05), xlabel="x", title=f"generator {worst + 1}, gap {self.gaps[worst]:.3f}")
        axes.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
        return figure


def draw(seed):
    """The Case of a seed: the generator makes two bumps, the left one rightly placed. Taught in notebooks/01."""
    chance = torch.Generator().manual_seed(seed)
    place, width, share = torch.rand(3, generator=chance, dtype=torch.float64).tolist()
    mean, std, weight = 2.4 * place - 1.2, 0.15 + 0.35 * width, 0.3 + 0.6 * share
    log_q = theory.log_mixture(LINE, [-1, mean], [REAL.std, std], [1 - weight, weight])
    real = REAL.sample(NUMBERS, chance)[:, 0]
    noise = torch.randn(NUMBERS, generator=chance, dtype=torch.float64)
    second = torch.rand(NUMBERS, generator=chance) < weight
    fake = torch.where(second, mean + std * noise, -1 + REAL.std * noise)
    return Case(REAL.log_prob(LINE[:, None]), log_q, real, fake)


def seeds(function, name):
    """The CASES seeds for this code and this learner's name."""
    try:
        code = inspect.getsource(function)
    except (OSError, TypeError):
        code = function.__code__.co_code.hex()
    words = [f"01.expert\n{name}\n{code}\n{number}" for number in range(CASES)]
    return [int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") for text in words]


def check_expert(function, name=None):
    """Try function(real, fake, x) -> D at x on eight unseen generators; returns a Verdict, which prints itself.

    real, fake: (2000,) numbers each, x: (701,). Raises ValueError where the answer has not x's shape, or leaves [0, 1].
    name: whose generators (default: the learner's). A try that says 1/2 everywhere is not counted.
    Taught in notebooks/01.
    """
    cases = [draw(seed) for seed in seeds(function, learner() if name is None else name)]
    answers = [_checked(function(case.real.clone(), case.fake.clone(), LINE.clone())) for case in cases]
    if all(bool((answer == 0.5).all()) for answer in answers):
        return Verdict(refused="this expert says 1/2 to everything. Write your own between the two lines first.")
    gaps = [theory.gap(torch.logit(D, 1e-12), c.log_p, c.log_q, LINE) for D, c in zip(answers, cases, strict=True)]
    verdict = Verdict(tuple(gaps), tuple(answers), tuple(cases))
    progress.record("challenge", lesson="01", challenge="01.expert", good=verdict.good, of=CASES, passed=verdict.passed)
    hint = "" if verdict.passed else _next_hint()
    return Verdict(verdict.gaps, verdict.answers, verdict.cases, hint=hint)


def _checked(answer):
    D = torch.as_tensor(answer, dtype=torch.float64).detach()
    if D.shape != LINE.shape:
        raise ValueError(f"your expert must return a number for each x, {tuple(LINE.shape)}, not {tuple(D.shape)}")
    if not bool(((D >= 0) & (D <= 1)).all()):
        raise ValueError("your expert must return probabilities, from 0 to 1; some are outside, or no numbers at all")
    return D


def _failed():
    return [made for made in progress.load().of("challenge", challenge="01.expert") if not made["passed"]]


def _next_hint():
    """One more hint after each try that did not pass."""
    place = min(len(_failed()), len(HINTS))
    more = " (`expert_solution()` shows a solution.)" if place == len(HINTS) else ""
    return f"Hint {place} of {len(HINTS)}: {HINTS[place - 1]}{more}"


def expert_solution():
    """Print one solution, once the challenge has been tried. Taught in notebooks/01."""
    tried = progress.load().of("challenge", challenge="01.expert")
    print(SOLUTION.strip() if tried else "Try it once yourself; then the solution is yours.")
