"""The committed OpenAPI document, so that a change of the API shows in review.

python -m pentad.config.openapi          write docs/reference/openapi.json anew
"""

import json
import os
import sys
import tempfile
from pathlib import Path

DOCUMENT = Path(__file__).parents[3] / "docs" / "reference" / "openapi.json"


def text() -> str:
    """The document as it is committed. Needs Django to be set up."""
    from pentad.config.routers import api

    return json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"PENTAD_DATA": folder, "DJANGO_SETTINGS_MODULE": "pentad.config.settings"}
        import django

        django.setup()
        DOCUMENT.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{DOCUMENT}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
