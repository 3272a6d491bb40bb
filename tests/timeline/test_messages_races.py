"""Messages, notifications and Fleets under many hands; real connections, real commits."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import UserFactory
from tests.timeline.test_posts_races import THREADS, at_once
from timeline.models import FleetView, Message, Notification, NotificationKind, Thread, ThreadSide
from timeline.selectors.messages import unread_messages
from timeline.services import delete_expired_fleets, mark_read, notify, post_fleet, see_fleet, send_message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.redis, pytest.mark.race]


def test_both_who_write_first_at_once_share_a_thread() -> None:
    one, other = UserFactory.create_batch(2)

    def work(number: int) -> None:
        sender, to = (one, other) if number % 2 else (other, one)
        send_message(sender=sender, to=to, text=str(number))

    at_once(work)
    assert (Thread.objects.count(), Message.objects.count()) == (1, THREADS)
    assert [unread_messages(person.pk) for person in (one, other)] == [THREADS // 2] * 2


def test_the_last_message_of_both_sides_is_the_last_one() -> None:
    one, other = UserFactory.create_batch(2)
    at_once(lambda number: send_message(sender=one, to=other, text=str(number)))
    newest = Message.objects.latest("pk")
    assert [side.last_message for side in ThreadSide.objects.all()] == [newest, newest]


def test_what_comes_while_one_reads_is_counted_exactly() -> None:
    writer, reader = UserFactory.create_batch(2)
    send_message(sender=writer, to=reader, text="first")

    def work(number: int) -> None:
        if number % 2:
            send_message(sender=writer, to=reader, text=str(number))
        else:
            mark_read(user=reader, other=writer)

    at_once(work)
    assert unread_messages(reader.pk) == Message.objects.filter(read_at=None).count()


def test_what_is_told_at_once_is_told_once() -> None:
    actor, user = UserFactory.create_batch(2)
    at_once(lambda number: notify(user=user, kind=NotificationKind.FOLLOWED, actor=actor))
    assert Notification.objects.count() == 1


def test_a_fleet_seen_in_many_tabs_is_seen_once() -> None:
    author, viewer = UserFactory.create_batch(2)
    fleet = post_fleet(author=author, text="Hello")
    at_once(lambda number: see_fleet(viewer=viewer, fleet_id=fleet.pk))
    assert FleetView.objects.count() == 1


def test_two_workers_may_remove_the_same_fleets() -> None:
    author = UserFactory.create()
    for _ in range(5):
        post_fleet(author=author, text="Hello")
    later = timezone.now() + timedelta(days=2)
    at_once(lambda number: delete_expired_fleets(now=later))
    assert not author.fleets.exists()
