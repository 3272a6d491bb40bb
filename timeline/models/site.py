from django.db import models
from django.utils.translation import gettext_lazy as _

SITE_TEXT_LENGTH = 50_000


class SiteTextKind(models.TextChoices):
    ABOUT = "about", _("Who runs this site")
    RULES = "rules", _("Rules")
    PRIVACY = "privacy", _("Privacy")
    TERMS = "terms", _("Terms")


class SiteText(models.Model):
    """A text of the operator that everyone may read. Plain text: blank lines part paragraphs, addresses become
    links."""

    kind = models.CharField(max_length=10, choices=SiteTextKind, primary_key=True)
    text = models.TextField(max_length=SITE_TEXT_LENGTH)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "text of the site"
        verbose_name_plural = "texts of the site"

    def __str__(self) -> str:
        return str(SiteTextKind(self.kind).label)
