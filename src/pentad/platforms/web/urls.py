from django.urls import path

from pentad.platforms.web import views

urlpatterns = [
    path("web/<str:name>.js", views.script, name="web_script"),
    path("web/arrived/<str:token>/", views.arrived, name="web_arrived"),
    path("web/<str:id>/messages/", views.messages, name="web_messages"),
    path("web/<str:id>/reports/", views.report, name="web_reports"),
    path("web/<str:id>/push/", views.push, name="web_push"),
]
