"""The choice of the admin site.

It is apart from `accounts.apps` because an app module may have only one default configuration.
"""

from django.contrib.admin.apps import AdminConfig


class StaffConfig(AdminConfig):
    default_site = "accounts.staff_site.StaffSite"
