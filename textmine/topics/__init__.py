"""Topics that stay put: found in comments, held beside the codebook, followed over waves."""

from __future__ import annotations
