"""People who sign in and programs that call."""

from typing import Any

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models

from pentad.core import clock, ids
from pentad.roles.access.purposes.models import Purpose
from pentad.roles.access.rights_models import Role


class UserManager(BaseUserManager["User"]):
    """Creates colleagues. Addresses are kept in lower case, so that one person has one account."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Without a password the account cannot sign in until one is set."""
        user = self.model(email=self.normalise(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **{**fields, "role": "admin"})

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=self.normalise(username or ""))

    @staticmethod
    def normalise(email: str) -> str:
        return email.strip().lower()


class User(AbstractUser):
    """A colleague. Signs in by e-mail address."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200)
    role = models.CharField(max_length=40, default="member", help_text="The name of a Role")
    theme = models.CharField(max_length=10, default="system", help_text="light, dark or system")
    shortcuts = models.BooleanField(default=True)
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()  # type: ignore[misc,assignment]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def ref(self) -> str:
        """As audit lines and changes name them; also what gives their avatar its colour, the same everywhere."""
        return f"user:{self.pk}"

    @property
    def role_label(self) -> str:
        return Role.objects.filter(name=self.role).values_list("label", flat=True).first() or self.role

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]


class SecondStepMisses(models.Model):
    """Wrong second-step codes of one colleague since the last right one, wherever they came from."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    tries = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(default=clock.now)


class ApiKey(models.Model):
    """A bearer token of a program. Only its hash is kept."""

    id = models.CharField(max_length=36, default=ids.new_id, primary_key=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=40)
    rights = models.JSONField(default=list, help_text="The only rights it may use of its role; all when empty")
    purposes = models.JSONField(default=list, help_text="The only purposes it works for of its role's; all when empty")
    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="+", help_text="Whose records are its own")
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(default=clock.now)
    last_used = models.DateTimeField(null=True)
    revoked = models.DateTimeField(null=True)

    @property
    def role_label(self) -> str:
        return Role.objects.filter(name=self.role).values_list("label", flat=True).first() or self.role

    @property
    def purpose_labels(self) -> list[str]:
        """What it was narrowed to."""
        return list(Purpose.objects.filter(name__in=self.purposes).values_list("label", flat=True))
