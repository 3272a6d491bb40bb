from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts import services
from accounts.services.site import CODE_LASTS
from spaces.management.commands._base import ProductCommand


class Command(ProductCommand):
    help = "Prints the code that opens the set-up page of a site without an account. An earlier code ends."

    def run(self, **options: Any) -> str:
        code = services.new_setup_code()
        hours = int(CODE_LASTS.total_seconds() // 3600)
        return f"Open {settings.PUBLIC_ORIGIN}{reverse('setup')} within {hours} hours and enter: {code}"
