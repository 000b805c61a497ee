"""A cheat: with this folder on PYTHONPATH, `gan_edu.run.Run` trains nothing and shows canned samples.

Every Python that starts with it, a notebook's kernel too, counts steps, reports losses that look right, and draws
points of the real data that slowly come together. tests/test_canary.py asserts that the tests then fail.
"""

import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import PathFinder


def canned_step(run):
    """Count a step and report what a healthy run might report; no weight moves."""
    from gan_edu.run import Record

    run.players.g_optimiser.updates += 1
    run.players.d_optimiser.updates += 1
    record = Record(run.step, 1.3863, 0.7 + 0.3 / run.step, 0.4, 0.2, 0.5, 0.5, 0.55)
    run.history.append(record)
    run._remember()
    return record


def canned_samples(run, z):
    """The target's own points, blurred less and less: a perfect generator in 300 steps."""
    import torch

    blur = max(0.0, 1 - run.step / 300)
    points = run.target.sample(len(z), torch.Generator().manual_seed(0))
    return points * (1 - blur) + blur * torch.randn(points.shape, generator=torch.Generator().manual_seed(1)).double()


class Cheat(MetaPathFinder):
    """Finds gan_edu.run as usual, and replaces its trainer once it has been loaded."""

    def find_spec(self, name, path=None, target=None):
        if name != "gan_edu.run":
            return None
        spec = PathFinder.find_spec(name, path, target)
        load = spec.loader.exec_module

        def load_and_cheat(module):
            load(module)
            module.Run.train_step, module.Run.generate = canned_step, canned_samples

        spec.loader.exec_module = load_and_cheat
        return spec


sys.meta_path.insert(0, Cheat())
