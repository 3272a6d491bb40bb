"""Storage and naming of static files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

from spaces_project.common import assets


class StaticStorage(CompressedManifestStaticFilesStorage):
    """A storage whose file names contain a hash of the content, so that they are cached for ever.

    Imports between our JavaScript modules are rewritten to those names too, so that a page never mixes modules of two
    releases.
    """

    # `support_js_module_import_aggregation` would look for imports in every script, and find them in the comments of
    # htmx's extensions.
    _, _import_patterns = CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("spaces/js/*.js", _import_patterns),
        ("timeline/js/*.js", _import_patterns),
        ("captions/js/*.js", _import_patterns),
        ("reach/js/*.js", _import_patterns),
    )

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Bundle what pages load into few files before every file gets its hash."""
        collected = [] if dry_run else assets.collect(Path(self.location))
        yield from super().post_process({**paths, **{name: (self, name) for name in collected}}, dry_run, **options)
