"""Serve the list of flagged words."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from spaces.doors.admin.base import WordListAdmin, acting
from spaces.models import FlaggedWord
from spaces.moderation import services as moderation
from spaces.moderation import word_filter
from spaces.moderation.services.word_list import LONGEST
from spaces_project.common.errors import ProductError


class WordForm(forms.ModelForm):  # type: ignore[type-arg]  # generic for the type checker only
    class Meta:
        model = FlaggedWord
        fields = ("text",)
        help_texts = {"text": "A word or phrase; case, accents' forms and punctuation do not matter."}

    def clean_text(self) -> str:
        try:
            word = word_filter.normalised(self.cleaned_data["text"], limit=LONGEST)
        except ProductError as error:
            raise forms.ValidationError(error.message) from error
        if len(word) < 2:
            raise forms.ValidationError("A word or phrase of at least two characters.")
        return word


@admin.register(FlaggedWord)
class FlaggedWordAdmin(WordListAdmin):
    form = WordForm

    def save_model(self, request: HttpRequest, obj: FlaggedWord, form: Any, change: bool) -> None:
        added = moderation.add_word(user=acting(request), text=obj.text)
        obj.pk = added.pk

    def delete_model(self, request: HttpRequest, obj: FlaggedWord) -> None:
        moderation.remove_word(user=acting(request), word=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[FlaggedWord]) -> None:
        for word in queryset:
            self.delete_model(request, word)
