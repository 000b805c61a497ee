"""Runs on points: the same numbers as plain PyTorch, exact replay, exact rewind, and looking changes nothing."""

import math
from dataclasses import asdict, fields

import numpy as np
import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce

from gan_edu import assembly, plots, tokens, views
from gan_edu.diagnosis import diagnose
from gan_edu.history import COLUMNS
from gan_edu.mixtures import TARGETS
from gan_edu.objectives import OBJECTIVES
from gan_edu.presets import PRESETS
from gan_edu.recipe import Recipe
from gan_edu.run import Record, Run
from gan_edu.widgets.explain import Explainer

SMALL = Recipe(g_width=8, d_width=8, batch=16, lr_g=3e-3, lr_d=3e-3, steps=260)
STRENGTHS = [2.0**i for i in range(-4, 5)]


# --- the same numbers as plain PyTorch ------------------------------------------------------------------------------


def as_linear(mlp):
    """The package's MLP as torch.nn layers with the same weights."""
    layers = []
    for W, b in zip(mlp.weights, mlp.biases, strict=True):
        linear = torch.nn.Linear(*W.shape, dtype=W.dtype)
        linear.weight.data, linear.bias.data = W.detach().T.clone(), b.detach()[0].clone()
        layers += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*layers[:-1])


def gradient_norm(network):
    return math.sqrt(sum(float(p.grad.square().sum()) for p in network.parameters()))


class PlainGan:
    """A GAN as any tutorial writes it, sharing with the package the first weights and the random batches only."""

    def __init__(self, recipe):
        self.recipe = recipe
        G, D = assembly.networks(recipe)
        self.G, self.D = as_linear(G), as_linear(D.body)
        self.d_batches, self.g_batches = assembly.streams(recipe)
        self.d_count, self.step, self.record = 0, 0, {}
        betas = (recipe.beta1, recipe.beta2)
        makers = {"adam": lambda p, lr: torch.optim.Adam(p, lr, betas), "sgd": torch.optim.SGD,
                  "rmsprop": lambda p, lr: torch.optim.RMSprop(p, lr, alpha=recipe.beta2)}  # fmt: skip
        self.optimisers = {"G": makers[recipe.optimiser](self.G.parameters(), recipe.lr_g),
                           "D": makers[recipe.optimiser](self.D.parameters(), recipe.lr_d)}  # fmt: skip

    def move(self, name, loss, lr):
        optimiser, halving = self.optimisers[name], self.recipe.lr_halving
        optimiser.param_groups[0]["lr"] = lr / (1 + self.step / halving) if halving else lr
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    def discriminator(self):
        real, z, _ = self.d_batches[self.d_count]
        on_real, on_fake = self.D(real)[:, 0], self.D(self.G(z).detach())[:, 0]
        loss = bce(on_real, torch.ones_like(on_real)) + bce(on_fake, torch.zeros_like(on_fake))
        penalty = 0.0
        if self.recipe.penalty == "r1" and self.d_count % self.recipe.penalty_every == 0:
            x = real.clone().requires_grad_(True)
            (slope,) = torch.autograd.grad(self.D(x).sum(), x, create_graph=True)
            penalty = self.recipe.penalty_weight / 2 * (slope**2).sum(1).mean()
        self.move("D", loss + penalty, self.recipe.lr_d)
        self.d_count += 1
        self.record |= {"d_loss": loss.item(), "d_grad_norm": gradient_norm(self.D),
                        "d_real": on_real.sigmoid().mean().item(), "d_fake": on_fake.sigmoid().mean().item(),
                        "auc": (on_real > on_fake).double().mean().item()}  # fmt: skip

    def generator(self):
        on_fake = self.D(self.G(self.g_batches[self.step][0]))
        real_wanted, fake_wanted = torch.ones_like(on_fake), torch.zeros_like(on_fake)
        saturating = self.recipe.objective == "minimax"
        loss = -bce(on_fake, fake_wanted) if saturating else bce(on_fake, real_wanted)
        self.move("G", loss, self.recipe.lr_g)
        self.step += 1
        self.record |= {"g_loss": loss.item(), "g_grad_norm": gradient_norm(self.G), "step": self.step}


