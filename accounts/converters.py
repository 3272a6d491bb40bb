from accounts.validators import USERNAME_PATTERN


class UsernameConverter:
    """`<username:username>` in a path: anything else does not even reach a view."""

    regex = USERNAME_PATTERN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
