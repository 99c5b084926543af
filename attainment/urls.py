from django.urls import URLPattern

app_name = "attainment"
urlpatterns: list[URLPattern] = []
