"""The HTML pages of Spaces: addresses, views and forms."""
