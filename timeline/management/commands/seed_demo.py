from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import Follow, User
from accounts.services import recount_followers
from spaces.management.commands._base import ProductCommand
from timeline import services
from timeline.models import Post

PASSWORD = "spaces-demo"  # noqa: S105 - meant to be known: printed by `make run`
CROWD = 600
PEOPLE = (
    ("ada", "Ada Lovelace", "Wrote the first program. Hosts the open audio hour."),
    ("grace", "Grace Hopper", "Found the bug."),
    ("alan", "Alan Turing", "Asks whether machines can talk."),
    ("joan", "Joan Clarke", "Listens closely."),
)
POSTS = (
    ("alan", "Can machines talk? Tonight we find out. Bring a question, not a proof."),
    ("grace", "It is easier to ask forgiveness than a microphone. Still: press Request."),
    (
        "ada",
        "Notes from last night\u2019s audio hour are up. Thanks @grace and @alan!\n\nNext: press and hold +.",
    ),
)
REPLY = ("grace", "The part about the loop that never ended could have ended sooner.")


class Command(ProductCommand):
    help = "Makes the people of the demo: ada (may host), grace, alan, joan, mod and senior (staff), a crowd, posts."

    @transaction.atomic
    def run(self, **options: Any) -> None:
        ada, *friends = [self._person(*person) for person in PEOPLE]
        self._person("mod", "Moderator", "Keeps the house.", is_staff=True, is_superuser=True)
        senior = self._person("senior", "Senior Moderator", "Hears appeals.", is_staff=True)
        senior.groups.set(Group.objects.filter(name="senior moderator"))
        crowd = self._crowd()
        self._follow([*friends, *crowd], ada)
        self._follow([ada, *friends], friends[0])
        recount_followers(user_ids=[ada.pk, *(friend.pk for friend in friends), *(person.pk for person in crowd)])
        self._post({person.username: person for person in (ada, *friends)})

    def _person(self, username: str, name: str, bio: str, **rights: bool) -> User:
        person, created = User.objects.get_or_create(
            username=username,
            defaults={"display_name": name, "bio": bio, "email": f"{username}@demo.invalid", **rights},
        )
        if created:
            person.set_password(PASSWORD)
            person.save()
        return person

    def _crowd(self) -> list[User]:
        """Enough followers for the real gate. They cannot log in."""
        unusable = make_password(None)
        names = [f"crowd{number:03}" for number in range(1, CROWD + 1)]
        people = [User(username=name, display_name=f"Listener {name[-3:]}", password=unusable) for name in names]
        User.objects.bulk_create(people, ignore_conflicts=True)
        return list(User.objects.filter(username__in=names))

    def _follow(self, followers: list[User], followee: User) -> None:
        rows = [Follow(follower=follower, followee=followee) for follower in followers if follower != followee]
        Follow.objects.bulk_create(rows, ignore_conflicts=True)

    def _post(self, people: dict[str, User]) -> None:
        """Once: who deleted the demo's posts does not get them back while anything else is there."""
        if Post.objects.exists():
            return
        posts = [services.create_post(author=people[name], text=text) for name, text in POSTS]
        services.create_post(author=people[REPLY[0]], text=REPLY[1], reply_to_id=posts[-1].pk)
        for person in people.values():
            services.like_post(user=person, post_id=posts[-1].pk)
