"""The moderators' view of captions. What services own is read-only here; the actions call the services."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from captions import services
from captions.models import Comment, Consent, MaskedWord, Redaction, Track, Utterance
from spaces.doors.admin import ReadOnlyAdmin, WordListAdmin, acting
from spaces.moderation.word_filter import normalised
from spaces_project.common import heartbeat

REDACTED_HERE = "redacted in the admin"
NO_ENGINE = (
    "Captions have no engine: run manage.py check on the machine of the speech workers, which says what is missing."
)


@admin.register(Track)
class TrackAdmin(ReadOnlyAdmin):
    list_display = ("space", "language", "epoch", "created_at")
    list_filter = ("language",)
    list_select_related = ("space__creator",)
    search_fields = ("space__public_id", "space__title")
    ordering = ("-created_at",)


@admin.register(Consent)
class ConsentAdmin(ReadOnlyAdmin):
    list_display = ("user", "space", "state", "source", "at")
    list_filter = ("state", "source")
    list_select_related = ("user", "space__creator")
    search_fields = ("space__public_id", "user__username", "user__display_name")
    exclude = ("source_connection",)
    ordering = ("-id",)


@admin.register(Utterance)
class UtteranceAdmin(ReadOnlyAdmin):
    list_display = ("id", "space", "speaker", "start_ms", "state", "text", "attempts", "engine", "engine_ms", "error")
    list_filter = ("state", "engine", "language", "source")
    list_select_related = ("space__creator", "speaker")
    search_fields = ("space__public_id", "speaker__username", "speaker__display_name", "text")
    ordering = ("-id",)
    actions = ("rerun", "redact", "show_masked", "mask_again")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if heartbeat.is_known_to_have_no_engine():
            messages.warning(request, NO_ENGINE)
        return super().changelist_view(request, extra_context)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return acting(request).has_perm("captions.change_utterance")

    @admin.action(description="Transcribe again", permissions=["operate"])
    def rerun(self, request: HttpRequest, utterances: QuerySet[Utterance]) -> None:
        user = acting(request)
        self.apply(request, utterances, lambda row: services.rerun(utterance_id=row.pk, user=user), "Sent again")

    @admin.action(description="Redact", permissions=["operate"])
    def redact(self, request: HttpRequest, utterances: QuerySet[Utterance]) -> None:
        user = acting(request)

        def redact(row: Utterance) -> None:
            services.redact(utterance_id=row.pk, user=user, reason=REDACTED_HERE)

        self.apply(request, utterances, redact, "Redacted")

    @admin.action(description="Show masked words to readers", permissions=["operate"])
    def show_masked(self, request: HttpRequest, utterances: QuerySet[Utterance]) -> None:
        self._set_masked(request, utterances, masked=False)

    @admin.action(description="Mask words of the list again", permissions=["operate"])
    def mask_again(self, request: HttpRequest, utterances: QuerySet[Utterance]) -> None:
        self._set_masked(request, utterances, masked=True)

    def _set_masked(self, request: HttpRequest, utterances: QuerySet[Utterance], *, masked: bool) -> None:
        user = acting(request)

        def change(row: Utterance) -> None:
            services.set_masked(utterance_id=row.pk, user=user, masked=masked)

        self.apply(request, utterances, change, "Masked" if masked else "Shown")


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    list_display = ("id", "space", "author", "text", "created_at", "removed_at", "removed_by")
    list_filter = ("removed_at",)
    list_select_related = ("space__creator", "author", "removed_by")
    search_fields = ("space__public_id", "author__username", "author__display_name", "text")
    ordering = ("-id",)
    actions = ("redact",)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        return acting(request).has_perm("captions.change_comment")

    @admin.action(description="Take down", permissions=["operate"])
    def redact(self, request: HttpRequest, comments: QuerySet[Comment]) -> None:
        user = acting(request)

        def redact(row: Comment) -> None:
            services.redact_comment(comment_id=row.pk, user=user, reason=REDACTED_HERE)

        self.apply(request, comments, redact, "Taken down")


class MaskedWordForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the type checker only
    class Meta:
        model = MaskedWord
        fields = ("text",)

    def clean_text(self) -> str:
        """Refuse a word that is not usable, or that the list already has, beside its field."""
        word = normalised(self.cleaned_data["text"], limit=60)
        if not word or MaskedWord.objects.filter(text=word).exists():
            raise forms.ValidationError("This is no word, or it is in the list.")
        return word


@admin.register(MaskedWord)
class MaskedWordAdmin(WordListAdmin):
    form = MaskedWordForm

    def save_model(self, request: HttpRequest, obj: MaskedWord, form: Any, change: bool) -> None:
        obj.pk = services.mask_word(user=acting(request), text=obj.text).pk

    def delete_model(self, request: HttpRequest, obj: MaskedWord) -> None:
        services.unmask_word(user=acting(request), word=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[MaskedWord]) -> None:
        for word in queryset:
            self.delete_model(request, word)


@admin.register(Redaction)
class RedactionAdmin(ReadOnlyAdmin):
    list_display = ("utterance", "by", "at", "reason", "original")
    list_select_related = ("utterance", "by")
    search_fields = ("utterance__space__public_id", "by__username", "original")
    ordering = ("-at",)
