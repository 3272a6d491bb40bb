from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from accounts.models import DEMO_DOMAIN, DemoAccount, Follow, User
from accounts.services import recount_followers
from accounts.validators import DEMO_PASSWORD
from spaces.management.commands._base import ProductCommand
from spaces_project.common.origins import site_is_local
from timeline import services
from timeline.models import Post

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
WELCOME = (
    "Log in as ada (may host), grace, alan, joan, mod or senior (staff: {origin}/admin/); password: {password}\n"
    "Two people need two browsers, or one and a private window."
)

REFUSAL = (
    "This site is open to others than this machine, and the demo's password is known to all. Demo accounts are only "
    "made where SPACES_ORIGIN, SPACES_TRUSTED_ORIGINS and ALLOWED_HOSTS name localhost or loopback."
)


class Command(ProductCommand):
    help = (
        "Makes the people of the demo, once: ada (may host), grace, alan, joan, mod and senior (staff), a crowd, "
        "posts. Their password is known to all, so it refuses on a site that is open to others than this machine."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--welcome",
            action="store_true",
            help="say how to log in; on a public site check passwords, in the place of refusing",
        )

    def run(self, **options: Any) -> str | None:
        if not site_is_local():
            if not options["welcome"]:
                raise CommandError(REFUSAL)
            self.check(databases=["default"])
            return None
        self._seed()
        return _how_to_log_in() if options["welcome"] else None

    @transaction.atomic
    def _seed(self) -> None:
        """Create the demo once per database.

        A deleted demo account must not come back, because its password is public.
        """
        if DemoAccount.objects.exists():
            return
        made = {name: self._person(name, *rest) for name, *rest in PEOPLE}
        self._person("mod", "Moderator", "Moderates this site.", is_staff=True, is_superuser=True)
        senior = self._person("senior", "Senior Moderator", "Hears appeals.", is_staff=True)
        if senior:
            senior.groups.set(Group.objects.filter(name="senior moderator"))
        people = {name: person for name, person in made.items() if person}
        crowd = self._crowd()
        if "ada" in people:
            self._follow([*people.values(), *crowd], people["ada"])
        if "grace" in people:
            self._follow(list(people.values()), people["grace"])
        recount_followers(user_ids=[person.pk for person in (*people.values(), *crowd)])
        if len(people) == len(PEOPLE):
            self._post(people)

    def _person(self, username: str, name: str, bio: str, **rights: bool) -> User | None:
        """Return the new account, or None if a user of this site already has the username."""
        if User.objects.with_username(username).exists():
            return None
        email = f"{username}@{DEMO_DOMAIN}"
        person = User(username=username, display_name=name, bio=bio, email=email, **rights)
        person.set_password(DEMO_PASSWORD)
        person.save()
        DemoAccount.objects.create(username=username, user=person)
        return person

    def _crowd(self) -> list[User]:
        """Create enough followers for the real minimum for hosts.

        They are inactive, so no list, search or invitation shows them.
        """
        unusable = make_password(None)
        names = {f"crowd{number:03}" for number in range(1, CROWD + 1)}
        names -= set(User.objects.filter(username__in=names).values_list("username", flat=True))
        User.objects.bulk_create(
            User(username=name, display_name=f"Listener {name[-3:]}", password=unusable, is_active=False)
            for name in sorted(names)
        )
        people = list(User.objects.filter(username__in=names))
        DemoAccount.objects.bulk_create(DemoAccount(username=person.username, user=person) for person in people)
        return people

    def _follow(self, followers: list[User], followee: User) -> None:
        rows = [Follow(follower=follower, followee=followee) for follower in followers if follower != followee]
        Follow.objects.bulk_create(rows, ignore_conflicts=True)

    def _post(self, people: dict[str, User]) -> None:
        """Write the demo's posts, but only into an empty timeline: a site with posts needs none."""
        if Post.objects.exists():
            return
        posts = [services.create_post(author=people[name], text=text) for name, text in POSTS]
        services.create_post(author=people[REPLY[0]], text=REPLY[1], reply_to_id=posts[-1].pk)
        for person in people.values():
            services.like_post(user=person, post_id=posts[-1].pk)


def _how_to_log_in() -> str | None:
    if not DemoAccount.objects.filter(username="ada", user__isnull=False).exists():
        return None
    return WELCOME.format(origin=settings.PUBLIC_ORIGIN, password=DEMO_PASSWORD)
