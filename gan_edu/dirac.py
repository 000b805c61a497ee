"""The Dirac-GAN: the smallest game in which two players can chase each other for ever (Mescheder et al. 2018).

All real data is the one number 0. The generator has one weight θ and makes the number θ. The discriminator has one
weight ψ and gives a number x the logit ψx. Rest is at θ = ψ = 0. Positive means 'real', as in the whole course. The
paper lets it mean 'fake', so its ψ is our -ψ, and its start (1, 1) is our (1, -1).
Names: theta, psi = θ, ψ (tensors of any shape); v = a vector field (θ, ψ) -> (θ̇, ψ̇), how each wants to move; h = step
size; x = ψθ, the logit of the generated number; r = √(θ² + ψ²), the distance from rest.
"""

import cmath
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

START, STEP_SIZE, STEPS = (1.0, -1.0), 0.2, 500  # the published set-up, in our sign
GP_WEIGHT, GP_TARGET = 0.7, 1.0
CONSENSUS_WEIGHT = 1.0
CLIP = 1.0


# --- vector fields: what each loss asks of its player --------------------------------------------------------------


def saturating_field(theta, psi):
    """Both play for V = -softplus(ψθ) + constant: θ̇ = ψσ(x), ψ̇ = -θσ(x). Mescheder et al. 2018, §2.

    Taught in notebooks/06.
    """
    x = psi * theta
    return psi * torch.sigmoid(x), -theta * torch.sigmoid(x)


def non_saturating_field(theta, psi):
    """The generator's loss is softplus(-ψθ): θ̇ = ψσ(-x), ψ̇ = -θσ(x). Mescheder et al. 2018, §3.2.

    The distance from rest never grows in continuous time: d(r²)/dt = -2x·tanh(x/2), over a turn -r⁴/8 on average.
    A simultaneous step of size h adds h²r²/4 to r², so there it stops where both are equal, at r = √(2h).
    The paired loss has this same field here, as all real data is 0. Taught in notebooks/06.
    """
    x = psi * theta
    return psi * torch.sigmoid(-x), -theta * torch.sigmoid(x)


def wasserstein_field(theta, psi):
    """The critic's loss is ψθ, the generator's -ψθ: θ̇ = ψ, ψ̇ = -θ, a plain rotation. Mescheder et al. 2018, §3.1.

    Taught in notebooks/06.
    """
    return psi, -theta


def gradient_penalty_field(theta, psi):
    """Wasserstein with (λ/2)(|ψ| - 1)² in the critic's loss: ψ̇ = -θ - λ(|ψ| - 1) sign ψ, with λ = GP_WEIGHT.

    Mescheder et al. 2018, §3.1, with their λ/2 (`penalties.wgan_gp` has no ½). Taught in notebooks/06.
    """
    return psi, -theta - GP_WEIGHT * (psi.abs() - GP_TARGET) * psi.sign()


def consensus_field(theta, psi):
    """v - γ∇(½‖v‖²) for v = saturating_field, γ = CONSENSUS_WEIGHT: both also want the field itself to be small.

    ½‖v‖² = ½ r² σ(x)². Mescheder et al. 2017, eq. 9; 2018, §3.4. Taught in notebooks/06.
    """
    x, r2 = psi * theta, theta**2 + psi**2
    d_theta, d_psi = saturating_field(theta, psi)
    pull = CONSENSUS_WEIGHT * torch.sigmoid(x) ** 2
    bend = r2 * torch.sigmoid(-x)
    return d_theta - pull * (theta + bend * psi), d_psi - pull * (psi + bend * theta)


def with_r1(v, weight):
    """The same field with (γ/2)ψ² in the discriminator's loss, its squared slope at the data: ψ̇ - γψ.

    weight: γ ≥ 0. On a GAN simultaneous steps of size h come to rest only for γ > h/4.
    Mescheder et al. 2018, eq. 9. Taught in notebooks/06.
    """

    def damped(theta, psi):
        d_theta, d_psi = v(theta, psi)
        return d_theta, d_psi - weight * psi

    return damped


def extragradient(v, h):
    """The field at the place where a first step of size h would lead: v(w + h·v(w)). Korpelevich 1976.

    Taught in notebooks/06.
    """

    def ahead(theta, psi):
        d_theta, d_psi = v(theta, psi)
        return v(theta + h * d_theta, psi + h * d_psi)

    return ahead


@dataclass(frozen=True)
class Method:
    """words: its name on screen. field: v. jacobian: of v at rest, rows θ̇ and ψ̇; None where v jumps there.

    clips: ψ is clamped to ±CLIP after each step. looks_ahead: each step is `extragradient`'s.
    """

    words: str
    field: Callable
    jacobian: tuple | None
    clips: bool = False
    looks_ahead: bool = False


