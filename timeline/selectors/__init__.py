"""The queries of the timeline. Their number never depends on how many posts, follows or followers there are."""

from timeline.selectors.cards import SpaceCard, space_cards
from timeline.selectors.homepage import home_page
from timeline.selectors.pins import Pin, pinnable_posts, pins, replay_pins, shared_posts
from timeline.selectors.posts import (
    PostRow,
    PostThread,
    bookmarks,
    get_picture,
    get_post,
    home_posts,
    post_row,
    posts_of,
    replies_to,
    thread,
)

__all__ = [
    "Pin",
    "PostRow",
    "PostThread",
    "SpaceCard",
    "bookmarks",
    "get_picture",
    "get_post",
    "home_page",
    "home_posts",
    "pinnable_posts",
    "pins",
    "post_row",
    "posts_of",
    "replay_pins",
    "replies_to",
    "shared_posts",
    "space_cards",
    "thread",
]
