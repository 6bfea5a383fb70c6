"""Pages on apps, and the protocol's addresses under the names by which the library finds them."""

from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from pentad.roles.access.apps import views
from pentad.roles.access.later import later

HERE = "pentad.roles.access.apps.protocol"
protocol = {
    "configuration": (".well-known/openid-configuration", "configuration"),
    "jwks": (".well-known/jwks.json", "jwks"),
    "authorization": ("oauth/authorize", "authorize"),
    "token": ("oauth/token", "token"),
    "revoke": ("oauth/revoke", "revoke"),
    "userinfo": ("oauth/userinfo", "user_info"),
    "device_code": ("oauth/device/code", "device_code"),
    "logout": ("oauth/signout", "sign_out"),
}
oidc = [path(route, csrf_exempt(later(f"{HERE}.{view}")), name=name) for name, (route, view) in protocol.items()]
oidc.append(path("oauth/device", later(f"{HERE}.device"), name="device_authorization"))

urlpatterns = [
    path("", include(([path("", include((oidc, "oidc")))], "idp"))),
    path("account/apps/", views.mine, name="own_apps"),
    path("settings/apps/", views.app_list, name="settings_apps"),
    path("settings/apps/new/", views.new_app, name="settings_new_app"),
    path("settings/apps/<str:app_id>/", views.app_page, name="settings_app"),
    path("settings/apps/<str:app_id>/change/", views.change, name="settings_change_app"),
]
