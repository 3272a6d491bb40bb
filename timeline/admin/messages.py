"""Messages in the admin: sender, receiver and time. The text is private, and no page here shows it."""

from django.contrib import admin

from accounts.models import User
from spaces.doors.admin import ReadOnlyAdmin
from timeline.models import Message


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = ("id", "sender", "receiver", "space", "created_at", "read_at")
    list_filter = (("space", admin.EmptyFieldListFilter), ("read_at", admin.EmptyFieldListFilter))
    list_select_related = ("sender", "thread__first", "thread__second", "space__creator")
    search_fields = ("sender__username", "thread__first__username", "thread__second__username")
    fields = ("sender", "receiver", "space", "created_at", "read_at")
    ordering = ("-id",)

    @admin.display(description="receiver")
    def receiver(self, message: Message) -> User:
        thread = message.thread
        return thread.second if thread.first_id == message.sender_id else thread.first
