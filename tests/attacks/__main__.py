"""Make all attacks and print what became of each: python -m tests.attacks"""

import sys

import pytest


class Table:
    """Prints one row for each case as it ends, and the sum."""

    def __init__(self) -> None:
        self.held = self.lost = 0

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """The table stands in place of pytest's own report."""
        config.pluginmanager.unregister(name="terminalreporter")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """One row where a case has ended, or failed before it could begin."""
        if "nobody_is_made" not in report.nodeid or (report.when != "call" and report.passed):
            return
        name = report.nodeid.split("[chromium-", 1)[-1].removesuffix("]")
        rows = dict(report.user_properties)
        name, carrier, became = rows.get("row", (name, "", f"FAILED: {report.longreprtext.splitlines()[-1:]}"))
        self.held += report.passed
        self.lost += report.failed
        print(f"\n{name:<52} {carrier:<24} {became}", end="", flush=True)

    def pytest_sessionfinish(self) -> None:
        """The sum; only Chromium is installed here, so only it was asked."""
        print(f"\n\nChromium: {self.held} of {self.held + self.lost} attacks held off")


if __name__ == "__main__":
    sys.exit(pytest.main(["tests/attacks"], plugins=[Table()]))
