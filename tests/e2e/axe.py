"""axe-core in a page as it stands, in a real browser under the real content policy."""

from typing import Any

from playwright.async_api import Page

from tests.e2e.place import ROOT

AXE = (ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text()
# A panel on its way in is half transparent for a moment: contrast is judged when it has come to rest.
AT_REST = """Promise.all(document.getAnimations()
  .filter(it => it.effect.getComputedTiming().iterations === 1)
  .map(it => it.finished.catch(() => null)))"""

LAPTOP, PHONE = (1280, 720), (390, 844)


async def findings(page: Page, *sizes: tuple[int, int]) -> list[str]:
    """What axe objects to, at a laptop's and a phone's size. Journeys ask it at each state they pass."""
    found: list[str] = []
    for width, height in sizes or (PHONE, LAPTOP):
        await page.set_viewport_size({"width": width, "height": height})
        if not await page.evaluate("typeof axe !== 'undefined'"):
            await page.evaluate(AXE)
        await page.evaluate(AT_REST)
        result: dict[str, Any] = await page.evaluate("axe.run({ resultTypes: ['violations'] })")
        found += [f"{width}: {one['id']}: {one['nodes'][0]['html']}" for one in result["violations"]]
    await page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})
    return found
