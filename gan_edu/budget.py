"""How much a notebook trains: in full for a learner, next to nothing where a test asks only whether the cells run."""

import os


def budget(full, fast):
    """Return `fast` when the variable GAN_EDU_FAST is set to anything but 0, else `full`. Taught in notebooks/02."""
    return fast if os.environ.get("GAN_EDU_FAST", "0") not in ("", "0") else full
