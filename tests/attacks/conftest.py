"""What students would hand in is no test of ours, whatever its name."""

from __future__ import annotations

collect_ignore_glob = ["submissions/*"]
