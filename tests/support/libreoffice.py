"""Opens what we write in LibreOffice, as officials would in Word and Excel."""

import shutil
import subprocess
from pathlib import Path


def convert(path: Path, kind: str, folder: Path) -> Path:
    """Open a file in LibreOffice and save it as another kind; without LibreOffice the test fails."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    assert office, "These tests need LibreOffice: apt-get install libreoffice-calc-nogui libreoffice-writer-nogui"
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    converted = folder / f"{path.stem}.{kind}"
    assert converted.is_file(), done.stderr
    return converted
