"""Which admin site Django's admin app uses. Apart from `accounts.apps`, because an app has one configuration."""

from django.contrib.admin.apps import AdminConfig


class StaffConfig(AdminConfig):
    default_site = "accounts.staff_site.StaffSite"
