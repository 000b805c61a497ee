"""For all tests: no learner's progress is touched. Being here also puts this folder on the import path (plain_gan)."""

import os

import pytest
import torch

torch.set_num_threads(1)  # on small tensors a second thread only waits, on a busy machine for very long


@pytest.fixture(autouse=True, scope="session")
def progress_of_their_own(tmp_path_factory):
    """What tests provoke and mend goes to a folder that is thrown away."""
    os.environ["GAN_EDU_PROGRESS"] = str(tmp_path_factory.mktemp("progress"))
