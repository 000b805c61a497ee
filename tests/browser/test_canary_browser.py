"""The canary in the browser: were the kernel's trainer replaced by canned samples, a test at the page would notice."""

from test_canary import outcomes

MUST_NOTICE = "test_run_all_trains_nothing_and_play_trains_as_plain_pytorch_does"


def test_with_canned_samples_on_the_page_the_suite_fails(browser_found, tmp_path):
    assert outcomes([f"browser/test_playground_browser.py::{MUST_NOTICE}"], tmp_path) == {MUST_NOTICE: "FAILED"}
