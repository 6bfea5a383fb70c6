"""An OpenID Connect provider for the round trip: django-allauth's own, with a project of its own.

python -m tests.roles.signin.oidc_provider PORT REDIRECT_URI

It knows “lea@kestrel.example” (password below), who is in the group “cx-admins”, and one client. It prints "ready".
"""

import sys
import tempfile
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

CLIENT, SECRET, PASSWORD = "pentad", "a secret of the client's", "lea-at-the-provider"


def configure() -> None:
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.conf import settings

    key = rsa.generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    apps = ["auth", "contenttypes", "sessions", "messages"]
    middleware = [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ]
    settings.configure(
        SECRET_KEY="provider",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        DATABASES={
            "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(tempfile.mkdtemp(prefix="idp-")) / "db"}
        },
        INSTALLED_APPS=[*(f"django.contrib.{app}" for app in apps), "allauth", "allauth.account", "allauth.idp.oidc"],
        MIDDLEWARE=middleware,
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
        ACCOUNT_LOGIN_METHODS={"email"},
        ACCOUNT_SIGNUP_FIELDS=["email*", "password1*"],
        ACCOUNT_EMAIL_VERIFICATION="none",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        IDP_OIDC_PRIVATE_KEY=key.decode(),
        IDP_OIDC_ADAPTER=f"{__name__}.Adapter",
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    )


def fill(redirect_uri: str) -> None:
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    lea = User.objects.create_user("lea", "lea@kestrel.example", PASSWORD, first_name="Lea", last_name="Sommer")
    EmailAddress.objects.create(user=lea, email=lea.email, verified=True, primary=True)
    Client.objects.create(
        id=CLIENT,
        name="Pentad",
        secret=make_password(SECRET),
        scopes="openid\nprofile\nemail",
        redirect_uris=redirect_uri,
        skip_consent=True,
    )


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


if __name__ == "__main__":
    sys.modules["oidc_provider"] = sys.modules[__name__]
    __name__ = "oidc_provider"
    configure()
    import django

    django.setup()

from allauth.idp.oidc.adapter import DefaultOIDCAdapter  # noqa: E402  after the settings
from django.urls import include, path  # noqa: E402


class Adapter(DefaultOIDCAdapter):
    def get_claims(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_claims(*args, **kwargs), "groups": ["everybody", "cx-admins"]}


urlpatterns = [path("", include("allauth.idp.urls")), path("accounts/", include("allauth.account.urls"))]

if __name__ == "oidc_provider":
    fill(sys.argv[2])
    from django.core.wsgi import get_wsgi_application

    server = make_server("127.0.0.1", int(sys.argv[1]), get_wsgi_application(), handler_class=Quiet)
    print("ready", flush=True)
    server.serve_forever()
