"""What pictures are made of: shapes, places, arrows against finite differences, curves whose means are kept."""

import math

import numpy as np
import pytest
import torch

from gan_edu import views
from gan_edu.history import History
from gan_edu.mixtures import TARGETS
from gan_edu.objectives import OBJECTIVES
from gan_edu.recipe import Recipe
from gan_edu.run import Run
from gan_edu.unrolling import lookahead

SMALL = Recipe(g_width=8, d_width=8, batch=16, lr_g=3e-3, lr_d=3e-3)


def trained(recipe=SMALL, steps=30):
    run = Run(recipe)
    while run.step < steps:
        run.train_step()
    return run


@pytest.mark.parametrize("name", TARGETS)
def test_the_drawn_square_holds_the_data(name):
    target = TARGETS[name]
    inside = target.sample(4000, torch.Generator().manual_seed(0)).abs().amax(1) < views.extent(target)
    assert inside.double().mean() > 0.999


def test_heat_points_are_a_lattice_whose_rows_go_up():
    target, edge = TARGETS["ring"], views.extent(TARGETS["ring"])
    x = views.heat_points(target, 5).view(5, 5, 2)  # (row, column, xy)
    ticks = [-edge, -edge / 2, 0, edge / 2, edge]
    for row in range(5):
        for column in range(5):
            assert x[row, column].tolist() == pytest.approx([ticks[column], ticks[row]], abs=1e-12)
    line = views.heat_points(TARGETS["two_gaussians"], 5)
    assert line.shape == (5, 1)
    assert line[:, 0].diff().tolist() == pytest.approx([views.extent(TARGETS["two_gaussians"]) / 2] * 4)


def test_scores_are_probabilities_where_the_objective_has_them():
    run = trained()
    x = views.heat_points(run.target, 6)
    with torch.no_grad():
        logits = run.players.D(x).numpy()
    assert views.scores(run, x).numpy() == pytest.approx(1 / (1 + np.exp(-logits)), rel=1e-12)