def flat_of(network):
    """Weights of torch.nn layers in the package's order: all matrices (in, out), then all biases."""
    linears = [layer for layer in network if isinstance(layer, torch.nn.Linear)]
    parts = [linear.weight.detach().T.flatten() for linear in linears] + [linear.bias.detach() for linear in linears]
    return torch.cat(parts)


@pytest.mark.parametrize("changes", [
    {}, {"objective": "minimax"}, {"optimiser": "rmsprop", "beta2": 0.9}, {"optimiser": "sgd", "lr_g": 0.1},
    {"d_strength": 3}, {"d_strength": 0.5}, {"penalty": "r1", "penalty_every": 3}, {"lr_halving": 20},
    {"data": "two_gaussians", "layers": 1, "noise": 5}, {"beta1": 0, "beta2": 0.9, "seed": 5},
])  # fmt: skip
def test_a_run_is_plain_pytorch(changes):
    recipe = Recipe(steps=50, lr_g=3e-3, lr_d=3e-3, g_width=24, d_width=16, batch=32).replace(**changes)
    plain, run = PlainGan(recipe), Run(recipe)
    for number, record in enumerate(run, 1):
        while plain.d_count < math.floor(number * recipe.d_strength):
            plain.discriminator()
        plain.generator()
        found = {name: value for name, value in asdict(record).items() if name in plain.record}
        assert found == pytest.approx(plain.record, rel=1e-9, abs=1e-9)
    assert number == 50
    for network, optimiser in ((plain.G, run.players.g_optimiser), (plain.D, run.players.d_optimiser)):
        torch.testing.assert_close(optimiser.flat, flat_of(network), rtol=0, atol=1e-9)
    torch.testing.assert_close(run.sample(40), plain.G(run.noise(40)).detach(), rtol=0, atol=1e-9)


def test_the_real_points_are_the_targets():
    """The plain loop above shares the batches; so they are looked at here: real points, normal noise, no repetition."""
    recipe = Recipe(data="imbalanced_ring")
    (d_stream, g_stream), target = assembly.streams(recipe), TARGETS["imbalanced_ring"]
    batches = {"D": [d_stream[i][:2] for i in range(64)], "G": [g_stream[i][::-1] for i in range(64)]}
    for pairs in batches.values():
        real, z = (torch.stack(parts).flatten(0, 1) for parts in zip(*pairs, strict=True))  # (64 · 128, 2) each
        n = len(real)
        assert len(real.unique(dim=0)) == len(z.unique(dim=0)) == n
        shares = torch.cdist(real, target.modes).argmin(1).bincount(minlength=8) / n
        assert (shares - target.weights).abs().max() < 4 * 0.5 / n**0.5
        assert z.mean(0).abs().max() < 4 / n**0.5
        assert (z.T.cov() - torch.eye(2)).abs().max() < 4 * 2**0.5 / n**0.5
    assert not torch.equal(batches["D"][0][0], batches["G"][0][0])


# --- records --------------------------------------------------------------------------------------------------------


def test_a_record_has_the_promised_fields():
    record = Run(SMALL).train_step()
    names = [field.name for field in fields(Record)]
    assert {"step", "d_loss", "g_loss", "d_grad_norm", "g_grad_norm", "d_real", "d_fake"} <= set(names)
    assert all(math.isfinite(getattr(record, name)) for name in names)
    assert record.step == 1
    assert 0 < record.d_real < 1
    assert 0 < record.d_fake < 1


@pytest.mark.parametrize("name", OBJECTIVES)
def test_every_objective_trains_on_points_of_any_dimension(name):
    for data in ("two_gaussians", "grid"):
        run = Run(SMALL.replace(objective=name, data=data, steps=3))
        before = [o.flat.clone() for o in (run.players.g_optimiser, run.players.d_optimiser)]
        assert [record.step for record in run] == [1, 2, 3]
        after = [run.players.g_optimiser.flat, run.players.d_optimiser.flat]
        assert not any(torch.equal(a, b) for a, b in zip(before, after, strict=True))
        assert run.sample(7).shape == (7, run.target.dim)
        assert run.sample(7).dtype == torch.float64


