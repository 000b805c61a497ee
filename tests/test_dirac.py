"""The Dirac-GAN against closed forms, published radii, the package's own losses, and Jacobians by autograd."""

import math
from itertools import pairwise

import pytest
import torch

from gan_edu import dirac, objectives, penalties
from gan_edu.dirac import METHODS, START, UPDATES, eigenvalues, growth, simultaneous_step, trajectory, vector_field

H = dirac.STEP_SIZE
SMOOTH = [name for name in METHODS if name != "wgan_gp"]
PLACES = [(1.0, -1.0), (0.3, 2.0), (-1.5, 0.4), (-0.2, -0.7)]


def number(value):
    return torch.tensor(value, dtype=torch.float64)


def radius(path):
    return path.norm(dim=-1)


def sigma(t):
    return 1 / (1 + math.exp(-t))


# --- the fields -----------------------------------------------------------------------------------------------


LOSSES = {
    "saturating": (objectives.minimax_discriminator, objectives.minimax_generator),
    "non_saturating": (objectives.minimax_discriminator, objectives.non_saturating_generator),
    "wasserstein": (objectives.wasserstein_discriminator, objectives.critic_generator),
}
PAIRED = {"relativistic": (objectives.relativistic_discriminator, objectives.relativistic_generator)}


def by_losses(method, theta, psi, r1=0.0, gp=0.0):
    """(θ̇, ψ̇) as the gradients of the package's own losses for D(x) = ψx, real data at 0 and one fake at θ."""
    d_loss, g_loss = (LOSSES | PAIRED)[method]
    real = torch.zeros(1, 1, dtype=torch.float64)
    theta, psi = number(theta).requires_grad_(), number(psi).requires_grad_()

    def D(x):
        return psi * x[..., 0]

    fake = theta.reshape(1, 1)
    alpha = torch.full((1,), 0.5, dtype=torch.float64)
    loss = d_loss(D(real), D(fake)) + r1 * penalties.r1(D, real, fake, alpha)
    loss = loss + gp / 2 * penalties.wgan_gp(D, real, fake, alpha)
    (d_psi,) = torch.autograd.grad(loss, psi, retain_graph=True)
    (d_theta,) = torch.autograd.grad(g_loss(D(real), D(fake)), theta)
    return -float(d_theta), -float(d_psi)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("r1", [0.0, 0.3])
@pytest.mark.parametrize("method", list(LOSSES))
def test_a_field_is_what_the_courses_losses_ask_for(method, r1, place):
    v = vector_field(method, r1)(*map(number, place))
    assert list(map(float, v)) == pytest.approx(by_losses(method, *place, r1=r1), abs=1e-12)


@pytest.mark.parametrize("place", PLACES)
def test_gradient_penalty_field_is_half_of_lambda_times_the_penalty(place):
    v = vector_field("wgan_gp")(*map(number, place))
    assert list(map(float, v)) == pytest.approx(by_losses("wasserstein", *place, gp=dirac.GP_WEIGHT), abs=1e-9)


@pytest.mark.parametrize("place", PLACES)
def test_consensus_field_is_the_game_minus_the_gradient_of_half_its_squared_length(place):
    w = number(place).requires_grad_()
    v = torch.stack(vector_field("saturating")(w[0], w[1]))
    (pull,) = torch.autograd.grad(v.square().sum() / 2, w)
    expected = v - dirac.CONSENSUS_WEIGHT * pull
    assert torch.stack(vector_field("consensus")(w[0], w[1])).tolist() == pytest.approx(expected.tolist(), abs=1e-12)


def test_fields_take_whole_grids():
    theta, psi = torch.meshgrid(torch.linspace(-2, 2, 5), torch.linspace(-2, 2, 3), indexing="ij")
    for method in METHODS:
        d_theta, d_psi = vector_field(method, 0.3)(theta, psi)
        assert d_theta.shape == d_psi.shape == theta.shape
        alone = vector_field(method, 0.3)(theta[1, 2], psi[1, 2])
        assert (float(d_theta[1, 2]), float(d_psi[1, 2])) == pytest.approx(tuple(map(float, alone)))


# --- the exact identities -------------------------------------------------------------------------------------


def test_1_a_simultaneous_gan_step_never_comes_nearer():
    """r² grows by the factor 1 + h²σ(x)² at every step."""
    path = trajectory("saturating", steps=200)
    for before, after in pairwise(path):
        x = float(before.prod())
        factor = float(after.square().sum() / before.square().sum())
        assert factor == pytest.approx(1 + H**2 * sigma(x) ** 2, abs=1e-12)


