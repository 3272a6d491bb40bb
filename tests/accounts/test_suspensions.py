"""What is taken away for a time, and given back."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts import rules, services
from accounts.models import Suspension, SuspensionScope, User
from spaces_project.common.errors import BadInput, Refused

pytestmark = pytest.mark.django_db

HOSTING, SPEAKING, ENTIRELY = SuspensionScope


def ahead(**time: float) -> datetime:
    return timezone.now() + timedelta(**time)


def barred(user: User) -> list[SuspensionScope]:
    """Return the scopes in which the user is suspended, as the database has them."""
    user.refresh_from_db()
    return [scope for scope in SuspensionScope if user.barred_until(scope)]


@pytest.mark.parametrize(
    ("scope", "loses"),
    [(HOSTING, [HOSTING]), (SPEAKING, [HOSTING, SPEAKING]), (ENTIRELY, [HOSTING, SPEAKING, ENTIRELY])],
)
def test_each_scope_includes_the_lesser_ones(ana: User, scope: SuspensionScope, loses: list[SuspensionScope]) -> None:
    services.suspend_user(user=ana, scope=scope, until=ahead(hours=1))
    assert barred(ana) == loses


def test_a_suspension_ends_by_itself(ana: User, monkeypatch: pytest.MonkeyPatch) -> None:
    services.suspend_user(user=ana, scope=ENTIRELY, until=ahead(hours=1))
    later = ahead(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert barred(ana) == []


def test_without_an_end_it_lasts_until_it_is_lifted(ana: User) -> None:
    suspension = services.suspend_user(user=ana, scope=ENTIRELY)
    assert "until further notice" in str(rules.suspension(ana))
    assert services.lift_suspension(suspension=suspension)
    assert (barred(ana), services.lift_suspension(suspension=suspension)) == ([], False)


def test_of_two_suspensions_one_is_lifted(ana: User) -> None:
    long = services.suspend_user(user=ana, scope=SPEAKING, until=ahead(days=9))
    services.suspend_user(user=ana, scope=SPEAKING, until=ahead(days=2))
    assert ana.speaking_suspended_until == long.until
    services.lift_suspension(suspension=long)
    assert barred(ana) == [HOSTING, SPEAKING]


def test_reinstating_lifts_all_or_one_scope(ana: User) -> None:
    for scope in (HOSTING, ENTIRELY):
        services.suspend_user(user=ana, scope=scope, until=ahead(days=1))
    assert (services.reinstate_user(user=ana, scope=ENTIRELY), barred(ana)) == (1, [HOSTING])
    assert (services.reinstate_user(user=ana), barred(ana)) == (1, [])
    assert Suspension.objects.count() == 2


def test_the_refusal_says_what_and_until_when(ana: User) -> None:
    services.suspend_user(user=ana, scope=ENTIRELY, until=ahead(days=1))
    with pytest.raises(Refused) as refusal:
        rules.require_not_suspended(ana, HOSTING)
    assert ana.suspended_until is not None
    assert refusal.value.code == "suspended"
    assert refusal.value.details == {"scope": "entirely", "until": ana.suspended_until.isoformat()}


def test_a_suspension_of_the_past_is_none(ana: User) -> None:
    with pytest.raises(BadInput):
        services.suspend_user(user=ana, scope=HOSTING, until=ahead(seconds=-1))
    assert not Suspension.objects.exists()
