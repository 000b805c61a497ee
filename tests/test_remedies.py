"""The remedies: each alike in a lone run, in plain PyTorch and beside others; one select switches between them."""

import pytest
import torch
from plain_gan import PlainGan
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from gan_edu import PRESETS, Recipe, Run, assembly, plots
from gan_edu.labels import examine
from gan_edu.remedies import NONE, REMEDY_CHOICES, choice_of, remedies_in, with_remedy
from gan_edu.second_opinion import probe
from gan_edu.widgets.explain import STAGES, Explainer

SMALL = Recipe(g_width=8, d_width=8, batch=16, steps=40, noise_until=25)
NAMES = [name for name in REMEDY_CHOICES if name != NONE]


class RemediedGan(PlainGan):
    """The plain GAN with smoothed labels, noise on what D sees, packs and divided weights, by PyTorch's own means."""

    def __init__(self, recipe):
        super().__init__(recipe)
        self.recipe, self.blurs = recipe, assembly.blurs(recipe)
        for layer in list(self.D) if recipe.spectral_norm else []:
            if isinstance(layer, torch.nn.Linear):
                torch.nn.utils.parametrize.register_parametrization(layer, "weight", DividedBySvd())

    def seen(self, x, noise):
        sigma = self.recipe.instance_noise * max(0, 1 - self.steps / self.recipe.noise_until)
        return self.D((x + sigma * noise).reshape(len(x) // self.recipe.pack, -1))

    def discriminator(self):
        real, z, _ = self.d_batches[self.d_updates]
        on_real, on_fake = map(self.seen, (real, self.G(z).detach()), self.blurs[0][self.d_updates])
        labels = torch.full_like(on_real, 1 - self.recipe.smoothing)
        loss = bce(on_real, labels) + bce(on_fake, torch.zeros_like(on_fake))
        self.d_adam.zero_grad()
        loss.backward()
        self.d_adam.step()
        self.d_updates += 1

    def generator(self):
        on_fake = self.seen(self.G(self.g_batches[self.steps][0]), self.blurs[1][self.steps][1])
        self.g_adam.zero_grad()
        bce(on_fake, torch.ones_like(on_fake)).backward()
        self.g_adam.step()
        self.steps += 1


class DividedBySvd(torch.nn.Module):
    def forward(self, W):
        return W / torch.linalg.matrix_norm(W, 2)


@pytest.mark.parametrize("changes", [
    {"smoothing": 0.1}, {"instance_noise": 0.4}, {"pack": 2}, {"pack": 8}, {"spectral_norm": True},
    {"smoothing": 0.3, "instance_noise": 0.2, "pack": 4, "spectral_norm": True, "d_strength": 2},
])  # fmt: skip
def test_a_run_is_plain_pytorch(changes):
    recipe = SMALL.replace(**changes)
    run, plain = Run(recipe), RemediedGan(recipe)
    for _ in run:
        plain.step()
    torch.testing.assert_close(run.sample(50), plain.G(run.noise(50)).detach(), rtol=0, atol=1e-8)
    bare = Run(SMALL)
    for _ in bare:
        pass
    assert (run.sample(50) - bare.sample(50)).norm(dim=1).mean() > 1e-4, "it must act"


def test_smoothing_follows_a_change_of_objective_and_refuses_one_without_labels():
    run, direct = Run(SMALL.replace(smoothing=0.2)), Run(SMALL.replace(smoothing=0.2, objective="minimax"))
    run.knobs.objective = "minimax"
    run.train_step(), direct.train_step()
    assert torch.equal(run.players.d_optimiser.flat, direct.players.d_optimiser.flat)
    with pytest.raises(ValueError, match=r"smoothing=0.2 "):
        run.knobs.objective = "hinge"
    assert [event[1:] for event in run.events] == [("objective", "minimax")]
    assert run.knobs.objective == "minimax"


@pytest.mark.parametrize("name", NAMES)
def test_the_random_inputs_are_those_of_the_same_run_without_it(name):
    for ours, theirs in zip(assembly.streams(with_remedy(SMALL, name)), assembly.streams(SMALL), strict=True):
        assert all(torch.equal(a, b) for a, b in zip(ours[7][:2], theirs[7][:2], strict=True))


# --- the select -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_each_choice_is_recognised_alone_and_gives_way_to_each_other(name):
    recipe = with_remedy(SMALL, name)
    assert remedies_in(recipe) == [name] == [choice_of(recipe)]
    assert Recipe.from_token(recipe.token) == recipe
    for other in NAMES:
        assert with_remedy(recipe, other) == with_remedy(SMALL, other)
    assert with_remedy(recipe, NONE) == SMALL
    assert remedies_in(SMALL) == []
    assert choice_of(SMALL) == NONE


def test_other_settings_stay_and_other_strengths_count_too():
    recipe = SMALL.replace(penalty="wgan_gp", lr_g=1e-3, pack=4, smoothing=0.2)
    assert remedies_in(recipe) == ["smoothing", "packing"]
    assert choice_of(recipe) == "smoothing+packing"
    assert with_remedy(recipe, "unrolling") == SMALL.replace(penalty="wgan_gp", lr_g=1e-3, unroll=5)


def test_what_is_unknown_or_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="'packign'.*packing"):
        with_remedy(SMALL, "packign")
    with pytest.raises(ValueError, match="pack=2"):
        with_remedy(Recipe(data="mnist"), "packing")


# --- everything that looks at a run goes on working -----------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_it_is_replayed_rewound_shown_explained_and_judged(name):
    recipe = with_remedy(SMALL.replace(steps=140), name)
    run = Run(recipe)
    while run.step < 120:
        run.train_step()
    then, state = run.sample(8), run.players.d_optimiser.flat.clone()
    again = Run.from_token(run.token)
    while again.step < 120:
        again.train_step()
    assert torch.equal(again.sample(8), then)
    plots.picture(run)
    explainer = Explainer(again)
    sentences = [explainer.next()[0]["sentence"] for _ in STAGES]
    assert f"{again.history.columns['d_loss'][-1]:.3f}" in sentences[STAGES.index("loss")]
    opinion = probe(run, steps=3)
    assert 0 <= opinion.own_auc <= 1
    assert opinion.own_heat.shape == (25, 25)
    while run.step < 130:
        run.train_step()
    run.rewind(120)
    assert torch.equal(run.sample(8), then)
    assert torch.equal(run.players.d_optimiser.flat, state)


@pytest.mark.parametrize("name", ["packing", "unrolling", "spectral_norm"])
def test_labels_can_be_given(name):
    recipe = with_remedy(SMALL.replace(steps=300), name)
    labels, histories = examine([recipe, recipe.replace(seed=1)], continued=False)
    assert [0 <= label.numbers["own"] <= 1 for label in labels] == [True, True]
    assert [history.snapshots[-1]["step"] for history in histories] == [300, 300]


def test_presets_have_the_remedies_that_their_recipes_say():
    assert choice_of(PRESETS["ring_healthy"]) == NONE
    assert choice_of(PRESETS["mnist_plain"]) == "r1+averaging"
