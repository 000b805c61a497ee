"""What can be known without training: the best discriminator, the value of the game, and distances between densities.

Everything is one-dimensional and works on log densities, so that no logarithm of a rounded zero can occur.
Names: x = evenly spaced points (n,) from `line`; log_p, log_q = log density of real and generated data there (n,);
t = a discriminator's logits there (n,); d = distance between two means. Results are in nats or in the data's own unit.

Integrals are sums by the trapezoidal rule over x. Where x reaches 8 standard deviations beyond every peak, and its
spacing is at most a quarter of the smallest one, V, KL and JS are right to 1e-9. W1 is right to the spacing squared.
"""

import math

import torch
from torch.nn.functional import logsigmoid

LN2 = math.log(2)


def line(low=-12.0, high=12.0, points=24001):
    """Evenly spaced points (n,), float64. Taught in notebooks/01."""
    return torch.linspace(low, high, points, dtype=torch.float64)


def log_normal(x, mean=0.0, std=1.0):
    """Log density of N(mean, std²) at x, same shape. Taught in notebooks/01."""
    return -0.5 * ((x - mean) / std) ** 2 - math.log(std * math.sqrt(2 * math.pi))


def log_mixture(x, means, stds, weights):
    """Log density at x (n,) of Gaussians with these means, standard deviations and weights (sequences).

    Weights sum to 1; a Gaussian of weight 0 is left out. Taught in notebooks/01.
    """
    bumps = [log_normal(x, mean, std) + math.log(weight)
             for mean, std, weight in zip(means, stds, weights, strict=True) if weight > 0]  # fmt: skip
    return torch.logsumexp(torch.stack(bumps), dim=0)  # (n,)


def optimal_discriminator(log_p, log_q):
    """D*(x) = p/(p+q), the best answer to a fixed generator, as the sigmoid of its logit ln p - ln q: in [0, 1].

    Goodfellow et al. 2014, Proposition 1. Taught in notebooks/01.
    """
    return torch.sigmoid(log_p - log_q)


def value(t, log_p, log_q, x):
    """V(D, G) = E_p[ln D] + E_q[ln(1 - D)] for the discriminator σ(t): at most 0, and -ln 4 for one that says ½.

    D maximises it, G minimises it; minus V is the discriminator's loss. Goodfellow et al. 2014, eq. 1.
    Taught in notebooks/01.
    """
    return integral(log_p.exp() * logsigmoid(t) + log_q.exp() * logsigmoid(-t), x)


def best_value(log_p, log_q, x):
    """V(D*, G), the highest value against this generator: -ln 4 + 2 JS. Goodfellow et al. 2014, eq. 5.

    Taught in notebooks/01.
    """
    return value(log_p - log_q, log_p, log_q, x)


def gap(t, log_p, log_q, x):
    """How far σ(t) lies from D*: the mean of |D - D*| over data that is half real, half generated; 0 to 1.

    Taught in notebooks/01.
    """
    away = (torch.sigmoid(t) - optimal_discriminator(log_p, log_q)).abs()
    return integral((log_p.exp() + log_q.exp()) / 2 * away, x)


def kullback_leibler(log_p, log_q, x):
    """KL(p ‖ q) = E_p[ln p - ln q], from 0 up; large wherever q is small and p is not. Taught in notebooks/A."""
    return integral(log_p.exp() * (log_p - log_q), x)


def jensen_shannon(log_p, log_q, x):
    """Jensen-Shannon divergence, the mean of KL(p ‖ m) and KL(q ‖ m) with m = (p+q)/2: from 0 to ln 2 = .693.

    Taught in notebooks/A.
    """
    m = torch.logaddexp(log_p, log_q) - LN2
    return (kullback_leibler(log_p, m, x) + kullback_leibler(log_q, m, x)) / 2


def w1(log_p, log_q, x):
    """Earth mover's distance ∫|F_p - F_q|: how far the mass has to travel, on average. Taught in notebooks/08."""
    step = x[1] - x[0]
    difference = torch.cumulative_trapezoid(log_p.exp() - log_q.exp(), dx=step)  # (n-1,)
    return float(torch.trapezoid(difference.abs(), dx=step))


def integral(values, x):
    """Trapezoidal rule over evenly spaced x, as a float."""
    return float(torch.trapezoid(values, x))


# --- closed forms for Gaussians -----------------------------------------------------------------------------------


def w1_of_normals(d, s=0.0):
    """W1 of two Gaussians whose means differ by d and whose standard deviations differ by s:
    s√(2/π) exp(-d²/2s²) + d erf(d/(√2 s)), and d where s = 0. Taught in notebooks/08.
    """
    d, s = abs(d), abs(s)
    if s == 0:
        return d
    return s * math.sqrt(2 / math.pi) * math.exp(-(d**2) / (2 * s**2)) + d * math.erf(d / (math.sqrt(2) * s))


def w2_of_normals(d, s=0.0):
    """W2 of two Gaussians, √(d² + s²): Dowson & Landau 1982. Taught in notebooks/08."""
    return math.hypot(d, s)


def gradient_ratio(d):
    """exp(-d²/2): the saturating gradient over the non-saturating one, at the mean of N(d, 1), against N(0, 1) and D*.

    There the logit is -d²/2, and σ(t)/σ(-t) = eᵗ. Taught in notebooks/04.
    """
    return math.exp(-(d**2) / 2)


def mean_gradients(d, x=None):
    """(saturating, non-saturating): how strongly each loss pulls N(d, 1) back to N(0, 1), on average over its samples.

    D* has the logit d(d/2 - x), of slope -d, so the pulls are d·E[σ(t)] and d·E[σ(-t)], which add up to d. The first
    vanishes as d grows. Arjovsky & Bottou 2017, Theorem 2.4. Taught in notebooks/04.
    """
    x = line(d - 12, d + 12) if x is None else x
    log_q, t = log_normal(x, d), d * (d / 2 - x)
    fall, climb = logsigmoid(t).exp(), logsigmoid(-t).exp()
    return d * integral(log_q.exp() * fall, x), d * integral(log_q.exp() * climb, x)
