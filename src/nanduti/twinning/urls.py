from django.urls import path

app_name = "twinning"
urlpatterns: list = []