def test_2_simultaneous_wasserstein_grows_like_a_power():
    r = radius(trajectory("wasserstein"))
    k = torch.arange(len(r), dtype=torch.float64)
    assert (r / r[0]).log().tolist() == pytest.approx((k / 2 * math.log1p(H**2)).tolist(), abs=1e-9)
    assert float(r[100] / r[0]) == pytest.approx(7.1067, abs=5e-5)


@pytest.mark.parametrize("start", [(1.0, -1.0), (1.0, 1.0)])
def test_3_alternating_wasserstein_keeps_an_ellipse(start):
    """θ² + ψ² + hθψ: the cross term's sign is that of 'positive means real'."""
    theta, psi = trajectory("wasserstein", "alternating", start=start).T
    kept = theta**2 + psi**2 + H * theta * psi
    assert kept.tolist() == pytest.approx([2 + H * start[0] * start[1]] * len(kept), abs=1e-6)
    other = theta**2 + psi**2 - H * theta * psi
    assert float(other.max() - other.min()) > 0.1, "with the other sign it would not be kept"


@pytest.mark.parametrize("gamma", [0.1, 0.3, 1.0, 2.0])
def test_4_r1_shifts_the_eigenvalues_to_the_left(gamma):
    discriminant = gamma**2 / 4 - 1 / 4
    root = discriminant**0.5 if discriminant >= 0 else 1j * (-discriminant) ** 0.5
    found = eigenvalues("saturating", gamma)
    assert abs(found[0] - (-gamma / 2 + root)) < 1e-12
    assert abs(found[1] - (-gamma / 2 - root)) < 1e-12
    assert (found[0].imag == 0) == (gamma >= 1), "from γ = 1 on nothing turns"


def test_5_non_saturating_never_diverges_in_continuous_time():
    """d(r²)/dt = -2x·tanh(x/2) ≤ 0."""
    theta, psi = torch.randn(2, 1000, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 2
    d_theta, d_psi = vector_field("non_saturating")(theta, psi)
    slope = 2 * (theta * d_theta + psi * d_psi)
    x = theta * psi
    assert slope.tolist() == pytest.approx((-2 * x * torch.tanh(x / 2)).tolist(), abs=1e-12)
    assert float(slope.max()) <= 0
    assert float(radius(trajectory("non_saturating"))[-1]) < math.sqrt(2)


def test_6_extragradient_shrinks_by_a_known_factor():
    r = radius(trajectory("extragradient"))
    ratio = (r[1:] / r[:-1]) ** 2
    assert ratio.tolist() == pytest.approx([1 - H**2 + H**4] * (len(r) - 1), abs=1e-12)
    assert growth("extragradient") ** 2 == pytest.approx(1 - H**2 + H**4, abs=1e-12)


# --- the published set-up -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "r1", "updates", "expected", "printed"),
    [
        ("saturating", 0, "simultaneous", 3.0969, 5e-5),
        ("saturating", 0, "alternating", 1.421, 5e-4),
        ("non_saturating", 0, "simultaneous", 0.640, 5e-4),
        ("non_saturating", 0, "alternating", 0.284, 5e-4),
        ("wasserstein", 0, "simultaneous", 2.56e4, 50),
        ("wasserstein", 0, "alternating", 1.398, 5e-4),
        ("saturating", 0.3, "simultaneous", 2.64e-6, 5e-9),
        ("saturating", 0.3, "alternating", 2.3e-7, 5e-9),
        ("saturating", 1.0, "simultaneous", 9.5e-22, 5e-23),
        ("saturating", 1.0, "alternating", 7.5e-17, 5e-18),
        ("consensus", 0, "simultaneous", 2.6e-10, 5e-12),
        ("consensus", 0, "alternating", 1.7e-11, 5e-13),
    ],
)
def test_radius_after_500_steps(method, r1, updates, expected, printed):
    assert float(radius(trajectory(method, updates, r1=r1))[-1]) == pytest.approx(expected, abs=printed)


