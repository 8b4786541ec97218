"""This module refuses folders where SQLite cannot keep a promise: synced ones, and network drives."""

from pathlib import Path

from newsletter.errors import NewsletterError

SHARED_FOLDERS = {
    "Dropbox": "Dropbox",
    "OneDrive": "OneDrive",
    "Google Drive": "Google Drive",
    "GoogleDrive": "Google Drive",
    "CloudStorage": "a cloud drive",
    "Mobile Documents": "iCloud Drive",
    "Nextcloud": "Nextcloud",
}
NETWORK_FILE_SYSTEMS = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "afpfs", "webdav"}


def refuse_shared_folder(path: Path, mounts: Path = Path("/proc/mounts")) -> None:
    """Raise where the folder is synced or lies on a network: two computers would each keep half a ledger."""
    for part in path.resolve().parts:
        for beginning, service in SHARED_FOLDERS.items():
            if part.startswith(beginning):
                raise NewsletterError(
                    f"{path.parent}: this folder is synced by {service}, which can spoil the record of who "
                    "was mailed; move the project to a folder that stays on this computer"
                )
    if _file_system(path.resolve(), mounts) in NETWORK_FILE_SYSTEMS:
        raise NewsletterError(
            f"{path.parent}: this folder lies on a network drive, where SQLite cannot lock safely; move "
            "the project to a local folder, or set database to a PostgreSQL address in newsletter.toml"
        )


def _file_system(path: Path, mounts: Path) -> str:
    if not mounts.exists():
        return ""
    found = ("", "")
    for line in mounts.read_text().splitlines():
        _device, folder, kind, *_ = line.split()
        if path.is_relative_to(folder.replace("\\040", " ")):
            found = max(found, (folder, kind), key=lambda entry: len(entry[0]))
    return found[1]
