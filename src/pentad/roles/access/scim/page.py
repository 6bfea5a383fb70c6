"""The page on which administrators see what comes by SCIM, and give its groups roles."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from pentad.roles.access.gate import signed_in
from pentad.roles.access.queries import role_labels
from pentad.roles.access.scim.actions import give_group_role
from pentad.roles.access.scim.models import ProvisionedGroup, ProvisionedUser
from pentad.roles.access.scim.views import base_of


@signed_in("admin.signin")
@require_http_methods(["GET", "POST"])
def provisioning(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        group = get_object_or_404(ProvisionedGroup, pk=request.POST.get("group", ""))
        give_group_role(actor=request.actor, group=group, role=request.POST.get("role", ""))  # type: ignore[attr-defined]
        messages.success(request, f"The members of {group.display_name} have their role.")
        return redirect("settings_provisioning")
    context = {
        "groups": ProvisionedGroup.objects.annotate(count=Count("members")).order_by("display_name"),
        "people": ProvisionedUser.objects.filter(gone=False).count(),
        "roles": role_labels().items(),
        "base": base_of(request),
    }
    return render(request, "access/provisioning.html", context)
