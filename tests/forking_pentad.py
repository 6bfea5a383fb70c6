"""Pentad set up once, for the processes that are forked: see tests/forking.py.

Here is done what each command begins with, and no more, so that one that forgot to load what it uses would fail: Django
and the models are loaded, with settings of no folder. A fork reads its settings anew, in its own environment, when it
sets itself up. What the environment decides is taken away before: a module that reads it while it is loaded breaks the
loading, here and at once.
"""

import atexit
import gc
import importlib
import os
import secrets
import sys
import tempfile
import threading

OF_A_PROCESS = """
ADDRESS ALLOWED_HOSTS ASK_SECONDS CSRF_COOKIE_SECURE DATA DEFAULT_FROM_EMAIL EMAIL_HOST EMAIL_HOST_PASSWORD
EMAIL_HOST_USER EMAIL_PORT EMAIL_USE_SSL EMAIL_USE_TLS HTTPS LEDGER MAIL METRICS_OPEN
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN PROXIES SECRET_KEY SECURE_HSTS_SECONDS SERVER_EMAIL SESSION_COOKIE_SECURE
""".split()  # noqa: SIM905 (twenty lines otherwise)
"""Settings that differ with the environment. So do databases, which models ask how long names may be."""


def prepare() -> None:
    import django

    usual = django.setup
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"PENTAD_DATA": folder, "DJANGO_SETTINGS_MODULE": "pentad.config.settings"}
        from django.conf import settings

        settings.DATA  # noqa: B018 (loads them)
    for name in OF_A_PROCESS:
        vars(settings).pop(name, None)
        delattr(settings._wrapped, name)  # type: ignore[misc]
    usual()
    freeze()
    atexit.register(gc.unfreeze)  # when it ends, libraries look for what they leaked

    def anew() -> None:
        django.setup = usual
        _draw_lots()
        _read_settings()
        usual()

    django.setup = anew  # type: ignore[assignment]


def freeze() -> None:
    """What is loaded is shared by all forks, and no collector of theirs walks through it."""
    assert threading.active_count() == 1, "a thread would not be there after the fork"
    gc.collect()
    gc.freeze()


def _draw_lots() -> None:
    """What tells one process from another."""
    from pentad.core.jobs import leases

    leases._LIFE = secrets.token_hex(4)


def _read_settings() -> None:
    from django.conf import settings
    from django.db import connections

    module = importlib.reload(sys.modules["pentad.config.settings"])
    for name in filter(str.isupper, dir(module)):
        value = getattr(module, name)
        if name not in OF_A_PROCESS and name != "DATABASES" and value != getattr(settings, name):
            raise RuntimeError(f"tests/forking_pentad.py: the environment decides about {name}")
        setattr(settings, name, value)
    connections.close_all()
    connections.__init__()  # type: ignore[misc]
    vars(connections).pop("settings", None)


try:
    prepare()
except ImportError as error:  # which multiprocessing passes over
    raise RuntimeError(f"tests/forking_pentad.py: {error}") from None
