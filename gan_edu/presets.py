"""The named recipes: healthy ones, failures that depart from them in a few knobs, and what mends each failure."""

from gan_edu.recipe import Recipe

_RING = Recipe()
_DIGITS = Recipe(
    data="mnist", architecture="dcgan", penalty="r1", penalty_weight=0.1, penalty_every=4, lr_g=2e-3, lr_d=2e-3,
    g_width=64, d_width=64, noise=16, batch=64, average=0.999, steps=3000,
)  # fmt: skip
_CRITIC = _DIGITS.replace(objective="wasserstein", penalty_every=1)
_SQUARE = Recipe(data="far_square", objective="minimax", lr_d=4e-3)  # the saturating loss, and a way to go to the data
_FAST_SQUARE = _SQUARE.replace(lr_g=2e-2, lr_d=8e-3, d_strength=4, lr_halving=500, average=0.99, steps=1500)
_BLOB = Recipe(data="one_blob", beta1=0.93, noise=8, average=0.95, lr_g=5e-5, lr_d=1e-3)  # only a slow G can rest
_R1 = _RING.replace(penalty="r1", penalty_weight=0.03)
_R1_FAST = _R1.replace(lr_d=4e-3, d_strength=2, average=0.8)
PRESETS = {
    "ring_healthy": _RING,
    "square_saturating": _SQUARE,
    "square_averaged": _FAST_SQUARE,
    "blob_momentum": _BLOB,
    "ring_r1": _R1,
    "ring_r1_averaged": _R1_FAST,
    "mode_collapse": _RING.replace(lr_g=1e-4, lr_d=1e-2, d_strength=3),
    "weak_discriminator": _RING.replace(d_strength=1 / 8),
    "vanishing_gradients": _SQUARE.replace(lr_g=1e-4, lr_d=5e-2, d_strength=2),
    "oscillation": _BLOB.replace(lr_g=1e-3),
    "non_convergence": _R1_FAST.replace(lr_g=1e-1),
    "divergence": _FAST_SQUARE.replace(d_strength=1 / 16),  # the saturating loss has no floor
    "ring_wgan": _RING.replace(objective="wasserstein", penalty="clip", penalty_weight=0.3, optimiser="rmsprop",
                               lr_g=2e-3, lr_d=1e-3, d_strength=5, lr_halving=3000, average=0.998,
                               steps=6000),  # clipping is slow
    "ring_wgan_gp": _RING.replace(objective="wasserstein", penalty="wgan_gp", lr_g=1e-3, lr_d=1e-3, d_strength=3),
    "mnist_plain": _DIGITS,  # the losses of lesson 02
    "mnist_dcgan": _DIGITS.replace(objective="relativistic", penalty="r1_r2", penalty_weight=0.4, penalty_every=16,
                                   lr_g=4e-3, lr_d=4e-3),
    "mnist_wgan": _CRITIC.replace(penalty="clip", penalty_weight=0.05, optimiser="rmsprop", lr_g=5e-4, lr_d=5e-4,
                                  d_strength=2),
    "mnist_wgan_gp": _CRITIC.replace(penalty="wgan_gp", penalty_weight=10.0, lr_g=1e-3, beta1=0.0),
    "ring_conditional": _RING.replace(condition="class"),
    "mnist_conditional": _DIGITS.replace(condition="class", conditioning="projection"),
    "mnist_captions": _DIGITS.replace(condition="caption", conditioning="projection"),
    "mnist_completion": _DIGITS.replace(condition="upper_half", reconstruction=10.0),
}
BASES = {  # failure -> what it departs from
    "mode_collapse": "ring_healthy",
    "weak_discriminator": "ring_healthy",
    "vanishing_gradients": "square_saturating",
    "oscillation": "blob_momentum",
    "non_convergence": "ring_r1_averaged",
    "divergence": "square_averaged",
}
REMEDIES = {  # failure -> the same with one thing changed, healthy again; some train longer
    "mode_collapse": PRESETS["mode_collapse"].replace(lr_d=1e-4, steps=9000),  # a slow generator needs longer
    "weak_discriminator": PRESETS["weak_discriminator"].replace(d_strength=1),
    "vanishing_gradients": PRESETS["vanishing_gradients"].replace(lr_d=1e-3, steps=9000),
    "oscillation": PRESETS["oscillation"].replace(lr_g=5e-5),
    "non_convergence": PRESETS["non_convergence"].replace(lr_g=5e-4),
    "divergence": PRESETS["divergence"].replace(d_strength=4),
}
