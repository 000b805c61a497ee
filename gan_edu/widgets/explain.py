"""One training step in eight pictures: what 'Explain' shows, each with one sentence and its number."""

import torch

from gan_edu import views
from gan_edu.run import WHOLE
from gan_edu.spoken import value_of

STAGES = ("noise", "generated", "scores", "loss", "update", "scores_again", "arrows", "generator")
SHOWN = 64
GRID = 48  # images in the picture


def _as_digits(arrays):
    """Images (n, 1, 28, 28) in [-1, 1] as the picture's grid: the arrows, or else the generated ones, in grey."""
    shown = arrays.get("batch_arrows", arrays.get("batch"))
    if shown is None:
        return {}
    if "batch_arrows" in arrays:
        shown = shown / max(abs(shown).max(), 1e-30)
    grey = ((shown[:GRID, 0] + 1) * 127.5).clip(0, 255).astype("uint8")
    return {"fake": grey}


class Explainer:
    """Walks through the next step of a run: `next()` does one sub-step and returns what to show."""

    def __init__(self, run):
        self.run = run
        self.place = 0
        self.owed = 0.0  # updates of D that its strength has earned; a strength of 1/8 earns one in eight steps
        self.things = "images" if run.recipe.is_image else "points"

    @property
    def judge(self):
        """What D is called: the objective may change under way."""
        return self.run.players.objective.judge

    def begin_again(self):
        """The next sub-step is the first one: the run has moved on otherwise."""
        self.place = 0

    @torch.no_grad()
    def _batches(self):
        real, z, _ = self.run.next_discriminator_batch()
        return real, z, self.run.next_players().G(z)

    def next(self):
        """(header, arrays) of the sub-step now due; the two updates really happen in 'update' and 'generator'."""
        stage = STAGES[self.place]
        self.place = (self.place + 1) % len(STAGES)
        sentence, arrays = getattr(self, f"_{stage}")()
        if self.run.recipe.is_image:
            arrays = _as_digits(arrays)
        header = {"stage": stage, "number": STAGES.index(stage) + 1, "of": len(STAGES), "sentence": sentence}
        return header, arrays

    def _noise(self):
        _, z, _ = self._batches()
        sentence = f"Noise: the run draws {len(z)} random inputs, {z.shape[1]} numbers each. Nothing else enters G."
        return sentence, {"noise": z[:SHOWN, :2].numpy()}

    def _generated(self):
        real, z, fake = self._batches()
        far = float(torch.cdist(fake.flatten(1), real.flatten(1)).min(1).values.mean())
        sentence = (f"Generated {self.things}: G turns each input into one, on average {far:.2f} away from the nearest "
                    "real one of this batch.")
        return sentence, {"noise": z[:SHOWN, :2].numpy(), "batch": fake[:SHOWN].numpy()}

    @torch.no_grad()
    def _scored(self):
        real, fake = self.run.next_inputs()  # as D will see them
        D = self.run.next_players().D
        return real, fake, D(real), D(fake)

    def _means(self, real_logits, fake_logits):
        if self.run.players.objective.is_probability:
            real_logits, fake_logits = torch.sigmoid(real_logits), torch.sigmoid(fake_logits)
        return float(real_logits.mean()), float(fake_logits.mean())

    def _scores(self):
        real, fake, real_logits, fake_logits = self._scored()
        on_real, on_fake = self._means(real_logits, fake_logits)
        sentence = (f"Scores: on average the {self.judge} gives the real {self.things} {on_real:.2f}, "
                    f"the generated ones {on_fake:.2f}.")  # fmt: skip
        return sentence, {"batch": fake[:SHOWN].numpy(), "batch_real": real[:SHOWN].numpy()}

    def _loss(self):
        real, fake, real_logits, fake_logits = self._scored()
        loss = float(self.run.players.objective.discriminator(real_logits, fake_logits))
        self.loss_before = loss
        sentence = f"The {self.judge}'s loss is {loss:.3f}: low when real scores are high and generated ones low."
        return sentence, {"batch": fake[:SHOWN].numpy(), "batch_real": real[:SHOWN].numpy()}

    def _update(self):
        """As many updates of D as its strength gives it in this step."""
        real, fake, _, _ = self._scored()
        self.scored_batch = (real, fake, self.run.next_players().D)
        self.owed += self.run.knobs.d_strength
        norms = []
        while self.owed >= WHOLE:
            self.owed -= 1
            norms.append(f"{self.run.step_discriminator().d_grad_norm:.3f}")
        sentence = self._updates(norms)
        return sentence, {"batch": fake[:SHOWN].numpy(), "batch_real": real[:SHOWN].numpy()}

    def _updates(self, norms):
        strength = value_of("d_strength", self.run.knobs.d_strength)
        if not norms:
            return f"No update of the {self.judge} in this step: its strength is {strength}, so it waits for its turn."
        if len(norms) == 1:
            return (f"The {self.judge}'s update: its weights move against a gradient of norm {norms[0]}. "
                    "G stands still.")  # fmt: skip
        shown = norms if len(norms) <= 5 else [*norms[:2], "…", norms[-1]]
        return (f"The {self.judge}'s {len(norms)} updates, as its strength is {strength}: its weights move against "
                f"gradients of norm {', '.join(shown)}. G stands still.")

    def _scores_again(self):
        real, fake, D = self.scored_batch
        with torch.no_grad():
            real_logits, fake_logits = D(real), D(fake)
        loss = float(self.run.players.objective.discriminator(real_logits, fake_logits))
        sentence = f"Scores again: on the same {self.things} the loss went from {self.loss_before:.3f} to {loss:.3f}."
        return sentence, {"batch": fake[:SHOWN].numpy(), "batch_real": real[:SHOWN].numpy()}

    def _arrows(self):
        fake = self.run.sample(SHOWN)
        arrows = views.arrows(self.run, fake, self.run.conditions(SHOWN))
        size = float(arrows.flatten(1).norm(dim=1).mean())
        pixels = "which pixels should get lighter or darker"
        where = pixels if self.run.recipe.is_image else "where each generated point should go"
        sentence = f"Arrows: {where} to score higher; their mean length is {size:.3f}, drawn larger."
        return sentence, {"batch": fake.numpy(), "batch_arrows": arrows.numpy()}

    def _generator(self):
        before = self.run.sample(SHOWN)
        record = self.run.step_generator()
        after = self.run.sample(SHOWN)
        moved = float((after - before).flatten(1).norm(dim=1).mean())
        sentence = (f"The generator's update: loss {record.g_loss:.3f}; its {self.things} moved by {moved:.4f} "
                    "on average.")
        return sentence, {"batch": after.numpy()}
