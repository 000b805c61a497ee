"""Measures for digits, in the 64 features and by the class names of the course's own classifier (gan_edu.digits).

The landmarks: 'perfect' means real digits against other real digits, 'collapsed' one real digit again and again. Both
were measured on random training digits (the file goes writer by writer, so a stretch of it will not do). A distance
means nothing under another classifier, nor beside another paper's.
Names: images (n, 1, 28, 28) in [-1, 1]; a, b, real, fake = features (n, 64) as `gan_edu.digits.features` makes them.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import torch

from gan_edu.digits import CLASSES, classify, features, named
from gan_edu.metrics import CLASS_SHARE
from gan_edu.metrics_2d import kl_of_shares
from gan_edu.mnist import load_mnist, to_unit
from gan_edu.randomness import generator_for

ENOUGH = 10_000  # samples for a Frechet distance
REFERENCE = 1000  # real digits that a snapshot is compared to
NEIGHBOURS = 5  # k of precision, recall, density and coverage
REAL_SHARES = torch.tensor([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], dtype=torch.float64) / 60_000


@dataclass(frozen=True)
class Histogram:
    """Which digits are drawn: `shares` of 0 ... 9 (10,), `classes` with more than 1 %, `reverse_kl` in nats."""

    shares: torch.Tensor
    classes: int
    reverse_kl: float


def class_histogram(images):
    """The Histogram of images (n, 1, 28, 28), against the shares of the 60,000 training digits.

    Perfect at n = 10,000: 10 classes, reverse KL at its floor (10-1)/2n ± √(2·9)/2n = .00045 ± .0002 (the test digits
    score .0002), .018 ± .008 at n = 256; collapsed: 1 class, reverse KL 2.19 (ones) to 2.40 (fives). The classifier
    names every image, a blot too. What is not finite has 0 classes. Taught in notebooks/11.
    """
    return histogram_of(classify(images) if torch.isfinite(images).all() else torch.zeros(0, dtype=torch.long))


def histogram_of(digits):
    """The Histogram of digits already named, (n,) of 0 ... 9; of none, 0 classes. Taught in notebooks/12."""
    if not len(digits):
        return Histogram(torch.zeros(CLASSES), 0, math.nan)
    shares = torch.bincount(digits, minlength=CLASSES).double() / len(digits)
    return Histogram(shares, int((shares > CLASS_SHARE).sum()), kl_of_shares(shares, REAL_SHARES))


@lru_cache
def real_features(part=0, n=ENOUGH):
    """Features (n, 64) of n random training digits; parts 0, 1, 2, ... of one size share none. Taught in notebooks/12.

    Raises ValueError where there are not so many parts.
    """
    images, _ = load_mnist("train")
    if (part + 1) * n > len(images):
        raise ValueError(f"part {part} of {n:,} digits each goes beyond the {len(images):,} that there are")
    order = torch.randperm(len(images), generator=generator_for("digits", "reference"))
    return features(to_unit(images[order[part * n : (part + 1) * n]]))


def image_snapshot(images):
    """What a run on digits measures of itself: the share of each class, how many are drawn, and the kernel distance.

    images: (n, 1, 28, 28) in [-1, 1], compared to 1,000 real digits; n = 256 in a run. A perfect generator draws 10
    classes, at distance 0 ± 60; a collapsed one 1, at 5,000 or more. The classifier names a blot too: only the
    distance says how well the digits are drawn. Taught in notebooks/11.
    """
    if not torch.isfinite(images).all():
        return {"modes": 0, "shares": [0.0] * CLASSES, "distance": math.inf, "finite": False}
    known = features(images)  # (n, 64)
    shares = (torch.bincount(named(known), minlength=CLASSES) / len(images)).tolist()
    return {"modes": sum(share > CLASS_SHARE for share in shares), "shares": shares,
            "distance": kernel_distance(known, real_features(0, REFERENCE)), "finite": True}  # fmt: skip


def frechet_distance(a, b, at_least=ENOUGH):
    """‖μa - μb‖² + tr(Sa + Sb - 2 (Sa Sb)^½) of the features' means and covariances. Heusel et al. 2017.

    It falls about as 1/n as samples are added, so it is refused below `at_least` samples a side; a smaller number
    there says that you know. Perfect: .2 to .5 at n = 10,000, but .7 ± .2 at 5,000, 6 ± 2 at 1,000, 18 ± 8 at 256;
    collapsed: 1,000 to 2,000, by the digit. NaN where a feature is not finite. Taught in notebooks/11.
    """
    few = min(len(a), len(b))
    if few < at_least:
        raise ValueError(f"the Frechet distance needs at least {at_least:,} samples a side, got {few:,}: with fewer it "
                         "is too large by chance; give more, or at_least= a smaller number to compare at equal n only")
    if not (torch.isfinite(a).all() and torch.isfinite(b).all()):
        return math.nan
    (mean_a, cov_a), (mean_b, cov_b) = _moments(a), _moments(b)
    root = _root(cov_a)
    cross = torch.linalg.eigvalsh(root @ cov_b @ root).clamp_min(0).sqrt().sum()  # tr (Sa Sb)^½
    return float((mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * cross)


def _moments(x):
    """Mean (64,) and covariance (64, 64)."""
    x = x.double()
    return x.mean(0), torch.cov(x.T)


def _root(symmetric):
    """The symmetric square root of a matrix without negative eigenvalues."""
    values, vectors = torch.linalg.eigh(symmetric)
    return (vectors * values.clamp_min(0).sqrt()) @ vectors.T


def kernel_distance(a, b):
    """Unbiased squared maximum mean discrepancy with the kernel (x·y/64 + 1)³. Bińkowski et al. 2018 (KID).

    Its mean does not hang on n, so it serves live runs: n = 256 will do. Perfect: 0 ± 70 at n = 256, 0 ± 30
    at 1,000, below 0 as often as not; collapsed: 5,000 to 80,000, by the digit. Needs two samples a side.
    Taught in notebooks/11.
    """
    a, b = a.double(), b.double()
    n, m = len(a), len(b)
    if min(n, m) < 2:
        raise ValueError(f"the kernel distance needs two samples a side, got {n} and {m}")
    own_a = (_kernel(a, a).sum() - _kernel_of_itself(a)) / (n * (n - 1))
    own_b = (_kernel(b, b).sum() - _kernel_of_itself(b)) / (m * (m - 1))
    return float(own_a + own_b - 2 * _kernel(a, b).mean())


def _kernel(a, b):
    return (a @ b.T / a.shape[1] + 1) ** 3  # (n, m)


def _kernel_of_itself(a):
    return ((a.square().sum(1) / a.shape[1] + 1) ** 3).sum()


@dataclass(frozen=True)
class Closeness:
    """Precision, recall, density and coverage; see `closeness`."""

    precision: float
    recall: float
    density: float
    coverage: float


def closeness(real, fake, k=NEIGHBOURS):
    """How far fakes lie among the reals, and reals among the fakes. Each sample's ball reaches to its k-th neighbour.

    precision: share of fakes inside some real's ball; recall: share of reals inside some fake's ball (Kynkäänniemi et
    al. 2019). density: balls of reals around a fake, over k, from 0 up; coverage: share of reals with a fake in their
    ball (Naeem et al. 2020). Perfect, with n on both sides: density 1, coverage 1 - 2⁻ᵏ = .969 at k = 5,
    precision and recall .94; collapsed on a digit: precision 0 or 1, recall 0, density 0 to 2, coverage .004. All for
    n = 1,000, with standard errors of .01 (density .03). Needs more than k samples a side; time grows with n².
    Taught in notebooks/11.
    """
    if min(len(real), len(fake)) <= k:
        raise ValueError(f"closeness needs more than k={k} samples a side, got {len(real)} and {len(fake)}")
    across = _distances(real, fake)  # (reals, fakes)
    real_reach, fake_reach = _reach(real, k), _reach(fake, k)
    in_real = across <= real_reach[:, None]  # is the fake in the real's ball?
    in_fake = across <= fake_reach
    return Closeness(
        precision=float(in_real.any(0).double().mean()),
        recall=float(in_fake.any(1).double().mean()),
        density=int(in_real.sum()) / (k * len(fake)),
        coverage=float(in_real.any(1).double().mean()),
    )


def _distances(a, b):
    return torch.cdist(a.double(), b.double(), compute_mode="donot_use_mm_for_euclid_dist")


def _reach(x, k):
    """Distance of each sample to its k-th nearest other, (n,)."""
    return _distances(x, x).kthvalue(k + 1, dim=1).values  # the nearest is itself
