"""Serve `/2/spaces…`: the reads of X's API."""

from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When
from msgspec import UNSET
from rest_framework.request import Request

from accounts.api.v2.objects import PageMeta, UserPage
from accounts.api.views import ApiRequest, XView, viewer_id
from accounts.models import Block
from spaces.doors.api.v2.objects import (
    BuyersQuery,
    CreatorsQuery,
    FoundSpace,
    FoundSpaces,
    SearchQuery,
    SpacePage,
    SpacePath,
    SpaceQuery,
    SpacesQuery,
)
from spaces.doors.api.v2.reads import Read, asked, read_spaces
from spaces.models import Space
from spaces.states import SpaceState
from spaces_project.common.api.kinds import number
from spaces_project.common.api.operations import operation
from spaces_project.common.api.problems import not_authorized, not_found
from spaces_project.common.api.scopes import Scope

TAG = "Spaces"
READ = (Scope.SPACE_READ, Scope.USERS_READ, Scope.TWEET_READ)
OPEN = (SpaceState.LIVE, SpaceState.SCHEDULED)


class SpaceById(XView):
    @operation("findSpaceById", tag=TAG, scopes=READ, needs_user=False)
    def get(self, request: Request, path: SpacePath, query: SpaceQuery) -> FoundSpace:
        """Get a Space by id, also after its end."""
        read = read_spaces(
            Space.objects.filter(public_id=path.id, host__is_active=True), asked(query), viewer_id(request)
        )
        if not read.spaces:
            return FoundSpace(errors=[not_found("space", "id", path.id)])
        return FoundSpace(data=read.spaces[0], includes=read.includes)


class SpacesByIds(XView):
    @operation("findSpacesByIds", tag=TAG, scopes=READ, needs_user=False)
    def get(self, request: Request, query: SpacesQuery) -> FoundSpaces:
        """Get up to 100 Spaces by id, in the order of the ids."""
        read = read_spaces(
            Space.objects.filter(public_id__in=query.ids, host__is_active=True), asked(query), viewer_id(request)
        )
        by_id = {space.id: space for space in read.spaces}
        wanted = dict.fromkeys(query.ids)
        data = [by_id[public_id] for public_id in wanted if public_id in by_id]
        missing = [not_found("space", "ids", public_id) for public_id in wanted if public_id not in by_id]
        return FoundSpaces(data=data or UNSET, includes=read.includes, errors=missing or UNSET)


class SpacesByCreators(XView):
    @operation("findSpacesByCreatorIds", tag=TAG, scopes=READ, needs_user=False)
    def get(self, request: Request, query: CreatorsQuery) -> SpacePage:
        """List live and scheduled Spaces of up to 100 hosts."""
        creators = [number(pk) for pk in query.user_ids]
        spaces = _findable(viewer_id(request)).filter(creator__in=creators, state__in=OPEN)
        return _page(read_spaces(spaces, asked(query), viewer_id(request)))


class SearchSpaces(XView):
    @operation("searchSpaces", tag=TAG, scopes=READ, needs_user=False)
    def get(self, request: Request, query: SearchQuery) -> SpacePage:
        """Search live and scheduled Spaces by title, live ones first."""
        states = OPEN if query.state == "all" else (SpaceState(query.state),)
        spaces = _findable(viewer_id(request)).filter(title__icontains=query.query, state__in=states)
        return _page(read_spaces(spaces[: query.max_results], asked(query), viewer_id(request)))


class SpaceBuyers(XView):
    @operation("spaceBuyers", tag=TAG, scopes=READ)
    def get(self, request: ApiRequest, path: SpacePath, query: BuyersQuery) -> UserPage:
        """List the buyers of tickets. Always empty: tickets are not sold here."""
        creator = Space.objects.filter(public_id=path.id).values_list("creator", flat=True).first()
        if creator is None:
            return UserPage(errors=[not_found("space", "id", path.id)], meta=PageMeta(result_count=0))
        if creator != request.user.pk:
            return UserPage(errors=[not_authorized("space", "id", path.id)], meta=PageMeta(result_count=0))
        return UserPage(meta=PageMeta(result_count=0))


def _findable(viewer: int | None) -> QuerySet[Space]:
    """Return the Spaces that lists may show. Spaces of a host who blocked the reader, or of an inactive account, are
    left out."""
    spaces = Space.objects.filter(creator__is_active=True, host__is_active=True)
    if viewer is not None:
        spaces = spaces.filter(~Exists(Block.objects.filter(blocker=OuterRef("host"), blocked=viewer)))
    live_first = Case(When(state=SpaceState.LIVE, then=Value(0)), default=Value(1))
    return spaces.order_by(live_first, "-started_at", "scheduled_start", "pk")


def _page(read: Read) -> SpacePage:
    return SpacePage(data=read.spaces or UNSET, includes=read.includes, meta=PageMeta(result_count=len(read.spaces)))
