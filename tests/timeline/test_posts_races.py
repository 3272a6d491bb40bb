"""Counters under many hands, real connections, real commits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from spaces_project.common.errors import NotFound
from tests.factories import PostFactory, UserFactory
from timeline import services
from timeline.models import Post

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.redis, pytest.mark.race]

THREADS = 8
DEADLINE_SECONDS = 40


def at_once(work: Callable[[int], object]) -> None:
    """Runs `work` in all threads from the same moment on; gives it the number of its thread."""
    barrier = Barrier(THREADS, timeout=DEADLINE_SECONDS)

    def run(number: int) -> None:
        try:
            barrier.wait()
            work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        for future in [pool.submit(run, number) for number in range(THREADS)]:
            future.result(timeout=DEADLINE_SECONDS)


def test_many_who_like_reply_and_repost_are_all_counted() -> None:
    post = PostFactory.create()
    people = UserFactory.create_batch(THREADS)

    def work(number: int) -> None:
        services.like_post(user=people[number], post_id=post.pk)
        services.repost_post(user=people[number], post_id=post.pk)
        services.create_post(author=people[number], text="Yes", reply_to_id=post.pk)

    at_once(work)
    post.refresh_from_db()
    assert (post.like_count, post.repost_count, post.reply_count) == (THREADS, THREADS, THREADS)


def test_one_person_with_many_fingers_counts_once() -> None:
    post, person = PostFactory.create(), UserFactory.create()
    at_once(lambda number: (services.like_post if number % 2 else services.repost_post)(user=person, post_id=post.pk))
    post.refresh_from_db()
    assert (post.like_count, post.repost_count) == (1, 1)


def test_answers_to_a_post_that_is_being_deleted() -> None:
    post = PostFactory.create()
    people = UserFactory.create_batch(THREADS)

    def work(number: int) -> None:
        if number == 0:
            services.delete_post(user=post.author, post_id=post.pk)
            return
        try:
            services.create_post(author=people[number], text="But", reply_to_id=post.pk)
        except NotFound:
            return

    at_once(work)
    assert not Post.objects.exclude(is_reply=True, reply_to=None).exists()
