"""What can be seen and read: axe, contrast, sizes of targets, zoom, spacing, forced colours, motion."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.ux.stage import SCHEMES, SIZES
from tests.ux.table import Figure, Scene, bring_about

LOOKS = (Path(__file__).parent / "looks.js").read_text()
SPACING = """
* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }
"""
FEW = ("request-conflict", "run-waiting")
DECIDES = {
    "who": ".pbar", "question": ".rhead h2", "what does not match": ".check", "its tick": ".tick",
    "what will change": ".diff", "yes": ".bar [data-yes] button", "change": ".bar .acts > :nth-child(2)",
    "no": ".bar .no summary", "time left": ".bar [data-left]",
}  # fmt: skip
AXE = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


def count_violations(scene: Scene) -> Figure:
    """Violations that axe finds in every state, light and dark, at a desk and on a telephone."""
    faults, runs = [], 0
    for state in scene.some(*FEW):
        for size in SIZES:
            for scheme in SCHEMES:
                with bring_about(scene.stage, state, size=SIZES[size], color_scheme=scheme) as page:
                    found = Axe().run(page, options=AXE).response["violations"]
                runs += 1
                place = f"{state.name} {size} {scheme}"
                faults += [f"{place}: {one['id']} {one['nodes'][0]['html'][:120]}" for one in found]
    return Figure(f"{len(faults)} in {runs} runs of {len(scene.some(*FEW))} states", not faults, tuple(faults))


def measure_contrast(scene: Scene) -> Figure:
    """The weakest contrast of any text, and of any edge that makes a control a control."""
    text, edges, faults = 99.0, 99.0, []
    for state in scene.some(*FEW):
        for scheme in SCHEMES:
            with bring_about(scene.stage, state, color_scheme=scheme) as page:
                seen = page.evaluate(f"({LOOKS}).contrast()")
            text, edges = min(text, seen["text"]["ratio"]), min(edges, seen["edge"]["ratio"])
            faults += [f"{state.name} {scheme}: text {one}" for one in seen["weakText"]]
            faults += [f"{state.name} {scheme}: control {one}" for one in seen["weakEdges"]]
    return Figure(f"text {text:.2f}, controls {edges:.2f}", not faults, tuple(faults))


def measure_targets(scene: Scene) -> Figure:
    """The smallest thing to press, and the lowest of the buttons that answer."""
    least, answer, faults = 99.0, 99.0, []
    for state in scene.some(*FEW):
        for size in SIZES.values():
            with bring_about(scene.stage, state, size=size) as page:
                seen = page.evaluate(f"({LOOKS}).targets()")
            least, answer = min(least, seen["least"]), min(answer, seen["answer"])
            faults += [f"{state.name} {size[0]}: {one}" for one in seen["small"]]
    return Figure(f"smallest {least:.0f} px, answers {answer:.0f} px", not faults, tuple(faults))


def measure_first_sight(scene: Scene) -> Figure:
    """What decides a request and does not stand on the first screen of a desk, or only in part."""
    faults = []
    with bring_about(scene.stage, scene.state("request-conflict")) as page:
        bar = page.locator(".bar").bounding_box() or {"y": 0.0}
        for name, place in DECIDES.items():
            box = page.locator(f"#request {place}").first.bounding_box()
            bottom = SIZES["desk"][1] if place.startswith(".bar") else bar["y"]
            if box is None or box["y"] < 0 or box["y"] + box["height"] > bottom:
                faults.append(f"{name}: {box}")
    return Figure(f"{len(DECIDES) - len(faults)} of {len(DECIDES)} seen", not faults, tuple(faults))


def count_zoom_faults(scene: Scene) -> Figure:
    """What runs out sideways, is cut off or lies over the focus at 200% and 400% zoom."""
    faults, looks = [], 0
    for state in scene.some("queue", "request-conflict", "run-waiting"):
        for zoom, size in {"200%": (720, 450), "400%": (320, 256)}.items():
            with bring_about(scene.stage, state, size=size) as page:
                faults += [f"{state.name} {zoom}: {fault}" for fault in _cramped(page)]
            looks += 1
    return Figure(f"{len(faults)} in {looks}", not faults, tuple(faults))


def count_spacing_faults(scene: Scene) -> Figure:
    """What is cut off when somebody reads with wide letters, words and lines (WCAG 1.4.12)."""
    faults, looks = [], 0
    for state in scene.some(*FEW):
        for size in SIZES.values():
            with bring_about(scene.stage, state, size=size, bypass_csp=True) as page:
                page.add_style_tag(content=SPACING)
                faults += [f"{state.name} {size[0]}: {one}" for one in page.evaluate(f"({LOOKS}).clipped()")]
            looks += 1
    return Figure(f"{len(faults)} in {looks}", not faults, tuple(faults))


def check_calm(scene: Scene) -> Figure:
    """Whether anything moves although somebody asked for no motion, and whether forced colours keep what matters."""
    faults = []
    for state in scene.some(*FEW):
        with bring_about(scene.stage, state, reduced_motion="reduce") as page:
            faults += [f"{state.name} moves: {one}" for one in page.evaluate(f"({LOOKS}).moving()")]
    with bring_about(scene.stage, scene.state("request-conflict"), forced_colors="active") as page:
        faults += [f"forced colours: {one}" for one in page.evaluate(f"({LOOKS}).forced()")]
    return Figure(f"{len(faults)} faults", not faults, tuple(faults))


def _cramped(page: Page) -> list[str]:
    faults: list[str] = page.evaluate(f"({LOOKS}).clipped()")
    page.evaluate("document.activeElement?.blur()")
    for _ in range(12):
        page.keyboard.press("Tab")
        covered = page.evaluate(f"({LOOKS}).covered()")
        faults += [covered] if covered else []
    return faults
