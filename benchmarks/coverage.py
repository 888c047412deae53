"""How often the intervals of corrected shares cover the truth; see ``estimates.py`` beside this file.

    python benchmarks/coverage.py [simulation] [stratified] [groups] [in-sample] [nhs] [--runs 2000]

Only to be run: as a module the name belongs to the measuring tool, which other packages look for.
"""

from __future__ import annotations

if __name__ != "__main__":
    raise ImportError("benchmarks/coverage.py is to be run, not imported; its code is in estimates.py.")

import sys

from estimates import main

sys.exit(main())