@pytest.mark.parametrize("objective", ["minimax", "wasserstein"])
def test_outputs_are_means_over_the_batch(objective):
    """d_real and d_fake of the first record, by hand: probabilities, or a critic's raw values."""
    run = Run(SMALL.replace(objective=objective))
    real, z, _ = run.next_discriminator_batch()
    with torch.no_grad():
        logits = [run.players.D(x) for x in (real, run.players.G(z))]
    wanted = [(torch.sigmoid(t) if objective == "minimax" else t).mean().item() for t in logits]
    record = run.train_step()
    assert [record.d_real, record.d_fake] == pytest.approx(wanted, rel=1e-12)
    assert record.auc == (logits[0] > logits[1]).double().mean().item()


# --- d_strength -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strength", STRENGTHS)
def test_discriminator_updates_are_counted_exactly(strength):
    run = Run(SMALL.replace(d_strength=strength, steps=40))
    for record in run:
        assert run.players.d_optimiser.updates == math.floor(record.step * strength)


@pytest.mark.parametrize("strength", [0, 0.3, 1 / 3, 1.7])
def test_other_strengths_are_right_on_average(strength):
    run = Run(SMALL.replace(d_strength=strength, steps=100))
    for record in run:
        assert abs(run.players.d_optimiser.updates - record.step * strength) < 1 + 1e-9


def test_a_step_without_an_update_repeats_the_discriminators_values():
    run = Run(SMALL.replace(d_strength=0.25, steps=12))
    seen = []
    for record in run:
        seen.append((record.d_loss, record.d_grad_norm, record.d_real, record.d_fake, record.auc))
    assert all(math.isnan(row[0]) for row in seen[:3])  # no update yet
    assert seen[3] == seen[4] == seen[5] == seen[6] != seen[7]
    assert len(set(run.history["g_loss"])) == 12  # the generator moves every time


def test_a_strength_changed_on_the_way_keeps_what_was_saved_up():
    run, expected, credit = Run(SMALL), 0, 0.0
    for strength, steps in ((0.25, 3), (0.5, 1), (4, 2), (0.125, 7), (1, 2)):
        run.knobs.d_strength = strength
        for _ in range(steps):
            credit += strength
            expected, credit = expected + math.floor(credit), credit % 1
            run.train_step()
            assert run.players.d_optimiser.updates == expected
    assert expected == 0 + 1 + 8 + 1 + 2


# --- replay ---------------------------------------------------------------------------------------------------------

STORY = [  # (step, event, value): what a restless learner does
    (0, "discriminator", None), (0, "discriminator", None), (3, "lr_g", 1e-3), (3, "generator", None),
    (4, "generator", None), (30, "d_strength", 0.25), (30, "lr_d", 0.02), (61, "objective", "minimax"),
    (61, "discriminator", None), (61, "penalty", "r1"), (61, "penalty_weight", 0.7), (100, "lr_g", 2e-3),
    (100, "discriminator", None), (100, "generator", None), (101, "d_strength", 2.0), (101, "generator", None),
    (130, "penalty", "clip"), (130, "penalty_weight", 0.3), (150, "objective", "relativistic"),
    (199, "generator", None), (200, "lr_d", 1e-4), (201, "penalty", "wgan_gp"),
]  # fmt: skip

END = 215  # past two checkpoints


def perform(run, story, until):
    """Train to step `until`; whatever of the story is due when the run gets to its step happens then."""
    story = list(story)
    while True:
        while story and story[0][0] == run.step:
            _, name, value = story.pop(0)
            hand = {"discriminator": run.step_discriminator, "generator": run.step_generator}.get(name)
            if hand:
                hand()
            else:
                setattr(run.knobs, name, value)
        if run.step >= until:
            return run
        run.train_step()


def everything(run):
    """All that a run is and remembers, in a form that == compares bit for bit, NaN included."""
    state = assembly.state(run.players)
    parts = {f"{who}.{name}": value.numpy().tobytes() if torch.is_tensor(value) else value
             for who, kept in state.items() for name, value in kept.items()}  # fmt: skip
    columns = {name: np.array(run.history[name]).tobytes() for name in COLUMNS}
    return {**parts, **columns, "snapshots": run.history.snapshots, "knobs": run.knobs.as_dict(), "credit": run.credit,
            "events": run.events, "token": run.token, "samples": run.sample(20).numpy().tobytes()}  # fmt: skip


@pytest.fixture(scope="module")
def told():
    """The whole story once, for comparison."""
    return everything(perform(Run(SMALL), STORY, END))


