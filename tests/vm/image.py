"""The disk of a test machine: a Debian with its own kernel, built once into build/vm/ and copied for each run.

    image = build(RELEASES["13"], folder)     # minutes the first time, nothing after that

It is what debootstrap makes, and Debian's kernel: of its modules those that the tests need, and what those need. What
the tests themselves bring is not on the disk but in initrd.py and in the shared folder."""

from __future__ import annotations

import lzma
import os
import shutil
import struct
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MIRROR = "http://deb.debian.org/debian"
# What the package depends on; the machine has no network to fetch it by.
PACKAGES = (
    "systemd-sysv udev kmod adduser procps busybox-static init-system-helpers "
    "python3 python3-serial python3-click python3-structlog python3-segno"
)
EARLY_MODULES = ("virtio_pci", "virtio_blk", "crc32c_generic", "ext4", "virtio_console", "9pnet_virtio", "9p")
MODULES = (
    *EARLY_MODULES,
    *("dummy_hcd", "libcomposite", "usb_f_serial", "usb_f_acm"),  # the virtual stick
    *("option", "qcserial", "sierra", "cdc_acm", "cdc_wdm", "wwan", "autofs4"),
)
DISK_SIZE = "1200M"  # sparse


@dataclass(frozen=True, slots=True)
class Release:
    number: str
    suite: str


@dataclass(frozen=True, slots=True)
class Image:
    """`modules`: those that are needed before the disk is there, in the order in which they are loaded."""

    release: Release
    disk: Path
    kernel: Path
    busybox: Path
    modules: Path


RELEASES = {"12": Release("12", "bookworm"), "13": Release("13", "trixie")}


class CannotBuildError(Exception):
    """One line: why there is no image, and what to do."""


def find(release: Release, folder: Path) -> Image | None:
    """The image, where it was built as this file would build it now."""
    image = _image(release, folder)
    key = image.disk.with_name("key")
    return image if key.exists() and key.read_text() == _key() else None


def build(release: Release, folder: Path) -> Image:
    """The image, built where it is not there yet. Raises CannotBuildError."""
    if (built := find(release, folder)) is not None:
        return built
    missing = [tool for tool in ("debootstrap", "mke2fs", "dpkg-deb") if shutil.which(tool) is None]
    if missing:
        raise CannotBuildError(f"{', '.join(missing)} not found: apt-get install -y debootstrap e2fsprogs dpkg")
    if os.geteuid() != 0:
        raise CannotBuildError("a Debian is unpacked by root alone: run it as root once, the image is kept")
    image = _image(release, folder)
    root, cache = folder / f"root-{release.number}", folder / "packages"
    shutil.rmtree(root, ignore_errors=True)
    cache.mkdir(parents=True, exist_ok=True)
    command = ["debootstrap", "--variant=minbase", f"--cache-dir={cache.resolve()}"]
    _run([*command, f"--include={','.join(PACKAGES.split())}", release.suite, str(root), MIRROR], folder)
    shutil.rmtree(image.modules.parent, ignore_errors=True)
    image.modules.mkdir(parents=True)
    _install_kernel(root, image, folder)
    shutil.copy(root / "bin" / "busybox", image.busybox)
    for part in ("usr/share/doc", "usr/share/man", "usr/share/locale", "var/lib/apt/lists", "var/cache/apt"):
        shutil.rmtree(root / part, ignore_errors=True)
        (root / part).mkdir()
    _run(["mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", str(root), str(image.disk), DISK_SIZE], folder)
    shutil.rmtree(root)
    image.disk.with_name("key").write_text(_key())
    return image


def _image(release: Release, folder: Path) -> Image:
    own = folder / f"debian-{release.number}"
    return Image(release, own / "disk", own / "kernel", own / "busybox", own / "modules")


def _key() -> str:
    """Another one means another disk."""
    return repr((MIRROR, PACKAGES, MODULES, DISK_SIZE))


def _run(command: list[str], folder: Path) -> str:
    """What it printed. Raises CannotBuildError with its last words."""
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
    (folder / "build.log").open("a").write(f"$ {' '.join(command)}\n{done.stdout}{done.stderr}\n")
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise CannotBuildError(f"{command[0]} failed ({' '.join(last)}); see {folder}/build.log")
    return done.stdout


def _install_kernel(root: Path, image: Image, folder: Path) -> None:
    """Debian's kernel into `image`, and of its modules those that are wanted into the root."""
    _run(["chroot", str(root), "apt-get", "update", "-q"], folder)
    depends = _run(["chroot", str(root), "apt-cache", "depends", "linux-image-amd64"], folder)
    package = next(word for word in depends.split() if word.startswith("linux-image-") and word != "linux-image-amd64")
    _run(["chroot", str(root), "sh", "-c", f"cd /tmp && apt-get download -q {package}"], folder)
    whole = root / "tmp" / "kernel"
    (archive,) = (root / "tmp").glob("linux-image-*.deb")
    _run(["dpkg-deb", "-x", str(archive), str(whole)], folder)
    (vmlinuz,) = (whole / "boot").glob("vmlinuz-*")
    version = vmlinuz.name.removeprefix("vmlinuz-")
    image.kernel.write_bytes(_unpacked(vmlinuz.read_bytes()))
    (source,) = (path for path in (whole / "lib/modules", whole / "usr/lib/modules") if path.is_dir())
    _run(["chroot", str(root), "depmod", "-b", f"/{source.parents[1].relative_to(root)}", version], folder)
    target = root / "lib" / "modules" / version
    target.mkdir(parents=True)
    for module in _closure(source / version, MODULES):
        place = target / module
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / version / module, place)
    for listing in (source / version).glob("modules.*"):
        if listing.name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
            shutil.copy(listing, target)
    _run(["chroot", str(root), "depmod", version], folder)
    for turn, module in enumerate(_closure(target, EARLY_MODULES)):
        name, packed = Path(module).name, (target / module).read_bytes()
        data = lzma.decompress(packed) if name.endswith(".xz") else packed
        (image.modules / f"{turn:02}-{name.removesuffix('.xz')}").write_bytes(data)
    shutil.rmtree(whole)
    archive.unlink()


def _unpacked(vmlinuz: bytes) -> bytes:
    """The kernel proper, which an emulated processor would take seconds to unpack; as it is where that is no xz (x86
    boot protocol: setup_sects, payload_offset, payload_length)."""
    start = (vmlinuz[0x1F1] + 1) * 512
    offset, length = struct.unpack_from("<II", vmlinuz, 0x248)
    payload = vmlinuz[start + offset : start + offset + length]
    try:
        return lzma.LZMADecompressor(format=lzma.FORMAT_XZ).decompress(payload)
    except lzma.LZMAError:
        return vmlinuz


def _closure(modules: Path, names: Iterable[str]) -> list[str]:
    """The paths of these modules and of all that they need, needed ones first."""
    needs = {}
    for line in (modules / "modules.dep").read_text().splitlines():
        module, _, others = line.partition(":")
        needs[module] = others.split()
    by_name = {Path(module).name.split(".")[0].replace("-", "_"): module for module in needs}
    order: list[str] = []
    for name in names:
        if name in by_name:  # else it is built in
            order += [path for path in (*reversed(needs[by_name[name]]), by_name[name]) if path not in order]
    return order
