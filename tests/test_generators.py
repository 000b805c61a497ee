"""Bundled generators: what is kept draws what the run drew, on its own row alone; the files are small and obey."""

import pytest
import torch

from gan_edu import cli, conditions, generators
from gan_edu.digits import classify
from gan_edu.metrics_conditional import caption_obeyed, obeyed
from gan_edu.mnist import load_mnist, to_unit
from gan_edu.presets import PRESETS
from gan_edu.recipe import Recipe
from gan_edu.run import Run


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A folder of its own, and recipes of a few steps and channels."""
    monkeypatch.setattr(generators, "FOLDER", tmp_path)
    monkeypatch.setattr(generators, "COUNTED", 20)
    monkeypatch.setenv("GAN_EDU_PRECISION", "float32")
    recipes = {name: recipe.replace(steps=3, g_width=8, d_width=8, batch=8)
               for name, recipe in generators.GENERATORS.items()}  # fmt: skip
    monkeypatch.setattr(generators, "GENERATORS", recipes)
    generators.load_generator.cache_clear()
    yield tmp_path
    generators.load_generator.cache_clear()


@pytest.mark.parametrize("name", ["mnist_conditional", "mnist_captions", "mnist_completion"])
def test_a_kept_generator_draws_as_its_run_does(small, name):
    header = generators.make(name)
    drawer, recipe = generators.load_generator(name), generators.GENERATORS[name]
    assert Recipe.from_token(header["token"]) == drawer.recipe == recipe
    assert drawer.header == header
    run = Run(recipe)
    for _ in run:
        pass
    x = drawer.sample(6)
    assert (x.shape, x.dtype) == ((6, 1, 28, 28), torch.float32)
    torch.testing.assert_close(x, run.sample(6), atol=0.1, rtol=0)  # another reference batch, half precision
    again = drawer.generate(drawer.noise(6)[:2], _first_two(drawer, 6))
    torch.testing.assert_close(again, drawer.sample(6, condition=_first_two(drawer, 6, 6))[:2], atol=1e-6, rtol=0)


def _first_two(drawer, n, of=2):
    """Conditions in a learner's words."""
    kind = drawer.recipe.condition
    words = {"class": list(range(n)), "caption": ["one", "two", "six", "four", "five", "zero"]}
    return to_unit(load_mnist("test")[0][:n])[:of] if kind == "upper_half" else words[kind][:of]


def test_half_way_between_two_digits_is_half_of_each(small):
    generators.make("mnist_conditional")
    drawer = generators.load_generator("mnist_conditional")
    z = drawer.noise(3)
    for share, digit in ((0, 3), (1, 8)):
        assert torch.equal(drawer.between(z, 3, 8, share), drawer.generate(z, 3 if digit == 3 else 8))
    c = torch.zeros(3, 10)
    c[:, 3], c[:, 8] = 0.25, 0.75
    torch.testing.assert_close(drawer.between(z, 3, 8, 0.75), drawer.G(z, c))


def test_what_is_missing_is_named(small):
    with pytest.raises(KeyError, match="no bundled generator 'faces'; there are mnist_conditional"):
        generators.load_generator("faces")
    with pytest.raises(FileNotFoundError, match="gan-edu generators mnist_captions"):
        generators.load_generator("mnist_captions")


def test_the_command_lists_them(capsys):
    assert cli.main(["generators"]) == 0
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == list(generators.GENERATORS)


def test_every_bundled_file_is_small_and_says_how_it_was_made():
    """Its token may be older than today's preset: it is the one that made it."""
    for name, recipe in generators.GENERATORS.items():
        drawer = generators.load_generator(name)
        assert (generators.FOLDER / f"{name}.safetensors").stat().st_size < 1_000_000
        told = [(one.condition, one.conditioning, one.reconstruction, one.steps) for one in (drawer.recipe, recipe)]
        assert told[0] == told[1], f"made for something else: gan-edu generators {name}"
        assert drawer.header["command"] == f"gan-edu generators {name}"


def test_the_bundled_digits_are_the_digits_asked_for():
    asked = torch.arange(500) % 10
    drawer = generators.load_generator("mnist_conditional")
    share = obeyed(drawer.sample(500, seed=5, condition=asked), asked)
    assert share > 0.95
    assert share == pytest.approx(float(drawer.header["obeyed"]), abs=0.03)


def test_the_bundled_captions_are_met():
    drawer = generators.load_generator("mnist_captions")
    texts = generators.words(drawer.recipe, 500)
    met = caption_obeyed(drawer.sample(500, 5, texts), texts)
    assert met["digit"] > 0.95
    assert min(met["thickness"], met["slant"]) > 0.75
    assert met == pytest.approx({name: float(drawer.header[name]) for name in met}, abs=0.05)


def test_a_completed_digit_stays_what_it_was():
    x, labels = (part[:300] for part in load_mnist("test"))
    x = to_unit(x)
    drawn = generators.load_generator("mnist_completion").sample(300, condition=x)
    assert torch.equal(drawn[:, :, :14], x[:, :, :14])
    assert float((classify(drawn) == labels).double().mean()) > 0.8


def test_captions_are_drawn_with_the_training_digits_shares():
    texts = generators.words(PRESETS["mnist_captions"], 300)
    codes = torch.stack([conditions.captions.encode(text) for text in texts])
    assert 0.22 < float(codes[:, 0].mean()) < 0.45  # thin