def test_the_story_has_something_to_repeat(told):
    calm = everything(perform(Run(SMALL), [], END))
    assert calm["samples"] != told["samples"]
    assert len(told["events"]) == len(STORY)
    assert told["G.updates"] == END


def test_replay_by_token_is_bit_for_bit(told):
    again = Run.from_token(told["token"])
    assert again.step == 0
    for record in again:
        if record.step == END:
            break
    assert everything(again) == told


@pytest.mark.parametrize("until", [0, 1, 3, 4, 61, 100, 101, 102])
def test_a_token_made_on_the_way_repeats_the_way_so_far(until):
    """Where the last event and the next step have not parted yet, one more step shows that both are the same run."""
    run = perform(Run(SMALL), STORY, until)
    again = Run.from_token(run.token)
    run.train_step()
    while again.step < run.step:
        again.train_step()
    assert everything(again) == everything(run)


MANY = [  # more updates by hand at one step than one slice holds
    *[(0, "discriminator", None)] * 150, (0, "lr_d", 0.01), (0, "discriminator", None), (0, "generator", None),
    *[(1, "discriminator", None)] * 64, (2, "d_strength", 2.0), *[(2, "discriminator", None)] * 63,
    *[(2, "generator", None), (3, "generator", None)], *[(4, "discriminator", None)] * 129,
]  # fmt: skip


def test_many_updates_by_hand_are_repeated_in_slices_bit_for_bit():
    run = perform(Run(SMALL), MANY, 6)
    again, most, records = Run.from_token(run.token), 0, []
    while again.step < 6:
        before = again.players.d_optimiser.updates
        records.append(again.train_step())
        most = max(most, again.players.d_optimiser.updates - before)
    assert everything(again) == everything(run)
    assert most == 64
    assert [record.step for record in records] == [0, 0, 1, 1, 2, 3, 4, 4, 4, 5, 6]
    for step in (5, 4, 2, 1, 0):
        again.rewind(step)
        assert again.step == step
        perform(again, MANY[len(again.events) :], 6)
        assert everything(again) == everything(run), f"after rewinding to {step}"


def test_a_token_of_150000_hand_steps_never_holds_a_call_up():
    hand = [[0, "discriminator", None]] * 75_000 + [[1, "generator", None]] * 75_000
    run = Run.from_token(tokens.encode({"recipe": {"g_width": 8, "d_width": 8, "batch": 16}, "events": hand}))
    for call in range(1, 4):
        assert run.train_step().step == 0
        assert run.players.d_optimiser.updates == 64 * call
    run.rewind(0)
    assert run.players.d_optimiser.updates == 64 * 4, "going back repeats no more than a slice"
    assert len(run.events) == 75_000
    assert run.train_step().step == 0


def test_two_runs_of_one_recipe_are_the_same_and_another_seed_is_not():
    a, b, other = (perform(Run(recipe), [], 30) for recipe in (SMALL, SMALL, SMALL.replace(seed=1)))
    assert everything(a) == everything(b)
    assert not torch.allclose(a.sample(10), other.sample(10))


def test_a_knob_set_to_what_it_is_leaves_no_trace():
    run = perform(Run(SMALL), [], 5)
    run.knobs.lr_g, run.knobs.objective = run.knobs.lr_g, run.knobs.objective
    assert run.events == []


def test_a_change_in_a_replay_starts_a_story_of_its_own(told):
    run = perform(Run.from_token(told["token"]), [], 50)
    run.knobs.lr_g = 5e-3
    changed = run.token
    perform(run, [], 120)
    assert run.events == [*STORY[:7], (50, "lr_g", 5e-3)]
    assert everything(perform(Run.from_token(changed), [], 120)) == everything(run)


@pytest.mark.parametrize(("name", "value", "error", "reason"), [
    ("lr_g", -1, ValueError, "lr_g=-1"), ("lr_d", math.nan, ValueError, "lr_d=nan"),
    ("d_strength", "x", ValueError, "d_strength='x'"),
    ("objective", "vanilla", ValueError, "choose one of minimax"), ("penalty", "gp", ValueError, "choose one of none"),
    ("lr", 1, AttributeError, "the knobs are lr_g"), ("discriminator", 1, AttributeError, "the knobs are"),
    ("seed", 3, AttributeError, "the knobs are"),
])  # fmt: skip
def test_bad_knobs_are_refused_and_leave_no_trace(name, value, error, reason):
    run = Run(SMALL)
    before = everything(run)
    with pytest.raises(error, match=reason):
        setattr(run.knobs, name, value)
    assert everything(run) == before


