"""Names are the sign-in library's where it looks pages up by name."""

from allauth.socialaccount.providers.openid_connect import views as oidc
from allauth.socialaccount.providers.saml import views as saml
from django.urls import path

from pentad.roles.access.sso import views
from pentad.roles.access.sso.saml import with_host

urlpatterns = [
    path("signin/oidc/<slug:provider_id>/", views.oidc_login, name="openid_connect_login"),
    path("signin/oidc/<slug:provider_id>/callback/", oidc.callback, name="openid_connect_callback"),
    path("signin/saml/<slug:organization_slug>/", with_host(saml.login), name="saml_login"),
    path("signin/saml/<slug:organization_slug>/acs/", with_host(saml.acs), name="saml_acs"),
    path("signin/saml/<slug:organization_slug>/acs/finish/", with_host(saml.finish_acs), name="saml_finish_acs"),
    path("signin/saml/<slug:organization_slug>/sls/", with_host(saml.sls), name="saml_sls"),
    path("signin/saml/<slug:organization_slug>/metadata/", with_host(saml.metadata), name="saml_metadata"),
    path("settings/sign-in/", views.provider_list, name="settings_providers"),
    path("settings/sign-in/new/<str:kind>/", views.new_provider, name="settings_new_provider"),
    path("settings/sign-in/<slug:slug>/", views.provider_page, name="settings_provider"),
    path("settings/sign-in/<slug:slug>/change/", views.change, name="settings_change_provider"),
]
