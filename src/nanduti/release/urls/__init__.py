"""Addresses of the room; each begins with the programme's code."""

app_name = "release"
urlpatterns = []
