"""The errors of backups."""

from spaces_project.common.errors import ProductError


class BackupError(ProductError):
    """A backup cannot be made, read or restored, or a database not copied.

    Codes: `backup_damaged`, `backup_encrypted`, `backup_other_version`, `site_not_empty`, `database_not_empty`,
    `rows_refused`, `copy_differs`, `age_missing`, `age_failed`, `disk_failed`.
    """
