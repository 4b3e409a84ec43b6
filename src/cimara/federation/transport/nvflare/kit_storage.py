"""Where a server keeps its jobs: in its own kit, not in the folder for temporary files of the machine."""

from __future__ import annotations

from pathlib import Path

from nvflare.app_common.storages.filesystem_storage import (  # type: ignore[import-untyped]
    FilesystemStorage,
)


class KitStorage(FilesystemStorage):  # type: ignore[misc]
    """NVFlare's store of files in a folder of the kit; a kit may lie anywhere, so it is named from there.

    `holds` is a folder in it that NVFlare expects to be there.
    """

    def __init__(self, folder: str, holds: str = "") -> None:
        Path(folder, holds).mkdir(parents=True, exist_ok=True)
        super().__init__(root_dir=str(Path(folder).resolve()), uri_root="/")