@pytest.mark.parametrize(
    ("method", "updates", "low", "high"),
    [
        ("clip", "simultaneous", 1.00, 1.27),
        ("clip", "alternating", 0.95, 1.05),
        ("wgan_gp", "simultaneous", 1.62, 1.97),
        ("wgan_gp", "alternating", 1.14, 1.44),
    ],
)
def test_clipping_and_gradient_penalty_end_in_a_cycle(method, updates, low, high):
    late = radius(trajectory(method, updates))[-200:]
    assert float(late.min()) == pytest.approx(low, abs=5e-3)
    assert float(late.max()) == pytest.approx(high, abs=5e-3)


def test_the_start_matters():
    """From (1, 1) in our sign other figures follow than the published ones, which are from our (1, -1)."""
    assert START == (1.0, -1.0)
    assert float(radius(trajectory("saturating", start=(1.0, 1.0)))[-1]) == pytest.approx(3.3534, abs=5e-5)


def test_clipping_keeps_the_discriminators_weight_in_bounds():
    path = trajectory("clip", start=(1.0, -3.0))
    assert float(path[1:, 1].abs().max()) == dirac.CLIP


# --- where the non-saturating loss stops ----------------------------------------------------------------------


def late_radius(h, start, updates="simultaneous", r1=0.0):
    """Mean distance from rest at the end of 15 memories of the start; one memory is 4/h² steps."""
    return float(radius(trajectory("non_saturating", updates, h, r1, (start, 0.0), round(60 / h**2)))[-100:].mean())


@pytest.mark.parametrize(("start", "side"), [(1.5, "outside"), (0.1, "inside")])
@pytest.mark.parametrize(("h", "found"), [(0.4, 0.8905), (0.2, 0.6317), (0.1, 0.4471)])
def test_simultaneous_non_saturating_stops_on_a_circle_from_both_sides(h, found, start, side):
    """The radius is √(2h), a little less for long steps."""
    assert (start > math.sqrt(2 * h)) == (side == "outside")
    assert late_radius(h, start) == pytest.approx(found, abs=1e-3)
    assert late_radius(h, start) == pytest.approx(math.sqrt(2 * h), rel=h / 80)


@pytest.mark.parametrize("h", [0.05, 0.2])
@pytest.mark.parametrize("r", [0.05, 0.2, 0.4])
def test_growth_and_damping_of_the_amplitude_averaged_over_a_turn(r, h):
    """A step adds h²‖v‖² = h²r²/4 to r² and takes 2h·x·tanh(x/2) = h·x², on average h·r⁴/8: equal at r² = 2h."""
    angle = torch.linspace(0, 2 * math.pi, 1001, dtype=torch.float64)[:-1]
    theta, psi = r * angle.cos(), r * angle.sin()
    v = vector_field("non_saturating")
    after = torch.stack(simultaneous_step(v, theta, psi, h)).square().sum(0)
    growth_, damping = h**2 * r**2 / 4, h * r**4 / 8
    tolerance = 0.05 * (growth_ + damping)
    assert float((after - r**2).mean()) == pytest.approx(growth_ - damping, abs=tolerance)
    small = 1e-4  # in continuous time the damping is left alone
    after = torch.stack(simultaneous_step(v, theta, psi, small)).square().sum(0)
    assert float((after - r**2).mean()) / small == pytest.approx(-(r**4) / 8, abs=0.05 * r**4 / 8 + small * r**2)


def test_alternating_non_saturating_comes_nearer_ever_more_slowly():
    r = radius(trajectory("non_saturating", "alternating", steps=8000))
    means = [float(r[k : k + 100].mean()) for k in (400, 1900, 7900)]
    assert means[0] > 1.8 * means[1] > 3.2 * means[2] > 0  # as 1/√(time), past every circle
    assert means[1] < math.sqrt(2 * H) / 4


@pytest.mark.parametrize("h", [0.1, 0.2, 0.8])
def test_r1_calms_simultaneous_steps_only_above_a_quarter_of_the_step(h):
    assert growth("saturating", h=h, r1=h / 4) == pytest.approx(1, abs=1e-12)
    assert growth("saturating", h=h, r1=h / 4 - 0.01) > 1 > growth("saturating", h=h, r1=h / 4 + 0.01)
    assert late_radius(0.2, 0.3, r1=0.03) > 0.3 > 1e-3 > late_radius(0.2, 0.3, r1=0.1)
    assert growth("saturating", "alternating", h=h, r1=0.01) < 1


