from allauth.socialaccount.providers.openid_connect import views as openid_connect
from allauth.socialaccount.views import login_cancelled
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from health_check.views import HealthCheckView

from core import edges
from core.views import second_step
from core.views.home import home
from core.views.sessions import session_list

handler500 = "core.views.errors.server_error"

urlpatterns = [
    path("", home, name="home"),
    # Ours in place of the package's pages of the same names.
    path("account/2fa/authenticate/", second_step.authenticate, name="mfa_authenticate"),
    path("account/2fa/webauthn/keys/<int:pk>/remove/", second_step.remove_passkey, name="mfa_remove_webauthn"),
    path("account/2fa/webauthn/keys/<int:pk>/edit/", second_step.rename_passkey, name="mfa_edit_webauthn"),
    path("account/sessions/", session_list, name="usersessions_list"),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    # Of single sign-on nothing but the way in: nobody connects or disconnects identities by hand.
    path("account/3rdparty/login/cancelled/", login_cancelled, name="socialaccount_login_cancelled"),
    path("account/oidc/<slug:provider_id>/login/", openid_connect.login, name="openid_connect_login"),
    path("account/oidc/<slug:provider_id>/login/callback/", openid_connect.callback, name="openid_connect_callback"),
    path(
        "health/",
        login_not_required(HealthCheckView.as_view(checks=["health_check.checks.Database"])),
        name="health",
    ),
    path("robots.txt", edges.robots, name="robots"),
    path(".well-known/security.txt", edges.security_txt, name="security_txt"),
    path("children/", include("pupils.urls")),
    path("delegations/", include("pupils.delegations.urls")),
    path("schools/", include("schools.urls")),
    path("attendance/", include("attendance.urls")),
    path("attainment/", include("attainment.urls")),
    path("provision/", include("provision.urls")),
    path("peps/", include("peps.urls")),
    path("pledge/", include("pledge.urls")),
    path("incentives/", include("incentives.urls")),
    path("reports/", include("reports.urls")),
    path("retention/", include("retention.urls")),
    path("rights/", include("rights.urls")),
    path("", include("core.urls")),
]
