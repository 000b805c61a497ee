"""Ensembles and maps on a Dask cluster: the executor is handed in, the results are those of this process."""

import pytest

from gan_edu import Recipe
from gan_edu.ensemble import train_ensemble

SMALL = Recipe(g_width=8, d_width=8, batch=16, steps=60)


@pytest.fixture(scope="module")
def executor():
    """Two workers, each a process of its own, as on a cluster of machines."""
    distributed = pytest.importorskip("distributed")
    here = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**here) as cluster, distributed.Client(cluster) as client:
        yield client.get_executor()


def test_an_ensemble_on_a_cluster_is_the_one_trained_here(executor):
    recipes = [SMALL.replace(seed=seed, d_strength=strength) for seed in range(3) for strength in (1, 2)]
    there, here = train_ensemble(recipes, executor=executor, progress=False), train_ensemble(recipes, progress=False)
    assert there.recipes == here.recipes == recipes
    assert (there.sample(50) - here.sample(50)).abs().max() < 1e-9
    for far, near in zip(there.histories, here.histories, strict=True):
        assert far.snapshots[-1]["step"] == 50  # one is taken every 25 steps
        assert far.snapshots[-1]["modes"] == near.snapshots[-1]["modes"]


def test_an_error_on_a_worker_reaches_the_learner(executor):
    with pytest.raises(ValueError, match="member 1 has g_width=16"):
        train_ensemble([SMALL, SMALL.replace(g_width=16)], executor=executor, progress=False)
    future = executor.submit(Recipe, lr_g=-1)
    with pytest.raises(ValueError, match="lr_g=-1"):
        future.result(timeout=60)
