"""How dates are written where Django's own formats of a language do not fit: English here is not American."""