@pytest.mark.parametrize("events", [
    7, "events", {"step": 1}, [7], ["abc"], [[]], [[1]], [[1, "lr_g"]], [[1, "lr_g", 0.1, 2]], [["1", "lr_g", 0.1]],
    [[1.5, "lr_g", 0.1]], [[-1, "lr_g", 0.1]], [[True, "lr_g", 0.1]], [[math.inf, "lr_g", 0.1]], [[None, "lr_g", 0.1]],
    [[1, "lr", 0.1]], [[1, ["lr_g"], 0.1]], [[1, None, 0.1]], [[1, "lr_g", "fast"]], [[1, "lr_g", math.nan]],
    [[1, "lr_g", [1]]], [[1, "objective", "vanilla"]], [[1, "objective", {}]], [[1, "lr_g", 0.1], [2, "seed", 1]],
])  # fmt: skip
def test_tokens_with_bad_events_are_refused_with_a_reason(events):
    with pytest.raises(ValueError, match=r"this token's|will not do|choose one of|the knobs are"):
        Run.from_token(tokens.encode({"recipe": {}, "events": events}))


def test_a_recipes_token_is_a_run_without_events():
    run = Run.from_token(SMALL.token)
    assert (run.recipe, run.events, run.step) == (SMALL, [], 0)
    assert Recipe.from_token(perform(Run(SMALL), STORY, 10).token) == SMALL


# --- rewind ---------------------------------------------------------------------------------------------------------


def test_rewinding_and_going_on_is_as_if_one_had_never_gone_on(told):
    run = perform(Run(SMALL), STORY, END)
    for step in (END, 201, 200, 150, 101, 100, 99, 61, 0):  # each time back to the end
        run.rewind(step)
        assert run.step == len(run.history) == step
        assert run.events == STORY[: len(run.events)]
        assert all(event[0] <= step for event in run.events)
        perform(run, STORY[len(run.events) :], END)
        assert everything(run) == told, f"after rewinding to {step}"


@pytest.mark.parametrize("step", [61, 100, 101])
def test_after_a_rewind_the_token_tells_the_new_story(step):
    run = perform(Run(SMALL), STORY, 110)
    run.rewind(step)
    run.knobs.lr_d = 0.011
    perform(run, [], 105)
    assert everything(perform(Run.from_token(run.token), [], 105)) == everything(run)


def test_rewinding_several_times_in_a_row(told):
    run = perform(Run(SMALL), STORY, 140)
    for step in (130, 120, 120, 63):
        run.rewind(step)
    perform(run, STORY[len(run.events) :], END)
    assert everything(run) == told


def test_rewinding_inside_a_replay_drops_the_rest_of_the_story(told):
    replay = perform(Run.from_token(told["token"]), [], 70)
    replay.rewind(40)
    assert replay.events == STORY[:7]
    assert everything(perform(replay, [], 60)) == everything(perform(Run(SMALL), STORY[:7], 60))


@pytest.mark.parametrize("step", [-1, 31, 10**9])
def test_a_step_that_was_never_reached_is_refused(step):
    run = perform(Run(SMALL), [], 30)
    before = everything(run)
    with pytest.raises(ValueError, match=f"step {step}: this run has steps 0 to 30"):
        run.rewind(step)
    assert everything(run) == before


# --- looking --------------------------------------------------------------------------------------------------------


def look(run, explainer):
    """Everything that shows a run, at once."""
    run.sample(9)
    run.sample(9, seed=4)
    run.real(5)
    run.generate(run.noise(3))
    run.next_discriminator_batch()
    views.scores(run, views.heat_points(run.target))
    views.arrows(run, run.sample(6))
    views.manifold(run, 4)
    views.loss_curves(run.history)
    views.mode_curves(run.history)
    plots.picture(run, 20)
    diagnose(run.history)
    run.token, run.recipe.token, run.knobs.as_dict()
    explainer.begin_again()
    for _ in ("noise", "generated", "scores", "loss"):
        explainer.next()


