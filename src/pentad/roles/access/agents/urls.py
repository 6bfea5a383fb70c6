from django.urls import path

from pentad.roles.access.agents import views

urlpatterns = [
    path("settings/agents/", views.agent_list, name="settings_agents"),
    path("settings/agents/new/", views.new_agent, name="settings_new_agent"),
    path("settings/agents/<str:key_id>/", views.agent_page, name="settings_agent"),
]
