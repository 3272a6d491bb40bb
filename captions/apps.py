from django.apps import AppConfig


class CaptionsConfig(AppConfig):
    name = "captions"

    def ready(self) -> None:
        from captions import checks, receivers, services, socket  # noqa: F401 - importing registers them; models first
        from captions.evidence import Utterances
        from spaces import evidence, purge

        evidence.register(Utterances())
        purge.register("captions", services.purge)
