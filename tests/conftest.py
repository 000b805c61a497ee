"""Being here puts this folder on the import path, so that browser tests too can `from plain_gan import ...`."""
