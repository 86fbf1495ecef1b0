"""Gathers the console's assets into `functions/assets/files/`: content-hashed names and a gzip twin of each.

The manifest (logical name → hashed name) goes to `functions/console/assets.json`, next to who writes the links.

`python -m assets.build` after `npm ci`. Nothing is compiled: styles are joined, icons become one sprite, and names
inside files are replaced by the hashed ones. A file is built after those it names.
"""

import gzip
import hashlib
import json
import re
import shutil
from graphlib import TopologicalSorter
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PACKAGES = ROOT / "node_modules"
OUTPUT = ROOT / "functions" / "assets" / "files"
MANIFEST = ROOT / "functions" / "console" / "assets.json"

FONTS = PACKAGES / "@fontsource-variable/inter/files"
COPIES = {
    "inter-latin.woff2": FONTS / "inter-latin-opsz-normal.woff2",
    "inter-latin-ext.woff2": FONTS / "inter-latin-ext-wght-normal.woff2",
    "htmx.js": PACKAGES / "htmx.org/dist/htmx.min.js",
    "echarts.js": PACKAGES / "echarts/dist/echarts.common.min.js",
    "sortable.js": PACKAGES / "sortablejs/Sortable.min.js",
    "grapes.js": PACKAGES / "grapesjs/dist/grapes.min.js",
    "grapes.css": PACKAGES / "grapesjs/dist/css/grapes.min.css",
    "grapes-mjml.js": PACKAGES / "grapesjs-mjml/dist/index.js",
    "mail_builder.css": HERE / "css/mail_builder.css",
    "mark.svg": HERE / "mark.svg",
    "swagger-ui.css": PACKAGES / "swagger-ui-dist/swagger-ui.css",
    "swagger-ui.js": PACKAGES / "swagger-ui-dist/swagger-ui-bundle.js",
}
STYLES = ("tokens", "base", "layout", "controls", "data", "segments", "templates", "campaigns")
COMPRESSED = frozenset({".css", ".js", ".svg"})
_NAMED = re.compile(r"""(?P<open>url\(["']|(?:import|from) ["']\./)(?P<name>[\w.-]+)(?P<close>["'])""")


def build(output: Path = OUTPUT) -> dict[str, str]:
    """Writes every asset to `output`; answers the manifest."""
    shutil.rmtree(output, ignore_errors=True)
    output.mkdir(parents=True)
    manifest: dict[str, str] = {}
    for name, source in COPIES.items():
        _write(output, manifest, name, source.read_bytes())
    _write(output, manifest, "icons.svg", sprite(_icon_names()).encode())
    _write(output, manifest, "app.css", _renamed(_styles(), manifest).encode())
    for module in _in_order(HERE / "js"):
        _write(output, manifest, module.name, _renamed(module.read_text(), manifest).encode())
    return manifest


def sprite(names: list[str]) -> str:
    """One SVG with a symbol for each icon, and the brand's mark in the current colour."""
    symbols = [_symbol(name, (PACKAGES / f"lucide-static/icons/{name}.svg").read_text()) for name in names]
    mark = (
        (HERE / "mark.svg")
        .read_text()
        .replace('"#0b6448"', '"currentColor"')
        .replace("#fff", "var(--accent-ink)")
    )
    return f'<svg xmlns="http://www.w3.org/2000/svg">{_symbol("mark", mark)}{"".join(symbols)}</svg>'


def _symbol(name: str, svg: str) -> str:
    inner = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    shapes = "".join(line.strip() for line in inner.splitlines())
    return f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>'


def _icon_names() -> list[str]:
    return (HERE / "icons.txt").read_text().split()


def _styles() -> str:
    return "\n".join((HERE / "css" / f"{name}.css").read_text() for name in STYLES)


def _in_order(folder: Path) -> list[Path]:
    """Modules, those that others import first."""
    modules = {path.name: path for path in sorted(folder.glob("*.js"))}
    named = {
        name: {found["name"] for found in _NAMED.finditer(path.read_text())} & modules.keys()
        for name, path in modules.items()
    }
    return [modules[name] for name in TopologicalSorter(named).static_order()]


def _renamed(text: str, manifest: dict[str, str]) -> str:
    return _NAMED.sub(lambda found: found["open"] + manifest[found["name"]] + found["close"], text)


def _write(output: Path, manifest: dict[str, str], name: str, content: bytes) -> None:
    stem, dot, kind = name.rpartition(".")
    manifest[name] = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}{dot}{kind}"
    target = output / manifest[name]
    target.write_bytes(content)
    if target.suffix in COMPRESSED:
        target.with_name(target.name + ".gz").write_bytes(gzip.compress(content, mtime=0))


if __name__ == "__main__":
    names = build()
    MANIFEST.write_text(json.dumps(names, indent=1))
    print(f"{len(names)} assets in {OUTPUT.relative_to(ROOT)}")
