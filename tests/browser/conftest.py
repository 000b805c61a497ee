"""Fixtures for tests in a real browser. They run last, and say loudly when there is no browser to run them in."""

import os
import re
from pathlib import Path

import pytest
from lab import CHROMIUM_ARGS, REPO, VIEWPORT, Lab, LabServer, find_browser

HERE = Path(__file__).parent
MISSING = "no Chromium, Chrome or Edge was found (GAN_EDU_BROWSER can name one)"  # tests/conftest.py looks for it


def pytest_collection_modifyitems(items):
    """Mark these tests `browser` and run them after all others: Playwright keeps an event loop open.

    The longest file comes first, so that two processes end together.

    One that fails is tried once more, as a busy machine can be late; the summary counts it as a rerun.
    """
    here = [item for item in items if HERE in item.path.parents]
    for item in here:
        item.add_marker("browser")
        item.add_marker(pytest.mark.flaky(reruns=1))
    here.sort(key=lambda item: item.path.name != "test_lessons_browser.py")
    items[:] = [item for item in items if item not in here] + here


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.failed_in_browser = report.failed
    return report


@pytest.fixture(scope="session")
def browser_path():
    return find_browser()


@pytest.fixture(scope="session")
def browser(browser_path):
    """One headless Chromium for all tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser_path, args=CHROMIUM_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def lab_server():
    """One JupyterLab for all tests; each test finds it fresh."""
    server = LabServer()
    yield server
    server.stop()


@pytest.fixture
def browser_found(browser_path):
    """Skip where there is no browser; fail where one is required (GAN_EDU_REQUIRE_BROWSER=1, set in CI)."""
    if browser_path:
        return
    if os.environ.get("GAN_EDU_REQUIRE_BROWSER"):
        pytest.fail(MISSING)
    pytest.skip(MISSING)


@pytest.fixture(scope="session")
def used():
    """The page of an earlier test, emptied for the next one: {"page": Lab}, or {}."""
    return {}


def new_page(server, browser):
    context = browser.new_context(viewport=VIEWPORT, locale="en-GB")
    return Lab(server, context, os.environ.get("GAN_EDU_ARTEFACTS") or REPO / "artefacts")


@pytest.fixture
def lab(browser_found, request):
    """An empty page on JupyterLab, untouched notebooks, empty progress, no kernel running; see `lab.Lab`.

    A test fails if its page reported an error to the browser's console, or asked for anything beyond loopback.
    """
    server, browser, used = (request.getfixturevalue(name) for name in ("lab_server", "browser", "used"))
    page = used.pop("page", None) or new_page(server, browser)
    server.fresh()
    yield page
    failed = getattr(request.node, "failed_in_browser", False)
    errors = list(page.console_errors)
    if failed:
        page.screenshot("failed_" + re.sub(r"\W+", "_", request.node.name))
        print("console errors:", *page.console_errors, "last lines of the server:", server.tail(), sep="\n")
    if not failed and not errors and page.emptied():
        used["page"] = page
    else:
        page.context.close()
    outside, page.outside = page.outside, []
    assert not outside, f"requests beyond loopback: {outside}"
    assert failed or not errors, f"errors in the page's console: {errors}"


@pytest.fixture
def lab_page(lab):
    """Playwright's page of `lab`, for tests that need nothing else."""
    return lab.page
