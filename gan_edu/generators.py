"""Bundled generators: trained longer than a lesson can wait for, kept as small files with how they were made.

`gan-edu generators` lists them, `gan-edu generators NAME` trains one anew. A file holds G's averaged weights and the
batch norm statistics of a reference batch, in half precision, and in its header the recipe's token and what it scored.
"""

import json
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import nn

from gan_edu import assembly, conditions, files, tensor_files
from gan_edu.conditional import statistics_of
from gan_edu.metrics_conditional import caption_obeyed, obeyed
from gan_edu.metrics_images import image_snapshot
from gan_edu.presets import PRESETS
from gan_edu.randomness import generator_for
from gan_edu.recipe import Recipe
from gan_edu.run import Run

FOLDER = Path(__file__).parent / "bundled"
COUNTED = 2000  # samples behind a score
_COMPLETION = PRESETS["mnist_completion"].replace(steps=1500)
GENERATORS = {  # name -> the recipe that makes it
    "mnist_conditional": PRESETS["mnist_conditional"].replace(steps=2500),
    "mnist_captions": PRESETS["mnist_captions"].replace(steps=1500),
    "mnist_completion": _COMPLETION,
    "mnist_completion_gan": _COMPLETION.replace(reconstruction=0),  # the adversarial loss alone
    "mnist_completion_pixels": _COMPLETION.replace(reconstruction=1e4),  # next to nothing but the difference in pixels
    "mnist_dcgan": PRESETS["mnist_dcgan"],
}


@dataclass(frozen=True)
class Drawer:
    """A trained generator alone: no discriminator, nothing to train. Made by `load_generator`.

    header: how it was made and what it scored, a dict of texts. Taught in notebooks/10.
    """

    recipe: Recipe
    G: nn.Module
    header: dict

    def noise(self, n, seed=0):
        """The noise that `sample` uses, (n, recipe.noise)."""
        return assembly.noise(self.recipe, n, generator_for(self.recipe.seed, "sample", seed))

    def sample(self, n, seed=0, condition=None):
        """n images (n, 1, 28, 28) in [-1, 1], as `Run.sample`. ValueError for a condition that will not do."""
        return self.generate(self.noise(n, seed), condition, seed)

    @torch.no_grad()
    def generate(self, z, condition=None, seed=0):
        """The image of each row of z (n, recipe.noise), as `Run.generate`; each hangs on its own row alone."""
        if condition is None:
            chance = generator_for(self.recipe.seed, "condition", seed)
            return self.G(z, *_given(self.recipe, len(z), chance))
        return self.G(z, conditions.read(self.recipe, condition, len(z)))

    def between(self, z, first, second, share):
        """Images on the way from one condition to another: c = (1 - share)·first + share·second, (n, 1, 28, 28)."""
        a, b = (conditions.read(self.recipe, condition, len(z)) for condition in (first, second))
        with torch.no_grad():
            return self.G(z, torch.lerp(a, b, share))


@lru_cache
def load_generator(name):
    """The bundled generator of that name. KeyError lists the known ones; FileNotFoundError names the remedy, as does
    ValueError where the file is damaged.

    Taught in notebooks/10.
    """
    if name not in GENERATORS:
        raise KeyError(f"there is no bundled generator {name!r}; there are {', '.join(GENERATORS)}")
    file = FOLDER / f"{name}.safetensors"
    if not file.exists():
        raise FileNotFoundError(f"{file} is missing; bring it back with git checkout, or: gan-edu generators {name}")
    with tensor_files.naming(file, f"Bring it back with git checkout, or delete it and: gan-edu generators {name}"):
        header, kept = tensor_files.read(file)
        recipe = Recipe.from_token(header.get("token"))
        return Drawer(recipe, _generator(recipe, kept), header)


def _generator(recipe, kept):
    """A generator with these weights (half precision, name -> tensor); ValueError where they are not its own."""
    G, _ = assembly.networks(recipe)
    for norm in (module for module in G.modules() if isinstance(module, nn.BatchNorm2d)):
        norm.running_mean, norm.running_var = torch.zeros(norm.num_features), torch.zeros(norm.num_features)
    tensor_files.check(kept, {name: value.half() for name, value in G.state_dict().items()})
    tensor_files.check_finite(kept)
    G.load_state_dict({name: value.float() for name, value in kept.items()})
    return G.eval().requires_grad_(False)


def _given(recipe, n, chance):
    """[c] with n random conditions, or [] where the recipe has none."""
    return [] if recipe.condition == "none" else [conditions.drawn(recipe, n, chance)[1]]


def weights(run):
    """All that G needs to draw: its averaged weights and batch norm statistics, name -> half-precision tensor."""
    chance = generator_for(run.recipe.seed, "reference")
    z = assembly.noise(run.recipe, 1024, chance)
    given = _given(run.recipe, 1024, chance)
    with torch.no_grad(), run._average.in_use(), statistics_of(run.players.G, z, *given):
        state = run.players.G.state_dict()
        return {name: value.detach().clone().half() for name, value in state.items()}


def scores(drawer):
    """What a drawer's samples score against their conditions, in words and numbers; a dict of texts."""
    recipe = drawer.recipe
    x = drawer.sample(COUNTED)
    if recipe.condition == "none":
        seen = image_snapshot(x)
        return {"classes": str(seen["modes"]), "kernel distance from real digits": f"{seen['distance']:.0f}"}
    if recipe.condition == "class":
        c = conditions.drawn(recipe, COUNTED, generator_for(recipe.seed, "condition", 0))[1]
        return {"obeyed": f"{obeyed(x, c.argmax(1)):.3f}"}
    if recipe.condition == "caption":
        texts = words(recipe, COUNTED)
        return {name: f"{share:.3f}" for name, share in caption_obeyed(drawer.sample(COUNTED, 0, texts), texts).items()}
    return {}


def words(recipe, n):
    """n captions of random training digits."""
    from gan_edu.captions import WORDS

    codes = conditions.drawn(recipe, n, generator_for(recipe.seed, "words"))[1]
    return [" ".join(word for word, said in zip(WORDS, code, strict=True) if said) for code in codes.tolist()]


def make(name):
    """Train a bundled generator to its recipe's end, write its file, and return its header."""
    recipe, file = GENERATORS[name], FOLDER / f"{name}.safetensors"
    if file.exists():
        load_generator.cache_clear()
        load_generator(name)  # refuses what is no generator, before it would be overwritten
    FOLDER.mkdir(exist_ok=True)
    files.try_out(file)
    run, began = Run(recipe), time.process_time()
    for _ in run:
        pass
    header = {"token": recipe.token, "command": f"gan-edu generators {name}", "steps": str(recipe.steps),
              "cpu_seconds": f"{time.process_time() - began:.0f}", "torch": torch.__version__}  # fmt: skip
    kept = weights(run)
    header |= scores(Drawer(recipe, _generator(recipe, kept), header))
    tensor_files.write(file, kept, header)
    file.chmod(0o644)  # readable by others, as safetensors leaves it for its owner only
    load_generator.cache_clear()
    return header


def arguments(parser):
    """What `gan-edu generators` can be told."""
    parser.add_argument("name", nargs="?", metavar="NAME", choices=GENERATORS, help="train it anew (default: a list)")


def main(options):
    """`gan-edu generators`: list the bundled generators, or train one anew; returns the exit code."""
    if options.name is None:
        print("\n".join(f"{name}: {recipe.steps:,} steps" for name, recipe in GENERATORS.items()))
        return 0
    print(json.dumps(make(options.name), indent=1))
    return 0
