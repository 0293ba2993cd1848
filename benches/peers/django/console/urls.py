from django.urls import path

from console import views

urlpatterns = [path("organizations/<slug:slug>/members", views.members)]
