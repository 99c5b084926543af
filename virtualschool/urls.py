from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from health_check.views import HealthCheckView

from core.views.home import home

urlpatterns = [
    path("", home, name="home"),
    path("account/", include("allauth.urls")),
    path(
        "health/",
        login_not_required(HealthCheckView.as_view(checks=["health_check.checks.Database"])),
        name="health",
    ),
    path("", include("core.urls")),
]