_HALF, _WHOLE = ((0.0, 0.5), (-0.5, 0.0)), ((0.0, 1.0), (-1.0, 0.0))
METHODS = {
    "saturating": Method("GAN, saturating", saturating_field, _HALF),
    "non_saturating": Method("GAN, non-saturating", non_saturating_field, _HALF),
    "wasserstein": Method("Wasserstein", wasserstein_field, _WHOLE),
    "clip": Method("Wasserstein, clipped to ±1", wasserstein_field, _WHOLE, clips=True),
    "wgan_gp": Method("Wasserstein, gradient penalty", gradient_penalty_field, None),
    "consensus": Method("GAN, consensus", consensus_field, ((-0.25, 0.5), (-0.5, -0.25))),
    "extragradient": Method("Wasserstein, extragradient", wasserstein_field, _WHOLE, looks_ahead=True),
}


def vector_field(method, r1=0.0, h=STEP_SIZE):
    """The field of a method with an R1 weight: a function (θ, ψ) -> (θ̇, ψ̇). h matters to extragradient only.

    Raises KeyError listing the known methods. Taught in notebooks/06.
    """
    v = with_r1(_find(method).field, r1)
    return extragradient(v, h) if _find(method).looks_ahead else v


def _find(method):
    if method not in METHODS:
        raise KeyError(f"there is no method {method!r}; there are {', '.join(METHODS)}")
    return METHODS[method]


# --- steps --------------------------------------------------------------------------------------------------------


def simultaneous_step(v, theta, psi, h):
    """Both players move at once, each from where the other was. Returns (θ, ψ). Taught in notebooks/06."""
    d_theta, d_psi = v(theta, psi)
    return theta + h * d_theta, psi + h * d_psi


def alternating_step(v, theta, psi, h):
    """The generator moves, then the discriminator answers to where it is now. Returns (θ, ψ).

    Taught in notebooks/06.
    """
    theta = theta + h * v(theta, psi)[0]
    psi = psi + h * v(theta, psi)[1]
    return theta, psi


UPDATES = {"simultaneous": simultaneous_step, "alternating": alternating_step}


def trajectory(method, updates="simultaneous", h=STEP_SIZE, r1=0.0, start=START, steps=STEPS):
    """Where the two weights go: a tensor (steps + 1, 2) with rows (θ, ψ), the start first.

    method: a key of METHODS; updates: a key of UPDATES. Raises KeyError listing the known ones. Taught in notebooks/06.
    """
    if updates not in UPDATES:
        raise KeyError(f"there are no updates {updates!r}; there are {', '.join(UPDATES)}")
    v, step = vector_field(method, r1, h), UPDATES[updates]
    theta, psi = torch.tensor(start, dtype=torch.float64)
    path = [torch.stack([theta, psi])]
    for _ in range(steps):
        theta, psi = step(v, theta, psi, h)
        if _find(method).clips:
            psi = psi.clamp(-CLIP, CLIP)
        path.append(torch.stack([theta, psi]))  # (2,)
    return torch.stack(path)  # (steps + 1, 2)


# --- close to rest ------------------------------------------------------------------------------------------------


def jacobian(method, r1=0.0, h=STEP_SIZE):
    """The field's Jacobian at rest, an array (2, 2), rows θ̇ and ψ̇; None for wgan_gp, whose field jumps there.

    Taught in notebooks/06.
    """
    if _find(method).jacobian is None:
        return None
    A = np.array(_find(method).jacobian) - np.diag([0.0, r1])  # (2, 2)
    return A + h * A @ A if _find(method).looks_ahead else A


def eigenvalues(method, r1=0.0, h=STEP_SIZE):
    """The two eigenvalues of `jacobian`, complex numbers: T/2 ± √(T²/4 - det), T the trace; None for wgan_gp.

    Negative real part: small steps spiral in; imaginary part: how fast they turn, in radians a unit of h. With R1 on a
    GAN they are -γ/2 ± √(γ²/4 - ¼), and it turns no more from γ = 1 on. Mescheder et al. 2018, §4.1.
    Taught in notebooks/06.
    """
    A = jacobian(method, r1, h)
    return None if A is None else _roots(A)


def growth(method, updates="simultaneous", h=STEP_SIZE, r1=0.0):
    """The factor by which a step close to rest stretches the distance in the long run; below 1 it comes to rest.

    It is the largest |eigenvalue| of the step itself: simultaneous I + hA, alternating (I + hA₂)(I + hA₁), A₁ and A₂
    being A's rows of the generator and the discriminator alone. None for wgan_gp. Taught in notebooks/06.
    """
    A = jacobian(method, r1, h)
    if A is None:
        return None
    G, D = np.eye(2) + h * A * [[1], [0]], np.eye(2) + h * A * [[0], [1]]  # (2, 2) each
    step = {"simultaneous": np.eye(2) + h * A, "alternating": D @ G}[updates]
    return max(abs(root) for root in _roots(step))


def _roots(A):
    half, determinant = (A[0, 0] + A[1, 1]) / 2, A[0, 0] * A[1, 1] - A[0, 1] * A[1, 0]
    root = cmath.sqrt(half**2 - determinant)
    return complex(half + root), complex(half - root)


def steps_in_a_turn(method, r1=0.0, h=STEP_SIZE):
    """Steps that a turn around rest takes for small h, 2π / (h·|imaginary part|); infinite where nothing turns.

    Taught in notebooks/06.
    """
    roots = eigenvalues(method, r1, h)
    turning = abs(roots[0].imag) if roots else 0.0
    return 2 * math.pi / (h * turning) if turning else math.inf
