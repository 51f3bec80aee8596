"""The web page in a real browser, against a running owner with the demo fleet."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from app.pages import STATIC
from tests.e2e.conftest import Fleet
from workers.workflows.ingest import INGEST

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
SHOTS = os.environ.get("SCREENSHOTS")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="apt-get install chromium"),
    pytest.mark.skipif(not (STATIC / "index.html").exists(), reason="make web"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    opened.close()
    assert errors == []


def shot(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=(Path(SHOTS) if SHOTS else folder) / f"{name}.png")


def test_the_page_shows_what_came_out_at_two_widths(
    fleet: Fleet, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{fleet.owner.url}/#/fleet")

    expect(page.get_by_test_id("class-row")).to_have_count(6)
    expect(page.get_by_test_id("alert-row")).to_have_count(len(fleet.truth.faults))
    expect(page.get_by_test_id("model-row").first).to_be_visible()
    expect(page.get_by_test_id("twin-row").first).to_contain_text("live")
    expect(page.get_by_test_id("violation-group").first).to_be_visible()
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 900})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
        shot(page, tmp_path, f"page-{width}")


def test_violations_stand_by_cause_and_open_to_their_cells_and_repairs(
    fleet: Fleet, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{fleet.owner.url}/#/fleet")
    repairable = page.get_by_test_id("propose-repairs")
    group = page.get_by_test_id("violation-group").filter(has=repairable)

    group.first.get_by_role("button").first.click()
    expect(page.get_by_test_id("violation-row").first).to_contain_text("row")
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 900})
        page.locator("#violations").scroll_into_view_if_needed()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        shot(page, tmp_path, f"violations-{width}")

    group.first.get_by_test_id("propose-repairs").click()

    expect(page.get_by_text("proposal").first).to_contain_text("pending")


def test_a_query_is_typed_and_answered(fleet: Fleet, page: Page, tmp_path: Path) -> None:
    page.goto(f"{fleet.owner.url}/#/fleet/query")

    page.get_by_test_id("query-editor").fill("SELECT ?s WHERE { ?s a ?class } LIMIT 7")
    page.get_by_test_id("query-run").click()

    expect(page.get_by_test_id("query-row")).to_have_count(7)
    shot(page, tmp_path, "query")


def test_no_suggestion_comes_between_somebody_and_the_editor(fleet: Fleet, page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/summary", hold)
    page.goto(f"{fleet.owner.url}/#/fleet/query")
    editor = page.get_by_test_id("query-editor")
    editor.click()
    for _ in range(100):
        if held:
            break
        page.wait_for_timeout(50)
    page.unroute("**/summary", hold)
    expect(page.get_by_role("button", name="Things per class")).to_be_visible()
    page.keyboard.insert_text("ASK { ?s ?p ?o }")

    expect(editor).to_have_text("ASK { ?s ?p ?o }")


def test_a_wrong_query_gets_a_readable_error(fleet: Fleet, page: Page) -> None:
    page.goto(f"{fleet.owner.url}/#/fleet/query")

    page.get_by_test_id("query-editor").fill("SELECT nothing")
    page.get_by_test_id("query-run").click()

    expect(page.get_by_test_id("query-error")).to_contain_text("not valid")


def test_files_that_are_chosen_run_through_all_steps_live(
    fleet: Fleet, page: Page, tmp_path: Path
) -> None:
    lines = "".join(f"{number},Town {number},{number % 7}\n" for number in range(60))
    (tmp_path / "towns.csv").write_text("town_id,name,district\n" + lines, encoding="utf-8")
    page.goto(f"{fleet.owner.url}/#/fleet")
    page.get_by_test_id("project-new").click()
    page.get_by_test_id("project-name").fill("towns")
    page.get_by_test_id("project-create").click()
    expect(page.get_by_test_id("project-switch")).to_have_value("towns")
    expect(page.get_by_test_id("run-step")).to_have_count(0)
    page.get_by_test_id("file-input").set_input_files(tmp_path / "towns.csv")

    done = page.locator('[data-testid="run-step"][data-state="done"]')
    expect(done).to_have_count(len(INGEST.steps), timeout=120_000)
    expect(page.get_by_test_id("class-row")).to_contain_text("60")
    shot(page, tmp_path, "run")
    fleet.client.request("DELETE", "/api/v1/projects/towns")