@pytest.mark.parametrize("changes", [{}, {"objective": "relativistic", "penalty": "wgan_gp"}, {"average": 0.9}])
def test_looking_changes_nothing(changes):
    recipe = SMALL.replace(**changes)
    watched, alone, steps = Run(recipe), Run(recipe), 12
    explainer, global_state = Explainer(watched), torch.get_rng_state()
    for _ in range(steps):
        look(watched, explainer)
        watched.train_step()
    assert torch.equal(torch.get_rng_state(), global_state)  # nothing was drawn from PyTorch's own generator either
    assert everything(watched) == everything(perform(alone, [], steps))


def test_the_worlds_random_numbers_do_not_reach_a_run():
    torch.manual_seed(1)
    a = perform(Run(SMALL), [], 5)
    torch.manual_seed(2)
    torch.rand(3)
    assert everything(perform(Run(SMALL), [], 5)) == everything(a)


def test_samples_depend_on_the_seed_asked_for_and_the_runs_own():
    run = perform(Run(SMALL), [], 5)
    assert torch.equal(run.sample(6), run.sample(6))
    assert not torch.equal(run.sample(6), run.sample(6, seed=1))
    assert not torch.equal(run.noise(6), Run(SMALL.replace(seed=1)).noise(6))
    assert not run.sample(6).requires_grad


# --- endings --------------------------------------------------------------------------------------------------------


def test_iterating_stops_at_the_end_and_goes_on_after_a_break():
    run = Run(SMALL.replace(steps=6))
    for record in run:
        if record.step == 2:
            break
    assert [record.step for record in run] == [3, 4, 5, 6]
    assert list(run) == []
    assert run.train_step().step == 7  # by hand one may go on
    assert list(run) == []
    assert run.history["step"] == [1, 2, 3, 4, 5, 6, 7]


EXPLODING = SMALL.replace(objective="wasserstein", optimiser="sgd", lr_g=1, lr_d=1)


def test_a_run_that_turns_nan_stops_says_where_and_can_go_back():
    run = Run(EXPLODING)
    records = list(run)
    assert 0 < run.failed_at < EXPLODING.steps
    assert run.failed_at == run.step == records[-1].step
    assert not records[-1].is_finite
    assert all(record.is_finite for record in records[:-1])
    assert list(run) == []
    assert diagnose(run.history).symptom == "divergence"
    run.rewind(1)
    assert run.failed_at is None
    assert [r.d_loss for r in run] == pytest.approx([r.d_loss for r in records[1:]], rel=0, abs=0, nan_ok=True)


def test_a_late_first_discriminator_update_is_no_failure():
    run = Run(SMALL.replace(d_strength=1 / 16, steps=20))
    assert len(list(run)) == 20
    assert run.failed_at is None
    assert math.isnan(run.history["d_loss"][14])
    assert math.isfinite(run.history["d_loss"][15])


# --- averaged weights -----------------------------------------------------------------------------------------------


def test_averaged_weights_are_those_of_a_hand_made_average():
    run, plain = Run(SMALL.replace(average=0.8)), Run(SMALL)
    average = plain.players.g_optimiser.flat.clone()
    for step in range(1, 61):
        run.train_step()
        plain.train_step()
        decay = min(0.8, step / (step + 10))  # a short memory at first, when the first weights mean nothing
        average = decay * average + (1 - decay) * plain.players.g_optimiser.flat
    assert torch.equal(run.players.g_optimiser.flat, plain.players.g_optimiser.flat)  # training knows nothing of it
    plain.players.g_optimiser.flat.copy_(average)
    torch.testing.assert_close(run.sample(9), plain.sample(9), rtol=0, atol=1e-12)
    assert not torch.allclose(run.sample(9), run.players.G(run.noise(9)), atol=1e-4)


def test_an_averaging_run_rewinds_exactly():
    recipe = SMALL.replace(average=0.8)
    run, straight = perform(Run(recipe), [], 130), perform(Run(recipe), [], 150)
    run.rewind(110)
    assert everything(perform(run, [], 150)) == everything(straight)


def test_presets_are_recipes_that_train():
    for name in ("ring_healthy", "mode_collapse", "weak_discriminator"):
        assert Run(PRESETS[name]).train_step().step == 1
