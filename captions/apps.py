from django.apps import AppConfig


class CaptionsConfig(AppConfig):
    name = "captions"

    def ready(self) -> None:
        from captions import checks, receivers, services, socket  # noqa: F401 - importing registers them; models first
        from captions.evidence import Comments, Utterances
        from captions.replay_files import ReplayCaptions
        from captions.spoken import SpokenLanguages
        from spaces.moderation import evidence, exports, purge
        from spaces.recordings import said
        from spaces.selectors import discovery

        discovery.register_languages(SpokenLanguages())
        evidence.register(Utterances())
        evidence.register(Comments())
        said.register(ReplayCaptions())
        purge.register("captions", services.purge)
        purge.register("comments", services.purge_comments)
        consents = exports.Rows("captions.Consent.user", ("space__public_id", "state", "at"))
        exports.register("caption_consents", consents)
        exports.cover("captions.Utterance.speaker")  # by the sources of evidence above
        exports.cover("captions.Comment.author")
        staff = "what a member of the staff did: it belongs to the records of the site"
        exports.leave_out({"captions.MaskedWord.added_by": staff, "captions.Redaction.by": staff})
        removed = "comments of others that a host removed: the log has them"
        exports.leave_out({"captions.Comment.removed_by": removed})
