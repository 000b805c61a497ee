"""The expert's challenge: hidden generators, the verdict against D*, hints in steps, the solution after a try."""

import re

import numpy as np
import pytest
import torch

from gan_edu import experts
from gan_edu.course import progress
from gan_edu.experts import CASES, CLOSE, ENOUGH, LINE, REAL, check_expert, draw, expert_solution, seeds


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A progress folder of the test's own."""
    monkeypatch.setenv("GAN_EDU_PROGRESS", str(tmp_path / "progress"))


def solution():
    space = {"torch": torch}
    exec(experts.SOLUTION, space)
    return space["my_expert"]


def half(real, fake, x):
    return torch.full_like(x, 0.5)


def only_real(real, fake, x):
    return torch.exp(-((x[:, None] - real) ** 2) / 0.02).mean(1).clamp(max=1)


def smooth(width):
    """Two kernel densities in place of the histogram's cells."""

    def expert(real, fake, x):
        near = [torch.exp(-((x[:, None] - numbers) ** 2) / (2 * width**2)).mean(1) for numbers in (real, fake)]
        return (near[0] + 1e-12) / (near[0] + near[1] + 2e-12)

    return expert


@pytest.mark.parametrize("name", ["ada", "emmy", "sofja"])
def test_the_solution_passes_for_anyone_and_so_does_another_way(name):
    for expert in (solution(), smooth(0.1)):
        verdict = check_expert(expert, name)
        assert verdict.passed, str(verdict)
        for gap, case, D in zip(verdict.gaps, verdict.cases, verdict.answers, strict=True):
            p, q = case.log_p.exp(), case.log_q.exp()
            away = (p + q) / 2 * (D - p / (p + q).clamp_min(1e-300)).abs()
            assert gap == pytest.approx(np.trapezoid(away, LINE), abs=1e-9)


@pytest.mark.parametrize("expert", [only_real, smooth(0.5), smooth(0.003), lambda real, fake, x: x > 0])
def test_what_does_not_understand_does_not_pass(expert):
    verdict = check_expert(expert, "ada")
    assert not verdict.passed
    assert len(verdict.gaps) == CASES
    assert "not yet, 7 are needed" in str(verdict)


def test_seven_of_eight_are_enough_and_the_gap_decides():
    gaps = [CLOSE - 0.001] * ENOUGH + [CLOSE + 0.001]
    assert experts.Verdict(tuple(gaps)).passed
    assert not experts.Verdict((*gaps[:-2], CLOSE + 0.001, CLOSE + 0.001)).passed
    assert str(experts.Verdict(tuple(gaps))).endswith(f"7 of 8 within {CLOSE} of D*: passed.")


def test_the_start_is_refused_and_counts_as_no_try():
    verdict = check_expert(half, "ada")
    assert (
        str(verdict) == "Not checked: this expert says 1/2 to everything. Write your own between the two lines first."
    )
    assert not verdict.passed
    assert progress.load().of("challenge") == []


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (torch.ones(3), r"\(701,\), not \(3,\)"),
        (2 * torch.ones(701), "from 0 to 1"),
        (torch.full((701,), torch.nan), "from 0 to 1"),
    ],
)
def test_an_answer_that_is_none_is_refused_with_the_reason(answer, says):
    with pytest.raises(ValueError, match=says):
        check_expert(lambda real, fake, x: answer, "ada")


def test_same_code_same_generators_other_code_or_name_others():
    first, again, other = seeds(half, "ada"), seeds(half, "ada"), seeds(only_real, "ada")
    assert first == again
    assert len(set(first)) == CASES
    assert not set(first) & set(other)
    assert not set(first) & set(seeds(half, "emmy"))


def test_an_expert_cannot_spoil_the_data():
    def spoils(real, fake, x):
        real.zero_(), x.zero_()
        return torch.linspace(0, 1, 701)

    verdict = check_expert(spoils, "ada")
    assert float(verdict.cases[0].real.abs().min()) > 0
    assert float(LINE[0]) == -3.5


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_cases_samples_come_from_its_densities(seed):
    case = draw(seed)
    for numbers, log_density in ((case.real, case.log_p), (case.fake, case.log_q)):
        density = log_density.exp().numpy()
        assert np.trapezoid(density, LINE) == pytest.approx(1, abs=1e-4)
        shares, edges = np.histogram(numbers.numpy(), bins=14, range=(-3.5, 3.5))
        for share, low, high in zip(shares / len(numbers), edges, edges[1:], strict=False):
            inside = (LINE.numpy() >= low) & (LINE.numpy() <= high)
            assert share == pytest.approx(np.trapezoid(density[inside], LINE[inside]), abs=0.045)
    assert torch.equal(case.log_p, REAL.log_prob(LINE[:, None]))


def test_hints_come_one_after_another_and_the_solution_after_a_try(capsys):
    expert_solution()
    assert "Try it once yourself" in capsys.readouterr().out
    hints = [check_expert(only_real, "ada").hint for _ in range(4)]
    assert [hint[:11] for hint in hints] == ["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"]
    assert len(set(hints[:3])) == 3
    expert_solution()
    assert capsys.readouterr().out.strip() == experts.SOLUTION.strip()
    assert check_expert(solution(), "ada").hint == ""
    made = progress.load().of("challenge", challenge="01.expert")
    assert [m["passed"] for m in made] == [False] * 4 + [True]


def test_the_picture_shows_the_farthest_case():
    verdict = check_expert(smooth(0.5), "ada")
    (axes,) = verdict.picture().axes
    worst = int(np.argmax(verdict.gaps))
    lines = {line.get_label(): line.get_ydata() for line in axes.lines}
    assert np.allclose(lines["your D"], verdict.answers[worst])
    assert re.match(rf"generator {worst + 1}, gap", axes.get_title())
