"""A part is away while a user asks for a page."""

import json

import pytest
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import path
from pytest_django.fixtures import Settings

from spaces_project.common import http
from spaces_project.common.http import server_error

pytestmark = pytest.mark.urls("tests.test_away")


def away(request: HttpRequest) -> HttpResponse:
    raise OperationalError("the database system is shutting down")


def broken(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError


# No page of ours fails on purpose.
urlpatterns = [path("away", away), path("broken", broken)]
handler500 = http.server_error


@pytest.fixture
def visitor(settings: Settings) -> Client:
    settings.MIDDLEWARE = ["django_htmx.middleware.HtmxMiddleware"]
    return Client(raise_request_exception=False)


def test_a_page_says_when_to_try_again(visitor: Client) -> None:
    answer = visitor.get("/away", headers={"accept": "text/html"})
    assert (answer.status_code, answer["Retry-After"]) == (503, str(http.AWAY_SECONDS))
    assert "Temporarily unavailable" in answer.content.decode()


@pytest.mark.asvs("16.5.2")
def test_a_program_gets_a_code(visitor: Client) -> None:
    answer = visitor.get("/away", headers={"accept": "application/json"})
    assert (answer.status_code, json.loads(answer.content)["error"]["code"]) == (503, "try_again")


@pytest.mark.parametrize(("path", "field"), [("/api/v1/me", "code"), ("/2/users/me", "title")])
def test_middleware_that_needs_the_database_answers_as_the_api_does(path: str, field: str) -> None:
    try:
        raise OperationalError("the database is down")
    except OperationalError:
        answer = server_error(RequestFactory().get(path))
    problem = json.loads(answer.content)
    told = {"code": "try_again", "title": "Service Unavailable"}[field]
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert (problem[field], answer["Retry-After"]) == (told, "5")


def test_a_button_gets_a_toast(visitor: Client) -> None:
    answer = visitor.get("/away", headers={"hx-request": "true"})
    assert (answer.status_code, answer["HX-Reswap"]) == (503, "none")


@pytest.mark.asvs("16.5.1")
def test_what_is_broken_is_called_so(visitor: Client) -> None:
    answer = visitor.get("/broken")
    assert (answer.status_code, "Something broke on our side" in answer.content.decode()) == (500, True)
