"""Loaded by the process that others are forked from, and by nothing else: see tests/forking.py."""

import sys
from importlib import import_module
from pathlib import Path

LIBRARIES = """
a2wsgi asyncio click cryptography.fernet cryptography.hazmat.primitives.ciphers.aead
cryptography.hazmat.primitives.kdf.hkdf cryptography.x509 duckdb fido2.server fido2.webauthn granian.server.embed
isodate lark.load_grammar lark.parsers.lalr_parser lxml.etree msgspec multiprocessing.popen_fork numpy.typing
onelogin.saml2.auth pluggy prometheus_client psycopg pyarrow.compute pyarrow.parquet pydantic.dataclasses
pydantic.json_schema pydantic.main pydantic.networks pydantic.type_adapter requests sqlglot structlog urllib3 uvloop
xml.etree.ElementTree
django.contrib.admin.utils django.contrib.auth.hashers django.contrib.messages.middleware
django.contrib.messages.storage.fallback django.contrib.sessions.backends.db django.contrib.sessions.middleware
django.contrib.staticfiles.finders django.core.handlers.asgi django.core.mail django.core.management
django.db.backends.sqlite3.base django.db.migrations.executor django.forms django.http django.middleware.clickjacking
django.middleware.common django.middleware.csrf django.middleware.security django.template.backends.django
django.template.defaulttags django.template.loader_tags django.test.signals django.urls django.views.generic
django_htmx.middleware django_stubs_ext
""".split()  # noqa: SIM905 (sixty lines otherwise)

sys.path.insert(0, str(Path(__file__).parent / "as_installed"))
try:
    for library in LIBRARIES:
        import_module(library)
except ImportError as error:  # which multiprocessing passes over
    raise RuntimeError(f"tests/forking_libraries.py: {error}") from None
