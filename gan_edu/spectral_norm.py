"""Spectral normalisation: each layer of the discriminator divided by its largest singular value, to bound its slope.

Names: W = weight, σ = its largest singular value, u, v = the singular vectors that go with it.
"""

import torch
from torch import nn
from torch.nn.utils import parametrize

from gan_edu.networks import MLP


class Divided(nn.Module):
    """W -> W / σ(W). With rows=True for PyTorch's layers (out, in, ...), whose matrix is (out, everything else);
    otherwise W (..., in, out), where each member has its own σ.

    σ = uᵀWv with u, v exact and held constant, so its gradient is uvᵀ (Miyato et al. 2018, eq. 10); where they stop
    being exact, at equal singular values, this is one of the possible slopes. u, v are kept until W changes.
    """

    def __init__(self, rows=False):
        super().__init__()
        self.rows, self._W, self._uv = rows, None, None

    def forward(self, W):
        matrix = W.flatten(1) if self.rows else W
        sigma = (matrix * self._direction(matrix.detach())).sum((-2, -1), keepdim=True)  # (..., 1, 1)
        return (matrix / sigma).view(W.shape)

    @torch.no_grad()
    def _direction(self, W):
        """uvᵀ, of W's shape. The eigenvectors of the smaller of WᵀW and WWᵀ cost less than a decomposition of W."""
        if self._W is None or self._W.shape != W.shape or not torch.equal(self._W, W):
            self._W, W = W.clone(), W.nan_to_num(0, 0, 0)  # of a run that breaks: eigh refuses what is not finite
            tall = W.shape[-2] >= W.shape[-1]
            side = torch.linalg.eigh(W.mT @ W if tall else W @ W.mT).eigenvectors[..., -1:]  # v or u: (..., n, 1)
            other = nn.functional.normalize(W @ side if tall else W.mT @ side, dim=-2)
            self._uv = other @ side.mT if tall else side @ other.mT
        return self._uv


def spectral_norm(D):
    """Divide each layer's weight of D by its largest singular value whenever D is used; D itself, changed in place.

    A D of dense layers with ReLUs between them then has slope 1 at most. A convolution counts as the matrix (out, in ·
    height · width), whose patches overlap: with a kernel of 4 × 4 and stride 2 each pixel lies in four of them, so the
    layer itself may still stretch by up to √4 = 2; measured 1.2 to 1.6.
    Miyato et al. 2018, eq. 8, which estimates σ by power iteration; here it is exact. Taught in notebooks/09.
    """
    for module in list(D.modules()):
        if isinstance(module, MLP):
            module.rules = [Divided() for _ in module.weights]
        elif isinstance(module, (nn.Linear, nn.Conv2d)):
            parametrize.register_parametrization(module, "weight", Divided(rows=True))
    return D
