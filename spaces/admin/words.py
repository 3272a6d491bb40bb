"""Serve the list of flagged words."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from spaces import duties, services, words
from spaces.admin.base import ReadOnlyAdmin, acting
from spaces.duties import Duty
from spaces.models import FlaggedWord
from spaces.services.word_list import LONGEST
from spaces_project.common.errors import ProductError


class WordForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the type checker only
    class Meta:
        model = FlaggedWord
        fields = ("text",)
        help_texts = {"text": "A word or phrase; case, accents' forms and punctuation do not matter."}

    def clean_text(self) -> str:
        try:
            word = words.normalised(self.cleaned_data["text"], limit=LONGEST)
        except ProductError as error:
            raise forms.ValidationError(error.message) from error
        if len(word) < 2:
            raise forms.ValidationError("A word or phrase of at least two characters.")
        return word


@admin.register(FlaggedWord)
class FlaggedWordAdmin(ReadOnlyAdmin):
    form = WordForm
    list_display = ("text", "added_by", "created_at")
    list_select_related = ("added_by",)
    search_fields = ("text",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return duties.may(Duty.LOOK, user=acting(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return duties.may(Duty.KEEP_WORDS, user=acting(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return duties.may(Duty.KEEP_WORDS, user=acting(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and self.has_view_permission(request)

    def save_model(self, request: HttpRequest, obj: FlaggedWord, form: Any, change: bool) -> None:
        added = services.add_word(user=acting(request), text=obj.text)
        obj.pk = added.pk

    def delete_model(self, request: HttpRequest, obj: FlaggedWord) -> None:
        services.remove_word(user=acting(request), word=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[FlaggedWord]) -> None:
        for word in queryset:
            self.delete_model(request, word)
