#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.umask(0o077)  # the database, mails and logs hold what no other account of the machine may read
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spaces_project.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
