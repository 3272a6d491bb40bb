from accounts.validators import USERNAME_PATTERN


class UsernameConverter:
    """The path converter `<username:username>`. A path with anything else never reaches a view."""

    regex = USERNAME_PATTERN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
