"""Names are the sign-in library's where it looks pages up by name."""

from allauth.mfa.recovery_codes.views import download_recovery_codes
from allauth.mfa.webauthn.views import login_webauthn
from django.urls import include, path

from pentad.roles.access import settings_views, views
from pentad.roles.access.invitations import views as invitations
from pentad.roles.access.sessions import views as sessions

urlpatterns = [
    path("setup/", views.setup, name="setup"),
    path("signin/", views.sign_in, name="account_login"),
    path("signin/second-factor/", views.second_factor, name="mfa_authenticate"),
    path("signin/passkey/", login_webauthn, name="mfa_login_webauthn"),
    path("signout/", views.sign_out, name="account_logout"),
    path("signin/closed/", views.inactive, name="account_inactive"),
    path("password/<str:uidb36>/<str:key>/", views.password_link, name="account_reset_password_from_key"),
    path("password/done/", views.password_set, name="account_reset_password_from_key_done"),
    path("join/<str:token>/", invitations.join, name="accept_invitation"),
    path("signin/forgot/", invitations.forgot, name="forgot_password"),
    path("account/", views.account_page, name="mfa_index"),
    path("account/confirm/", views.confirm_password, name="account_reauthenticate"),
    path("account/confirm/code/", views.confirm_second_factor, name="mfa_reauthenticate"),
    path("account/confirm/passkey/", views.confirm_passkey, name="mfa_reauthenticate_webauthn"),
    path("account/password/", views.change_password, name="account_change_password"),
    path("account/password/set/", views.set_password, name="account_set_password"),
    path("account/app/", views.add_totp, name="mfa_activate_totp"),
    path("account/app/remove/", views.remove_totp, name="mfa_deactivate_totp"),
    path("account/recovery/", views.recovery_codes, name="mfa_view_recovery_codes"),
    path("account/recovery/new/", views.new_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/recovery/download/", download_recovery_codes, name="mfa_download_recovery_codes"),
    path("account/passkeys/", views.passkeys, name="mfa_list_webauthn"),
    path("account/passkeys/add/", views.add_passkey, name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/", views.rename_passkey, name="mfa_edit_webauthn"),
    path("account/passkeys/<int:pk>/remove/", views.remove_passkey, name="mfa_remove_webauthn"),
    path("account/sessions/", sessions.mine, name="own_sessions"),
    path("settings/people/", settings_views.people, name="settings_people"),
    path("settings/people/<int:user_id>/", settings_views.person, name="settings_person"),
    path("settings/people/<int:user_id>/sessions/", sessions.of_colleague, name="settings_sessions"),
    path("settings/invitations/<str:invitation_id>/revoke/", invitations.revoke, name="settings_revoke_invitation"),
    path("", include("pentad.roles.access.agents.urls")),
    path("", include("pentad.roles.access.apps.urls")),
    path("", include("pentad.roles.access.manage.urls")),
    path("", include("pentad.roles.access.purposes.urls")),
    path("", include("pentad.roles.access.sso.urls")),
    path("", include("pentad.roles.access.scim.urls")),
    path("settings/keys/", settings_views.key_list, name="settings_keys"),
    path("settings/keys/<str:key_id>/revoke/", settings_views.revoke_key, name="settings_revoke_key"),
]
