"""`GET /assets/{proxy+}`: the console's styles, modules, icons and fonts, from this function's own package.

Names carry a hash of the content, so an answer may be kept for ever; there is no bucket and no CDN to keep in step. A name
without its hash is answered too, for pages that know no manifest, and is kept for minutes.
"""

import base64
from functools import cache
from pathlib import Path
from typing import Any

FILES = Path(__file__).resolve().parent / "files"
FOREVER = "public, max-age=31536000, immutable"
MINUTES = "public, max-age=300"
MEDIA = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answers a file by its name; 404 for what is not among the built files."""
    name = (event.get("pathParameters") or {}).get("proxy", "")
    path = _files().get(name)
    if path is None:
        return {"statusCode": 404, "headers": {"content-type": "text/plain"}, "body": "no such asset"}
    headers = {
        "content-type": MEDIA[Path(name).suffix],
        "cache-control": FOREVER if path.name == name else MINUTES,
        "x-content-type-options": "nosniff",
        "vary": "accept-encoding",
    }
    squeezed = path.with_name(path.name + ".gz")
    accepts = str((event.get("headers") or {}).get("accept-encoding", ""))
    if "gzip" in accepts and squeezed.is_file():
        path, headers["content-encoding"] = squeezed, "gzip"
    body = base64.b64encode(path.read_bytes()).decode()
    return {"statusCode": 200, "headers": headers, "body": body, "isBase64Encoded": True}


@cache
def _files() -> dict[str, Path]:
    """The built files by name: what is not in this list cannot be asked for."""
    built = [path for path in FILES.glob("*") if path.suffix in MEDIA]
    plain = {f"{path.name.split('.')[0]}{path.suffix}": path for path in built}
    return plain | {path.name: path for path in built}
