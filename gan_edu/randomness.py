"""Random inputs that can be asked for by number: the i-th draw of a stream is the same whenever it is asked for.

So a run needs no generator state to be replayed or rewound, and two runs with one knob different share their noise.
"""

import hashlib

import torch

BLOCK = 32  # draws made at once; one call for many is far cheaper than many calls


def generator_for(*names):
    """A torch.Generator seeded by a hash of the names, the same on every machine."""
    digest = hashlib.sha256("/".join(map(str, names)).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)


class Stream:
    """Numbered random draws. draw(count, generator) returns a tuple of tensors whose first dimension is count."""

    def __init__(self, seed, name, draw):
        self.seed, self.name, self.draw = seed, name, draw
        self._number, self._block = None, None

    def block(self, number):
        """Draws number·BLOCK … (number + 1)·BLOCK - 1, as a tuple of tensors (BLOCK, ...)."""
        if number != self._number:
            self._block = self.draw(BLOCK, generator_for(self.seed, self.name, number))
            self._number = number
        return self._block

    def __getitem__(self, index):
        """The tensors of draw `index` (0, 1, 2, ...)."""
        number, place = divmod(index, BLOCK)
        return tuple(tensor[place] for tensor in self.block(number))
