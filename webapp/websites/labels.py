"""The tags of one website, as words."""

from collections.abc import Sequence

from webapp.websites.models import Website, WebsiteTag


def tag_names(website: Website) -> list[str]:
    """Its tags in order."""
    return sorted(tag.tag for tag in website.tags)


def put_tags(website: Website, tags: Sequence[str]) -> None:
    """Give the website exactly these tags."""
    kept = {tag.tag: tag for tag in website.tags}
    website.tags = [kept.get(tag) or WebsiteTag(tag=tag) for tag in sorted(set(tags))]
