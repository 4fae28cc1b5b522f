"""The pages of accounts: people and invitations, requests for access, one's own sessions."""

from django.urls import path
from django.views.generic import RedirectView

from metrology import oidc
from metrology.accounts import entrance, invitations, people, registrations, sessions, sign_on

urlpatterns = [
    path(f"accounts/oidc/{oidc.PROVIDER_ID}/login/", sign_on.leave),
    path(f"accounts/oidc/{oidc.PROVIDER_ID}/login/callback/", sign_on.come_back),
    path("settings/people/", people.People.as_view(), name="people_access"),
    path("settings/people/invite/", people.Invite.as_view(), name="invite"),
    path("settings/people/<uuid:key>/end/", people.End.as_view(), name="end_membership"),
    path("settings/people/<uuid:key>/block/", people.Block.as_view(), name="block_user"),
    path("settings/people/<uuid:key>/unblock/", people.Unblock.as_view(), name="unblock_user"),
    path(
        "settings/people/invitations/<uuid:key>/withdraw/",
        people.Withdraw.as_view(),
        name="withdraw_invitation",
    ),
    path("accounts/sessions/", RedirectView.as_view(pattern_name="sessions")),
    path("settings/sessions/", sessions.Sessions.as_view(), name="sessions"),
    path("settings/switch-user/", sessions.switch_user, name="switch_user"),
    path("invitations/<token>/", invitations.Accept.as_view(), name="invitation"),
    path("invitations/<token>/join/", invitations.Join.as_view(), name="join_invitation"),
    path("register/", entrance.Register.as_view(), name="register"),
    path("register/check/", entrance.CheckCode.as_view(), name="register_check"),
    path("register/thanks/", entrance.Thanks.as_view(), name="register_thanks"),
    path("registrations/", registrations.Registrations.as_view(), name="registrations"),
    path(
        "registrations/<uuid:key>/", registrations.RegistrationDetail.as_view(), name="registration_request"
    ),
    path(
        "registrations/<uuid:key>/approve/",
        registrations.Approve.as_view(),
        name="approve_registration_request",
    ),
    path(
        "registrations/<uuid:key>/decline/",
        registrations.Decline.as_view(),
        name="decline_registration_request",
    ),
]