@pytest.mark.parametrize("place", PLACES)
def test_pairing_plays_the_same_smallest_game_as_the_plain_loss(place):
    """All real data is 0, so the logit beside the fake's is always 0."""
    assert by_losses("relativistic", *place) == pytest.approx(by_losses("non_saturating", *place), abs=1e-15)


# --- close to rest --------------------------------------------------------------------------------------------


def by_autograd(function):
    """The 2×2 Jacobian at 0 of a function (θ, ψ) -> (a, b)."""
    zero = torch.zeros(2, dtype=torch.float64)
    return torch.autograd.functional.jacobian(lambda w: torch.stack(function(w[0], w[1])), zero)


def same(found, expected):
    order = {"key": lambda root: (round(root.real, 6), round(root.imag, 6))}
    pairs = zip(sorted(map(complex, found), **order), sorted(map(complex, expected), **order), strict=True)
    return all(abs(a - b) < 1e-6 for a, b in pairs)


@pytest.mark.parametrize("r1", [0.0, 0.3, 2.0])
@pytest.mark.parametrize("method", SMOOTH)
def test_eigenvalues_by_autograd(method, r1):
    A = by_autograd(vector_field(method, r1))
    assert torch.allclose(A, torch.from_numpy(dirac.jacobian(method, r1)), atol=1e-12)
    assert same(eigenvalues(method, r1), torch.linalg.eigvals(A).tolist())


@pytest.mark.parametrize("updates", list(UPDATES))
@pytest.mark.parametrize("r1", [0.0, 0.3, 2.0])
@pytest.mark.parametrize("method", SMOOTH)
def test_growth_by_autograd_of_the_whole_step(method, r1, updates):
    v = vector_field(method, r1)
    A = by_autograd(lambda theta, psi: UPDATES[updates](v, theta, psi, H))
    assert growth(method, updates, H, r1) == pytest.approx(float(torch.linalg.eigvals(A).abs().max()), abs=1e-6)


@pytest.mark.parametrize(
    ("method", "r1", "expected"),
    [
        ("saturating", 0, (0.5j, -0.5j)),
        ("non_saturating", 0, (0.5j, -0.5j)),
        ("wasserstein", 0, (1j, -1j)),
        ("saturating", 0.3, (-0.15 + 0.476970j, -0.15 - 0.476970j)),
        ("saturating", 1, (-0.5, -0.5)),
        ("consensus", 0, (-0.25 + 0.5j, -0.25 - 0.5j)),
        ("extragradient", 0, (-H + 1j, -H - 1j)),
    ],
)
def test_eigenvalues_at_rest(method, r1, expected):
    assert same(eigenvalues(method, r1), expected)


def test_growth_is_what_a_long_trajectory_shows():
    r = radius(trajectory("saturating", r1=0.3, steps=400))
    assert float(r[400] / r[200]) ** (1 / 200) == pytest.approx(growth("saturating", r1=0.3), abs=2e-3)
    assert growth("saturating", "alternating") == pytest.approx(1, abs=1e-12)
    assert growth("wasserstein") == pytest.approx(math.sqrt(1 + H**2), abs=1e-12)


def test_a_field_that_jumps_has_no_eigenvalues():
    assert eigenvalues("wgan_gp") is None
    assert growth("wgan_gp") is None
    above, below = (vector_field("wgan_gp")(number(0.0), number(p))[1] for p in (1e-9, -1e-9))
    assert float(above - below) == pytest.approx(2 * dirac.GP_WEIGHT, abs=1e-6)


def test_a_turn_takes_as_many_steps_as_the_imaginary_part_says():
    path = trajectory("saturating", "alternating", h=0.05, start=(0.01, 0.0), steps=1000)
    upwards = [k for k in range(1, len(path)) if path[k - 1, 1] < 0 <= path[k, 1]]
    assert upwards[1] - upwards[0] == pytest.approx(dirac.steps_in_a_turn("saturating", h=0.05), abs=1)
    assert dirac.steps_in_a_turn("saturating", h=0.05) == pytest.approx(4 * math.pi / 0.05)
    assert dirac.steps_in_a_turn("saturating", r1=1.0) == math.inf
    assert dirac.steps_in_a_turn("wgan_gp") == math.inf


@pytest.mark.parametrize("call", [lambda: vector_field("gan"), lambda: trajectory("saturating", "both")])
def test_unknown_names_list_the_known_ones(call):
    with pytest.raises(KeyError, match=r"saturating, non_saturating|simultaneous, alternating"):
        call()
