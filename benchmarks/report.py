"""How large the report of a large class is, and how long making it and opening it take.

`python -m benchmarks.report` makes a class of 2,000 with four assignments of 40 cells, writes its
report, and opens it in a headless Chromium.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from autograder.report import frames, page
from autograder.report.charts import charts, library
from tests.report.classes import large_class

ROUNDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=2000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="report-") as folder:
        course = large_class(Path(folder, "course"), options.students)
        started = time.perf_counter()
        found = frames(course)
        read = time.perf_counter()
        charts()
        library_bytes = len(library().encode())
        prepared = time.perf_counter()
        text = page(found)
        made = time.perf_counter()
        path = Path(folder, "report.html")
        path.write_text(text, encoding="utf-8")
        size = (path.stat().st_size - library_bytes) / 1e6
        print(
            f"{options.students} students, {len(found.assignments)} assignments, "
            f"{len(found.marks)} marks: read in {read - started:.1f} s, charts and library in "
            f"{prepared - read:.1f} s, page in {made - prepared:.1f} s; "
            f"{size:.2f} MB, library {library_bytes / 1e6:.2f} MB; load {os.getloadavg()[0]:.1f}"
        )
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium"),
                args=["--no-sandbox"] if os.geteuid() == 0 else [],
            )
            rounds = [open_once(browser, path) for _ in range(ROUNDS)]
            ready, filtered = (statistics.median(times) for times in zip(*rounds, strict=True))
            print(
                f"Chromium, median of {ROUNDS}: everything drawn and filters at work after "
                f"{ready:.2f} s, a filter takes {filtered:.2f} s; load {os.getloadavg()[0]:.1f}"
            )
            browser.close()


def open_once(browser: Browser, path: Path) -> tuple[float, float]:
    """Seconds until everything is drawn, and until a filter has done all it does."""
    tab = browser.new_page(viewport={"width": 1280, "height": 900})
    tab.goto(path.as_uri())
    tab.wait_for_selector("html[data-ready]", state="attached", timeout=60_000)
    ready = float(tab.evaluate("Number(document.documentElement.dataset.ready)"))
    everybody = tab.evaluate("document.documentElement.dataset.shown")
    started = time.perf_counter()
    tab.select_option("#f-state", "late")
    tab.wait_for_selector(f"html:not([data-shown='{everybody}'])", state="attached")
    filtered = time.perf_counter() - started
    tab.close()
    return ready / 1000, filtered


if __name__ == "__main__":
    main()
