"""Back up a site into one file, restore it, and copy its database to another kind of database.

Rows are read and written through the models, not by the tools of one database, so that a backup of SQLite is restored
into PostgreSQL. Django's own `dumpdata` cuts microseconds off.
"""

from .archive import Manifest, check_backup
from .copying import copy_database
from .errors import BackupError
from .restoring import restore_backup
from .writing import write_backup

__all__ = ["BackupError", "Manifest", "check_backup", "copy_database", "restore_backup", "write_backup"]
