"""A small digit classifier of our own: it names the digit in an image, and its 64 features are a scale for distances.

`python -m gan_edu.digits FILE` trains it anew (about two minutes on one core) and writes FILE; the bundled one was made
so. A distance in its features means nothing without this very classifier: another training gives another scale.
"""

import json
import sys
from functools import lru_cache
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from gan_edu import files, tensor_files
from gan_edu.mnist import load_mnist, to_unit

FILE = Path(__file__).with_name("digit_classifier.safetensors")
FEATURES, CLASSES = 64, 10


def _block(inputs, outputs):
    """Convolution, batch norm, ReLU, then half the height and width."""
    return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]


class DigitClassifier(nn.Module):
    """Digits in [-1, 1] (n, 1, 28, 28) to logits (n, 10), by way of 64 features, none negative.

    Taught in notebooks/11.
    """

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            *_block(1, 16),  # (n, 16, 14, 14)
            *_block(16, 32),  # (n, 32, 7, 7)
            *_block(32, 64),  # (n, 64, 3, 3)
            nn.Flatten(),  # (n, 576)
            nn.Linear(576, FEATURES),
            nn.ReLU(),  # (n, 64)
        )
        self.head = nn.Linear(FEATURES, CLASSES)

    def forward(self, x):
        return self.head(self.body(x))  # (n, 10)


@lru_cache
def load_classifier():
    """The bundled classifier, ready to use. FileNotFoundError naming the remedy where its file is missing, ValueError
    where it is damaged.
    """
    remedy = f"bring it back with git checkout, or make it: python -m gan_edu.digits {FILE}"
    if not FILE.exists():
        raise FileNotFoundError(f"{FILE} is missing; {remedy}")
    model = DigitClassifier()
    with tensor_files.naming(FILE, f"{remedy[0].upper()}{remedy[1:]}"):
        _, kept = tensor_files.read(FILE)
        tensor_files.check(kept, model.state_dict())
        tensor_files.check_finite(kept)
        model.load_state_dict(kept)
    return model.eval().requires_grad_(False)


@torch.no_grad()
def features(images):
    """Images (n, 1, 28, 28) in [-1, 1] -> features (n, 64)."""
    body = load_classifier().body
    return torch.cat([body(part.float()) for part in images.split(512)])


def classify(images):
    """Images (n, 1, 28, 28) in [-1, 1] -> the digit that each most resembles, (n,). Taught in notebooks/11."""
    return named(features(images))


@torch.no_grad()
def named(known):
    """The digit that features (n, 64) speak for, (n,)."""
    return load_classifier().head(known).argmax(1)


def _shifted(x, generator):
    """The whole batch moved by at most one pixel either way, so that features do not hang on the exact position."""
    dx, dy = torch.randint(0, 3, (2,), generator=generator).tolist()
    return F.pad(x, (1, 1, 1, 1), value=-1.0)[:, :, dy : dy + 28, dx : dx + 28]


def train(epochs=6, seed=0, batch=128, rate=3e-3):
    """Cross-entropy with Adam; the learning rate falls in a straight line to zero."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    images, labels = load_mnist("train")
    model = DigitClassifier()
    optimiser = torch.optim.Adam(model.parameters(), rate)
    steps = epochs * (len(images) // batch)
    decay = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: 1 - step / steps)
    for _ in range(epochs):
        for index in torch.randperm(len(images), generator=generator).split(batch)[: len(images) // batch]:
            loss = F.cross_entropy(model(_shifted(to_unit(images[index]), generator)), labels[index].long())
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            decay.step()
    return model.eval()


@torch.no_grad()
def accuracy(model, split="test"):
    """Share of digits named correctly, in [0, 1]."""
    images, labels = load_mnist(split)
    named = torch.cat([model(to_unit(part)).argmax(1) for part in images.split(1000)])  # (n,)
    return float((named == labels).float().mean())


def main(file):
    """Train, test, write the file with its accuracy in the header. A file that holds anything else stays."""
    if Path(file).exists():
        with tensor_files.naming(file, "It was not overwritten: name another file, or delete it"):
            tensor_files.check(tensor_files.read(file)[1], DigitClassifier().state_dict())
    files.try_out(file)
    torch.set_num_threads(1)
    model = train()
    header = {"test_accuracy": f"{accuracy(model):.4f}", "features": str(FEATURES), "torch": torch.__version__,
              "input": "(n, 1, 28, 28) in [-1, 1]"}  # fmt: skip
    tensor_files.write(file, model.state_dict(), header)
    print(json.dumps(header))


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else FILE)
