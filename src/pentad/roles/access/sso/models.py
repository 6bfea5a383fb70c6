"""Identity providers."""

from django.db import models

from pentad.core import clock, ids, secretbox
from pentad.roles.access.sso import rules

PURPOSE = "pentad.identity_provider"


class IdentityProvider(models.Model):
    """Where colleagues may sign in instead. `slug` is in its addresses and in the links of accounts: it never changes."""

    OIDC, SAML = "oidc", "saml"

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    kind = models.CharField(max_length=4)
    slug = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=80, help_text="On the button of the sign-in page")
    config = models.JSONField(
        default=dict, help_text="What the protocol needs: issuer, client_id; entity_id, sso_url …"
    )
    sealed = models.TextField(blank=True, help_text="The client secret, encrypted")
    groups_claim = models.CharField(max_length=120, default="groups")
    group_roles = models.JSONField(default=list, help_text="[group, role], the first that fits counts")
    default_role = models.CharField(max_length=40, blank=True, help_text="Without a group that fits; empty refuses")
    make_accounts = models.BooleanField(default=False)
    domains = models.JSONField(default=list)
    active = models.BooleanField(default=True)
    created = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name

    @property
    def secret(self) -> str:
        return secretbox.unseal(PURPOSE, self.sealed) if self.sealed else ""

    @secret.setter
    def secret(self, text: str) -> None:
        self.sealed = secretbox.seal(PURPOSE, text) if text else ""

    @property
    def mapping_text(self) -> str:
        return rules.write_mapping(self.group_roles)

    @property
    def kind_label(self) -> str:
        return "OpenID Connect" if self.kind == self.OIDC else "SAML"
