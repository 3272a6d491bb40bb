"""Settings of libraries that the operator chooses in the admin. They are looked up each time they are used."""

from django.utils.functional import lazy


def _confirming_of_allauth() -> str:
    from accounts.site import confirming_of_allauth  # models are not loaded while the settings are read

    return confirming_of_allauth()


confirming_of_allauth = lazy(_confirming_of_allauth, str)
"""Return a text that reads "mandatory" or "optional", whichever holds when it is compared."""
