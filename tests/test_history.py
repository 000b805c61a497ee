"""What a run remembers: complete while short, thinned evenly when long, cut and rewound without a trace."""

from dataclasses import dataclass, fields

import numpy as np
import pytest

from gan_edu import assembly, history
from gan_edu.history import COLUMNS, Checkpoints, History
from gan_edu.recipe import Recipe
from gan_edu.run import Record, Run


@dataclass
class Row:
    """A record whose values tell its step, so that a row in the wrong place shows."""

    step: int

    def __getattr__(self, name):
        return self.step * 100 + COLUMNS.index(name)


def filled(steps, every=25):
    """A history of so many steps, with a snapshot every 25, as a run writes it."""
    kept = History()
    kept.add_snapshot({"step": 0, "modes": 0})
    for step in range(1, steps + 1):
        kept.append(Row(step))
        if step % every == 0:
            kept.add_snapshot({"step": step, "modes": step // every})
    return kept


def rows_are_their_steps(kept):
    steps = np.array(kept["step"])
    return all(kept[name] == (steps * 100 + i).tolist() for i, name in enumerate(COLUMNS) if name != "step")


@pytest.fixture
def small_budget(monkeypatch):
    monkeypatch.setattr(history, "MAX_ROWS", 64)
    monkeypatch.setattr(history, "MAX_SNAPSHOTS", 16)


def test_a_short_history_keeps_everything():
    kept = filled(200)
    assert len(kept) == 200
    assert kept["step"] == list(range(1, 201))
    assert rows_are_their_steps(kept)
    assert kept.snapshot_column("step") == list(range(0, 201, 25))
    assert kept.snapshot_column("modes") == list(range(9))


def test_columns_are_the_fields_of_a_record():
    assert set(COLUMNS) == {field.name for field in fields(Record)}


def test_an_unknown_column_lists_the_known_ones():
    with pytest.raises(KeyError, match=r"no column 'loss'; it has step, d_loss"):
        History()["loss"]


@pytest.mark.parametrize("steps", [63, 64, 65, 127, 500, 5000])
def test_a_long_history_stays_within_its_budget_and_evenly_spaced(small_budget, steps):
    kept = filled(steps)
    assert 64 / 2 - 1 <= len(kept) < 64
    assert kept.spacing & (kept.spacing - 1) == 0  # a power of two
    assert kept["step"] == list(range(kept.spacing, steps + 1, kept.spacing))
    assert rows_are_their_steps(kept)


@pytest.mark.parametrize("steps", [374, 375, 400, 5000, 50_000])
def test_snapshots_too_are_evenly_spaced_over_the_whole_run(small_budget, steps):
    """A quarter of the snapshots is a quarter of the run, however long it is."""
    kept = filled(steps)
    measured = kept.snapshot_column("step")
    assert len(measured) < 16
    assert measured[0] == 0
    gaps = set(np.diff(measured))
    assert len(gaps) == 1
    gap = gaps.pop()
    assert gap % 25 == 0
    assert 0 <= steps - measured[-1] < gap
    assert len(measured) >= 8


def test_cutting_forgets_what_came_after_and_nothing_else():
    kept = filled(130)
    kept.cut(57)
    assert kept["step"] == list(range(1, 58))
    assert kept.snapshot_column("step") == [0, 25, 50]
    assert rows_are_their_steps(kept)
    kept.cut(0)
    assert len(kept) == 0
    assert kept.snapshot_column("step") == [0]


def test_after_a_cut_one_can_go_on(small_budget):
    kept = filled(500)
    kept.cut(200)
    for step in range(201, 501):
        kept.append(Row(step))
    assert kept["step"] == filled(500)["step"]


def test_the_table_and_the_columns_are_the_same():
    kept = filled(5)
    assert list(kept.frame().columns) == list(COLUMNS)
    assert kept.frame()["g_loss"].tolist() == kept["g_loss"]


def test_filling_at_once_equals_appending():
    one_by_one, at_once = filled(30), History()
    at_once.fill(np.array([one_by_one[name] for name in COLUMNS]).T)
    assert at_once.columns == one_by_one.columns


# --- checkpoints ----------------------------------------------------------------------------------------------------


def offered(steps, every=10, budget=50, size=10):
    """Checkpoints after so many steps, with room for five."""
    kept, made = Checkpoints(every, budget), []
    for step in range(steps + 1):
        kept.offer(step, lambda step=step: made.append(step) or f"state {step}", size)
    return kept, made


def test_states_are_made_only_where_they_are_kept():
    _, made = offered(45)
    assert made == [0, 10, 20, 30, 40]


@pytest.mark.parametrize("steps", [40, 50, 95, 1000, 7777])
def test_checkpoints_stay_within_their_budget_and_evenly_spaced(steps):
    kept, _ = offered(steps)
    assert 3 <= len(kept.states) <= 5
    assert list(kept.states) == list(range(0, steps + 1, kept.every))
    assert all(state == f"state {step}" for step, state in kept.states.items())


def test_a_budget_below_two_states_still_keeps_the_start():
    kept, _ = offered(1000, budget=1)
    assert 0 in kept.states
    assert len(kept.states) <= 2


def test_the_latest_state_before_a_step():
    kept, _ = offered(45)
    assert [kept.before(step) for step in (0, 9, 10, 39, 40, 45, 10**6)] == [
        (0, "state 0"), (0, "state 0"), (10, "state 10"), (30, "state 30"), *[(40, "state 40")] * 3]  # fmt: skip


def test_cut_checkpoints():
    kept, _ = offered(45)
    kept.cut(20)
    assert list(kept.states) == [0, 10, 20]


def test_a_checkpoint_is_no_larger_than_the_budget_counts():
    """The bytes that are counted for a state against those of its tensors."""
    players = assembly.players(Recipe())
    kept = [value for state in assembly.state(players).values() for value in state.values()]
    tensors = [value for value in kept if hasattr(value, "nbytes")]
    assert len(tensors) == 6
    assert sum(tensor.nbytes for tensor in tensors) == assembly.state_bytes(players)


def test_a_run_with_little_room_for_checkpoints_still_rewinds_exactly():
    recipe = Recipe(g_width=4, d_width=4, batch=8)
    run, straight = Run(recipe), Run(recipe)
    run.checkpoints = Checkpoints(10, 4 * assembly.state_bytes(run.players))
    run.checkpoints.offer(0, run._state, 1)
    for _ in range(100):
        run.train_step()
    assert list(run.checkpoints.states) == [0, 40, 80]
    run.rewind(79)
    for _ in range(79):
        straight.train_step()
    assert run.history.columns == straight.history.columns
    assert run.sample(5).tolist() == straight.sample(5).tolist()