@pytest.mark.parametrize("objective", ["wasserstein", "hinge", "relativistic", "least_squares"])
def test_a_critics_scores_keep_its_order_between_0_and_1(objective):
    run = trained(SMALL.replace(objective=objective))
    x = views.heat_points(run.target, 6)
    scores, logits = views.scores(run, x), run.players.D(x).detach()
    assert (float(scores.min()), float(scores.max())) == (0, 1)
    assert torch.equal(scores.argsort(), logits.argsort())


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("data", ["ring", "two_gaussians"])
def test_arrows_are_minus_the_slope_of_each_samples_own_loss(objective, data):
    run = trained(SMALL.replace(objective=objective, data=data))
    x, real, h = run.sample(6), run.real(6), 1e-6

    def own_losses(points):
        with torch.no_grad():
            pairs = zip(run.players.D(real), run.players.D(points), strict=True)
            return torch.stack([OBJECTIVES[objective].generator(r[None], f[None]) for r, f in pairs])

    found = views.arrows(run, x)
    assert found.shape == x.shape
    assert float(found.abs().max()) > 1e-3
    for i in range(x.shape[1]):
        step = torch.zeros_like(x)
        step[:, i] = h
        numeric = -(own_losses(x + step) - own_losses(x - step)) / (2 * h)
        torch.testing.assert_close(found[:, i], numeric, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("pack", [2, 4])
def test_a_discriminator_of_packs_is_shown_on_copies_and_its_arrows_are_those_of_the_packs_loss(pack):
    run = trained(SMALL.replace(pack=pack))
    x, body = run.sample(8), run.players.D.body
    with torch.no_grad():
        alone = torch.sigmoid(body(x.repeat(1, pack)))[:, 0]  # each point beside copies of itself
        torch.testing.assert_close(views.scores(run, x), alone, rtol=0, atol=1e-14)
    points = x.clone().requires_grad_()
    packs = body(points.reshape(8 // pack, 2 * pack))[:, 0]
    (summed,) = torch.autograd.grad(torch.log1p(torch.exp(-packs)).sum(), points)  # each point is in one pack only
    torch.testing.assert_close(views.arrows(run, x), -summed, rtol=0, atol=1e-12)


def test_arrows_of_a_generator_that_looks_ahead_follow_the_loss_that_it_sees_there():
    run = trained(SMALL.replace(unroll=2))
    x, real, h = run.sample(6), run.real(6), 1e-6

    def loss(points):
        return OBJECTIVES["non_saturating"].generator(None, lookahead(run.players, real, points)(points)).item()

    for i in (0, 3):
        step = torch.zeros_like(x)
        step[i, 1] = h
        numeric = -6 * (loss(x + step) - loss(x - step)) / (2 * h)
        assert float(views.arrows(run, x)[i, 1]) == pytest.approx(numeric, rel=1e-4, abs=1e-6)
    assert not torch.allclose(views.arrows(run, x), views.arrows(trained(SMALL), x), atol=1e-3)


def test_arrows_leave_no_gradient_behind():
    run = trained()
    before = run.players.d_optimiser.gradient.clone(), run.players.g_optimiser.gradient.clone()
    views.arrows(run, run.sample(6))
    after = run.players.d_optimiser.gradient, run.players.g_optimiser.gradient
    assert all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
    assert all(p.requires_grad for p in run.players.D.parameters())


def test_following_the_arrows_lowers_the_generators_loss():
    run = trained()
    x = run.sample(50)
    arrows = views.arrows(run, x)

    def loss(points):
        return OBJECTIVES["non_saturating"].generator(None, run.players.D(points)).item()

    assert loss(x + 0.01 * arrows) < loss(x) < loss(x - 0.01 * arrows)


@pytest.mark.parametrize(("data", "noise"), [("ring", 2), ("ring", 5), ("two_gaussians", 1)])
def test_the_manifold_is_the_generator_over_a_lattice_of_noise(data, noise):
    run = trained(SMALL.replace(data=data, noise=noise), 3)
    grid = views.manifold(run, 5)
    assert grid.shape == (5, 5, run.target.dim)
    middle = run.generate(torch.zeros(1, noise, dtype=torch.float64))[0]
    torch.testing.assert_close(grid[2, 2], middle, rtol=0, atol=1e-12)  # the median of the noise is 0
    corner = torch.zeros(1, noise, dtype=torch.float64)
    corner[0, 0], corner[0, 1:2] = -2.0537489, 2.0537489  # 2 % and 98 % of a standard normal
    torch.testing.assert_close(grid[0, 4], run.generate(corner)[0], rtol=0, atol=1e-6)


def test_samples_outside_the_picture_are_placed_on_its_edge_and_counted():
    inside = torch.zeros(2, 2).double()
    found = views.strays(torch.cat([inside, torch.tensor([[30.0, 0], [-3, 4], [0, -1e5]]).double()]), 2)
    assert found.places == pytest.approx(np.array([[2, 0], [-1.5, 2], [0, -2]]))
    assert found.words == ("3 of 5 generated points lie outside,", "5 to 1e+05 from the middle")
    few = views.strays(torch.cat([torch.zeros(10, 2), torch.tensor([[9.0, 9.0]])]), 2)
    assert (few.places.tolist(), few.words) == ([[2, 2]], ())
    assert views.strays(inside, 2).words == ()
    line = views.strays(torch.tensor([[7.0], [0.0], [-7.0]]), 3.5)
    assert line.places.tolist() == [[3.5, 0], [-3.5, 0]]
    assert views.strays(torch.tensor([[math.nan, 0.0], [0, 0]]), 2).words[0] == "1 of 2 generated points"


# --- curves ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [0, 1, 7, 10, 11, 19, 20, 21, 1000, 1003])
def test_thinning_keeps_the_means(length):
    values = np.random.default_rng(length).normal(size=length)
    thin = views.thin(values, 10)
    assert len(thin) <= 10
    stretch = max(1, math.ceil(length / 10))
    parts = [values[i : i + stretch].mean() for i in range(0, length, stretch)]
    assert thin == pytest.approx(parts, rel=1e-12)


def filled(steps):
    history = History(TARGETS["ring"])
    numbers = np.arange(1, steps + 1, dtype=float)
    history.fill(np.stack([numbers, 2 * numbers, 3 * numbers, *[numbers] * 5], axis=1))
    for step in range(0, steps + 1, 25):
        history.add_snapshot({"step": step, "modes": step // 25 % 9, "quality": step / 1e4})
    return history


def test_loss_curves_are_means_at_the_mean_step():
    curve = views.loss_curves(filled(3000), 100)
    assert curve.shape == (100, 3)
    assert curve[0].tolist() == [15.5, 31, 46.5]  # mean of steps 1 ... 30
    assert curve[:, 1] == pytest.approx(2 * curve[:, 0])
    assert curve[:, 2] == pytest.approx(3 * curve[:, 0])


@pytest.mark.parametrize("steps", [0, 25, 1000, 3000, 9975])
def test_mode_curves_always_have_the_last_snapshot(steps):
    curve = views.mode_curves(filled(steps), 20)
    assert 1 <= len(curve) <= 20
    assert curve[-1].tolist() == [steps, steps // 25 % 9, steps / 1e4]
    assert len(set(np.diff(curve[:, 0]))) <= 1
    assert views.mode_curves(History(), 20).shape == (0, 3)


def test_marks_name_the_knobs_that_moved_and_when():
    run = trained(steps=2)
    run.knobs.lr_g = 1e-4
    run.step_discriminator()
    run.train_step()
    run.knobs.penalty, run.knobs.d_strength = "r1", 0.25
    marks = views.knob_marks(run)
    assert [step for step, _ in marks] == [2, 3, 3]  # updates by hand are no knobs
    words = " ".join(word for _, word in marks)
    for part in ("lr G 1e-4", "r1", "1/4"):
        assert part in words
    waiting = Run.from_token(run.token)
    assert views.knob_marks(waiting) == []  # what is still to come is not drawn


def test_a_histogram_over_the_drawn_line_is_a_density():
    target = TARGETS["two_gaussians"]
    heights = views.histogram(target.sample(50_000, torch.Generator().manual_seed(0)), target, bars=40)
    width = 2 * views.extent(target) / 40
    centres = -views.extent(target) + width * (torch.arange(40) + 0.5)
    assert heights.sum() * width == pytest.approx(1, abs=1e-3)
    assert np.abs(heights - target.log_prob(centres[:, None]).exp().numpy()).max() < 0.05
    outside = torch.cat([torch.zeros(1, 1), torch.full((3, 1), 99.0)]).double()
    assert views.histogram(outside, target).sum() * 2 * views.extent(target) / 60 == pytest.approx(1 / 4)


def test_distance_curves_are_the_snapshots():
    run = trained(SMALL.replace(data="two_gaussians"), 60)
    curve = views.distance_curves(run.history)
    assert curve.tolist() == [[s["step"], s["js"], s["w1"]] for s in run.history.snapshots]
    assert curve[:, 0].tolist() == [0, 25, 50]
    long = History(TARGETS["two_gaussians"])
    long.snapshots = [{"step": s, "js": s / 1e4, "w1": 1.0} for s in range(0, 10_000, 25)]
    thin = views.distance_curves(long, points=50)
    assert len(thin) <= 50
    assert thin[-1].tolist() == [9975, 0.9975, 1]


def test_the_curve_of_digits_is_in_powers_of_ten():
    class Seen:
        snapshots = tuple({"step": 100 * i, "modes": 10 - i, "distance": distance}
                          for i, distance in enumerate((1e4, 1000.0, -5.0, math.inf)))  # fmt: skip

    np.testing.assert_allclose(views.digit_curve(Seen), [(0, 10, 4), (100, 9, 3), (200, 8, 2), (300, 7, math.nan)])
