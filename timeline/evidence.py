"""Posts as moderators see them: `spaces.moderation.evidence.Posts`."""

from spaces.moderation.evidence import ReportedPost
from timeline import services
from timeline.selectors.posts import original, pictures_by_post


class Posts:
    """What the moderation asks about posts."""

    def post(self, *, post_id: int, viewer_id: int) -> ReportedPost:
        post = original(post_id=post_id, viewer_id=viewer_id)
        pictures = pictures_by_post([post]).get(post.pk, [])
        alts = [picture.alt for picture in pictures]
        return ReportedPost(post.pk, post.author, post.text, alts, post.get_absolute_url())

    def take_down(self, *, post_id: int, taken_down: bool) -> bool:
        return services.take_down_post(post_id=post_id, taken_down=taken_down)
