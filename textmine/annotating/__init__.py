"""The annotation app: local web pages on which people read, code and settle differences.

It needs the extra packages of ``pip install "textmine[annotate]"``; nothing here is loaded before it is used.
"""

from __future__ import annotations
